"""What families said to uses of pupils' data: recorded once for each command, never changed; the last word counts."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.calendar import day_of
from domain.consents import Giver, Side, Standing, consent_rules
from domain.errors import Invalid, NotFound
from storage.among import among
from storage.tables import ClassGroup, Consent, Enrolment, PupilRow, School, Staff, TermRecord

_TO_COME = "Ngày nói chưa đến; thầy/cô hãy ghi đúng ngày."


@dataclass(frozen=True)
class Word:
    """What one side said of one pupil and one purpose."""

    pupil_id: UUID
    purpose: str
    giver: Giver
    is_given: bool


@dataclass(frozen=True)
class Recording:
    """Who records, at which school, under which command; the words were said on that day."""

    command_id: UUID
    school_id: UUID
    staff_id: UUID
    said_on: date


@dataclass(frozen=True)
class Said:
    """A line of the history."""

    purpose: str
    giver: Giver
    is_given: bool
    said_on: date
    recorded_by: str
    recorded_at: datetime


@dataclass(frozen=True)
class PupilConsent:
    """What a pupil of a class list has said for, or against, one purpose; `asks_child` by age."""

    pupil_id: UUID
    full_name: str
    said: Mapping[Side, bool]
    asks_child: bool
    standing: Standing

    def has(self, side: Side) -> bool:
        return self.said.get(side, False)


def record(session: Session, new: Recording, words: Iterable[Word], at: datetime) -> int:
    """Write them down; the same command again changes nothing. Returns how many are new.

    Raises Invalid for a day to come, a day before what the same side said last, and an unknown purpose; NotFound for a
    pupil who was never at this school.
    """
    wanted = list(words)
    if new.said_on > day_of(at):
        raise Invalid(_TO_COME)
    _require_pupils(session, new.school_id, {each.pupil_id for each in wanted})
    last = _last(session, new.school_id, {each.pupil_id for each in wanted})
    rows = [_row(new, each, last.get((each.pupil_id, each.purpose, each.giver.side))) for each in wanted]
    if not rows:
        return 0
    added = insert(Consent).values(rows).on_conflict_do_nothing(constraint="uq_consents_once").returning(Consent.id)
    return len(session.scalars(added).all())


def _row(new: Recording, word: Word, last: Consent | None) -> dict[str, object]:
    rules = consent_rules()
    if last is not None and last.said_on > new.said_on and last.command_id != new.command_id:
        raise Invalid(f"Đã ghi điều được nói sau ngày {new.said_on:%d/%m/%Y}; thầy/cô hãy ghi đúng ngày.")
    return {
        "command_id": new.command_id, "school_id": new.school_id, "pupil_id": word.pupil_id,
        "purpose": rules.purpose(word.purpose).code, "version": rules.version, "giver": word.giver.value,
        "is_given": word.is_given, "said_on": new.said_on, "recorded_by": new.staff_id,
    }  # fmt: skip


def _require_pupils(session: Session, school_id: UUID, pupil_ids: Collection[UUID]) -> None:
    ours = select(Enrolment.pupil_id).join(ClassGroup, ClassGroup.id == Enrolment.class_id)
    known = session.scalars(ours.where(ClassGroup.school_id == school_id, among(Enrolment.pupil_id, pupil_ids)))
    if set(pupil_ids) - set(known):
        raise NotFound("Không tìm thấy học sinh này.")


def _last(session: Session, school_id: UUID, pupil_ids: Collection[UUID]) -> dict[tuple[UUID, str, Side], Consent]:
    """The last word of each side, by pupil and purpose."""
    query = select(Consent).where(Consent.school_id == school_id, among(Consent.pupil_id, pupil_ids))
    return {
        (row.pupil_id, row.purpose, Giver(row.giver).side): row for row in session.scalars(query.order_by(Consent.id))
    }


def of_pupils(
    session: Session, school_id: UUID, which: ColumnElement[bool], purpose: str, on: date
) -> list[PupilConsent]:
    """Of pupils of enrolments of the school, in the order of their class lists, as of that day."""
    query = (
        select(PupilRow.id, PupilRow.full_name, PupilRow.birth_date)
        .join(Enrolment, Enrolment.pupil_id == PupilRow.id)
        .join(ClassGroup, ClassGroup.id == Enrolment.class_id)
        .where(ClassGroup.school_id == school_id, which)
        .order_by(Enrolment.order_no, PupilRow.full_name, PupilRow.id)
    )
    rows = list(dict.fromkeys((pupil_id, name, born) for pupil_id, name, born in session.execute(query)))
    last = _last(session, school_id, {pupil_id for pupil_id, *_ in rows})
    rules = consent_rules()
    found = []
    for pupil_id, name, born in rows:
        words = {side: last[key].is_given for side in Side if (key := (pupil_id, purpose, side)) in last}
        standing = rules.standing(words, born, on)
        found.append(PupilConsent(pupil_id, name, words, rules.asks_child(born, on), standing))
    return found


def of_class(session: Session, school_id: UUID, class_id: UUID, purpose: str, on: date) -> list[PupilConsent]:
    """Of those who are in the class now."""
    present = (Enrolment.class_id == class_id) & Enrolment.left_on.is_(None)
    return of_pupils(session, school_id, present, purpose, on)


def of_pupil(session: Session, school_id: UUID, pupil_id: UUID, on: date) -> Mapping[str, PupilConsent]:
    """By purpose."""
    found = {
        each.code: of_pupils(session, school_id, Enrolment.pupil_id == pupil_id, each.code, on)
        for each in consent_rules().purposes
    }
    return {code: lines[0] for code, lines in found.items() if lines}


def history(session: Session, school_id: UUID, pupil_id: UUID) -> Sequence[Said]:
    """The newest first."""
    query = (
        select(Consent, Staff.full_name)
        .join(Staff, Staff.id == Consent.recorded_by)
        .where(Consent.school_id == school_id, Consent.pupil_id == pupil_id)
        .order_by(Consent.id.desc())
    )
    return [
        Said(row.purpose, Giver(row.giver), row.is_given, row.said_on, name, row.recorded_at)
        for row, name in session.execute(query)
    ]


def given(session: Session, schools: Collection[str], on: date) -> Mapping[UUID, tuple[str, ...]]:
    """Codes of the purposes that are consented to, by pupil, at the schools of these codes."""
    found: dict[UUID, set[str]] = {}
    for school_id in session.scalars(select(School.id).where(among(School.code, schools))):
        for purpose in consent_rules().purposes:
            for each in of_pupils(session, school_id, true(), purpose.code, on):
                if each.standing is Standing.GIVEN:
                    found.setdefault(each.pupil_id, set()).add(purpose.code)
    return {pupil_id: tuple(sorted(codes)) for pupil_id, codes in found.items()}


def records_of(session: Session, class_term_id: UUID) -> Mapping[UUID, UUID]:
    """The record of each pupil of a class's term: where the pupil's own page is."""
    query = select(Enrolment.pupil_id, TermRecord.id).join(TermRecord, TermRecord.enrolment_id == Enrolment.id)
    return dict(session.execute(query.where(TermRecord.class_term_id == class_term_id)).all())
