"""What verifying many records of a city costs: signatures a second and core, beside pyHanko and the bare operations.

`python -m bench.verification [--records 300] [--json]`: year records, each of a pupil of its own, signed by a homeroom
teacher and a principal and sealed by their school with everyone's validation data (PAdES B-LT): one half with a time
stamp on each seal, the other with one for the batch and an evidence record beside each file. They are verified one
after another by a process that does nothing else, as in the product. Figures are processor time, so what else the
machine does weighs little; "stock" is pyHanko's own validation of a few of the same files, offline; the floor is
SHA-256 of what is signed and the RSA operation, for every signature.
"""

import argparse
import hashlib
import json
import multiprocessing
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from bench.parts.checking import by_stock
from bench.parts.sealing import Sealing, Signers
from bench.rendering import year_record
from documents.render import Renderer
from signing.authority import KeyKind
from signing.mechanisms import Mechanism, sign, signature_fits
from signing.timestamps import TimeStampService
from signing.verification.litter import Litter
from signing.verification.verify import verify
from tests.signing.pki import Stage, staged
from tests.signing.tsa import Holder, StampAuthority
from tests.signing.verification.world import evidence_over

BAR = 150  # signatures a second and core
SIGNATURES = 3
MOST_STOCK = 10
CLASS = 35
TENTHS = 10


@dataclass(frozen=True)
class Record:
    """A sealed file, and the evidence record beside it, if there is one."""

    path: Path

    @classmethod
    def written(cls, path: Path, pdf: bytes, evidence: bytes = b"") -> "Record":
        path.write_bytes(pdf)
        if evidence:
            path.with_suffix(".ers").write_bytes(evidence)
        return cls(path)

    def read(self) -> tuple[bytes, Sequence[bytes]]:
        beside = self.path.with_suffix(".ers")
        return self.path.read_bytes(), ([beside.read_bytes()] if beside.exists() else [])


@dataclass(frozen=True)
class Figures:
    """Signatures a second of processor time; `growth` is the last tenth's time against the first's, `mb` at most."""

    records: int
    own: float
    with_stamp: float
    with_evidence: float
    stock: float
    floor: float
    growth: float
    mb: int


def _records(stage: Stage, count: int, folder: Path) -> list[Record]:
    """As schools make them, one class after the other: those with a time stamp on each seal first."""
    renderer, signers = Renderer("https://hocba.example"), Signers.of(stage)
    material, roots = signers.collected(), [stage.authority.root]
    stamped, proven = list[Record](), list[Record]()
    holders = (stage.services.root, stage.authority.issuing, stage.services.time_stamping)
    authority = StampAuthority(*(Holder(each.key, each.certificate) for each in holders))  # type: ignore[arg-type]
    with closing(TimeStampService(f"{stage.url}/tsa", roots)) as stamps:
        for first in range(0, count, CLASS):
            numbers = range(first, min(count, first + CLASS))
            signed = [signers.signed(renderer.render(year_record(each + 1)).pdf) for each in numbers]
            for pdf in signed[::2]:
                stamped.append(
                    Record.written(folder / f"stamp{len(stamped)}.pdf", Sealing(signers, stamps, material)(pdf))
                )
            batch = [Sealing(signers, None, material)(pdf) for pdf in signed[1::2]]
            at = datetime.now(UTC).replace(microsecond=0)
            for pair in zip(batch, evidence_over(batch, at, authority) if batch else (), strict=True):
                proven.append(Record.written(folder / f"proof{len(proven)}.pdf", *pair))
    return [*stamped, *proven]


def _spent(work: Callable[[], object]) -> float:
    """Seconds of processor time."""
    start = time.process_time()
    work()
    return time.process_time() - start


def _verified(records: Sequence[Record], roots: Sequence[bytes]) -> tuple[list[float], int]:
    """Seconds for each, and the process's memory in MB at most. Called once in a process of its own."""
    litter, trusted = Litter(), [x509.load_der_x509_certificate(root) for root in roots]

    def one(pdf: bytes, evidence: Sequence[bytes]) -> None:
        found = verify(pdf, trusted, evidence=evidence)
        assert found.holds, found.failures()
        assert len(found.signatures) == SIGNATURES
        litter.left(len(pdf), is_ordinary=True)

    spent = [_spent(partial(one, *record.read())) for record in records]
    return spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _floor(records: Sequence[Record], signers: Signers) -> float:
    key = next(iter(signers.keys.values()))
    attributes = hashlib.sha256(b"").digest()
    raw = sign(key.private_key, Mechanism.RSA_PKCS1, attributes)

    def one(pdf: bytes) -> None:
        for _ in range(SIGNATURES):
            hashlib.sha256(pdf).digest()
            assert signature_fits(key.certificate, Mechanism.RSA_PKCS1, raw, attributes)

    return statistics.mean(_spent(partial(one, record.read()[0])) for record in records)


def _stock(records: Sequence[Record], roots: Sequence[x509.Certificate]) -> float:
    return statistics.mean(_spent(partial(by_stock, record.read()[0], roots)) for record in records[:MOST_STOCK])


def _measured(count: int) -> Figures:
    apart = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
    with tempfile.TemporaryDirectory(prefix="hocba-bench-") as name, apart:
        folder = Path(name)
        (folder / "records").mkdir()
        with staged(folder, KeyKind.RSA_2048) as stage:
            records, signers = _records(stage, count, folder / "records"), Signers.of(stage)
            root = stage.authority.root
        spent, mb = apart.submit(_verified, records, [root.public_bytes(Encoding.DER)]).result()
        stock, floor = _stock(records, [root]), _floor(records, signers)
    stamped = sum(record.path.name.startswith("stamp") for record in records)
    tenth = max(1, stamped // TENTHS)
    return Figures(
        records=len(records),
        own=SIGNATURES / statistics.mean(spent),
        with_stamp=SIGNATURES / statistics.mean(spent[:stamped]),
        with_evidence=SIGNATURES / statistics.mean(spent[stamped:]),
        stock=SIGNATURES / stock,
        floor=SIGNATURES / floor,
        growth=statistics.mean(spent[stamped - tenth : stamped]) / statistics.mean(spent[:tenth]),
        mb=mb,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=300)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = _measured(options.records)
    if options.json:
        print(json.dumps({**vars(found), "bar": BAR, "holds": found.own >= BAR}))
        return
    print(f"{found.records} records with {SIGNATURES} signatures each; signatures a second and core (bar {BAR}):")
    print(f"  {'all':28} {found.own:8.0f}")
    print(f"  {'time stamp on each seal':28} {found.with_stamp:8.0f}")
    print(f"  {'evidence record beside':28} {found.with_evidence:8.0f}")
    print(f"  {'stock pyHanko':28} {found.stock:8.0f}  ours is {found.own / found.stock:.1f} times as fast")
    print(f"  {'SHA-256 and RSA alone':28} {found.floor:8.0f}  ours takes {found.floor / found.own:.0f} times as long")
    print(f"last tenth against the first: {found.growth:.2f} times the time; at most {found.mb} MB")


if __name__ == "__main__":
    main()
