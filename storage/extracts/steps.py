"""The steps of an extract: opened by the clerk, checked by somebody else, signed, sealed; the next one replaces it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from domain.duties import DUTY_NAMES, Duty
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from domain.matters import MatterKind
from domain.matters.corrections import (
    EXTRACT_STEPS,
    CorrectionCommand,
    CorrectionPlan,
    Deed,
    ExtractState,
    after,
)
from domain.reasons import NO_REASON
from domain.transfers.extracts import Checker, PaperExtract, extract_problems, sound_extracts
from domain.transfers.phases import Direction, Phase
from storage.corrections import leaving, people, records
from storage.corrections.unlocks import step_of
from storage.extracts import drafts
from storage.matters import papers, sealing, steps, waits
from storage.matters.waits import Wait
from storage.presence import lock_pupil, place_of
from storage.staffing import in_force
from storage.tables import Enrolment, Extract, Matter, Position, Staff, Transfer
from storage.transfers import brought, year

OPEN: Final = (ExtractState.DRAFT.value, ExtractState.CHECKING.value, ExtractState.SIGNING.value)
_PHASES: Final = frozenset({Phase.CHECKING, Phase.ATTACHING, Phase.COMMITTING, Phase.PLACED})
NO_FILE: Final = "Bản gốc của năm học này không còn trong các tệp; hãy tải lên lại hoặc chọn bản gốc khác."
SEALED: Final = "Năm học này đã có học bạ số được đóng dấu nên không chép."
_LEADERS: Final = (people.PRINCIPAL, "vice_principal")


def ask(session: Session, command: CorrectionCommand, at: datetime) -> None:
    """Open the matter; what was copied for the pupil at this school before is there to begin with.

    Raises NotFound for a transfer that does not bring a pupil from outside to the clerk's school, Conflict for a pupil
    who has left it since.
    """
    matter_id, staff_id = UUID(command.matter_id), UUID(command.actor_id)
    if session.get(Matter, matter_id) is not None:
        return
    transfer = session.get(Transfer, UUID(command.transfer_id), with_for_update=True)
    school_id = people.school_of(session, staff_id)
    if transfer is None or not is_of(session, transfer, school_id):
        raise NotFound("Không tìm thấy việc chuyển trường này.")
    people.require_office(session, school_id, staff_id, at, people.CLERK)
    if transfer.phase not in _PHASES:
        raise Conflict("Chỉ lập trích lục sau khi trường đồng ý tiếp nhận học sinh.")
    lock_pupil(session, transfer.pupil_id)
    if not is_here(session, transfer, school_id):
        raise Conflict("Học sinh không còn học ở trường nên không lập trích lục nữa.")
    versions = drafts.of_pupil(session, transfer.pupil_id, school_id)
    if any(each.state in OPEN for each in versions):
        raise Conflict("Trích lục của học sinh này đang được lập.")
    steps.open_matter(session, MatterKind.EXTRACT, matter_id, school_id, ExtractState.DRAFT, step_of(command, at))
    session.add(_next(matter_id, transfer, versions))
    session.flush()
    _wait(session, session.get_one(Matter, matter_id), at)


def is_of(session: Session, transfer: Transfer, school_id: UUID) -> bool:
    """Whether a transfer brought a pupil from outside to a school, or to the one that this went into."""
    return transfer.direction == Direction.IN and (
        transfer.to_school_id == school_id or is_here(session, transfer, school_id)
    )


def is_here(session: Session, transfer: Transfer, school_id: UUID) -> bool:
    """Whether the pupil whom a transfer brings is still on the way to a school, or learns there now."""
    if transfer.to_enrolment_id is None:
        return transfer.to_school_id == school_id and transfer.phase in _PHASES
    place = place_of(session, transfer.pupil_id)
    return place is not None and place[1] == school_id


def _next(matter_id: UUID, transfer: Transfer, versions: Sequence[Extract]) -> Extract:
    """Begins with what the newest version has, also if it was withdrawn, and replaces the one in force."""
    newest, sealed = next(iter(versions), None), [each for each in versions if each.new_document is not None]
    former = max(sealed, key=lambda each: each.version, default=None)
    return Extract(
        matter_id=matter_id, transfer_id=transfer.matter_id, state=ExtractState.DRAFT.value,
        version=former.version + 1 if former else 1, former_document=former.new_document if former else None,
        files=newest.files if newest else [], years=newest.years if newest else [],
    )  # fmt: skip


def take(session: Session, matter: Matter, command: CorrectionCommand, at: datetime) -> None:
    """Carry a decision out. Raises NotAllowed for whose turn it is not, and for who would check what he entered."""
    row = session.get_one(Extract, matter.id, with_for_update=True)
    transfer = session.get_one(Transfer, row.transfer_id)
    state = after(EXTRACT_STEPS, ExtractState(row.state), command.deed)
    staff_id = UUID(command.actor_id)
    match command.deed:
        case Deed.SUBMIT:
            _submit(session, matter, row, transfer, (staff_id, at))
        case Deed.CONFIRM:
            _confirm(session, matter, row, transfer, (staff_id, at))
        case Deed.REFUSE:
            _send_back(session, matter, row, transfer, command, at)
        case _:
            people.require_office(session, matter.school_id, staff_id, at, people.CLERK)
    row.state = matter.state = state.value
    steps.note(session, matter.id, step_of(command, at))
    if state is ExtractState.WITHDRAWN:
        records.close(session, matter, at)
    _wait(session, matter, at)


Actor = tuple[UUID, datetime]


def _submit(session: Session, matter: Matter, row: Extract, transfer: Transfer, actor: Actor) -> None:
    """Everything but the check is there."""
    staff_id, at = actor
    people.require_office(session, matter.school_id, staff_id, at, people.CLERK)
    if transfer.to_enrolment_id is None:
        raise Conflict("Học sinh chưa vào lớp; hãy xác nhận hồ sơ chuyển đến trước.")
    if problems(session, row):
        raise Invalid("Trích lục còn thiếu thông tin; hãy xem mục “Còn thiếu”.")
    row.submitted_by, row.checked_by = staff_id, None


@dataclass(frozen=True)
class Missing:
    """What a year lacks; of the whole extract `school_year` is ""."""

    school_year: str
    message: str


def problems(session: Session, row: Extract) -> tuple[Missing, ...]:
    """What keeps the clerk from sending it to be checked."""
    kept, files = drafts.years(row), {each.sha256 for each in drafts.files(row)}
    sealed = _sealed(session, session.get_one(Transfer, row.transfer_id))
    if not kept:
        return (Missing("", "Chưa có năm học nào được chép."),)
    return tuple(
        Missing(each.year.school_year, message) for each in kept for message in _lacks(each.year, files, sealed)
    )


def _lacks(year: PaperExtract, files: Collection[str], sealed: Collection[str]) -> Iterator[str]:
    yield from (problem.message for problem in extract_problems(year) if problem.field != "checked_by")
    if year.sha256 and year.sha256 not in files:
        yield NO_FILE
    if year.school_year in sealed:
        yield SEALED


def _sealed(session: Session, transfer: Transfer) -> set[str]:
    """Years with a sealed record, of a school in the system or in a package that was brought."""
    known = {each.school_year for each in year.sealed_years(session, transfer.pupil_id)}
    return known | brought.proven_years(transfer)


def _confirm(session: Session, matter: Matter, row: Extract, transfer: Transfer, actor: Actor) -> None:
    """Somebody else has held it against the originals."""
    staff_id, at = actor
    _require_checker(session, matter, transfer, actor)
    if staff_id in entered_by(row):
        raise NotAllowed("Người nhập trích lục không tự đối chiếu; phải là người thứ hai.")
    row.checked_by = staff_id
    sound_extracts(drafts.checked(row, checkers(session, row, at)), _sealed(session, transfer))


def entered_by(row: Extract) -> set[UUID]:
    """Who copied a year, or sent it to be checked."""
    return {each.entered_by for each in drafts.years(row)} | ({row.submitted_by} if row.submitted_by else set())


def checkers(session: Session, row: Extract, at: datetime) -> tuple[Checker, ...]:
    """Who entered it, then who checked it."""
    found = [session.get_one(Staff, each) for each in (row.submitted_by, row.checked_by) if each is not None]
    return tuple(Checker(each.full_name, each.personal_id, _position(session, each.id, at)) for each in found)


def _position(session: Session, staff_id: UUID, at: datetime) -> str:
    """Who has no office checked as the homeroom teacher."""
    held = select(Position.title).where(Position.staff_id == staff_id, in_force(Position, at))
    return session.scalars(held.order_by(Position.role)).first() or DUTY_NAMES[Duty.HOMEROOM]


def may_check(session: Session, matter: Matter, staff_id: UUID, at: datetime) -> bool:
    """Whether it is this person's to hold the copy against the originals now."""
    row = session.get_one(Extract, matter.id)
    transfer = session.get_one(Transfer, row.transfer_id)
    if row.state != ExtractState.CHECKING or staff_id in entered_by(row):
        return False
    leaders = (people.holders_of(session, matter.school_id, role, at) for role in _LEADERS)
    return staff_id == _homeroom(session, transfer, at) or any(staff_id in each for each in leaders)


def _require_checker(session: Session, matter: Matter, transfer: Transfer, actor: Actor) -> None:
    staff_id, at = actor
    if staff_id != _homeroom(session, transfer, at):
        people.require_office(session, matter.school_id, staff_id, at, *_LEADERS)


def _send_back(
    session: Session, matter: Matter, row: Extract, transfer: Transfer, command: CorrectionCommand, at: datetime
) -> None:
    """The clerk corrects it. Raises Conflict once somebody has signed: then the next version does."""
    _require_checker(session, matter, transfer, (UUID(command.actor_id), at))
    if not command.reason_id:
        raise Invalid(NO_REASON)
    if papers.current(session, matter.id) is not None:
        raise Conflict("Trích lục đã có chữ ký; hãy đóng dấu rồi lập bản thay thế.")
    papers.void_paper(session, matter.id, UUID(command.reason_id))
    row.submitted_by = row.checked_by = None


def _homeroom(session: Session, transfer: Transfer, at: datetime) -> UUID | None:
    """Of the class where the pupil is now."""
    if transfer.to_enrolment_id is None:
        return None
    return people.homeroom_of(session, session.get_one(Enrolment, transfer.to_enrolment_id).class_id, at)


def plan(session: Session, matter: Matter) -> CorrectionPlan:
    """Which signatures the paper waits for."""
    is_signing = matter.state == ExtractState.SIGNING
    return CorrectionPlan(awaited=sealing.awaited(session, matter) if is_signing else ())


def _wait(session: Session, matter: Matter, at: datetime) -> None:
    match matter.state:
        case ExtractState.DRAFT:
            wanted = [Wait("enter", role=people.CLERK, school_id=matter.school_id)]
        case ExtractState.CHECKING:
            wanted = _checks(session, matter, at)
        case ExtractState.SIGNING:
            wanted = list(sealing.waits_of(session, matter))
        case _:
            wanted = []
    waits.wait_for(session, matter.id, wanted, at)


def _checks(session: Session, matter: Matter, at: datetime) -> list[Wait]:
    """The homeroom teacher, unless it was he who entered it; the principal may, too."""
    row = session.get_one(Extract, matter.id)
    transfer = session.get_one(Transfer, row.transfer_id)
    homeroom = _homeroom(session, transfer, at)
    own = [Wait("check", staff_id=homeroom)] if homeroom and homeroom not in entered_by(row) else []
    return [*own, Wait("check", role=people.PRINCIPAL, school_id=matter.school_id)]


def signed(session: Session, matter: Matter, at: datetime) -> None:
    """After a signature: whom the paper waits for now; with the seal it is in force."""
    sealing.settle(session, matter, session.get_one(Extract, matter.id), at)
    _wait(session, matter, at)


def stop_at(session: Session, transfer: Transfer, at: datetime) -> None:
    """The pupil leaves: what the school has not finished copying ends with the move.

    Whoever begins one at the same moment holds the arrival's row, too: it is seen here, or refused after.
    """
    mine = Transfer.pupil_id == transfer.pupil_id, Transfer.to_school_id == transfer.from_school_id
    arrivals = select(Transfer.matter_id).where(*mine).order_by(Transfer.matter_id)
    ids = session.scalars(arrivals.with_for_update()).all()
    _stop(session, select(Extract).where(Extract.transfer_id.in_(ids)), transfer, Deed.LEFT, at)


def give_up(session: Session, transfer: Transfer, at: datetime) -> None:
    """The pupil does not come after all."""
    _stop(session, select(Extract).where(Extract.transfer_id == transfer.matter_id), transfer, Deed.NOT_COME, at)


def _stop(session: Session, which: Select[Extract], transfer: Transfer, deed: Deed, at: datetime) -> None:
    for row in session.scalars(which.where(Extract.state.in_(OPEN)).order_by(Extract.matter_id)).all():
        matter = steps.lock(session, row.matter_id)
        session.refresh(row, with_for_update=True)
        signed(session, matter, at)  # a seal that nobody has noted yet
        if row.state in OPEN:
            leaving.stop(session, matter, row, transfer.matter_id, at, deed)
