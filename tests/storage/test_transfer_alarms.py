"""Who is told that a step of a transfer is late, also where nobody in particular is waited for."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.duties import Duty
from domain.matters.transfers import News
from domain.transfers.messages import AlarmNote, StuckNote
from domain.transfers.phases import Direction, Phase
from storage.campaigns import offices
from storage.matters import waits
from storage.tables import Notice
from storage.transfers import dues, following, steps
from tests.factories import ClassCast, make_class, make_school, open_book
from tests.office import manager_of
from tests.storage.moving import AT, confirmed


def told(db: Session, news: str) -> set[UUID]:
    return set(db.scalars(select(Notice.staff_id).where(Notice.subject_ref.startswith(f"transfer.{news}/"))))


@pytest.fixture
def casts(db: Session) -> tuple[ClassCast, ClassCast]:
    old, new = (make_class(db, make_school(db, number)) for number in (1, 2))
    return old, new


@pytest.mark.parametrize(
    ("phase", "is_sending"),
    [
        (Phase.DETACHING, True), (Phase.PACKING, True), (Phase.ATTACHING, False), (Phase.COMMITTING, False),
    ],
)  # fmt: skip
def test_what_follows_by_itself_is_reminded_late_and_escalated(
    db: Session, casts: tuple[ClassCast, ClassCast], phase: Phase, *, is_sending: bool
) -> None:
    """Before the confirmation the sending school owes it, after it the receiving one."""
    row = confirmed(db, *casts)
    school = casts[0 if is_sending else 1].school
    manager = manager_of(db, school.school_id, AT.date())
    assert manager is not None
    officer = offices.add_officer(db, manager, ("079181000001", "Lãnh đạo Mẫu"), Duty.OFFICE_HEAD, AT)
    row.phase = phase
    steps.lead(db, row, phase, AT)
    alarms = dues.standing(db, row).alarms
    assert [each.key.split("/")[1] for each in alarms] == ["remind", "late", "escalate"]
    for alarm in alarms:
        for _twice in range(2):
            following.note_alarm(db, AlarmNote(str(row.matter_id), alarm.key, alarm.at), alarm.at)
    assert told(db, News.REMIND) == told(db, News.LATE) == {school.principal}
    assert told(db, News.ESCALATE) >= {school.principal, officer}
    assert dues.standing(db, row).alarms == ()


def test_a_school_outside_is_not_reminded_of_placing(db: Session, casts: tuple[ClassCast, ClassCast]) -> None:
    row = confirmed(db, *casts)
    row.direction, row.to_school_id, row.to_class_id = Direction.OUT, None, None
    row.other_name, row.phase = "Trường Tiểu học Bằng Lăng Tím", Phase.ATTACHING
    db.flush()
    assert dues.standing(db, row).alarms == ()


def test_who_can_mend_it_is_told_once_and_waited_for_no_longer_than_it_lasts(
    db: Session, casts: tuple[ClassCast, ClassCast]
) -> None:
    row = confirmed(db, *casts)
    book = open_book(db, casts[1])
    note = StuckNote(str(row.matter_id), datetime.now(UTC), "Học sinh này đã có trong sổ của lớp.", str(book.id))
    for _twice in range(2):
        following.note_stuck(db, note)
    both = waits.of_matter(db, row.matter_id)
    assert {(each.what, each.role) for each in both} == {("mend", "principal")}
    assert {each.school_id for each in both} == {each.school.school_id for each in casts}
    assert told(db, "mend") == {each.school.principal for each in casts}
    steps.lead(db, row, Phase.PLACED, AT)
    assert waits.of_matter(db, row.matter_id) == []


def test_what_people_were_told_is_not_told_again_by_a_workflow_that_was_begun_again(
    db: Session, casts: tuple[ClassCast, ClassCast]
) -> None:
    row = confirmed(db, *casts)
    for hours, why, steps_more in ((0, "Một.", 1), (1, "Một.", 0), (2, "Hai.", 1)):
        before = dues.standing(db, row).version
        note = StuckNote(str(row.matter_id), AT + timedelta(hours=hours), why)
        assert following.note_stuck(db, note).version == before + steps_more


def test_a_step_that_went_on_meanwhile_is_not_stuck(db: Session, casts: tuple[ClassCast, ClassCast]) -> None:
    row = confirmed(db, *casts)
    steps.lead(db, row, Phase.CHECKING, AT)
    before = dues.standing(db, row).version
    after = following.note_stuck(db, StuckNote(str(row.matter_id), AT, "Còn sổ của học sinh chưa dừng."))
    assert after.version == before
