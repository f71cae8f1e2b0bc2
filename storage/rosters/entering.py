"""Enters a compared list: classes, pupils, enrolments, and what of their ids a person should look at."""

from collections.abc import Sequence
from datetime import date
from typing import Final, TypeAlias
from uuid import UUID, uuid4

from psycopg import errors
from sqlalchemy import insert
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.calendar import SchoolYear, term_dates
from domain.errors import Conflict, Invalid
from domain.pupils import HOME_COUNTRY, OF_THE_YEAR, ListedPupil, PupilField
from storage import registration
from storage.findings import keep_findings
from storage.registration import ClassFacts
from storage.rosters.comparing import compare
from storage.rosters.known import Known, read_known
from storage.rosters.shapes import ClassEffect, Comparison, Effect, ListedClass, PupilEffect
from storage.tables import ClassGroup, Enrolment, PupilRow

Pairs: TypeAlias = Sequence[tuple[ListedPupil, PupilEffect]]
_UNFIT: Final = "Danh sách có giá trị không lưu được: quá dài hoặc có ký tự lạ. Hãy sửa trong tệp rồi tải lên lại."
_OF_THE_PUPIL = tuple(each for each in PupilField if each not in OF_THE_YEAR)


def register(session: Session, school_id: UUID, listed: Sequence[ListedClass], today: date) -> dict[str, UUID]:
    """Compare and enter in one go; returns the ids of the classes by name. Raises Conflict when somebody clashes."""
    registration.lock_school(session, school_id)
    known = read_known(session, school_id, listed)
    comparison = compare(known, listed, today)
    for clash in comparison.clashes:
        raise Conflict(f"Mã học sinh {clash.pupil_code}: {clash.message}")
    return enter(session, known, listed, comparison, today)


def enter(
    session: Session, known: Known, listed: Sequence[ListedClass], comparison: Comparison, today: date
) -> dict[str, UUID]:
    """Write what `comparison`, without clashes and just made with what is `known`, says."""
    try:
        return {
            group.name: _enter_class(session, known, each, group, today)
            for each, group in zip(listed, comparison.classes, strict=True)
        }
    except IntegrityError:
        # Somebody else was first with a code or id; the database's words would repeat it.
        raise Conflict("Vừa có người nhập trùng mã học sinh hoặc số định danh; hãy xem trước lại.") from None
    except (DataError, OperationalError) as error:
        if not isinstance(error.orig, errors.DataError | errors.ProgramLimitExceeded):
            raise
        raise Invalid(_UNFIT) from None


def _enter_class(session: Session, known: Known, listed: ListedClass, effect: ClassEffect, today: date) -> UUID:
    year = listed.school_year
    class_id = registration.add_class(session, known.school_id, year, class_facts(listed, effect.name))
    first_day = term_dates(year, Term.HK1).start
    pairs = list(zip(listed.pupils, effect.pupils, strict=True))
    _enter_pupils(session, known, pairs)
    joined_on = first_day if effect.is_new else max(first_day, today)
    _enter_enrolments(session, known, session.get_one(ClassGroup, class_id), pairs, joined_on)
    session.flush()
    return class_id


def class_facts(listed: ListedClass, name: str) -> ClassFacts:
    """A listed class as it is registered under a name."""
    return ClassFacts(listed.grade, name, listed.optional, listed.topics, listed.plan)


def _enter_pupils(session: Session, known: Known, pairs: Pairs) -> None:
    new = [_values(pupil) for pupil, _ in pairs if pupil.pupil_code not in known.by_code]
    if new:
        for row in session.scalars(insert(PupilRow).returning(PupilRow), new):
            known.by_code[row.pupil_code] = row
    for pupil, effect in pairs:
        row, values = known.by_code[pupil.pupil_code], _values(pupil)
        for change in effect.changes:
            if change.field in _OF_THE_PUPIL:
                setattr(row, change.field.value, values[change.field.value])
    keep_findings(session, [known.by_code[pupil.pupil_code] for pupil, effect in pairs if _is_touched(effect)])


def _values(pupil: ListedPupil) -> dict[str, str | date]:
    values: dict[str, str | date] = {each.value: pupil.text(each) for each in _OF_THE_PUPIL}
    return values | {"birth_date": pupil.birth_date, "nationality": pupil.nationality or HOME_COUNTRY}


def _is_touched(effect: PupilEffect) -> bool:
    return effect.effect is Effect.ADDED or bool(effect.changes)


def _enter_enrolments(session: Session, known: Known, group: ClassGroup, pairs: Pairs, joined_on: date) -> None:
    year, new = SchoolYear.parse(group.school_year), []
    for pupil, effect in pairs:
        row = known.by_code[pupil.pupil_code]
        enrolment = known.enrolment_for(row, year, group.id)
        if enrolment is None:
            # How a pupil who is enrolled already is assessed, the principal decides.
            enrolment = Enrolment(
                pupil_id=row.id,
                school_year=group.school_year,
                record_uid=uuid4(),
                joined_on=joined_on,
                register_no="",
                assessment_waived=pupil.assessment_waived,
            )
            new.append(enrolment)
        enrolment.class_id, enrolment.order_no, enrolment.left_on = group.id, effect.order_no, None
        enrolment.register_no = pupil.register_no or enrolment.register_no
    session.add_all(new)
