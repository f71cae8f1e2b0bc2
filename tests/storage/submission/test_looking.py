"""Looking a record up, and letting a frozen one be recalled: of the authority's own schools, once, for a reason."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from domain.calendar import day_of
from domain.duties import Duty
from domain.errors import Conflict, Invalid, NotFound
from storage.campaigns import offices
from storage.campaigns.offices import OfficeFacts
from storage.submission import freezing, kept, looking
from storage.submission.freezing import Permission
from storage.tables import ClassGroup, Enrolment, PupilRow, SchoolAuthority, StoreRecord
from tests.factories import NOW, SINCE, YEAR, ClassCast, make_class, make_school
from tests.office import manager_of
from tests.storage.submission.store_rows import keep


class Case:
    """A pupil whose record the store has, and the head of the authority."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.cast: ClassCast = make_class(session, make_school(session, 72))
        self.school_id = self.cast.school.school_id
        office = manager_of(session, self.school_id, day_of(NOW))
        assert office is not None
        self.office: UUID = office
        self.head = offices.add_officer(session, office, ("079180004322", "Lãnh đạo"), Duty.OFFICE_HEAD, SINCE)
        self.uid, self.pupil = self.pupil_of(self.cast)
        keep(session, self.school_id, self.uid)

    def pupil_of(self, cast: ClassCast) -> tuple[str, PupilRow]:
        query = self.session.query(Enrolment, PupilRow).join(PupilRow, PupilRow.id == Enrolment.pupil_id)
        enrolment, pupil = query.filter(Enrolment.class_id == cast.class_id).order_by(Enrolment.order_no).first()  # type: ignore[misc]
        return str(enrolment.record_uid), pupil

    def found(self, asked: str, office: UUID | None = None) -> list[looking.KeptRecord]:
        return looking.records(self.session, office or self.office, asked, NOW)

    def freeze(self) -> None:
        freezing.freeze(self.session, [self.school_id], str(YEAR), 1, NOW)

    def allow(self, reason: str = "Sai ngày sinh.", uid: str = "", at: datetime = NOW) -> bool:
        return freezing.allow_recall(self.session, Permission(uid or self.uid, self.head, reason), [self.school_id], at)


@pytest.fixture
def case(db: Session) -> Case:
    return Case(db)


def test_a_record_is_found_by_its_id_and_by_the_pupils_code(case: Case) -> None:
    keep(case.session, case.school_id, case.uid, 2)
    for asked in (case.uid, case.pupil.pupil_code):
        (record,) = case.found(asked)
        assert record.holder == looking.Holder(
            case.pupil.full_name, case.pupil.pupil_code, "1A1", pupil_id=case.pupil.id
        )
        assert [(each.row.version, each.row.event) for each in record.versions] == [(2, "CANCEL"), (1, "NEW")]
    for asked in ("", case.uid[:-1], case.pupil.full_name, case.pupil.pupil_code[:-1], "\x00"):
        assert case.found(asked) == []


def test_another_authoritys_record_is_not_found(case: Case) -> None:
    facts = OfficeFacts("khac", "Ủy ban nhân dân phường khác", "commune_authority", None, SINCE.date())
    other = offices.add_authority(case.session, facts)
    assert case.found(case.uid, other) == case.found(case.pupil.pupil_code, other) == []


def test_a_school_that_uses_anothers_id_does_not_learn_whose_it_is(case: Case) -> None:
    theirs = make_class(case.session, make_school(case.session, 73))
    uid, pupil = case.pupil_of(theirs)
    keep(case.session, case.school_id, uid)
    (record,) = case.found(uid)
    assert record.holder == looking.Holder()
    assert case.session.get_one(ClassGroup, theirs.class_id).school_id != record.school.id
    assert pupil.full_name not in repr(record.holder)


def test_a_recall_is_allowed_once_by_somebody_and_for_a_reason(case: Case) -> None:
    case.freeze()
    assert case.found(case.uid)[0].may_be_allowed
    with pytest.raises(Invalid):
        case.allow("x")
    assert case.allow()
    assert not case.allow("Một lý do khác.", at=NOW + timedelta(days=1))
    (record,) = case.found(case.uid)
    assert not record.may_be_allowed
    newest = record.newest
    assert (newest.row.recall_allowed_at, newest.allowed_by, newest.reason) == (NOW, "Lãnh đạo", "Sai ngày sinh.")
    assert kept.newest_of(case.session, [case.uid])[case.uid].may_be_recalled


def test_what_is_not_there_or_not_frozen_needs_no_permission(case: Case) -> None:
    with pytest.raises(Conflict):
        case.allow()
    for uid in ("none", "\x00"):
        with pytest.raises(NotFound):
            case.allow(uid=uid)
    case.freeze()
    keep(case.session, case.school_id, case.uid, 2)
    with pytest.raises(Conflict):
        case.allow()


@pytest.mark.parametrize(
    "change", [{"recall_allowed_at": None}, {"recall_allowed_at": SINCE}, {"recall_reason_id": None}]
)
def test_a_permission_never_changes(case: Case, change: dict[str, object]) -> None:
    case.freeze()
    case.allow()
    with pytest.raises(DBAPIError), case.session.begin_nested():
        case.session.execute(update(StoreRecord).values(**change))


def test_a_permission_with_a_giver_has_a_reason(case: Case) -> None:
    case.freeze()
    with pytest.raises(DBAPIError), case.session.begin_nested():
        case.session.execute(update(StoreRecord).values(recall_allowed_at=NOW, recall_allowed_by=case.head))


def test_a_school_changes_hands_at_midnight_in_vietnam(case: Case) -> None:
    evening = datetime(2027, 6, 30, 16, 59, tzinfo=UTC)
    case.session.execute(
        update(SchoolAuthority)
        .where(SchoolAuthority.school_id == case.school_id)
        .values(valid_to=day_of(evening) + timedelta(days=1))
    )
    at_midnight = evening + timedelta(minutes=1)
    for at, is_own in ((evening, True), (at_midnight, False)):
        assert bool(kept.versions_of(case.session, case.uid, case.office, at)) is is_own
        assert bool(kept.packets(case.session, case.office, at, 10)) is is_own
        assert bool(kept.count_packets(case.session, case.office, at)) is is_own
        assert bool(looking.records(case.session, case.office, case.uid, at)) is is_own
