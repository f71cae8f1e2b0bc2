"""Verification of whole documents, and evidence by the size of its batch."""

import hashlib
import io
import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from cryptography import x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter, append_signature_field
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from bench.parts.rows import Row, medians, milliseconds, timed
from signing.authority import IssuedKey
from signing.cms_template import asn1_certificate
from signing.coroutines import run_coroutine
from signing.evidence.checking import check_evidence
from signing.evidence.records import Stamp, assemble
from signing.evidence.tree import HashTree
from signing.quick_reading import byte_by_byte
from signing.tokens import check_token
from signing.verification.apart import ApartVerifier
from tests.signing.stock import simple_signer
from tests.signing.tsa import StampAuthority, found

MANY_SIGNATURES = 15
ROUNDS = 3
BATCHES = (1, 35, 1000, 5000)
NODE_BYTES = 32


def verification_rows(sealed: bytes, placed: bytes, key: IssuedKey, roots: Sequence[x509.Certificate]) -> list[Row]:
    """`sealed` is a record of ours; the other file has many signers by the same key, as none of our kinds has."""
    with ApartVerifier() as verifier:
        assert verifier.verify(sealed, roots).holds
        return [_verification_row(verifier, pdf, roots) for pdf in (sealed, _signed_by_many(placed, key))]


def _verification_row(verifier: ApartVerifier, pdf: bytes, roots: Sequence[x509.Certificate]) -> Row:
    count = len(verifier.verify(pdf, roots).signatures)
    turns = [(milliseconds(verifier.verify, pdf, roots), milliseconds(by_stock, pdf, roots)) for _ in range(ROUNDS)]
    own, stock = medians(turns)
    group = "Verification of a file, by a warm process of its own; stock in this one"
    return Row(group, f"{count} signatures", own, "ms", {"stock": stock})


def by_stock(pdf: bytes, roots: Sequence[x509.Certificate]) -> None:
    """Every signature by pyHanko's own validation, offline."""
    trusted = [asn1_certificate(each) for each in roots]

    async def validated() -> None:
        for signature in PdfFileReader(io.BytesIO(pdf)).embedded_signatures:
            status = await async_validate_pdf_signature(signature, ValidationContext(trust_roots=trusted))
            assert status.intact
            assert status.valid

    with byte_by_byte():
        run_coroutine(validated())


def _signed_by_many(pdf: bytes, key: IssuedKey) -> bytes:
    fields = [f"teacher_{number}" for number in range(MANY_SIGNATURES)]
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    for field in fields:
        append_signature_field(writer, SigFieldSpec(field))
    placed = io.BytesIO()
    writer.write(placed)  # type: ignore[no-untyped-call]
    signer, data = simple_signer(key), placed
    for field in fields:
        meta = PdfSignatureMetadata(field_name=field, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES)
        signing = PdfSigner(meta, signer).async_sign_pdf(IncrementalPdfFileWriter(data), existing_fields_only=True)
        data = run_coroutine(signing)
    return data.getvalue()


def evidence_rows() -> list[Row]:
    now = datetime.now(UTC).replace(microsecond=0)
    stamps = found("Dấu thời gian đo thử", now - timedelta(days=1), now + timedelta(days=365))
    return [row for size in BATCHES for row in _evidence_rows(size, stamps, now)]


def _hash_pairs(leaves: Sequence[bytes]) -> None:
    """A tree has as many nodes above its leaves as it has leaves."""
    for leaf in leaves:
        hashlib.sha256(leaf + leaf).digest()


def _evidence_rows(size: int, stamps: StampAuthority, now: datetime) -> list[Row]:
    leaves = [hashlib.sha256(b"%d" % number).digest() for number in range(size)]
    tree = HashTree.over(leaves)
    paths, walking = timed(lambda: [tree.path(leaf) for leaf in leaves])
    token = stamps.token(tree.root, now)
    stamp = Stamp("sha256", paths[0], token)
    record = assemble([[stamp]])
    growing, hashing, putting, own, token_alone = medians(
        (
            milliseconds(HashTree.over, leaves),
            milliseconds(_hash_pairs, leaves),
            milliseconds(assemble, [[stamp]]),
            milliseconds(check_evidence, record, {"sha256": leaves[0]}, stamps.roots, moment=now),
            milliseconds(check_token, token, tree.root, stamps.roots, at=now),
        )
        for _ in range(ROUNDS)
    )
    siblings = NODE_BYTES * math.ceil(math.log2(size))
    group = f"Evidence of a batch of {size}"
    return [
        Row(group, "tree", growing, "ms", {"SHA-256 of as many nodes": hashing}, {"every path": walking}),
        Row(group, "path", len(paths[0]), "bytes", {"one hash a level": siblings}),
        Row(group, "record", len(record), "bytes", {"its token": len(token)}),
        Row(group, "assembling", putting, "ms", {"check of its token": token_alone}),
        Row(group, "check", own, "ms", {"token alone": token_alone}),
    ]
