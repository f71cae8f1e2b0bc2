"""What the pages of corrections share: a matter that the person may see, its page, and sending a decision about it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from api import deciding
from api.deps import now
from api.errors import Refusal, Unavailable, problem_of
from api.pages.language import marked as _
from api.pages.templating import page
from api.services import Services
from domain.calendar import TIMEZONE, day_of
from domain.errors import Invalid, NotFound
from domain.matters import MatterKind
from domain.matters.corrections import (
    CorrectionCommand,
    Deed,
    ExtractState,
    IdentityState,
    RecallState,
    UnlockState,
)
from domain.matters.words import PATHS
from domain.reasons import NO_REASON, in_one_line, is_reason
from storage import staffing
from storage.corrections import changes, records, views
from storage.corrections.views import Pupil
from storage.matters import waits
from storage.staffing import Person
from storage.tables import ClassTermRow, Matter, MatterWait, Staff, TermRecord

UNKNOWN: Final = "Không tìm thấy việc này."
States = type[UnlockState] | type[RecallState] | type[IdentityState] | type[ExtractState]
STATES: Final[Mapping[str, States]] = {
    MatterKind.UNLOCK: UnlockState,
    MatterKind.RECALL: RecallState,
    MatterKind.IDENTITY: IdentityState,
    MatterKind.EXTRACT: ExtractState,
}
TITLES: Final[Mapping[str, str]] = {
    MatterKind.UNLOCK: _("Mở khoá để sửa"),
    MatterKind.RECALL: _("Thu hồi học bạ"),
    MatterKind.IDENTITY: _("Trang thông tin học sinh"),
    MatterKind.EXTRACT: _("Trích lục học bạ"),
}
DONE: Final[Mapping[str, str]] = {
    "ask": _("Đã gửi đề nghị."),
    "confirm": _("Đã xác nhận; đề nghị chuyển đến hiệu trưởng."),
    "grant": _("Đã ghi quyết định chấp thuận."),
    "allow": _("Đã cho phép thu hồi; nhà trường được báo."),
    "refuse": _("Đã ghi quyết định không chấp thuận, kèm lý do."),
    "withdraw": _("Đã rút đề nghị."),
    "execute": _("Đã mở khoá. Giáo viên phụ trách được báo."),
    "extend": _("Đã gia hạn. Giáo viên phụ trách được báo."),
    "retry": _("Đã thử lại."),
    "saved": _("Đã lưu."),
    "submit": _("Đã gửi đối chiếu."),
    "checked": _("Đã ghi nhận đối chiếu; hiệu trưởng được báo để ký."),
    "returned": _("Đã trả lại văn thư để sửa."),
}


class CommandForm(BaseModel):
    command_id: UUID = Field(default_factory=uuid4)


class DeedForm(CommandForm):
    """What is decided (`viec`); of an unlock for whom (`hs`), which parts (`phan`) and until when (`den`)."""

    viec: str = ""
    ly_do: str = ""
    hs: list[UUID] = []
    phan: list[str] = []
    den: str = ""

    @property
    def reason(self) -> str:
        return in_one_line(self.ly_do)

    def deed(self) -> Deed:
        """Raises Invalid for what is nobody's to decide."""
        if self.viec not in {each.value for each in (*_WITH_REASON, *_WITHOUT)}:
            raise Invalid("Không có việc này.")
        return Deed(self.viec)

    def until(self) -> datetime:
        """A moment in Vietnam. Raises Invalid."""
        try:
            return datetime.fromisoformat(self.den).replace(tzinfo=TIMEZONE)
        except ValueError as error:
            raise Invalid("Hãy chọn thời hạn sửa.") from error


_WITH_REASON: Final = frozenset({Deed.REFUSE, Deed.EXTEND, Deed.ALLOW})
_WITHOUT: Final = frozenset({Deed.SUBMIT, Deed.CONFIRM, Deed.GRANT, Deed.WITHDRAW, Deed.EXECUTE, Deed.RETRY})


def require(session: Session, matter_id: UUID, person: Person, kind: MatterKind) -> Matter:
    """Another school's matter, or another kind's, does not exist."""
    found = views.matter_of(session, matter_id, person, kind, now())
    if found is None:
        raise NotFound(UNKNOWN)
    return found


def visible(found: Services, matter_id: UUID, person: Person, kind: MatterKind) -> Matter:
    with found.sessions() as session:
        return require(session, matter_id, person, kind)


async def send(found: Services, person: Person, matter: tuple[MatterKind, UUID], form: DeedForm, **more: Any) -> None:  # noqa: ANN401
    """Send a decision with its reason. Raises what is refused."""
    kind, matter_id = matter
    deed = more.pop("deed", None) or form.deed()
    reason_id = ""
    if deed in {*_WITH_REASON, Deed.ASK} and not is_reason(form.reason):
        raise Invalid(NO_REASON)
    if form.reason:
        if not is_reason(form.reason):
            raise Invalid(NO_REASON)
        reason_id = await run_in_threadpool(_keep_reason, found, person, form)
    command = CorrectionCommand(
        kind.value, str(matter_id), deed, str(person.staff_id), command_id=str(form.command_id), reason_id=reason_id,
        **more,
    )  # fmt: skip
    await found.approvals.decide_correction(command)


def _keep_reason(found: Services, person: Person, form: DeedForm) -> str:
    if person.authority_id is None:
        return deciding.note_reason(found, person, form.command_id, form.reason)
    return deciding.note_reason(found, person, form.command_id, form.reason, of_school=False)


def next_id(form: CommandForm, refused: Refusal | None) -> UUID:
    """Of the form's next press: what was refused is another decision then; what nobody answered is the same one."""
    return form.command_id if refused is None or isinstance(refused, Unavailable) else uuid4()


def list_page(found: Services, request: Request, person: Person, kind: MatterKind) -> Response:
    with found.sessions() as session:
        lines = views.lines(session, person, kind, now())
        asked = {each.matter_id for each in waits.tasks_of(session, person)}
    return page(
        found, request, "corrections/list.html", kind=kind.value, title=TITLES[kind], path=PATHS[kind], lines=lines,
        asked=asked, states=STATES[kind],
    )  # fmt: skip


def matter_values(
    session: Session, matter: Matter, person: Person, form: DeedForm, refused: Refusal | None
) -> dict[str, Any]:
    """What the page of every correction shows."""
    pupils = views.pupils_of(session, matter.id)
    class_id = _class_id(session, pupils)
    slots = views.readable_slots(session, person, class_id, now()) if class_id else None
    wanted = _asked_of(session, matter, person)
    kind = MatterKind(matter.kind)
    return {
        "matter": matter,
        "kind": kind.value,
        "path": PATHS[kind],
        "title": TITLES[kind],
        "state": STATES[kind](matter.state),
        "pupils": pupils,
        "parts": {each.record_id: views.part_names(session, each) for each in pupils},
        "class_name": views.class_of(session, matter)[0],
        "changes": changes.of_matter(session, matter.id, slots) if person.authority_id is None else [],
        "steps": views.steps_of(session, matter.id),
        "deeds": {each.value: each.label for each in Deed},
        "wanted": wanted,
        "is_mine": matter.opened_by == person.staff_id,
        "is_principal": "principal" in person.roles,
        "is_admin": "system_admin" in person.roles,
        "turn": turn(session, matter, pupils),
        "form": form,
        "command_id": next_id(form, refused),
        "usual_until": usual_until(),
        "problem": refused.message if refused else "",
    }


def shown(
    found: Services, request: Request, template: str, values: dict[str, Any], refused: Refusal | None = None
) -> Response:
    code = problem_of(refused).status if refused else 200
    done = DONE.get(request.query_params.get("xong", ""), "")
    return page(found, request, template, status=code, done=done, **values)


def usual_until() -> str:
    """The end of tomorrow, as a field for a moment has it."""
    tomorrow = day_of(now()) + timedelta(days=1)
    return datetime.combine(tomorrow, time(23, 59)).isoformat(timespec="minutes")


def _asked_of(session: Session, matter: Matter, person: Person) -> dict[str, str]:
    """What the matter waits for from the person, with the field to sign."""
    query = select(MatterWait.what, MatterWait.field).where(MatterWait.matter_id == matter.id, waits.is_for(person))
    return dict(session.execute(query).all())


def turn(session: Session, matter: Matter, pupils: Sequence[Pupil]) -> list[str]:
    """The names of those whose turn it is; a part that is open waits for its teacher."""
    found = {each for wait in waits.of_matter(session, matter.id) for each in waits.people(session, wait, now())}
    if not found and matter.settled_at is None:
        open_slots = records.unsent(session, records.of_matter(session, matter.id))
        class_id = _class_id(session, pupils)
        holders = staffing.by_slot(session, class_id, now()) if class_id else {}
        found = {holder.staff_id for slots in open_slots.values() for slot in slots for holder in holders.get(slot, ())}
    query = select(Staff.full_name).where(Staff.id.in_(found)).order_by(Staff.full_name)
    return list(session.scalars(query))


def _class_id(session: Session, pupils: Sequence[Pupil]) -> UUID | None:
    if not pupils:
        return None
    query = (
        select(ClassTermRow.class_id)
        .join(TermRecord, TermRecord.class_term_id == ClassTermRow.id)
        .where(TermRecord.id == pupils[0].record_id)
    )
    return session.scalars(query).first()
