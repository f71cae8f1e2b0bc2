"""What follows by itself: standing still, packing, moving, leaving the old book, giving back. Each may run twice."""

from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from domain.calendar import day_of
from domain.errors import Conflict
from domain.matters.transfers import News
from domain.transfers.messages import AlarmNote, StuckNote, TransferStanding
from domain.transfers.phases import AUTOMATIC, OVER, Deed, Phase
from storage import journal, moving
from storage.corrections import on_the_way
from storage.extracts import steps as extracts
from storage.matters import steps, waits
from storage.matters.steps import Step
from storage.tables import ClassGroup, ClassTermRow, Matter, Reason, Transfer
from storage.transfers import books, brought, dues, matching, telling
from storage.transfers.steps import drop_paper, lead

FIRST_UPPER: Final = 10  # from this grade on classes choose subjects


def load(session: Session, matter_id: UUID) -> TransferStanding:
    return dues.standing(session, session.get_one(Transfer, matter_id))


def note_detached(session: Session, matter_id: UUID, at: datetime) -> TransferStanding:
    """The former school signs nothing more of the pupil. Raises Conflict while it still could."""
    row = _locked(session, matter_id)
    if row.phase == Phase.DETACHING:
        on_the_way.refuse_recalled(session, row.pupil_id)
        if books.open_records(session, row):
            raise Conflict("Còn sổ của học sinh chưa dừng.")
        _go(session, row, Deed.DETACHED, Phase.WRITING, at)
    return dues.standing(session, row)


def note_signed(session: Session, matter_id: UUID, at: datetime) -> TransferStanding:
    """The head has signed the partial result: now it waits for the seal."""
    row = _locked(session, matter_id)
    if row.phase == Phase.WRITING:
        lead(session, row, Phase.WRITING, at)
    return dues.standing(session, row)


def note_sealed(session: Session, matter_id: UUID, document_id: UUID, at: datetime) -> TransferStanding:
    """The partial result bears the seal: it can be packed."""
    row = _locked(session, matter_id)
    if row.phase == Phase.WRITING:
        row.document_id = document_id
        _go(session, row, Deed.SEAL, Phase.PACKING, at)
    return dues.standing(session, row)


def note_packed(
    session: Session, matter_id: UUID, package: tuple[str, bool, dict[str, object]], at: datetime
) -> TransferStanding:
    """The package is there, with the report of its check: the receiving school has it from now on."""
    row = _locked(session, matter_id)
    if row.phase == Phase.PACKING:
        row.package_sha256, row.is_sound, row.report = package
        row.packed_at, row.expired_at, row.counted_from = at, None, day_of(at)
        _go(session, row, Deed.PACKED, Phase.CHECKING, at)
    return dues.standing(session, row)


def note_checked(
    session: Session, matter_id: UUID, package: tuple[str, bool, dict[str, object]], at: datetime
) -> TransferStanding:
    """What the check of brought papers found; another file may have been brought since."""
    row = _locked(session, matter_id)
    sha256, is_sound, report = package
    if row.phase == Phase.CHECKING and row.package_sha256 == sha256 and row.is_sound is None:
        row.is_sound, row.report, row.packed_at = is_sound, report, at
        _compare(session, row)
        _go(session, row, Deed.PACKED, Phase.CHECKING, at)
    return dues.standing(session, row)


def _compare(session: Session, row: Transfer) -> None:
    """A genuine package says better than the application what the pupil has learned."""
    known, group = brought.learned(row), session.get(ClassGroup, row.to_class_id) if row.to_class_id else None
    if row.is_sound and known is not None and group is not None and group.grade >= FIRST_UPPER:
        row.learned = known
        row.subject_gaps = matching.gaps_of(matching.match(session, row, group))


def move_enrolment(session: Session, matter_id: UUID, at: datetime) -> TransferStanding:
    """The pivot where no book is to decide it. Raises Conflict for a book that was opened meanwhile."""
    row = _locked(session, matter_id)
    if row.phase == Phase.ATTACHING:
        moving.arrive(session, row, at)
        if books.to_attach(session, row, 0):
            raise Conflict("Lớp vừa được mở sổ; học sinh phải vào sổ cùng lúc.")
    return dues.standing(session, row)


def note_committed(session: Session, matter_id: UUID, at: datetime) -> TransferStanding:
    """Everything is where it belongs; both schools are told."""
    row = _locked(session, matter_id)
    if row.phase == Phase.COMMITTING:
        if books.to_attach(session, row, 0):
            raise Conflict("Lớp vừa được mở sổ; học sinh phải vào sổ cùng lúc.")
        if books.to_commit(session, row, 0):
            raise Conflict("Học sinh chưa rời hết sổ của lớp cũ.")
        _go(session, row, Deed.COMMITTED, Phase.PLACED, at)
        telling.tell_schools(session, row, News.PLACED, at)
        telling.tell_teachers(session, row, at)
        clerks = telling.offices_of(session, (row.to_school_id,), ("seal_clerk",), at)
        waits.tell(session, row.matter_id, News.IDENTIFY, clerks, at)
    return dues.standing(session, row)


def note_undone(session: Session, matter_id: UUID, at: datetime) -> TransferStanding:
    """The pupil's records go on where they stood, and what was copied for who was to come is put aside."""
    row = _locked(session, matter_id)
    if row.phase == Phase.UNDOING:
        if books.to_undo(session, row, 0):
            raise Conflict("Còn sổ của học sinh chưa tiếp tục.")
        extracts.give_up(session, row, at)
        _go(session, row, Deed.UNDONE, Phase.CANCELLED, at)
        telling.tell_schools(session, row, News.CANCELLED, at)
    return dues.standing(session, row)


def withdraw(session: Session, matter_id: UUID, at: datetime) -> TransferStanding:
    """The engine was told to stop: before the pivot everything is given back, after it nothing is."""
    row = _locked(session, matter_id)
    if Phase(row.phase) not in OVER | {Phase.COMMITTING, Phase.UNDOING}:
        drop_paper(session, row, at)
        _go(session, row, Deed.CANCEL, Phase.UNDOING, at)
    return dues.standing(session, row)


def note_stuck(session: Session, note: StuckNote) -> TransferStanding:
    """Say on the matter's page what it waits for, and tell the principals who can mend it; once.

    A workflow that was lost and begun again finds out anew what is known already.
    """
    row = _locked(session, UUID(note.matter_id))
    command_id = f"stuck/{note.at.isoformat()}"
    is_known = steps.known(session, row.matter_id, command_id) is not None or _is_told(session, row, note.why)
    if Phase(row.phase) in AUTOMATIC and not is_known:
        matter, reason_id = session.get_one(Matter, row.matter_id), uuid5(row.matter_id, command_id)
        journal.add_reason(session, reason_id, matter.school_id, matter.opened_by, note.why)
        schools = _who_mend(session, row, note.class_term_id)
        detail: dict[str, object] = {"schools": sorted(map(str, schools)), "phase": row.phase}
        steps.note(session, row.matter_id, Step(command_id, Deed.STUCK, note.at, None, reason_id, detail))
        lead(session, row, Phase(row.phase), note.at)
    return dues.standing(session, row)


def _is_told(session: Session, row: Transfer, why: str) -> bool:
    """Whether nothing has happened since people were told that this step is kept by this very thing."""
    newest = dues.newest_step(session, row)
    if newest is None or newest.deed != Deed.STUCK or newest.detail["phase"] != row.phase:
        return False
    return newest.reason_id is not None and session.get_one(Reason, newest.reason_id).text == why


def _who_mend(session: Session, row: Transfer, class_term_id: str) -> set[UUID | None]:
    """The school whose book refuses; and the one that is left: what keeps the pupil is mostly there."""
    found = {row.from_school_id or row.to_school_id}
    if class_term_id:
        book = session.get_one(ClassTermRow, UUID(class_term_id))
        found.add(session.get_one(ClassGroup, book.class_id).school_id)
    return found


def note_alarm(session: Session, note: AlarmNote, at: datetime) -> TransferStanding:
    """Remind whoever is waited for; of what is long past its day, tell those above. Once for each."""
    row = _locked(session, UUID(note.matter_id))
    found = dues.standing(session, row)
    mine = next((each for each in found.alarms if each.key == note.key), None)
    if mine is None:
        return found
    steps.note(session, row.matter_id, Step(f"alarm/{note.key}", dues.ALARM, at, None, None, {"alarm": note.key}))
    is_outrun = any(each.at <= at and each.at > mine.at for each in found.alarms)
    if not is_outrun:
        _tell_alarm(session, row, note.key.split("/")[1], at)
    return dues.standing(session, row)


def _tell_alarm(session: Session, row: Transfer, name: str, at: datetime) -> None:
    """Where nobody is waited for it is the head of the school whose step it is."""
    school_id = dues.late_school(row)
    if name == "escalate":
        if school_id is not None:
            telling.tell_late(session, row, school_id, at)
        return
    people = {each for wait in waits.of_matter(session, row.matter_id) for each in waits.people(session, wait, at)}
    people = people or telling.offices_of(session, (school_id,), ("principal",), at)
    waits.tell(session, row.matter_id, News(name), people, at)


def _locked(session: Session, matter_id: UUID) -> Transfer:
    steps.lock(session, matter_id)
    return session.get_one(Transfer, matter_id, with_for_update=True)


def _go(session: Session, row: Transfer, deed: Deed, after: Phase, at: datetime) -> None:
    """A step may come again after the dossier was sent back, so it is numbered."""
    number = dues.standing(session, row).version + 1
    steps.note(session, row.matter_id, Step(f"{deed}/{number}", deed, at))
    lead(session, row, after, at)
