"""The homeroom teacher's lists to take along: the classes, what of one is missing, and its results."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.deps import CurrentPerson, ServicesDep, VisibleClassTerm, now, require_readable
from api.guard import allow
from api.pages.homeroom.results import RESULTS, PendingOnly, results_for
from api.pages.homeroom.room import READERS, ROOM, STANDINGS, ChoiceDep, room_values
from api.pages.language import counted, gettext
from api.pages.language import marked as _
from api.pages.taking import Row, TakenList, of_class, take_list
from domain.completeness import Completeness, Part, PupilParts
from domain.curriculum import HOMEROOM
from domain.deadlines import last_day
from domain.duties import Duty
from storage import completeness
from storage.class_results import PupilLine

router = APIRouter(include_in_schema=False)
_MOVING: Final = _("Đang chuyển trường")
_CLASSES: Final = TakenList("lop-chu-nhiem", _("Lớp chủ nhiệm"), {
    _("Lớp"): 9, _("Học kì"): 16, _("Năm học"): 12, _("Học sinh"): 9, _("Đang ở bước"): 20, _("Số phần"): 9,
    _("Đã gửi"): 9, _("Hạn"): 12, _("Quá hạn"): 9,
})  # fmt: skip


@router.get("/chu-nhiem.xlsx")
@allow({Duty.HOMEROOM})
def take_classes(person: CurrentPerson, found: ServicesDep) -> Response:
    with found.sessions() as session:
        lines = completeness.homeroom_lines(session, person.school_id, person.staff_id, now())
    rows = [
        (
            line.class_name, gettext(line.term.label), line.school_year, line.pupils, gettext(STANDINGS[line.stage]),
            line.slots, line.submitted_slots, last_day(line.due_at),
            gettext("Quá hạn") if line.overdue and not line.is_done else "",
        )
        for line in lines
    ]  # fmt: skip
    return take_list(found, person, _CLASSES, rows)


@router.get(ROOM + ".xlsx")
@allow(READERS)
def take_room(head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep, choice: ChoiceDep) -> Response:
    """Pupils by parts, as the page has them for this choice."""
    require_readable(head, person, HOMEROOM)
    values = room_values(found, head, choice)
    shown: Completeness = values["shown"]
    doubts = {_("Cần xem lại"): 50} if choice.slot else {}
    parts = {total.name: 14 for total in shown.totals}
    columns = {_("Số trong lớp"): 7, _("Học sinh"): 28, **parts, **doubts, _("Bước"): 16, _("Lý do tạm giữ"): 40}
    rows = [_parts_row(pupil, values["reasons"], values["doubts"] if doubts else None) for pupil in shown.pupils]
    about = (
        *of_class(head),
        gettext("Chỉ phần còn thiếu") if choice.only_missing else "",
        gettext(STANDINGS.get(choice.standing, "")),
    )
    return take_list(found, person, TakenList("con-thieu", _("Còn thiếu gì"), columns), rows, about)


@router.get(RESULTS + ".xlsx")
@allow(READERS)
def take_results(
    head: VisibleClassTerm,
    person: CurrentPerson,
    found: ServicesDep,
    pending: PendingOnly = "",
) -> Response:
    lines = [line for line in results_for(found, head, person) if not pending or line.pending]
    results = (line.result for line in lines if line.result)
    names = list(dict.fromkeys(verdict.name for result in results for verdict in result.verdicts))
    verdicts = dict.fromkeys(names, 20)
    columns = {_("Số trong lớp"): 7, _("Học sinh"): 28, _("Tạm giữ"): 9, **verdicts, _("Vì sao"): 80}
    what = TakenList("ket-qua", _("Kết quả"), columns)
    return take_list(found, person, what, (_result_row(line, names) for line in lines), of_class(head))


def _parts_row(pupil: PupilParts, reasons: Mapping[UUID, str], doubts: Mapping[UUID, tuple[str, ...]] | None) -> Row:
    standing = STANDINGS["held"] if pupil.held else STANDINGS[pupil.stage]
    standing = _MOVING if pupil.moving else standing
    own = () if doubts is None else ("; ".join(doubts.get(pupil.record_id, ())),)
    held = reasons.get(pupil.record_id, "") if pupil.held else ""
    return (pupil.order_no, pupil.full_name, *map(_part, pupil.parts), *own, gettext(standing), held)


def _part(part: Part) -> str:
    cells = f" ({counted('%(count)s ô', part.missing)})" if part.missing else ""
    return gettext(part.state.label) + cells


def _result_row(line: PupilLine, names: list[str]) -> Row:
    said = {each.name: gettext(each.text) for each in line.result.verdicts} if line.result else {}
    why = " ".join(line.result.reasons) if line.result else gettext(line.pending)
    held = gettext(_MOVING if line.moving else "Tạm giữ") if line.held else ""
    return line.order_no, line.full_name, held, *(said.get(name, "") for name in names), why
