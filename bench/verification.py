"""What verifying many records of a city costs: signatures a second and core, beside pyHanko and the bare operations.

`python -m bench.verification [--records 300] [--json]`: year records, each of a pupil of its own, signed by a homeroom
teacher and a principal and sealed by their school with everyone's validation data (PAdES B-LT): one half with a time
stamp on each seal, the other with one for the batch and an evidence record beside each file. They are verified one
after another in this process. Figures are processor time, so what else the machine does weighs little; "stock" is
pyHanko's own validation of a few of the same files, offline; the floor is SHA-256 of what is signed and the RSA
operation, for every signature.
"""

import argparse
import hashlib
import json
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from cryptography import x509

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
TENTHS = 10


@dataclass(frozen=True)
class Record:
    pdf: bytes
    evidence: tuple[bytes, ...] = ()


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


def _records(stage: Stage, count: int) -> list[Record]:
    """As a school makes them, one batch after the other."""
    renderer, signers = Renderer("https://hocba.example"), Signers.of(stage)
    signed = [signers.signed(renderer.render(year_record(number + 1)).pdf) for number in range(count)]
    material, roots = signers.collected(), [stage.authority.root]
    with closing(TimeStampService(f"{stage.url}/tsa", roots)) as stamps:
        stamped = [Record(Sealing(signers, stamps, material)(pdf)) for pdf in signed[::2]]
    batch = [Sealing(signers, None, material)(pdf) for pdf in signed[1::2]]
    holders = (stage.services.root, stage.authority.issuing, stage.services.time_stamping)
    authority = StampAuthority(*(Holder(each.key, each.certificate) for each in holders))  # type: ignore[arg-type]
    evidence = evidence_over(batch, datetime.now(UTC).replace(microsecond=0), authority)
    return [*stamped, *(Record(pdf, (record,)) for pdf, record in zip(batch, evidence, strict=True))]


def _spent(work: Callable[[], object]) -> float:
    """Seconds of processor time."""
    start = time.process_time()
    work()
    return time.process_time() - start


def _verified(records: Sequence[Record], roots: Sequence[x509.Certificate]) -> list[float]:
    litter = Litter()

    def one(record: Record) -> None:
        found = verify(record.pdf, roots, evidence=record.evidence)
        assert found.holds, found.failures()
        assert len(found.signatures) == SIGNATURES
        litter.left(len(record.pdf), is_ordinary=True)

    return [_spent(partial(one, record)) for record in records]


def _floor(records: Sequence[Record], signers: Signers) -> float:
    key = next(iter(signers.keys.values()))
    attributes = hashlib.sha256(b"").digest()
    raw = sign(key.private_key, Mechanism.RSA_PKCS1, attributes)

    def one(record: Record) -> None:
        for _ in range(SIGNATURES):
            hashlib.sha256(record.pdf).digest()
            assert signature_fits(key.certificate, Mechanism.RSA_PKCS1, raw, attributes)

    return statistics.mean(_spent(partial(one, record)) for record in records)


def _stock(records: Sequence[Record], roots: Sequence[x509.Certificate]) -> float:
    return statistics.mean(_spent(partial(by_stock, record.pdf, roots)) for record in records[:MOST_STOCK])


def _measured(count: int) -> Figures:
    with tempfile.TemporaryDirectory(prefix="hocba-bench-") as name, staged(Path(name), KeyKind.RSA_2048) as stage:
        records, roots, signers = _records(stage, count), [stage.authority.root], Signers.of(stage)
    stamped = len(records) - len(records) // 2
    spent = _verified(records, roots)
    tenth = max(1, stamped // TENTHS)
    return Figures(
        records=len(records),
        own=SIGNATURES / statistics.mean(spent),
        with_stamp=SIGNATURES / statistics.mean(spent[:stamped]),
        with_evidence=SIGNATURES / statistics.mean(spent[stamped:]),
        stock=SIGNATURES / _stock(records, roots),
        floor=SIGNATURES / _floor(records, signers),
        growth=statistics.mean(spent[stamped - tenth : stamped]) / statistics.mean(spent[:tenth]),
        mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
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
