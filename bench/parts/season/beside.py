"""What a season is measured against: how one would write it at first, and the least that it could take."""

import io
import time
from html import escape
from statistics import median
from typing import Final

import typst
import weasyprint  # type: ignore[import-untyped]
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata

from bench.parts.rows import milliseconds
from bench.parts.stock import StockSealing
from bench.rendering import BASELINE, STANDARDS, year_record
from config.settings import Settings
from documents.content import canonical_json
from documents.render import literal
from domain.documents import SignatureField
from domain.year_records import PrimaryRecordContent
from signing.authority import DevelopmentAuthority, IssuedKey
from tests.signing.stock import simple_signer

NAIVE, FLOOR = 6, 40  # records timed
BOXES: Final = {SignatureField.HOMEROOM: 330, SignatureField.PRINCIPAL: 180, SignatureField.SEAL: 60}


def naive_seconds(settings: Settings, *, bare_seals: bool) -> float:
    """Seconds for a record by WeasyPrint and pyHanko's `sign_pdf`, without what a time-stamp authority takes."""
    authority = DevelopmentAuthority.open(settings.pki_dir, services_url=settings.pki_url)
    people = {
        SignatureField.HOMEROOM: authority.issue_person("Chủ nhiệm đo thử", "079190000021"),
        SignatureField.PRINCIPAL: authority.issue_person("Hiệu trưởng đo thử", "079190000022"),
    }
    school = authority.issue_organisation("Trường đo thử", "79000099")
    sealing = StockSealing(school, [authority.root], f"{settings.pki_url}/tsa")

    def one(record: PrimaryRecordContent) -> float:
        start = time.perf_counter()
        pdf = _with_fields(weasyprint.HTML(string=_html(record)).write_pdf(pdf_variant="pdf/a-3b"))
        for field, key in people.items():
            pdf = _signed(pdf, field, key)
        pdf = _signed(pdf, SignatureField.SEAL, school) if bare_seals else sealing(pdf)
        return time.perf_counter() - start - (0 if bare_seals else sealing.stamping_ms / 1000)

    first, *others = (year_record(number) for number in range(NAIVE + 1))
    one(first)
    return median(one(record) for record in others)


def floor_seconds(key: rsa.RSAPrivateKey) -> float:
    """Seconds for three bare operations of a key, and for two pages with one line each by Typst."""
    compiler = typst.Compiler(font_paths=typst.Fonts(include_system_fonts=False), ignore_system_fonts=True)

    def one(record: PrimaryRecordContent) -> None:
        data = literal(canonical_json(record).decode())
        pdf = compiler.compile(BASELINE.format(data=data).encode(), format="pdf", pdf_standards=STANDARDS)
        assert isinstance(pdf, bytes)
        for _ in BOXES:
            key.sign(pdf, padding.PKCS1v15(), hashes.SHA256())

    first, *others = (year_record(number) for number in range(FLOOR + 1))
    one(first)
    return median(milliseconds(one, record) for record in others) / 1000


def _html(record: PrimaryRecordContent) -> str:
    """The same texts on two plain pages; nobody would be content with them."""
    subjects = "".join(
        f"<tr><td>{escape(line.name)}<td>{escape(line.level)}<td>{escape(line.score)}<td>{escape(line.comment)}"
        for line in record.subjects
    )
    groups = (
        (record.qualities, record.qualities_comment),
        (record.general_competencies, record.general_comment),
        (record.specific_competencies, record.specific_comment),
    )
    levels = "".join(
        f"<table>{''.join(f'<tr><td>{escape(line.name)}<td>{escape(line.level)}' for line in lines)}</table>"
        f"<p>{escape(comment)}</p>"
        for lines, comment in groups
    )
    return (
        "<html lang=vi><style>@page{size:A4;margin:2cm}table{border-collapse:collapse;width:100%}"
        "td{border:1px solid}h2{break-before:page}</style>"
        f"<h1>Học bạ</h1><p>{escape(record.pupil.full_name)}, {escape(record.school.name)}</p><table>{subjects}</table>"
        f"<h2>Năng lực, phẩm chất</h2>{levels}<p>{escape(record.homeroom_comment)}</p>"
        f"<p>{escape(record.result_reason)}</p></html>"
    )


def _with_fields(pdf: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    for field, left in BOXES.items():
        fields.append_signature_field(writer, SigFieldSpec(field.value, box=(left, 60, left + 110, 110), on_page=1))
    output = io.BytesIO()
    writer.write(output)  # type: ignore[no-untyped-call]
    return output.getvalue()


def _signed(pdf: bytes, field: SignatureField, key: IssuedKey) -> bytes:
    meta = PdfSignatureMetadata(field_name=field.value, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES)
    output = signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), meta, simple_signer(key))
    assert isinstance(output, io.BytesIO)
    return output.getvalue()
