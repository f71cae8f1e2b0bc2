"""The register of what the school issued: searched by code, class and date, printed, exported, handed out."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final
from urllib.parse import quote, urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from api.deps import CurrentPerson, ServicesDep, VisibleClassTerm, VisibleDocument, now, require_readable
from api.guard import allow
from api.pages.language import current_language, gettext
from api.pages.language import marked as _
from api.pages.taking import TakenList, of_class, take_list
from api.pages.templating import page
from api.services import Services
from api.workbooks import workbook
from documents.cover import Cover
from documents.page import lookup_url, qr_svg
from domain.assessment import Term
from domain.curriculum import HOMEROOM
from domain.documents import FIELDS, DocumentKind, SignatureField, is_subject_field
from domain.duties import OFFICES, Duty
from domain.errors import NotFound
from domain.matters.paper_words import field_name
from interchange.reports.register import RegisterLine, write_register
from signing.verification.labels import kind_name
from storage import board, register, showing
from storage.access import ClassTermHead
from storage.register import Asked, Entry

router = APIRouter(include_in_schema=False)
PER_PAGE: Final = 100
STANDINGS: Final = {
    register.IN_FORCE: _("Có hiệu lực"),
    register.RECALLED: _("Đã thu hồi"),
    register.SUPERSEDED: _("Đã có bản thay thế"),
    "": _("Chưa phát hành"),
}
_OF_CLASSES: Final = (DocumentKind.YEAR_RECORD, DocumentKind.CLASS_SUMMARY)
_OF_MATTERS: Final = (kind for kind in DocumentKind if SignatureField.SEAL in FIELDS.get(kind, ()))
KINDS: Final = tuple(dict.fromkeys((*_OF_CLASSES, *_OF_MATTERS)))
_SUBJECT_TEACHER: Final = _("Giáo viên bộ môn")
_SLIPS: Final = TakenList(
    "phieu-tra-cuu", _("Phiếu tra cứu"), {_("Học sinh"): 28, _("Mã tra cứu"): 30, _("Địa chỉ tra cứu"): 60}
)
_PROVEN, _NOT_PROVEN = _("Đã có"), _("Đang chờ")


async def asked_of(
    code: Annotated[str, Query(alias="ma", max_length=60)] = "",
    class_id: Annotated[str, Query(alias="lop")] = "",
    kind: Annotated[str, Query(alias="loai")] = "",
    standing: Annotated[str, Query(alias="trang_thai")] = "",
    first: Annotated[str, Query(alias="tu")] = "",
    last: Annotated[str, Query(alias="den")] = "",
) -> Asked:
    """What the address asks for; what makes no sense in it is not asked."""
    return Asked(
        code.strip(),
        _id(class_id),
        kind if kind in KINDS else "",
        standing if standing and standing in STANDINGS else "",
        _day(first),
        _day(last),
    )


AskedDep = Annotated[Asked, Depends(asked_of)]


@dataclass(frozen=True)
class Slip:
    """One code to cut out and hand to a family."""

    entry: Entry
    url: str
    qr: str


@router.get("/so-phat-hanh")
@allow(OFFICES)
def show_register(
    request: Request,
    person: CurrentPerson,
    found: ServicesDep,
    asked: AskedDep,
    number: Annotated[int, Query(alias="trang", ge=1, le=10_000)] = 1,
) -> Response:
    with found.sessions() as session:
        total = register.count(session, person.school_id, asked)
        entries = register.entries(session, person.school_id, asked, PER_PAGE, (number - 1) * PER_PAGE)
        classes = register.classes(session, person.school_id)
        school = board.school_name(session, person.school_id)
    kept = urlencode([each for each in request.query_params.multi_items() if each[0] != "trang" and each[1]])
    return page(
        found,
        request,
        "register/register.html",
        entries=entries,
        total=total,
        number=number,
        pages=max(-(-total // PER_PAGE), 1),
        classes=classes,
        asked=asked,
        is_filtered=asked != Asked(),
        kept=kept,
        school=school,
        kinds={kind: kind_name(kind, current_language()) for kind in KINDS},
        standings=STANDINGS,
        skipped=(number - 1) * PER_PAGE,
    )


@router.get("/so-phat-hanh.xlsx")
@allow(OFFICES)
def export_register(person: CurrentPerson, found: ServicesDep, asked: AskedDep) -> Response:
    """What is asked for as a workbook, all pages of it."""
    with found.sessions() as session:
        entries = register.entries(session, person.school_id, asked)
        school = board.school_name(session, person.school_id)
        classes = register.classes(session, person.school_id)
    named = next((each.name for each in classes if each.class_id == asked.class_id), "")
    words = f"Lớp {named}" if named else "Toàn trường"
    return workbook(write_register(school, [_in_words(each) for each in entries], words), "so-phat-hanh", named)


@router.get("/so-phat-hanh/{document_id}")
@allow(OFFICES)
def show_entry(request: Request, head: VisibleDocument, person: CurrentPerson, found: ServicesDep) -> Response:
    """One document: how it stands, who signed it, and everything of it that can be handed over."""
    with found.sessions() as session:
        entry = register.entry(session, person.school_id, head.id)
        signings = showing.signings_of(session, head.id)
    if entry is None:
        raise NotFound("Văn bản này chưa được đóng dấu nên chưa vào sổ phát hành.")
    signed = [(_SUBJECT_TEACHER if is_subject_field(each.field) else field_name(each.field), each) for each in signings]
    return page(
        found,
        request,
        "register/entry.html",
        slip=_slip(found, entry),
        kind=kind_name(entry.kind, current_language()),
        signed=signed,
        standings=STANDINGS,
    )


@router.get("/lop/{class_term_id}/in-ca-lop.pdf")
@allow(OFFICES | {Duty.HOMEROOM})
def print_class(head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep) -> Response:
    """All issued papers of the class in one file that is good for paper only, and says so on its first page."""
    entries = _papers(found, head, person)
    with found.sessions() as session:
        school = board.school_name(session, head.school_id)
    lines = (
        f"{Term(head.term).label}, năm học {head.school_year}",
        f"{len(entries)} văn bản: {kind_name(entries[0].kind).lower()}",
    )
    cover = Cover(school, f"Lớp {head.class_name}", lines)
    pdf = found.showing.to_print(cover, [each.sha256 for each in entries])
    name = f"chi-de-in-{head.term}-{head.school_year}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


@router.get("/lop/{class_term_id}/phieu-tra-cuu")
@allow(OFFICES | {Duty.HOMEROOM})
def show_slips(request: Request, head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep) -> Response:
    """A sheet of codes to cut out: each family gets the one of its own child."""
    entries = _papers(found, head, person)
    slips = [_slip(found, each) for each in entries]
    return page(found, request, "register/slips.html", head=head, term=Term(head.term), slips=slips, at=now())


@router.get("/lop/{class_term_id}/phieu-tra-cuu.xlsx")
@allow(OFFICES | {Duty.HOMEROOM})
def take_slips(head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep) -> Response:
    """The same codes as a list, for those who send them out."""
    slips = [_slip(found, each) for each in _papers(found, head, person)]
    whole = gettext("Bảng tổng hợp của lớp")
    rows = [(each.entry.full_name or whole, each.entry.lookup_code, each.url) for each in slips]
    return take_list(found, person, _SLIPS, rows, of_class(head))


def _papers(found: Services, head: ClassTermHead, person: CurrentPerson) -> list[Entry]:
    """The pupils' own papers, in the first term the class's summaries. Raises NotFound before any was sealed."""
    require_readable(head, person, HOMEROOM, "Không tìm thấy lớp này.")
    kind = DocumentKind.YEAR_RECORD if head.term == Term.YEAR_END else DocumentKind.CLASS_SUMMARY
    with found.sessions() as session:
        entries = register.of_class_term(session, head.school_id, head.id, kind)
    if not entries:
        raise NotFound("Lớp này chưa có văn bản nào được đóng dấu.")
    return entries


def _slip(found: Services, entry: Entry) -> Slip:
    url = lookup_url(found.showing.verify_url, entry.lookup_code)
    return Slip(entry, url, f"data:image/svg+xml,{quote(qr_svg(url, quiet=2))}")


def _in_words(each: Entry) -> RegisterLine:
    return RegisterLine(
        kind_name(each.kind, current_language()),
        each.class_name,
        each.school_year,
        gettext(each.term.label) if each.term else "",
        each.pupil_code,
        each.full_name,
        each.version,
        each.sealed_at,
        each.lookup_code,
        gettext(STANDINGS[each.standing]),
        gettext(_PROVEN if each.is_proven else _NOT_PROVEN),
        each.sha256,
    )


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
