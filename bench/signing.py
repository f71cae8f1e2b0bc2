"""Milliseconds per embedded signature, ours against pyHanko's stock SimpleSigner, on the same documents in one run.

`python bench/signing.py [--documents 35] [--json]`: year records with their fields placed, RSA-2048, one process, one
warm-up, medians. Ours is prepare + sign + embed; stock is `PdfSigner.sign_pdf` with a SimpleSigner and the same PAdES
settings. The two take turns, so that whatever else the machine does weighs on both.
"""

import argparse
import io
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

# ruff: noqa: E402 - the path comes first
# As a script this file would hide the package `signing` behind its own name.
sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != Path(__file__).parent]

from asn1crypto.keys import PrivateKeyInfo
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers.pdf_cms import SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner
from pyhanko.stamp import NoOpStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from documents.render import Renderer
from domain.documents import SignatureField
from signing.authority import DevelopmentAuthority, IssuedKey
from signing.cms_template import asn1_certificate
from signing.mechanisms import Mechanism, sign
from signing.pdf import BatchSigner, embed
from tests.documents.samples import year_record

FIELD = SignatureField.HOMEROOM


def _document(number: int) -> bytes:
    rendered = Renderer("https://hocba.example").render(year_record(number + 1))
    return rendered.pdf


def _ours(key: IssuedKey) -> Callable[[bytes], bytes]:
    batch = BatchSigner(key.certificates, Mechanism.RSA_PKCS1, signed_at=datetime.now(UTC))

    def sign_one(pdf: bytes) -> bytes:
        prepared = batch.prepare(pdf, FIELD)
        raw = sign(key.private_key, Mechanism.RSA_PKCS1, prepared.to_be_signed)
        return embed(prepared, key.certificates, raw)

    return sign_one


def _stock(key: IssuedKey) -> Callable[[bytes], bytes]:
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple(asn1_certificate(each) for each in key.certificates[1:])
    private = PrivateKeyInfo.load(key.private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
    signer = SimpleSigner(asn1_certificate(key.certificate), private, store, embed_roots=False)
    meta = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.FILL_FORMS,
    )

    def sign_one(pdf: bytes) -> bytes:
        # The room for the CMS is given, as ours is; else pyHanko builds every CMS twice.
        output = PdfSigner(meta, signer, stamp_style=NoOpStampStyle()).sign_pdf(
            IncrementalPdfFileWriter(io.BytesIO(pdf)), existing_fields_only=True, bytes_reserved=8192
        )
        assert isinstance(output, io.BytesIO)
        return output.getvalue()

    return sign_one


def _milliseconds(work: Callable[[bytes], bytes], pdf: bytes) -> float:
    start = time.perf_counter()
    work(pdf)
    return (time.perf_counter() - start) * 1000


def _measured(count: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        key = DevelopmentAuthority.open(Path(folder)).issue_person("Người ký đo thử", "079190000010")
    documents = [_document(number) for number in range(count)]
    works: list[Callable[[bytes], bytes]] = [
        _ours(key),
        _stock(key),
        lambda pdf: sign(key.private_key, Mechanism.RSA_PKCS1, pdf[:100]),
    ]
    for work in works:
        work(documents[0])  # warm-up
    rows = [[_milliseconds(work, pdf) for work in works] for pdf in documents]
    ours, stock, raw = (statistics.median(column) for column in zip(*rows, strict=True))
    return {
        "documents": count,
        "document_bytes": len(documents[0]),
        "ours_ms": round(ours, 2),
        "stock_ms": round(stock, 2),
        "raw_key_ms": round(raw, 2),
        "ratio": round(stock / ours, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=35)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = _measured(options.documents)
    if options.json:
        print(json.dumps(found))
        return
    print(f"{found['documents']} documents of {found['document_bytes']} bytes, RSA-2048, medians, one process")
    print(f"ours (prepare + sign + embed, with stamp)  {found['ours_ms']:8.2f} ms")
    print(f"stock SimpleSigner (no stamp)              {found['stock_ms']:8.2f} ms")
    print(f"raw key operation                          {found['raw_key_ms']:8.2f} ms")
    print(f"ratio                                      {found['ratio']:8.1f} x")


if __name__ == "__main__":
    main()
