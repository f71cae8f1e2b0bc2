"""Who does what in which class: the matrix of a year, one slot with its history, and what is amiss."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, status
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from api.deps import CurrentPerson, ServicesDep, class_of_school, now
from api.guard import allow
from api.pages.language import counted, gettext
from api.pages.management.handing_on import ChangeForm, change_form, empty_form, id_of_text
from api.pages.templating import page
from api.services import Services
from api.workbooks import workbook
from domain.assessment import Term
from domain.duties import MANAGERS, Duty
from domain.errors import Conflict, Invalid, NotFound
from interchange.reports.assignments import write_assignments
from storage import assignments, board, certificate_list, reassigning
from storage.assignments import ClassRow, Office, name_of_slot
from storage.entries import curriculum_of
from storage.reassigning import Change
from storage.staffing import Person
from storage.tables import ClassGroup

router = APIRouter(include_in_schema=False, prefix="/phan-cong")
_SOON: Final = timedelta(days=30)


@dataclass(frozen=True)
class GradeMatrix:
    """Classes of one grade; classes that are taught differently share the columns of all their subjects."""

    grade: int
    slots: list[tuple[str, str]]
    classes: list[ClassRow]


@router.get("")
@allow(MANAGERS)
def show_matrix(
    request: Request,
    person: CurrentPerson,
    found: ServicesDep,
    nam: str = "",
    khoi: str = "",
    nguoi: str = "",
) -> Response:
    at = now()
    with found.sessions() as session:
        years = assignments.years_of(session, person.school_id)
        year = nam if nam in years or not years else years[0]
        rows = assignments.matrix(session, person.school_id, year, at)
        members = assignments.staff_of(session, person.school_id)
        warnings = _warnings(session, person, rows, at)
    shown = _shown(rows, khoi, nguoi)
    return page(
        found,
        request,
        "assignments/matrix.html",
        years=years,
        year=year,
        grades=sorted({row.grade for row in rows}),
        grade=khoi,
        members=members,
        person_asked=nguoi,
        matrices=_by_grade(shown),
        usual=_usual(shown),
        warnings=warnings,
    )


@router.get("/bang")
@allow(MANAGERS)
def download_matrix(
    person: CurrentPerson, found: ServicesDep, nam: str = "", khoi: str = "", nguoi: str = ""
) -> Response:
    """Who does what in the classes that the page shows."""
    at = now()
    with found.sessions() as session:
        school = board.school_name(session, person.school_id)
        years = assignments.years_of(session, person.school_id)
        year = nam if nam in years or not years else years[0]
        rows = assignments.matrix(session, person.school_id, year, at)
    held = [each for row in _shown(rows, khoi, nguoi) for each in (*row.now.values(), *row.later.values())]
    return workbook(write_assignments(school, year, held), "phan-cong", year)


@router.get("/{class_id}/{slot}")
@allow(MANAGERS)
def show_slot(
    request: Request, class_id: UUID, slot: str, person: CurrentPerson, found: ServicesDep, xong: str = ""
) -> Response:
    """Who fills a slot, everybody who did before, and the form by which it goes to somebody else."""
    values = _slot_values(found, person, class_id, slot)
    return page(found, request, "assignments/slot.html", **values, form=empty_form(), problem="", done=bool(xong))


@router.post("/{class_id}/{slot}")
@allow(MANAGERS)
def change_slot(
    request: Request,
    class_id: UUID,
    slot: str,
    person: CurrentPerson,
    found: ServicesDep,
    form: Annotated[ChangeForm, Depends(change_form)],
) -> Response:
    """Give the slot to somebody from the day on; the same form sent again changes nothing."""
    values = _slot_values(found, person, class_id, slot)
    try:
        change = Change(class_id, slot, id_of_text(form.thay), form.at, form.until)
        with found.sessions.begin() as session:
            reassigning.change_slots(session, person, [change], form.why)
    except (Conflict, Invalid, NotFound) as refused:
        shown = {"form": form, "problem": refused.message, "done": False}
        return page(found, request, "assignments/slot.html", status=422, **values, **shown)
    return RedirectResponse(f"/phan-cong/{class_id}/{slot}?xong=1", status.HTTP_303_SEE_OTHER)


def _slot_values(found: Services, person: Person, class_id: UUID, slot: str) -> dict[str, Any]:
    at = now()
    with found.sessions() as session:
        group = class_of_school(session, class_id, person)
        if slot not in _slots_of(group):
            raise NotFound("Lớp này không có phần việc đó.")
        history = assignments.history_of(session, class_id, slot)
        members = assignments.staff_of(session, person.school_id)
        equipped = certificate_list.people_who_can_sign(session, person.school_id, at)
    return {
        "group": group,
        "slot": slot,
        "slot_name": name_of_slot(group, slot),
        "history": history,
        "members": members,
        "equipped": equipped,
        "now": at,
    }


def _slots_of(group: ClassGroup) -> set[str]:
    return {slot for term in Term for slot in curriculum_of(group, term).slots}


def _usual(rows: Sequence[ClassRow]) -> datetime | None:
    """Since when most assignments have been in force: it need not be said in every cell."""
    count = Counter(each.valid_from for row in rows for each in row.now.values())
    return count.most_common(1)[0][0] if count else None


def _shown(rows: Sequence[ClassRow], grade: str, staff_id: str) -> list[ClassRow]:
    return [row for row in rows if (not grade or str(row.grade) == grade) and (not staff_id or _is_with(row, staff_id))]


def _is_with(row: ClassRow, staff_id: str) -> bool:
    return any(str(each.staff_id) == staff_id for each in (*row.now.values(), *row.later.values()))


def _by_grade(rows: Sequence[ClassRow]) -> list[GradeMatrix]:
    """The homeroom teacher's column comes first."""
    found = []
    for grade, group in groupby(rows, key=lambda row: row.grade):
        classes = list(group)
        names: dict[str, str] = {}
        for row in classes:
            names.update({slot: row.names[slot] for slot in (row.slots[-1], *row.slots[:-1])})
        found.append(GradeMatrix(grade, list(names.items()), classes))
    return found


@dataclass(frozen=True)
class Warned:
    """What is amiss, and where it is mended."""

    sentence: str
    href: str


def _warnings(session: Session, person: Person, rows: Sequence[ClassRow], at: datetime) -> list[Warned]:
    offices = [each for each in assignments.offices(session, person.school_id) if _is_now(each, at)]
    equipped = certificate_list.people_who_can_sign(session, person.school_id, at)
    unable = [
        name
        for staff_id, name in certificate_list.signers(session, person.school_id, at).items()
        if staff_id not in equipped
    ]
    found = [*_of_offices(offices), *_of_classes(rows, at)]
    if unable:
        words = counted("%(count)s người phải ký nhưng chưa có chứng thư số dùng được.", len(unable))
        found.append(Warned(words, "/chung-thu-so?tinh_trang=can-lam"))
    return found


def _is_now(office: Office, at: datetime) -> bool:
    return office.valid_from <= at and (office.valid_to is None or office.valid_to > at)


def _of_offices(offices: Sequence[Office]) -> Iterator[Warned]:
    count = {role: sum(each.role is role for each in offices) for role in Duty}
    here = "/phan-cong/chuc-vu"
    if not count[Duty.PRINCIPAL]:
        yield Warned(gettext("Trường chưa có hiệu trưởng đương chức: không ai duyệt được học bạ."), here)
    if not count[Duty.CLERK]:
        yield Warned(gettext("Trường chưa có văn thư: không ai đóng dấu được."), here)
    if count[Duty.CLERK] > 1:
        words = counted("Có %(count)s văn thư cùng giữ con dấu: mỗi người đều đóng dấu được.", count[Duty.CLERK])
        yield Warned(words, here)


def _of_classes(rows: Sequence[ClassRow], at: datetime) -> Iterator[Warned]:
    for row in rows:
        if row.unfilled:
            names = ", ".join(row.names[slot] for slot in row.unfilled)
            words = gettext("Lớp %(group)s chưa có người phụ trách: %(slots)s.") % {"group": row.name, "slots": names}
            yield Warned(words, f"/phan-cong/{row.class_id}/{row.unfilled[0]}")
        for slot, each in row.now.items():
            if each.valid_to and each.valid_to < at + _SOON and slot not in row.later:
                words = gettext("Lớp %(group)s, %(slot)s: phân công sắp hết mà chưa có người tiếp theo.")
                named = {"group": row.name, "slot": row.names.get(slot, slot)}
                yield Warned(words % named, f"/phan-cong/{row.class_id}/{slot}")
