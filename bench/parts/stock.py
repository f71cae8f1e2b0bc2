"""PyHanko as it comes, with the same settings as ours: the baseline of signing. It reads the key anew each time."""

import io
import time
from collections.abc import Callable
from contextlib import aclosing

from asn1crypto.tsp import TimeStampReq, TimeStampResp
from cryptography import x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko.stamp import NoOpStampStyle
from pyhanko_certvalidator import ValidationContext

from domain.documents import SignatureField
from signing.authority import IssuedKey
from signing.cms_template import asn1_certificate
from signing.coroutines import run_coroutine
from signing.mechanisms import Mechanism
from tests.signing.stock import simple_signer


def stock_signing(key: IssuedKey, mechanism: Mechanism, field: SignatureField) -> Callable[[bytes], bytes]:
    """A SimpleSigner on the first field of documents."""
    signer = simple_signer(key)
    signer.prefer_pss = mechanism.scheme == "rsassa_pss"
    meta = PdfSignatureMetadata(
        field_name=field,
        md_algorithm=mechanism.digest,
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.FILL_FORMS,
    )

    def sign_one(pdf: bytes) -> bytes:
        # The room for the CMS is given, as ours is; else pyHanko builds every CMS twice.
        signing = _signed(PdfSigner(meta, signer, stamp_style=NoOpStampStyle()), pdf, bytes_reserved=16384)
        return run_coroutine(signing)

    return sign_one


class StockSealing:
    """B-LT with a validation context for each record; `stamping_ms` is what the authority's answers took since reset.

    The timestamper is one for all records: its first request, of a token to learn the length from, is not repeated.
    """

    def __init__(self, key: IssuedKey, roots: list[x509.Certificate], stamps_url: str) -> None:
        self._signer, self._roots = simple_signer(key), [asn1_certificate(each) for each in roots]
        self._stamper = _TimedStamper(stamps_url)

    @property
    def stamping_ms(self) -> float:
        return self._stamper.spent_ms

    def __call__(self, pdf: bytes) -> bytes:
        self._stamper.spent_ms = 0
        return run_coroutine(self._sealed(pdf))

    async def _sealed(self, pdf: bytes) -> bytes:
        async with aclosing(ValidationContext(trust_roots=self._roots, allow_fetching=True)) as context:
            meta = self._meta(context)
            signer = PdfSigner(meta, self._signer, timestamper=self._stamper, stamp_style=NoOpStampStyle())
            return await _signed(signer, pdf)

    def _meta(self, context: ValidationContext) -> PdfSignatureMetadata:
        return PdfSignatureMetadata(
            field_name=SignatureField.SEAL,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            docmdp_permissions=MDPPerm.NO_CHANGES,
            embed_validation_info=True,
            validation_context=context,
        )


class _TimedStamper(HTTPTimeStamper):
    spent_ms: float = 0

    async def async_request_tsa_response(self, req: TimeStampReq) -> TimeStampResp:
        start = time.perf_counter()
        response = await super().async_request_tsa_response(req)
        self.spent_ms += (time.perf_counter() - start) * 1000
        return response


async def _signed(signer: PdfSigner, pdf: bytes, bytes_reserved: int | None = None) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    output = await signer.async_sign_pdf(writer, existing_fields_only=True, bytes_reserved=bytes_reserved)
    assert isinstance(output, io.BytesIO)
    return output.getvalue()
