"""What a season is measured against: how one would write it at first, and the least that it could take.

Each on all processors at the same time, as the season itself is: they share caches and memory, so each is slower than
it would be alone.
"""

import io
import multiprocessing
import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from html import escape
from threading import Barrier
from typing import Final

import typst
import weasyprint  # type: ignore[import-untyped]
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata

from bench.parts.stock import StockSealing
from bench.rendering import BASELINE, STANDARDS, year_record
from config.settings import Settings
from documents.content import canonical_json
from documents.render import literal
from domain.documents import SignatureField
from domain.year_records import PrimaryRecordContent
from signing.authority import DevelopmentAuthority, IssuedKey
from tests.signing.stock import simple_signer

NAIVE, FLOOR = 12, 160  # records timed by each processor
LONGEST_START_S: Final = 120.0
BOXES: Final = {SignatureField.HOMEROOM: 330, SignatureField.PRINCIPAL: 180, SignatureField.SEAL: 60}


_ready: Barrier  # in each process of a pool
Work = Callable[[PrimaryRecordContent], float]  # seconds that a record took


def naive_pace(settings: Settings, *, bare_seals: bool) -> float:
    """Records a second by WeasyPrint and pyHanko's `sign_pdf`, without what a time-stamp authority takes."""
    return _together(NAIVE, _naive, settings, bare_seals)


def floor_pace() -> float:
    """Records a second of two pages with one line each by Typst, and three bare operations of a key."""
    return _together(FLOOR, _floor)


def _together(records: int, make: Callable[..., Work], *arguments: object) -> float:
    context, processors = multiprocessing.get_context("spawn"), os.cpu_count() or 1
    ready = context.Barrier(processors)
    with ProcessPoolExecutor(processors, context, _meet_at, (ready,)) as pool:
        paces = [pool.submit(_pace, records, make, *arguments) for _ in range(processors)]
        return sum(pace.result() for pace in paces)


def _meet_at(ready: Barrier) -> None:
    global _ready  # noqa: PLW0603 - what the process is started with
    _ready = ready
    os.environ["RAYON_NUM_THREADS"] = "1"  # of Typst's threads as many as the season has


def _pace(records: int, make: Callable[..., Work], *arguments: object) -> float:
    """Records a second of one process, once all have warmed up."""
    work = make(*arguments)
    first, *others = (year_record(number) for number in range(records + 1))
    work(first)
    _ready.wait(LONGEST_START_S)
    return records / sum(map(work, others))


def _naive(settings: Settings, bare_seals: bool) -> Work:  # noqa: FBT001
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

    return one


def _floor() -> Work:
    compiler = typst.Compiler(font_paths=typst.Fonts(include_system_fonts=False), ignore_system_fonts=True)
    key = rsa.generate_private_key(65537, 2048)

    def one(record: PrimaryRecordContent) -> float:
        start = time.perf_counter()
        data = literal(canonical_json(record).decode())
        pdf = compiler.compile(BASELINE.format(data=data).encode(), format="pdf", pdf_standards=STANDARDS)
        assert isinstance(pdf, bytes)
        for _ in BOXES:
            key.sign(pdf, padding.PKCS1v15(), hashes.SHA256())
        return time.perf_counter() - start

    return one


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
