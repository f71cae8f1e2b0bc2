"""One class and term: where it stands, who is waited for, its papers, and the doors to the rooms one has there."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.deps import CurrentPerson, ServicesDep, VisibleClassTerm, now
from api.guard import allow
from api.pages.corrections import pupils
from api.pages.homeroom.room import READERS
from api.pages.language import current_language, gettext
from api.pages.language import marked as _
from api.pages.management.board import SHORT_NAMES
from api.pages.taking import TakenList, of_class, take_list
from api.pages.templating import page
from api.services import Services
from domain.assessment import Term
from domain.calendar import day_of
from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.documents import DocumentKind
from domain.duties import MANAGERS, STAFF
from domain.stages import STAGE_NAMES, STAGES, Stage
from signing.verification.labels import kind_name
from storage import access, board
from storage.access import ClassTermHead
from storage.board import DocumentLine
from storage.class_view import class_view
from storage.staffing import Person

router = APIRouter(include_in_schema=False, prefix="/lop")


@dataclass(frozen=True)
class Door:
    """The way to a room in which the visitor has something to do, or to look at."""

    href: str
    label: str
    icon: str


@dataclass(frozen=True)
class PaperLine:
    """A paper by name, `part` where a class has several; year records are counted together, one for each pupil."""

    name: str
    slot_name: str
    part: int
    href: str
    is_sealed: bool
    count: int = 1


_TAKEN: Final = TakenList("phan-viec", _("Ai làm phần nào"), {
    _("Phần việc"): 28, _("Người phụ trách"): 34, _("Từ ngày"): 12, _("Học sinh"): 9, _("Đã gửi"): 9, _("Đã ký"): 9,
    _("Còn chờ"): 40,
})  # fmt: skip
_OFFICE_DOORS: Final = (
    (PRINCIPAL, "/lop/{}/duyet", _("Duyệt lớp này"), "file-check-2"),
    (SEAL, "/dong-dau", _("Đóng dấu"), "stamp"),
)


@router.get("/{class_term_id}")
@allow(STAFF)
def show_class(request: Request, head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep) -> Response:
    return page(found, request, "class_page/show.html", **_values(found, head, person))


@router.get("/{class_term_id}/tinh-hinh")
@allow(STAFF)
def show_state(request: Request, head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep) -> Response:
    """The part of the page that changes."""
    return page(found, request, "class_page/_state.html", **_values(found, head, person))


@router.get("/{class_term_id}/phan-viec.xlsx")
@allow(STAFF)
def take_parts(head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep) -> Response:
    with found.sessions() as session:
        view = class_view(session, head.id, now())
    rows = [
        (
            gettext(each.name), ", ".join(each.holders), day_of(each.since) if each.since else None, view.pupils,
            None if each.slot in {PRINCIPAL, SEAL} else each.submitted,
            None if each.slot in {PRINCIPAL, SEAL, HOMEROOM} else each.signed,
            ", ".join(f"{gettext(wait.work.label)}: {wait.pupils}" for wait in each.waits),
        )
        for each in view.slots
    ]  # fmt: skip
    return take_list(found, person, _TAKEN, rows, of_class(head))


def _values(found: Services, head: ClassTermHead, person: Person) -> dict[str, Any]:
    at = now()
    with found.sessions() as session:
        view = class_view(session, head.id, at)
        documents = board.document_lines(session, head.id)
    names = {each.slot: each.name for each in view.slots}
    live = [each for each in documents if each.state == "live" and access.may_read_paper(person, head, each.slot)]
    return {
        "head": head,
        "term": Term(head.term),
        "view": view,
        "stage": Stage(head.stage),
        "stages": STAGES,
        "stage_names": STAGE_NAMES,
        "short_names": SHORT_NAMES,
        "papers": _papers(live, names),
        "recalled": sum(
            each.state == "recalled" for each in documents if access.may_read_paper(person, head, each.slot)
        ),
        "may_make_pages": bool(pupils.CLERKS & person.duties),
        "doors": _doors(head, names),
        "may_read_reports": access.may_read_slot(person, head, HOMEROOM),
        "may_assign": bool(person.duties & MANAGERS),
        "may_read_class": bool(person.duties & READERS) and access.may_read_slot(person, head, HOMEROOM),
        "now": at,
    }


def _doors(head: ClassTermHead, names: dict[str, str]) -> list[Door]:
    own = [slot for slot in names if slot in head.my_slots]
    found = []
    if HOMEROOM in own:
        found.append(Door(f"/lop/{head.id}/chu-nhiem", _("Phòng chủ nhiệm"), "users"))
    found += [Door(path.format(head.id), label, icon) for slot, path, label, icon in _OFFICE_DOORS if slot in own]
    found += [
        Door(f"/lop/{head.id}/nhap/{slot}", names[slot], "table-2") for slot in own if slot not in {PRINCIPAL, SEAL}
    ]
    return found


def _papers(lines: list[DocumentLine], names: dict[str, str]) -> list[PaperLine]:
    single = [each for each in lines if each.kind != DocumentKind.YEAR_RECORD]
    found = [
        PaperLine(
            kind_name(DocumentKind(each.kind), current_language()), names.get(each.slot, ""), each.part,
            f"/api/v1/documents/{each.document_id}", each.sealed_at is not None,
        )
        for each in single
    ]  # fmt: skip
    records = Counter(each.sealed_at is not None for each in lines if each.kind == DocumentKind.YEAR_RECORD)
    name = kind_name(DocumentKind.YEAR_RECORD, current_language())
    return [*found, *(PaperLine(name, "", 0, "", sealed, count) for sealed, count in sorted(records.items()))]
