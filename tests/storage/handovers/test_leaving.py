"""Somebody leaves for good: the work ends at the moment, whoever has accepted, and goes to those who have."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.duties import Duty
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from domain.matters.handovers import Deed, HandoverKind, HandoverState
from storage import certificates, registration, staffing
from storage.handovers import opening
from storage.matters import steps as diary
from storage.matters import waits
from storage.tables import CertificateRow, HandoverItem, MatterWait, Staff, TeachingAssignment
from tests.factories import SUBJECTS, make_school
from tests.storage.handovers.playing import AT, INSTANT, NOW, Handing, Stage

FINAL = [each for each in HandoverKind if each.is_leaving]


@pytest.fixture
def stage(db: Session) -> Stage:
    return Stage.make(db)


def retire(stage: Stage, **successors: UUID | None) -> Handing:
    handing = stage.open(HandoverKind.RETIREMENT, successors)
    handing.do(Deed.CONFIRM, stage.leaver)
    return handing


def waits_of(stage: Stage, handing: Handing) -> set[str]:
    query = select(MatterWait.what).where(MatterWait.matter_id == handing.id)
    return set(stage.session.scalars(query))


@pytest.mark.parametrize("kind", FINAL)
def test_the_work_of_who_leaves_ends_at_the_moment_whoever_has_accepted(stage: Stage, kind: HandoverKind) -> None:
    stage.open(kind, {"toan": stage.newcomer()})
    assert stage.holders("toan", AT - INSTANT, AT) == [stage.leaver, None]
    assert stage.holders("homeroom", AT - INSTANT, AT) == [stage.leaver, None]
    assert stage.holder("am_nhac", AT) == stage.book.cast.music


def test_once_everybody_has_accepted_all_of_it_changes_at_the_moment(stage: Stage) -> None:
    one, two = stage.newcomer(), stage.newcomer()
    handing = retire(stage, toan=one, homeroom=two)
    handing.do(Deed.ACCEPT, one)
    assert stage.holder("toan", AT) is None
    handing.do(Deed.ACCEPT, two)
    assert stage.holders("toan", AT - INSTANT, AT) == [stage.leaver, one]
    assert stage.holders("homeroom", AT - INSTANT, AT) == [stage.leaver, two]
    assert stage.holder("tieng_viet", AT) is None
    assert handing.state() is HandoverState.SIGNING
    made = select(TeachingAssignment.matter_id).where(TeachingAssignment.staff_id == one)
    assert stage.session.scalars(made).all() == [handing.id]


def test_who_accepts_after_the_moment_begins_then_and_nobody_fills_the_time_between(stage: Stage) -> None:
    one = stage.newcomer()
    handing = retire(stage, toan=one)
    stage.now = AT + timedelta(days=2, microseconds=300)
    handing.do(Deed.ACCEPT, one)
    begins = AT + timedelta(days=2, seconds=1)
    assert stage.holders("toan", AT, begins - INSTANT, begins) == [None, None, one]


def test_the_moment_is_a_full_second_so_that_no_paper_names_who_was_there_before(stage: Stage) -> None:
    handing = stage.open(HandoverKind.RETIREMENT, {}, at=NOW)
    assert handing.case.row.effective_at == NOW.replace(microsecond=0) + timedelta(seconds=1)


def test_without_a_certificate_nobody_accepts_what_has_to_be_signed(stage: Stage) -> None:
    bare = stage.newcomer(equipped=False)
    handing = retire(stage, toan=bare)
    with pytest.raises(NotAllowed, match="Hãy nhờ cán bộ quản trị"):
        handing.do(Deed.ACCEPT, bare)
    assert handing.state() is HandoverState.ACCEPTING


def test_only_who_is_named_accepts(stage: Stage) -> None:
    handing = retire(stage, toan=stage.newcomer())
    with pytest.raises(NotAllowed, match="không được đề nghị"):
        handing.do(Deed.ACCEPT, stage.newcomer())


def test_nobody_accepts_before_the_giver_has_confirmed(stage: Stage) -> None:
    one = stage.newcomer()
    handing = stage.open(HandoverKind.RETIREMENT, {"toan": one})
    with pytest.raises(Conflict, match="còn phải xác nhận"):
        handing.do(Deed.ACCEPT, one)
    with pytest.raises(NotAllowed, match="Chỉ người bàn giao"):
        handing.do(Deed.CONFIRM, one)


def test_the_principal_goes_on_without_the_giver_after_the_limit(stage: Stage) -> None:
    one = stage.newcomer()
    handing = stage.open(HandoverKind.RESIGNATION, {"toan": one})
    with pytest.raises(Conflict, match="còn thời gian"):
        handing.do(Deed.OVERRIDE, stage.head, reason="Không liên lạc được")
    stage.now = NOW + timedelta(days=3)
    with pytest.raises(NotAllowed):
        handing.do(Deed.OVERRIDE, one, reason="Không liên lạc được")
    handing.do(Deed.OVERRIDE, stage.head, reason="Không liên lạc được")
    handing.do(Deed.ACCEPT, one)
    row = handing.case.row
    assert (row.overridden_by, row.giver_left_out, row.confirmed_at) == (stage.head, True, None)


def test_who_declines_says_why_and_somebody_else_is_named(stage: Stage) -> None:
    one, two = stage.newcomer(), stage.newcomer()
    handing = retire(stage, toan=one)
    with pytest.raises(Invalid, match="lý do"):
        handing.do(Deed.DECLINE, one)
    handing.do(Deed.DECLINE, one, reason="Đã đủ giờ dạy")
    assert "name" in waits_of(stage, handing)
    assert handing.state() is HandoverState.ACCEPTING
    handing.do(Deed.NAME_SUCCESSOR, stage.head, items=(handing.item("toan"),), successor_id=two)
    handing.do(Deed.ACCEPT, two)
    assert stage.holder("toan", AT) == two


def test_a_part_that_was_declined_may_be_left_vacant(stage: Stage) -> None:
    one, two = stage.newcomer(), stage.newcomer()
    handing = retire(stage, toan=one, homeroom=two)
    handing.do(Deed.ACCEPT, two)
    handing.do(Deed.DECLINE, one, reason="Đã đủ giờ dạy")
    handing.do(Deed.NAME_SUCCESSOR, stage.head, items=(handing.item("toan"),))
    assert (stage.holder("homeroom", AT), stage.holder("toan", AT)) == (two, None)


def test_a_cancelled_handover_leaves_everything_as_it_was(stage: Stage) -> None:
    one = stage.newcomer()
    handing = retire(stage, toan=one)
    handing.do(Deed.ACCEPT, one)
    handing.do(Deed.CANCEL, stage.head, reason="Gia hạn hợp đồng")
    assert handing.state() is HandoverState.CANCELLED
    for slot in ("toan", "homeroom"):
        assert stage.holders(slot, AT - INSTANT, AT, AT + timedelta(days=90)) == [stage.leaver] * 3
    assert certificates.can_sign(stage.session, stage.leaver, AT)
    assert not waits_of(stage, handing)
    periods = select(TeachingAssignment).where(TeachingAssignment.slot == "toan")
    assert len(stage.session.scalars(periods).all()) == 1


def test_cancelled_after_the_moment_the_giver_goes_on_from_then(stage: Stage) -> None:
    handing = retire(stage, toan=stage.newcomer())
    stage.now = AT + timedelta(days=1)
    handing.do(Deed.CANCEL, stage.head, reason="Gia hạn hợp đồng")
    assert stage.holders("toan", AT - INSTANT, AT, stage.now - INSTANT, stage.now) == [
        stage.leaver, None, None, stage.leaver,
    ]  # fmt: skip


def test_cancelled_after_somebody_else_was_given_the_work_is_refused_in_words(stage: Stage) -> None:
    handing = retire(stage, toan=stage.newcomer())
    other, stage.now = stage.newcomer(), AT + timedelta(days=2)
    registration.assign(stage.session, stage.class_id, "toan", other, (AT + timedelta(days=1), None))
    with pytest.raises(Conflict, match="trùng với phân công khác"):
        handing.do(Deed.CANCEL, stage.head, reason="Gia hạn hợp đồng")
    assert (handing.state(), stage.holder("toan", stage.now)) == (HandoverState.ACCEPTING, other)


def test_what_has_taken_effect_is_not_cancelled(stage: Stage) -> None:
    one = stage.newcomer()
    handing = retire(stage, toan=one)
    handing.do(Deed.ACCEPT, one)
    stage.now = AT
    with pytest.raises(Conflict, match="đã có hiệu lực"):
        handing.do(Deed.CANCEL, stage.head, reason="Gia hạn hợp đồng")


@pytest.mark.parametrize("kind", FINAL)
def test_the_certificate_signs_until_the_moment_and_no_longer(stage: Stage, kind: HandoverKind) -> None:
    stage.open(kind, {})
    able = [certificates.can_sign(stage.session, stage.leaver, at) for at in (AT - INSTANT, AT)]
    assert able == [True, not kind.revokes]


def test_a_suspended_certificate_ends_with_the_work_too_and_comes_back_only_with_a_cancellation(stage: Stage) -> None:
    """Its authority may lift the suspension: who has left does not sign for that."""
    certificate = stage.session.query(CertificateRow).filter_by(staff_id=stage.leaver).one()
    certificate.state, certificate.state_since = "suspended", NOW - timedelta(days=2)
    stage.session.flush()
    handing = retire(stage)
    stage.session.refresh(certificate)
    assert (certificate.state, certificate.state_since) == ("revoked", NOW - timedelta(days=2))
    assert "report" in waits_of(stage, handing)
    assert not any(certificates.can_sign(stage.session, stage.leaver, at) for at in (NOW, AT - INSTANT, AT))
    handing.do(Deed.CANCEL, stage.head, reason="Gia hạn hợp đồng")
    stage.session.refresh(certificate)
    assert (certificate.state, certificate.state_since) == ("suspended", NOW - timedelta(days=2))


def test_the_certificate_is_reported_and_that_is_noted(stage: Stage) -> None:
    admin = stage.office("system_admin", "Quản trị")
    handing = retire(stage)
    assert "report" in waits_of(stage, handing)
    person = next(iter(waits.people(stage.session, waits.of_matter(stage.session, handing.id)[0], NOW)))
    assert person == admin
    handing.do(Deed.REPORT, admin)
    assert "report" not in waits_of(stage, handing)
    with pytest.raises(Conflict, match="đã báo rồi"):
        handing.do(Deed.REPORT, admin)
    stage.now = AT
    handing.tick()
    assert handing.state() is HandoverState.DONE


def test_a_step_taken_twice_is_one_step(stage: Stage) -> None:
    one = stage.newcomer()
    handing = stage.open(HandoverKind.RETIREMENT, {"toan": one})
    assert not opening.open_handover(stage.session, handing.new, stage.clock)
    assert handing.do(Deed.CONFIRM, stage.leaver, command="c") is True
    assert handing.do(Deed.CONFIRM, stage.leaver, command="c") is False
    assert handing.do(Deed.ACCEPT, one, command="a") is True
    assert handing.do(Deed.ACCEPT, one, command="a") is False
    assert len(stage.session.scalars(select(HandoverItem)).all()) == len(SUBJECTS)  # all but music, and the class
    assert diary.first_broken_step(stage.session, handing.id) is None


def test_what_somebody_else_was_given_meanwhile_stays_his(stage: Stage) -> None:
    """A plain correction between opening and acceptance is newer than the wish."""
    one, other = stage.newcomer(), stage.newcomer()
    handing = retire(stage, toan=one, homeroom=one)
    row = stage.session.scalars(select(TeachingAssignment).where(TeachingAssignment.slot == "toan")).one()
    stage.session.add(TeachingAssignment(class_id=row.class_id, slot="toan", staff_id=other, valid_from=AT))
    handing.do(Deed.ACCEPT, one)
    assert (stage.holder("toan", AT), stage.holder("homeroom", AT)) == (other, one)


def test_who_may_not_open_a_handover_is_refused(stage: Stage) -> None:
    with pytest.raises(NotAllowed):
        stage.open(HandoverKind.RETIREMENT, {}, by=stage.leaver)
    theirs = make_school(stage.session, 2).principal
    with pytest.raises(NotFound):
        stage.open(HandoverKind.RETIREMENT, {}, who=theirs)
    with pytest.raises(NotFound):
        stage.open(HandoverKind.RETIREMENT, {"toan": theirs})
    with pytest.raises(Invalid, match="người khác"):
        stage.open(HandoverKind.RETIREMENT, {"toan": stage.leaver})


def test_a_school_keeps_somebody_who_can_open_the_next_one(stage: Stage) -> None:
    with pytest.raises(Conflict, match="không còn hiệu trưởng hay cán bộ quản trị"):
        stage.open(HandoverKind.RETIREMENT, {}, who=stage.head)


def test_a_certificate_that_its_authority_revokes_earlier_ends_earlier(stage: Stage) -> None:
    stage.open(HandoverKind.RETIREMENT, {})
    row = stage.session.scalars(select(CertificateRow).where(CertificateRow.staff_id == stage.leaver)).one()
    assert (row.state, row.state_since) == ("revoked", AT)


def test_what_was_to_begin_later_is_taken_over_then(stage: Stage) -> None:
    """The music teacher was to teach mathematics after New Year, and retires before."""
    start, music, one = AT + timedelta(days=20), stage.book.cast.music, stage.newcomer()
    row = stage.session.scalars(select(TeachingAssignment).where(TeachingAssignment.slot == "toan")).one()
    row.valid_to = start
    stage.session.add(TeachingAssignment(class_id=row.class_id, slot="toan", staff_id=music, valid_from=start))
    stage.session.flush()
    handing = stage.open(HandoverKind.RETIREMENT, {"toan": one}, who=music)
    assert stage.holders("toan", AT, start - INSTANT, start) == [stage.leaver, stage.leaver, None]
    handing.do(Deed.CONFIRM, music)
    handing.do(Deed.ACCEPT, one)
    assert stage.holders("toan", AT, start - INSTANT, start) == [stage.leaver, stage.leaver, one]
    handing.do(Deed.CANCEL, stage.head, reason="Gia hạn hợp đồng")
    assert stage.holders("toan", start - INSTANT, start) == [stage.leaver, music]


def test_nobody_hands_an_office_to_oneself(stage: Stage) -> None:
    admin = stage.office("system_admin", "Quản trị")
    with pytest.raises(NotAllowed, match="Không tự giao chức vụ"):
        stage.open(HandoverKind.RETIREMENT, {"principal": admin}, who=stage.head, by=admin)
    handing = stage.open(HandoverKind.RETIREMENT, {}, who=stage.head, by=admin)
    with pytest.raises(NotAllowed, match="Không tự giao chức vụ"):
        handing.do(Deed.NAME_SUCCESSOR, admin, items=(handing.item("principal"),), successor_id=admin)


def test_somebody_new_has_a_desk_as_soon_as_named_and_nothing_on_it(stage: Stage) -> None:
    one = stage.newcomer()

    def duties() -> set[str]:
        person = staffing.person(stage.session, NOW, Staff.id == one)
        return set(person.duties) if person else set()

    assert duties() == set()
    handing = stage.open(HandoverKind.RETIREMENT, {"toan": one})
    assert duties() == {Duty.SUBJECT_TEACHER}
    assert staffing.slots_of(stage.session, one, stage.class_id, AT) == frozenset()
    handing.do(Deed.CANCEL, stage.head, reason="Gia hạn hợp đồng")
    assert duties() == set()
