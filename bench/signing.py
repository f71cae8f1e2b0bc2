"""Milliseconds per embedded signature, ours against pyHanko's stock SimpleSigner, on the same documents in one run.

`python -m bench.signing [--documents 35] [--json]`: one process, RSA-2048, one warm-up, medians.
Ours is prepare + sign + embed; stock is `PdfSigner.sign_pdf` with a SimpleSigner and the same PAdES settings.
"""

import argparse
import io
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import typst
from asn1crypto.keys import PrivateKeyInfo
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers.pdf_cms import SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner
from pyhanko.stamp import NoOpStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from domain.documents import SignatureField
from domain.signature_places import SignaturePlace
from signing.authority import DevelopmentAuthority, IssuedKey
from signing.cms_template import asn1_certificate
from signing.fields import place_fields
from signing.mechanisms import Mechanism, sign
from signing.pdf import BatchSigner, embed

FIELD = SignatureField.HOMEROOM
PLACES = [
    SignaturePlace(field, f"Chữ ký {field}", -1, (left, 140, left + 150, 185))
    for field, left in ((FIELD, 397), (SignatureField.PRINCIPAL, 48), (SignatureField.SEAL, 222))
]
SOURCE = """
#set document(title: "Văn bản đo", date: datetime(year: 2026, month: 5, day: 29))
#set text(font: "Libertinus Serif", lang: "vi")
= Văn bản số #sys.inputs.number
#table(columns: 4, ..range(160).map(number => [Học sinh #number]))
#pagebreak()
Trang ký
"""


def _document(number: int) -> bytes:
    pdf = typst.compile(
        SOURCE.encode(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"number": str(number)},
        pdf_standards=["a-3a", "ua-1"],
    )
    assert isinstance(pdf, bytes)
    return place_fields(pdf, PLACES)


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


def _milliseconds(work: Callable[[bytes], bytes], documents: Sequence[bytes]) -> list[float]:
    work(documents[0])  # warm-up
    taken = []
    for pdf in documents:
        start = time.perf_counter()
        work(pdf)
        taken.append((time.perf_counter() - start) * 1000)
    return taken


def _measured(count: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        key = DevelopmentAuthority.open(Path(folder)).issue_person("Người ký đo thử", "079190000010")
    documents = [_document(number) for number in range(count)]
    raw = _milliseconds(lambda pdf: sign(key.private_key, Mechanism.RSA_PKCS1, pdf[:100]), documents)
    ours, stock = _milliseconds(_ours(key), documents), _milliseconds(_stock(key), documents)
    return {
        "documents": count,
        "document_bytes": len(documents[0]),
        "ours_ms": round(statistics.median(ours), 2),
        "stock_ms": round(statistics.median(stock), 2),
        "raw_key_ms": round(statistics.median(raw), 2),
        "ratio": round(statistics.median(stock) / statistics.median(ours), 1),
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
