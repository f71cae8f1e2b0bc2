"""Previews belong to one person and do not last; differences are told in words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.errors import NotFound
from domain.pupils import PupilField
from storage.rosters import previews
from storage.rosters.differences import differences
from storage.rosters.shapes import Clash, Comparison, Member
from storage.staffing import Person
from storage.tables import RosterPreview
from tests.storage.rosters.lists import Registered, listed, register

NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)


@pytest.fixture
def school(db: Session) -> Registered:
    return register(db)


def clerk_of(school: Registered) -> Person:
    return Person(school.cast.school.clerk, school.school_id, "Văn thư", frozenset({"seal_clerk"}))


def test_a_preview_is_its_person_s_until_it_expires(db: Session, school: Registered) -> None:
    clerk = clerk_of(school)
    row = previews.keep(db, clerk, {"listed": []}, NOW)
    assert previews.find(db, row.id, clerk, NOW + timedelta(minutes=119)).content == {"listed": []}
    others = (replace(clerk, staff_id=school.cast.school.principal), replace(clerk, school_id=uuid4()))
    for person, at in ((others[0], NOW), (others[1], NOW), (clerk, NOW + previews.LIFETIME)):
        with pytest.raises(NotFound, match="đã hết hạn"):
            previews.find(db, row.id, person, at)


def test_the_expired_go_when_asked_and_when_another_comes(db: Session, school: Registered) -> None:
    clerk = clerk_of(school)
    previews.keep(db, clerk, {}, NOW)
    previews.keep(db, clerk, {}, NOW + timedelta(hours=3))
    count = select(func.count()).select_from(RosterPreview)
    assert db.scalar(count) == 1
    assert previews.sweep(db, NOW + timedelta(hours=4)) == 0
    assert previews.sweep(db, NOW + timedelta(hours=5)) == 1
    assert db.scalar(count) == 0


def test_no_difference_is_no_words(school: Registered) -> None:
    seen = school.compare(listed(*school.pupils, name="1B"))
    assert differences(seen, seen) == ""


def test_differences_name_class_pupil_and_field(school: Registered) -> None:
    one, two, three = school.pupils
    seen = school.compare(listed(*school.pupils, name="1B"))
    now = school.compare(listed(replace(one, full_name="Lê Thị Mới"), two, three, name="1B"))
    assert differences(seen, now) == f"lớp 1B: {one.full_name} (Họ và tên)"


def test_a_class_that_came_or_was_opened_is_named_and_so_are_clashes(school: Registered) -> None:
    [group] = school.compare(listed(*school.pupils, name="1B")).classes
    seen = Comparison((replace(group, is_new=True),))
    assert differences(seen, Comparison((group,))) == "lớp 1B vừa được tạo"
    opened = Comparison((replace(group, has_book=True),))
    assert differences(Comparison((group,)), opened) == "lớp 1B vừa được mở sổ"
    missing = Comparison((replace(group, missing=(Member("7926000009", "Lê Văn Mẫu"),)),))
    assert differences(Comparison((group,)), missing) == "lớp 1B: Lê Văn Mẫu"
    clash = Clash("7926000009", PupilField.PUPIL_CODE, "Trùng.")
    assert differences(Comparison((group,)), Comparison((group,), (clash,))) == "mã học sinh 7926000009: Trùng"


def test_of_many_differences_the_first_are_named(school: Registered) -> None:
    [group] = school.compare(listed(*school.pupils, name="1B")).classes
    many = tuple(Member(f"792600000{number}", f"Lê Văn Mẫu {number}") for number in range(8))
    told = differences(Comparison((group,)), Comparison((replace(group, missing=many),)))
    assert told.count("lớp 1B") == 5
    assert told.endswith("Lê Văn Mẫu 4 và 3 chỗ khác")
