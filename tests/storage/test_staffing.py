"""Who fills a slot, and when."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.decisions import Action
from domain.errors import NotAllowed
from storage import registration, staffing
from storage.certificates import certificate_for
from storage.tables import Position, Staff, TeachingAssignment
from tests.factories import NOW, SINCE, ClassCast, make_certificate, make_class, make_school, make_staff

INSTANT = timedelta(microseconds=1)
HANDOVER = SINCE + timedelta(days=100)


@pytest.fixture
def cast(db: Session) -> ClassCast:
    return make_class(db, make_school(db))


@pytest.fixture
def successor(db: Session, cast: ClassCast) -> UUID:
    """Takes music over on the day of the handover."""
    new = make_staff(db, cast.school.school_id, 77)
    leaving = update(TeachingAssignment).where(TeachingAssignment.staff_id == cast.music)
    db.execute(leaving.values(valid_to=HANDOVER))
    registration.assign(db, cast.class_id, "am_nhac", new, (HANDOVER, None))
    return new


@pytest.mark.parametrize(
    ("at", "is_successor"),
    [(SINCE, False), (HANDOVER - INSTANT, False), (HANDOVER, True), (NOW + timedelta(days=999), True)],
)
def test_a_handover_takes_effect_at_its_instant(
    db: Session, cast: ClassCast, successor: UUID, at: datetime, *, is_successor: bool
) -> None:
    in_charge, other = (successor, cast.music) if is_successor else (cast.music, successor)
    assert staffing.signer_of(db, cast.class_id, "am_nhac", at).staff_id == in_charge
    assert "am_nhac" in staffing.slots_of(db, in_charge, cast.class_id, at)
    assert "am_nhac" not in staffing.slots_of(db, other, cast.class_id, at)
    assert [each.staff_id for each in staffing.by_slot(db, cast.class_id, at)["am_nhac"]] == [in_charge]


@pytest.mark.parametrize("slot", ["am_nhac", HOMEROOM, PRINCIPAL, SEAL])
def test_before_the_first_assignment_nobody_may_act(db: Session, cast: ClassCast, slot: str) -> None:
    early = SINCE - INSTANT
    with pytest.raises(NotAllowed, match="Chưa phân công"):
        staffing.signer_of(db, cast.class_id, slot, early)
    assert staffing.slots_of(db, cast.who(slot), cast.class_id, early) == frozenset()


def test_an_unassigned_slot_has_nobody(db: Session, cast: ClassCast) -> None:
    db.execute(delete(TeachingAssignment).where(TeachingAssignment.slot == "am_nhac"))
    with pytest.raises(NotAllowed):
        staffing.signers_of(db, cast.class_id, (HOMEROOM, "am_nhac"), NOW)


def test_who_teaches_without_being_the_signer_does_not_fill_the_slot(db: Session, cast: ClassCast) -> None:
    second = make_staff(db, cast.school.school_id, 77)
    registration.assign(db, cast.class_id, "toan", second, (SINCE, None), is_signer=False)
    assert staffing.slots_of(db, second, cast.class_id, NOW) == frozenset()
    assert staffing.signer_of(db, cast.class_id, "toan", NOW).staff_id == cast.homeroom
    assert staffing.in_charge(db, cast.class_id, NOW)["toan"].staff_id == cast.homeroom
    assert not staffing.own_slots(db, second, NOW)


def test_everybody_fills_their_own_slots(db: Session, cast: ClassCast) -> None:
    assert staffing.slots_of(db, cast.school.principal, cast.class_id, NOW) == {PRINCIPAL}
    assert staffing.slots_of(db, cast.school.clerk, cast.class_id, NOW) == {SEAL}
    assert staffing.slots_of(db, cast.music, cast.class_id, NOW) == {"am_nhac"}
    assert len(staffing.slots_of(db, cast.homeroom, cast.class_id, NOW)) == 8


def test_each_of_two_clerks_may_seal(db: Session, cast: ClassCast) -> None:
    second = make_staff(db, cast.school.school_id, 77)
    registration.add_position(db, cast.school.school_id, second, "seal_clerk", "Văn thư", (SINCE, None))
    assert all(SEAL in staffing.slots_of(db, clerk, cast.class_id, NOW) for clerk in (second, cast.school.clerk))


def test_a_person_s_roles_are_those_held_now(db: Session, cast: ClassCast) -> None:
    db.execute(update(Position).where(Position.staff_id == cast.school.principal).values(valid_to=HANDOVER))
    before = staffing.person(db, HANDOVER - INSTANT, Staff.id == cast.school.principal)
    after = staffing.person(db, HANDOVER, Staff.id == cast.school.principal)
    assert before is not None
    assert after is not None
    assert (before.roles, after.roles) == (frozenset({"principal"}), frozenset())
    assert staffing.person(db, NOW, Staff.id == cast.class_id) is None


def test_a_seal_is_made_with_the_school_s_certificate(db: Session, cast: ClassCast) -> None:
    school_id, clerk = cast.school.school_id, cast.school.clerk
    own = make_certificate(db, clerk)
    with pytest.raises(NotAllowed, match="Chưa đăng ký"):
        certificate_for(db, Action.SEAL, clerk, school_id, NOW)
    schools = make_certificate(db, None, school_id=school_id)
    assert certificate_for(db, Action.SEAL, clerk, school_id, NOW) is schools
    assert certificate_for(db, Action.SIGN, clerk, school_id, NOW) is own


@pytest.mark.parametrize(
    "spoilt",
    [{"state": "revoked"}, {"state": "suspended"}, {"not_after": NOW}, {"not_before": NOW + INSTANT}],
)
def test_a_certificate_that_is_not_valid_now_is_refused(
    db: Session, cast: ClassCast, spoilt: dict[str, object]
) -> None:
    make_certificate(db, cast.homeroom, **spoilt)
    with pytest.raises(NotAllowed, match="hết hạn, bị thu hồi"):
        certificate_for(db, Action.SIGN, cast.homeroom, cast.school.school_id, NOW)
    good = make_certificate(db, cast.homeroom)
    assert certificate_for(db, Action.SIGN, cast.homeroom, cast.school.school_id, NOW) is good
