"""What attackers do to a file, and that they are found."""

import io
from collections.abc import Callable

from pyhanko.pdf_utils.generic import DictionaryObject, StreamObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner

from domain.documents import SignatureField
from signing.verification.verdicts import Check, Verdict, Verification
from signing.verification.verify import verify
from tests.signing.stock import simple_signer
from tests.signing.verification.objects import stream
from tests.signing.verification.world import World

Change = Callable[[IncrementalPdfFileWriter], None]


def updated(pdf: bytes, change: Change) -> bytes:
    """The file with one more revision."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    change(writer)
    output = io.BytesIO()
    writer.write(output)  # type: ignore[no-untyped-call]
    return output.getvalue()


def signed_with_change(world: World, pdf: bytes, field: SignatureField, change: Change) -> bytes:
    """The change slipped into the revision of a genuine signature."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    change(writer)
    meta = PdfSignatureMetadata(field_name=field.value, subfilter=SigSeedSubFilter.PADES)
    signed = PdfSigner(meta, simple_signer(world.cast.keys[field])).sign_pdf(writer, existing_fields_only=True)
    assert isinstance(signed, io.BytesIO)
    return signed.getvalue()


def page(writer: IncrementalPdfFileWriter, number: int = -1) -> DictionaryObject:
    """A page, marked as changed."""
    reference, _ = writer.find_page_for_modification(number)  # type: ignore[no-untyped-call]
    writer.mark_update(reference)
    found = reference.get_object()
    assert isinstance(found, DictionaryObject)
    return found


def picture(content: bytes) -> StreamObject:
    """A form XObject of the size of a page."""
    return stream(content, Type="/XObject", Subtype="/Form", BBox=[0, 0, 595, 842])


def refused(pdf: bytes, world: World, *checks: Check, verdict: Verdict = Verdict.INVALID) -> Verification:
    """The verification of an attacked file, after making sure that it was refused for these reasons among others."""
    found = verify(pdf, world.roots)
    assert found.verdict is verdict, found.failures()
    assert set(checks) <= set(found.failures()), found.failures()
    return found
