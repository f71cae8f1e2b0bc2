"""Schools, staff and classes as they are registered; registering the same again changes nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.calendar import SchoolYear, term_dates
from domain.curriculum import curriculum_for
from domain.errors import Invalid, NotFound
from domain.pupils import LONGEST
from domain.rules.book import rule_book
from domain.rules.rule_set import RuleSet
from domain.signature_plans import SignaturePlan
from storage.tables import (
    CertificateRow,
    ClassGroup,
    ManagingAuthority,
    Position,
    School,
    SchoolAuthority,
    SchoolYearRow,
    Staff,
    TeachingAssignment,
    TermRow,
)


@dataclass(frozen=True)
class SchoolFacts:
    """A school and the authority that manages it from `managed_from` on."""

    code: str
    name: str
    commune: str
    district: str
    province: str
    authority: str
    authority_kind: str
    managed_from: date


def add_school(session: Session, facts: SchoolFacts) -> UUID:
    """The school by its code, with its managing authority."""
    values = {"code": facts.code, "name": facts.name, "commune": facts.commune, "province": facts.province}
    new = insert(School).values(id=uuid4(), district=facts.district, **values)
    session.execute(new.on_conflict_do_nothing(index_elements=["code"]))
    school_id = session.scalars(select(School.id).where(School.code == facts.code)).one()
    if session.scalars(select(SchoolAuthority.id).where(SchoolAuthority.school_id == school_id)).first() is None:
        authority_id = _add_authority(session, facts)
        session.add(SchoolAuthority(school_id=school_id, authority_id=authority_id, valid_from=facts.managed_from))
    return school_id


def lock_school(session: Session, school_id: UUID) -> None:
    """Let nobody else enter a class list or open a book of this school before this transaction ends."""
    session.execute(select(School.id).where(School.id == school_id).with_for_update(key_share=True))


def lock_schools(session: Session, codes: Iterable[str]) -> None:
    """As `lock_school`, for those of these schools that are known; always in the same order."""
    known = select(School.id).where(School.code.in_(list(codes)))
    session.execute(known.order_by(School.id).with_for_update(key_share=True))


def _add_authority(session: Session, facts: SchoolFacts) -> UUID:
    code = f"{facts.authority_kind}/{facts.authority}"
    new = insert(ManagingAuthority).values(
        id=uuid4(), code=code, name=facts.authority, kind=facts.authority_kind, valid_from=facts.managed_from
    )
    session.execute(new.on_conflict_do_nothing(index_elements=["code"]))
    return session.scalars(select(ManagingAuthority.id).where(ManagingAuthority.code == code)).one()


def add_school_year(session: Session, year: SchoolYear) -> None:
    """The year and its two terms."""
    dates = {term: term_dates(year, term) for term in Term}
    first, last = dates[Term.HK1].start, dates[Term.YEAR_END].end
    new = insert(SchoolYearRow).values(code=str(year), starts_on=first, ends_on=last)
    session.execute(new.on_conflict_do_nothing())
    terms = [
        {"school_year": str(year), "term": term.value, "starts_on": each.start, "ends_on": each.end}
        for term, each in dates.items()
    ]
    session.execute(insert(TermRow).values(terms).on_conflict_do_nothing())


def add_staff(session: Session, school_id: UUID, personal_id: str, full_name: str) -> UUID:
    new = insert(Staff).values(id=uuid4(), school_id=school_id, personal_id=personal_id, full_name=full_name)
    session.execute(new.on_conflict_do_nothing(index_elements=["school_id", "personal_id"]))
    known = select(Staff.id).where(Staff.school_id == school_id, Staff.personal_id == personal_id)
    return session.scalars(known).one()


def add_position(
    session: Session, school_id: UUID, staff_id: UUID, role: str, title: str, valid: tuple[datetime, datetime | None]
) -> None:
    same = select(Position.id).where(
        Position.school_id == school_id, Position.staff_id == staff_id, Position.role == role
    )
    if session.scalars(same).first() is None:
        session.add(
            Position(
                school_id=school_id, staff_id=staff_id, role=role, title=title, valid_from=valid[0], valid_to=valid[1]
            )
        )
        session.flush()


@dataclass(frozen=True)
class ClassFacts:
    """A class; `optional` are the optional and elective subjects it takes, `topics` those of its study topics."""

    grade: int
    name: str
    optional: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    plan: SignaturePlan = SignaturePlan.SHEET


def add_class(session: Session, school_id: UUID, year: SchoolYear, facts: ClassFacts) -> UUID:
    """A class under the circular in force when its year begins; one that is known stays as it is.

    Raises Invalid for a new class as `rules_of` does.
    """
    known = _class_id(session, school_id, year, facts.name)
    if known is not None:
        return known
    rules = rules_of(year, facts)
    add_school_year(session, year)
    new = insert(ClassGroup).values(
        id=uuid4(),
        school_id=school_id,
        school_year=str(year),
        grade=facts.grade,
        name=facts.name,
        circular=rules.circular,
        optional_subjects=list(facts.optional),
        study_topics=list(facts.topics),
        signature_plan=facts.plan.value,
    )
    session.execute(new.on_conflict_do_nothing(index_elements=["school_id", "school_year", "name"]))
    return class_id_of(session, school_id, year, facts.name)


def rules_of(year: SchoolYear, facts: ClassFacts) -> RuleSet:
    """The rules of a new class. Raises Invalid for a name that is too long, and subjects that the class cannot take."""
    if len(facts.name) > LONGEST:
        raise Invalid(f"Tên lớp dài {len(facts.name)} ký tự, quá giới hạn {LONGEST} ký tự.")
    rules = rule_book().of_term(facts.grade, year, Term.HK1)
    curriculum_for(facts.grade, rules, optional=facts.optional, topics=facts.topics)
    return rules


def class_id_of(session: Session, school_id: UUID, year: SchoolYear, name: str) -> UUID:
    found = _class_id(session, school_id, year, name)
    if found is None:
        raise NotFound(f"Chưa có lớp {name} trong năm học {year}.")
    return found


def _class_id(session: Session, school_id: UUID, year: SchoolYear, name: str) -> UUID | None:
    known = select(ClassGroup.id).where(
        ClassGroup.school_id == school_id, ClassGroup.school_year == str(year), ClassGroup.name == name
    )
    return session.scalars(known).first()


def assign(
    session: Session,
    class_id: UUID,
    slot: str,
    staff_id: UUID,
    valid: tuple[datetime, datetime | None],
    *,
    is_signer: bool = True,
) -> None:
    same = select(TeachingAssignment.id).where(
        TeachingAssignment.class_id == class_id,
        TeachingAssignment.slot == slot,
        TeachingAssignment.staff_id == staff_id,
    )
    if session.scalars(same).first() is None:
        session.add(
            TeachingAssignment(
                class_id=class_id,
                slot=slot,
                staff_id=staff_id,
                is_signer=is_signer,
                valid_from=valid[0],
                valid_to=valid[1],
            )
        )
        session.flush()


def add_certificate(session: Session, row: CertificateRow, now: datetime) -> None:
    """Register a certificate; the owner's earlier one is replaced by it. Again, it changes nothing."""
    if session.scalars(select(CertificateRow.id).where(CertificateRow.sha256 == row.sha256)).first() is not None:
        return
    owner = CertificateRow.staff_id if row.staff_id else CertificateRow.school_id
    same_owner = owner == (row.staff_id or row.school_id)
    older = update(CertificateRow).where(same_owner, CertificateRow.state.in_(("valid", "suspended")))
    session.execute(older.values(state="replaced", state_since=now))
    session.add(row)
    session.flush()


def keep_seal_image(session: Session, school_id: UUID, sha256: str) -> None:
    """The school's own picture of its seal, by its hash in the object store."""
    session.get_one(School, school_id).seal_image_sha256 = sha256


def seal_image(session: Session, school_id: UUID) -> str | None:
    """The same hash; None while the school has no picture of its own."""
    return session.get_one(School, school_id).seal_image_sha256


def staff_ids(session: Session, school_id: UUID, personal_ids: Iterable[str]) -> dict[str, UUID]:
    query = select(Staff.personal_id, Staff.id).where(
        Staff.school_id == school_id, Staff.personal_id.in_(list(personal_ids))
    )
    return dict(session.execute(query).all())
