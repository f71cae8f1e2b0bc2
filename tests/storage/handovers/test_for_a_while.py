"""Somebody is away and comes back: stood in for, returned to earlier or later, and never able to act meanwhile."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.decisions import Action
from domain.errors import Conflict, Invalid, NotAllowed
from domain.matters.handovers import ACTING_HEAD_TITLE, Deed, HandoverKind, HandoverState
from storage import assignments, certificates, projection, staffing, standing_in, stories
from storage.tables import Staff, StaffLeave
from tests.factories import fill
from tests.storage.handovers.playing import AT, INSTANT, NOW, UNTIL, Handing, Stage

BACK = AT + timedelta(days=20)
SOON = AT + timedelta(days=9)
LATER = UNTIL + timedelta(days=20)


@pytest.fixture
def stage(db: Session) -> Stage:
    return Stage.make(db)


def maternity(stage: Stage, **successors: UUID | None) -> Handing:
    handing = stage.open(HandoverKind.MATERNITY, successors, until=UNTIL)
    handing.do(Deed.CONFIRM, stage.leaver)
    return handing


def taken(stage: Stage) -> tuple[Handing, UUID]:
    one = stage.newcomer()
    handing = maternity(stage, toan=one)
    handing.do(Deed.ACCEPT, one)
    return handing, one


def test_the_one_on_leave_is_stood_in_for_and_gets_everything_back(stage: Stage) -> None:
    _, one = taken(stage)
    found = stage.holders("toan", AT - INSTANT, AT, UNTIL - INSTANT, UNTIL)
    assert found == [stage.leaver, one, one, stage.leaver]
    found = stage.holders("homeroom", AT - INSTANT, AT, UNTIL - INSTANT, UNTIL)
    assert found == [stage.leaver, None, None, stage.leaver]


def test_who_is_on_leave_can_do_nothing_from_the_first_instant_to_the_last(stage: Stage) -> None:
    maternity(stage)
    session, who = stage.session, stage.leaver

    def duties(at: datetime) -> int:
        person = staffing.person(session, at, Staff.id == who)
        return len(person.duties) if person else -1

    moments = (AT - INSTANT, AT, UNTIL - INSTANT, UNTIL)
    assert [duties(at) > 0 for at in moments] == [True, False, False, True]
    slots = [bool(staffing.slots_of(session, who, stage.class_id, at)) for at in moments]
    assert slots == [True, False, False, True]
    with pytest.raises(NotAllowed, match="đang trong thời gian nghỉ"):
        certificates.certificate_for(session, Action.SIGN, who, stage.school_id, AT)
    assert certificates.certificate_for(session, Action.SIGN, who, stage.school_id, UNTIL)


def test_the_matrix_shows_what_nobody_took_as_vacant(stage: Stage) -> None:
    taken(stage)
    [row] = assignments.matrix(stage.session, stage.school_id, "2026-2027", AT)
    assert "homeroom" in row.unfilled
    assert "toan" in row.now


@pytest.mark.parametrize("back", [BACK, LATER])
def test_who_returns_earlier_or_later_takes_everything_up_then(stage: Stage, back: datetime) -> None:
    handing, one = taken(stage)
    stage.now = AT + timedelta(days=10)
    handing.do(Deed.RETURN, stage.leaver, at=back)
    assert stage.holders("toan", back - INSTANT, back) == [one, stage.leaver]
    assert stage.holders("homeroom", back - INSTANT, back) == [None, stage.leaver]
    leave = stage.session.scalars(select(StaffLeave)).one()
    assert (leave.starts_at, leave.ends_at) == (AT, back)


def test_a_return_is_not_in_the_past_nor_after_the_end_nor_before_the_beginning(stage: Stage) -> None:
    handing, _ = taken(stage)
    with pytest.raises(Conflict, match="huỷ thay vì trả lại"):
        handing.do(Deed.RETURN, stage.leaver)
    stage.now = AT + timedelta(days=10)
    with pytest.raises(NotAllowed):
        handing.do(Deed.RETURN, stage.newcomer(), at=BACK)
    handing.do(Deed.RETURN, stage.head, at=AT)
    assert stage.holder("toan", stage.now) == stage.leaver
    with pytest.raises(Conflict, match="đã được trả lại"):
        handing.do(Deed.RETURN, stage.head, at=LATER)


def test_a_leave_that_is_cancelled_never_was(stage: Stage) -> None:
    handing, _ = taken(stage)
    handing.do(Deed.CANCEL, stage.head, reason="Đổi ngày nghỉ")
    assert stage.holders("toan", AT, UNTIL) == [stage.leaver, stage.leaver]
    assert not stage.session.scalars(select(StaffLeave)).all()


def test_the_end_settles_it(stage: Stage) -> None:
    handing = maternity(stage)
    assert handing.state() is HandoverState.STANDING
    stage.now = UNTIL
    handing.tick()
    assert handing.state() is HandoverState.DONE


def test_nobody_takes_over_work_for_a_time_of_ones_own_leave(stage: Stage) -> None:
    maternity(stage)
    other = stage.open(HandoverKind.RETIREMENT, {"am_nhac": stage.leaver}, who=stage.book.cast.music)
    other.do(Deed.CONFIRM, stage.book.cast.music)
    with pytest.raises(Conflict, match="nghỉ trong thời gian này"):
        other.do(Deed.ACCEPT, stage.leaver)


def test_a_temporary_handover_has_an_end(stage: Stage) -> None:
    with pytest.raises(Invalid, match="ngày kết thúc"):
        stage.open(HandoverKind.MATERNITY, {})
    with pytest.raises(Invalid, match="không có ngày kết thúc"):
        stage.open(HandoverKind.RETIREMENT, {}, until=UNTIL)
    with pytest.raises(Invalid, match="phải sau ngày bắt đầu"):
        stage.open(HandoverKind.MATERNITY, {}, until=AT)


def test_a_delegate_stands_in_for_what_was_named_and_says_so_on_paper(stage: Stage) -> None:
    one = stage.newcomer()
    until = AT + timedelta(days=3)
    handing = stage.open(HandoverKind.DELEGATION, {"toan": one}, by=stage.leaver, until=until)
    handing.do(Deed.ACCEPT, one)
    assert stage.holders("toan", AT - INSTANT, AT, until - INSTANT, until) == [stage.leaver, one, one, stage.leaver]
    assert stage.holder("homeroom", AT) == stage.leaver
    titles = [signer.title for at in (AT, until) if (signer := stage.signer("toan", at))]
    assert titles == [
        f"Giáo viên bộ môn (dạy thay Giáo viên Mẫu {_serial(stage)} từ 10/12/2026 đến 13/12/2026)",
        "Giáo viên bộ môn",
    ]
    assert handing.state() is HandoverState.STANDING
    stage.now = until
    handing.tick()
    assert handing.state() is HandoverState.DONE


def test_who_stands_in_for_a_homeroom_teacher_does_not_teach_instead(stage: Stage) -> None:
    one = stage.newcomer()
    handing = stage.open(HandoverKind.DELEGATION, {HOMEROOM: one}, by=stage.leaver, until=AT + timedelta(days=3))
    handing.do(Deed.ACCEPT, one)
    signer = stage.signer(HOMEROOM, AT)
    assert signer is not None
    absent = f"Giáo viên Mẫu {_serial(stage)}"
    assert signer.title == f"Giáo viên chủ nhiệm (chủ nhiệm thay {absent} từ 10/12/2026 đến 13/12/2026)"


def _serial(stage: Stage) -> str:
    return stage.session.get_one(Staff, stage.leaver).full_name.rpartition(" ")[2]


def test_a_delegation_is_the_persons_own_or_the_principals(stage: Stage) -> None:
    one = stage.newcomer()
    with pytest.raises(NotAllowed):
        stage.open(HandoverKind.DELEGATION, {"toan": one}, by=one, until=SOON)
    with pytest.raises(Invalid, match="Chưa chọn người nhận"):
        stage.open(HandoverKind.DELEGATION, {}, by=stage.leaver, until=SOON)
    handing = stage.open(HandoverKind.DELEGATION, {"toan": one}, by=stage.leaver, until=SOON)
    handing.do(Deed.CANCEL, stage.leaver)
    assert handing.state() is HandoverState.CANCELLED


def test_a_vice_principal_signs_for_the_head_with_that_title(stage: Stage) -> None:
    vice = stage.office("vice_principal", "Phó hiệu trưởng")
    with pytest.raises(Invalid, match="Chỉ phó hiệu trưởng"):
        stage.open(
            HandoverKind.ACTING_HEAD, {"principal": stage.newcomer()}, who=stage.head, until=UNTIL, by=stage.head
        )
    handing = stage.open(HandoverKind.ACTING_HEAD, {"principal": vice}, who=stage.head, until=UNTIL)
    handing.do(Deed.ACCEPT, vice)
    found = stage.holders(PRINCIPAL, AT - INSTANT, AT, UNTIL - INSTANT, UNTIL)
    assert found == [stage.head, vice, vice, stage.head]
    acting, own = stage.signer(PRINCIPAL, AT), stage.signer(PRINCIPAL, UNTIL)
    assert acting
    assert own
    assert (acting.title, own.title) == (ACTING_HEAD_TITLE, "Hiệu trưởng")


def test_a_head_who_comes_back_early_signs_again_from_then(stage: Stage) -> None:
    vice = stage.office("vice_principal", "Phó hiệu trưởng")
    handing = stage.open(HandoverKind.ACTING_HEAD, {"principal": vice}, who=stage.head, until=UNTIL)
    handing.do(Deed.ACCEPT, vice)
    stage.now = AT + timedelta(days=10)
    handing.do(Deed.RETURN, stage.head, at=BACK)
    assert stage.holders(PRINCIPAL, BACK - INSTANT, BACK) == [vice, stage.head]


def test_an_acting_clerk_seals_for_a_while(stage: Stage) -> None:
    other, clerk = stage.newcomer(equipped=False), stage.book.cast.school.clerk
    handing = stage.open(HandoverKind.ACTING_CLERK, {"seal_clerk": other}, who=clerk, until=UNTIL)
    handing.do(Deed.ACCEPT, other)
    found = stage.holders(SEAL, AT - INSTANT, AT, UNTIL - INSTANT, UNTIL)
    assert found == [clerk, other, other, clerk]


def test_the_former_head_ends_when_the_new_one_begins(stage: Stage) -> None:
    admin, new = stage.office("system_admin", "Quản trị"), stage.newcomer()
    handing = stage.open(HandoverKind.PRINCIPAL_CHANGE, {"principal": new}, who=stage.head, by=admin)
    handing.do(Deed.CONFIRM, stage.head)
    handing.do(Deed.ACCEPT, new)
    assert stage.holders(PRINCIPAL, AT - INSTANT, AT) == [stage.head, new]
    handing.do(Deed.CANCEL, admin, reason="Quyết định bị huỷ")
    assert stage.holders(PRINCIPAL, AT - INSTANT, AT) == [stage.head, stage.head]


def test_two_leaves_do_not_overlap(stage: Stage) -> None:
    maternity(stage).do(Deed.CANCEL, stage.head, reason="Đổi ngày nghỉ")
    assert maternity(stage).state() is HandoverState.STANDING
    with pytest.raises(Conflict, match="đang làm"):
        stage.open(HandoverKind.MATERNITY, {}, until=UNTIL)


def test_the_story_and_the_journal_say_for_whom_a_stand_in_acted(stage: Stage) -> None:
    one = stage.newcomer()
    stage.now = NOW - timedelta(days=1)
    handing = stage.open(HandoverKind.DELEGATION, {"toan": one}, by=stage.leaver, at=stage.now, until=SOON)
    handing.do(Deed.ACCEPT, one)
    book, name = stage.book, stage.session.get_one(Staff, stage.leaver).full_name
    fill(book, ["toan", "am_nhac"])
    work = book.next(replace(book.decision(Action.SUBMIT, "toan"), actor_id=str(one)))
    projection.project(stage.session, replace(work, decided_at=NOW))
    book.follow(work)
    own = book.next(book.decision(Action.SUBMIT, "am_nhac"))
    projection.project(stage.session, replace(own, decided_at=NOW))
    told = {each.slots: each.for_whom for each in stories.of_class(stage.session, book.id) if each.number}
    assert told == {("toan",): name, ("am_nhac",): ""}
    stand_ins = standing_in.of_staff(stage.session, one)
    at = (NOW, SOON - INSTANT, SOON)
    assert [stand_ins.for_whom(one, stage.class_id, ("toan",), each) for each in at] == [name, name, ""]


def test_who_asks_colleagues_oneself_hands_on_the_teaching_only(stage: Stage) -> None:
    one = stage.newcomer()
    stage.office("vice_principal", "Phó hiệu trưởng", stage.leaver)
    with pytest.raises(NotAllowed, match="Chức vụ do hiệu trưởng"):
        stage.open(HandoverKind.DELEGATION, {"vice_principal": one, "toan": one}, by=stage.leaver, until=SOON)
    own = stage.open(HandoverKind.DELEGATION, {"toan": one}, by=stage.leaver, until=SOON)
    assert own.state() is HandoverState.ACCEPTING
    assert stage.open(HandoverKind.DELEGATION, {"vice_principal": one}, until=UNTIL).case.items[0].successor_id == one


def test_a_short_absence_is_short_also_where_its_end_is_moved(stage: Stage) -> None:
    one = stage.newcomer()
    with pytest.raises(Invalid, match="nhiều nhất 30 ngày"):
        stage.open(HandoverKind.DELEGATION, {"toan": one}, by=stage.leaver, until=AT + timedelta(days=31))
    handing = stage.open(HandoverKind.DELEGATION, {"toan": one}, by=stage.leaver, until=AT + timedelta(days=3))
    handing.do(Deed.ACCEPT, one)
    stage.now = AT + timedelta(days=1)
    with pytest.raises(Invalid, match="nhiều nhất 30 ngày"):
        handing.do(Deed.RETURN, stage.leaver, at=AT + timedelta(days=31))
    handing.do(Deed.RETURN, stage.head, at=AT + timedelta(days=31))
    assert handing.case.row.until == AT + timedelta(days=31)


def test_nobody_else_opens_anything_for_oneself(stage: Stage) -> None:
    with pytest.raises(NotAllowed, match="dành cho hiệu trưởng"):
        stage.open(HandoverKind.MATERNITY, by=stage.leaver, until=UNTIL)


def test_who_is_suddenly_away_and_comes_back_is_on_leave_until_then(stage: Stage) -> None:
    one = stage.newcomer()
    handing = stage.open(HandoverKind.EMERGENCY, {"toan": one}, until=UNTIL)
    handing.do(Deed.ACCEPT, one)
    assert stage.holders("toan", AT - INSTANT, AT, UNTIL - INSTANT, UNTIL) == [stage.leaver, one, one, stage.leaver]
    assert stage.holders("homeroom", AT, UNTIL) == [None, stage.leaver]
    leave = stage.session.scalars(select(StaffLeave)).one()
    assert (leave.starts_at, leave.ends_at) == (AT, UNTIL)
    stage.now = AT + timedelta(days=10)
    handing.do(Deed.RETURN, stage.head, at=BACK)
    assert stage.holders("toan", BACK - INSTANT, BACK) == [one, stage.leaver]


def test_who_does_not_come_back_has_no_end(stage: Stage) -> None:
    for kind in (HandoverKind.DEATH, HandoverKind.RETIREMENT):
        with pytest.raises(Invalid, match="không có ngày kết thúc"):
            stage.open(kind, until=UNTIL)
