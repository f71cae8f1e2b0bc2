"""What signing costs, each figure beside a baseline of the same run.

`python -m bench.signing [--documents 35] [--json]`: year records with their fields placed; medians of wall-clock time,
and what is compared takes turns, so that whatever else the machine does weighs on both. "Stock" is pyHanko as it comes
with the same settings, its SimpleSigner with the same key; "raw key" is the bare operation of that key. Behind each
baseline stands how many times ours it is. Keys, token, CSC service, time stamps and status answers are of this machine:
there is no network in these figures.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.parts.batches import batch_rows
from bench.parts.checking import evidence_rows, verification_rows
from bench.parts.embedding import embedding_rows
from bench.parts.rows import Row, table
from bench.parts.sealing import SEAL, Signers, sealing_rows
from documents.render import Renderer
from signing.authority import KeyKind
from tests.documents.samples import year_record
from tests.signing.pki import staged


def _documents(count: int) -> list[bytes]:
    renderer = Renderer("https://hocba.example")
    return [renderer.render(year_record(number + 1)).pdf for number in range(count)]


def _measured(documents: Sequence[bytes]) -> list[Row]:
    with (
        tempfile.TemporaryDirectory(prefix="hocba-bench-") as name,
        staged(Path(name) / "pki", KeyKind.RSA_2048) as stage,
    ):
        folder, signers = Path(name), Signers.of(stage)
        seals, sealed = sealing_rows(signers, documents)
        return [
            *embedding_rows(stage.authority, documents, folder),
            *seals,
            *batch_rows(stage.authority, documents, folder),
            *verification_rows(sealed, documents[0], signers.keys[SEAL], [stage.authority.root]),
            *evidence_rows(),
        ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=35)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    load, start = os.getloadavg(), time.monotonic()
    documents = _documents(options.documents)
    rows = _measured(documents)
    seconds = round(time.monotonic() - start)
    if options.json:
        about = {"documents": len(documents), "document_bytes": len(documents[0]), "load": load, "seconds": seconds}
        print(json.dumps({**about, "rows": [row.as_json() for row in rows]}, ensure_ascii=False))
        return
    print(f"{len(documents)} documents of {len(documents[0])} bytes; load {load[0]:.1f} at the start; {seconds} s\n")
    print(table(rows))


if __name__ == "__main__":
    main()
