"""Deadlines of the school's class-terms: one or many moved at once, each move with its reason."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID, uuid4, uuid5

from fastapi import APIRouter, Form, Query, Request, status
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from api import deciding
from api.deps import CurrentPerson, ServicesDep, now
from api.errors import Unavailable, problem_of
from api.guard import allow
from api.pages.language import gettext
from api.pages.language import marked as _
from api.pages.taking import Row, TakenList, take_list
from api.pages.templating import page
from api.services import Services
from domain.calendar import day_of, end_of_day
from domain.deadlines import Deadline, last_day
from domain.duties import Duty
from domain.errors import DomainError, Invalid, NotFound
from domain.progress import BoardLine
from domain.reasons import in_one_line, is_reason
from domain.stages import STAGE_NAMES
from storage import access, board, deadline_moves
from storage.access import ClassTermHead
from storage.deadline_moves import Move
from storage.staffing import Person

router = APIRouter(include_in_schema=False, prefix="/duyet/han")
SEERS = frozenset({Duty.PRINCIPAL, Duty.VICE_PRINCIPAL, Duty.ADMIN})
MOVERS = frozenset({Duty.PRINCIPAL, Duty.ADMIN})
SHOWN: Final = {"": _("Tất cả"), "qua-han": _("Quá hạn"), "chua-xong": _("Chưa xong")}
_TAKEN: Final = TakenList("han", _("Hạn và khoá sổ"), {
    _("Lớp"): 9, _("Học kì"): 16, _("Năm học"): 12, _("Đang ở bước"): 28, _("Hạn"): 12, _("Quá hạn"): 9,
    _("Lý do dời gần nhất"): 50, _("Người dời"): 28, _("Dời lúc"): 18,
})  # fmt: skip
_NOBODY: Final = "Chưa chọn lớp nào. Hãy đánh dấu lớp cần dời hạn."
_NO_DAY: Final = "Hãy chọn ngày cuối cùng của hạn mới."
_PAST: Final = "Ngày cuối của hạn mới phải từ hôm nay trở đi."
_NO_REASON: Final = "Hãy ghi lý do dời hạn (từ 3 đến 1000 ký tự); giáo viên của lớp sẽ được báo kèm lý do này."


class MoveForm(BaseModel):
    """Which class-terms (`lop`) get which last day (`ngay`), and why."""

    command_id: UUID = Field(default_factory=uuid4)
    lop: list[UUID] = []
    ngay: str = ""
    ly_do: str = ""
    loc: str = ""

    @property
    def reason(self) -> str:
        return in_one_line(self.ly_do)


@dataclass(frozen=True)
class DeadlineLine:
    line: BoardLine
    move: Move | None

    @property
    def is_done(self) -> bool:
        return self.line.stage == "issued"

    @property
    def is_late(self) -> bool:
        return self.line.overdue and not self.is_done


@router.get("")
@allow(SEERS)
def show_deadlines(
    request: Request,
    person: CurrentPerson,
    found: ServicesDep,
    shown: Annotated[str, Query(alias="loc")] = "",
    moved: Annotated[int, Query(alias="xong")] = 0,
) -> Response:
    return page(found, request, "approval/deadlines.html", **_values(found, person, shown, moved=moved))


@router.get("/dong")
@allow(SEERS)
def show_states(
    request: Request, person: CurrentPerson, found: ServicesDep, shown: Annotated[str, Query(alias="loc")] = ""
) -> Response:
    """The dates alone, which follow a move within a moment."""
    return page(found, request, "approval/_deadline_rows.html", **_values(found, person, shown))


@router.get(".xlsx")
@allow(SEERS)
def take_deadlines(
    person: CurrentPerson, found: ServicesDep, shown: Annotated[str, Query(alias="loc")] = ""
) -> Response:
    values = _values(found, person, shown)
    about = (gettext(SHOWN[values["shown"]]),)
    rows = map(_row, values["lines"])
    return take_list(found, person, _TAKEN, rows, about)


@router.post("")
@allow(MOVERS)
async def move_deadlines(
    request: Request, person: CurrentPerson, found: ServicesDep, form: Annotated[MoveForm, Form()]
) -> Response:
    """Move the deadline of these class-terms; sent twice, it is moved once."""
    try:
        day = _read(form)
        heads = await run_in_threadpool(_heads, found, person, form.lop)
        reason_id = UUID(await run_in_threadpool(deciding.note_reason, found, person, form.command_id, form.reason))
        for head in heads:
            await _move(found, head, uuid5(form.command_id, str(head.id)), day, reason_id)
    except (DomainError, Unavailable) as refusal:
        values = await run_in_threadpool(_values, found, person, form.loc, problem=refusal.message, typed=form)
        return page(found, request, "approval/deadlines.html", status=problem_of(refusal).status, **values)
    where = urlencode({"loc": form.loc, "xong": len(heads)})
    return RedirectResponse(f"/duyet/han?{where}", status.HTTP_303_SEE_OTHER)


def _row(each: DeadlineLine) -> Row:
    line, move = each.line, each.move
    return (
        line.class_name, gettext(line.term.label), line.school_year, gettext(STAGE_NAMES[line.stage]),
        last_day(line.due_at), gettext("Quá hạn") if each.is_late else "",
        *((move.reason, move.by, move.at) if move else ("", "", "")),
    )  # fmt: skip


def _read(form: MoveForm) -> date:
    if not form.lop:
        raise Invalid(_NOBODY)
    try:
        day = date.fromisoformat(form.ngay)
    except ValueError as error:
        raise Invalid(_NO_DAY) from error
    if day < day_of(now()):
        raise Invalid(_PAST)
    if not is_reason(form.reason):
        raise Invalid(_NO_REASON)
    return day


def _heads(found: Services, person: Person, class_term_ids: list[UUID]) -> list[ClassTermHead]:
    """Raises NotFound if one of them is another school's."""
    with found.sessions() as session:
        heads = [access.class_term(session, each, person, now()) for each in dict.fromkeys(class_term_ids)]
    known = [head for head in heads if head is not None]
    if len(known) != len(heads):
        raise NotFound("Không tìm thấy lớp này.")
    return known


async def _move(found: Services, head: ClassTermHead, command_id: UUID, day: date, reason_id: UUID) -> None:
    deadline = Deadline(await run_in_threadpool(deciding.next_deadline_version, found), end_of_day(day))
    await found.approvals.set_deadline(deciding.workflow_of(head), str(command_id), deadline)
    await run_in_threadpool(_tell, found, head, command_id, reason_id)


def _tell(found: Services, head: ClassTermHead, command_id: UUID, reason_id: UUID) -> None:
    with found.sessions.begin() as session:
        deadline_moves.tell_moved(session, head.id, command_id, reason_id, now())


def _values(
    found: Services,
    person: Person,
    shown: str,
    *,
    moved: int = 0,
    problem: str = "",
    typed: MoveForm | None = None,
) -> dict[str, Any]:
    with found.sessions() as session:
        lines = board.school_board(session, person.school_id)
        moves = deadline_moves.moves_of(session, [each.class_term_id for each in lines])
    every = [DeadlineLine(each, moves.get(each.class_term_id)) for each in lines]
    shown = shown if shown in SHOWN else ""
    return {
        "lines": [each for each in every if _is_in(each, shown)],
        "counts": {code: sum(_is_in(each, code) for each in every) for code in SHOWN},
        "choices": SHOWN,
        "shown": shown,
        "stage_names": STAGE_NAMES,
        "moved": moved,
        "problem": problem,
        "typed": typed or MoveForm(),
        "command_id": uuid4(),
        "today": day_of(now()).isoformat(),
        "may_move": bool(MOVERS & person.duties),
    }


def _is_in(each: DeadlineLine, shown: str) -> bool:
    return {"": True, "qua-han": each.is_late, "chua-xong": not each.is_done}[shown]
