"""OneRoster packages on the real database: what they add, fill in, end and leave; and out again byte for byte."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from activities.oneroster import export_school, plan_import, write_import
from domain.curriculum import HOMEROOM, PRINCIPAL, curriculum_for
from domain.decisions import Action
from domain.errors import Invalid, NotFound
from domain.identity import Sex
from domain.roster_changes import Fate
from domain.rostering import Period, Roster
from interchange.oneroster.outgoing import write_package
from storage import registration, staffing
from storage.tables import (
    ClassGroup,
    Enrolment,
    Position,
    PupilRow,
    ReviewItem,
    School,
    Staff,
)
from tests.activities.takeovers import TABLES, counts, fates, take, undone
from tests.factories import NOW, YEAR, OpenBook, make_class, make_school, open_book
from tests.interchange.oneroster.drafts import Draft
from tests.rostering import BIRTH, MUSICIAN, ROSTER, SCHOOL, TEACHER, person_id, rosters
from tests.storage.papers import make_document, make_order

IN_1A1 = f"lớp 1A1 (trường {SCHOOL})"


def test_a_school_comes_in_once(db: Session) -> None:
    data = write_package(ROSTER)
    assert fates(take(db, data), "pupils") == {Fate.ADDED: 2}
    before = counts(db)
    assert before == [1, 2, 2, 3, 1, len(ROSTER.assignments), 2, 1]
    again = take(db, data)
    assert counts(db) == before
    for kind in again.counts():
        assert set(fates(again, kind)) == {Fate.UNCHANGED}


def test_planning_writes_nothing(db: Session) -> None:
    assert plan_import(db, write_package(ROSTER)).is_ready
    assert counts(db) == [0] * len(TABLES)


def test_what_came_in_is_there_to_work_with(db: Session) -> None:
    take(db, write_package(ROSTER))
    class_id = db.scalars(select(ClassGroup.id)).one()
    for slot in (*curriculum_for(1).slots, PRINCIPAL):
        assert staffing.signer_of(db, class_id, slot, NOW).full_name
    assert staffing.signer_of(db, class_id, "am_nhac", NOW).personal_id == MUSICIAN
    assert db.scalars(select(PupilRow.id).order_by(PupilRow.pupil_code)).all() == [UUID(int=1), UUID(int=2)]


def test_a_school_goes_out_and_comes_into_an_empty_database_as_the_same_bytes(db: Session) -> None:
    noon = datetime(2026, 12, 1, 5, tzinfo=UTC)
    with undone(db):
        school = make_school(db)
        for name in ("1A2", "1A1"):
            make_class(db, school, name, pupils=4)
        db.execute(update(ClassGroup).where(ClassGroup.name == "1A1").values(optional_subjects=["ngoai_ngu_1"]))
        db.execute(update(Enrolment).where(Enrolment.order_no == 2).values(left_on=date(2026, 12, 1)))
        db.execute(update(Position).where(Position.role == "principal").values(valid_to=noon))
        acting = (school.clerk, "principal", "Quyền Hiệu trưởng", (noon, None))
        registration.add_position(db, school.school_id, *acting)
        out = export_school(db, "79760001", YEAR)
        assert export_school(db, "79760001", YEAR) == out
    assert counts(db) == [0] * len(TABLES)
    assert take(db, out).problems == ()
    assert export_school(db, "79760001", YEAR) == out


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(roster=rosters())
def test_whatever_school_comes_in_comes_in_once_and_goes_out_the_same(db: Session, roster: Roster) -> None:
    with undone(db):
        take(db, write_package(roster))
        again = plan_import(db, write_package(roster))
        for kind in again.counts():
            assert set(fates(again, kind)) <= {Fate.UNCHANGED}
        out = export_school(db, SCHOOL, YEAR)
    with undone(db):
        take(db, out)
        assert export_school(db, SCHOOL, YEAR) == out


def test_another_school_is_neither_told_nor_touched(db: Session) -> None:
    make_class(db, make_school(db, 1))
    other = make_class(db, make_school(db, 2))
    take(db, export_school(db, "79760001", YEAR))
    pupils = select(func.count()).select_from(Enrolment).where(Enrolment.class_id == other.class_id)
    assert db.scalar(pupils) == 3
    with pytest.raises(NotFound, match="không có lớp nào"):
        export_school(db, "79769999", YEAR)


def test_a_plain_package_gets_defaults_and_things_to_look_at(db: Session) -> None:
    draft = Draft.of().plain()
    for number in (1, 2):
        draft.set("enrollments", draft.find("enrollments", role="student") + (number - 1) * 9, beginDate="")
    plan = take(db, draft.zip())
    assert plan.is_ready
    rows = db.execute(
        select(PupilRow.full_name, PupilRow.nationality, Enrolment.order_no, Enrolment.joined_on)
        .join(Enrolment, Enrolment.pupil_id == PupilRow.id)
        .order_by(Enrolment.order_no)
    ).all()
    first = date(2026, 9, 5)
    assert rows == [("Lê Văn An", "Việt Nam", 1, first), ("Phạm Gia Bảo", "Việt Nam", 2, first)]
    assert db.scalars(select(ReviewItem.code)).all() == ["malformed"] * 2


def test_what_a_package_does_not_say_stays(db: Session) -> None:
    take(db, write_package(ROSTER))
    plan = take(db, Draft.of().plain().zip())
    assert set(fates(plan, "pupils")) == set(fates(plan, "enrolments")) == {Fate.UNCHANGED}
    assert fates(plan, "assignments") == {Fate.ABSENT: len(ROSTER.assignments)}
    assert fates(take(db, write_package(ROSTER)), "pupils") == {Fate.UNCHANGED: 2}


def test_a_pupil_s_data_follow_the_package_and_what_was_mended_is_settled(db: Session) -> None:
    take(db, Draft.of().plain().zip())
    plan = take(db, write_package(ROSTER))
    assert fates(plan, "pupils") == {Fate.CHANGED: 2}
    assert fates(plan, "enrolments") == {Fate.CHANGED: 2}
    rows = db.scalars(select(PupilRow).order_by(PupilRow.pupil_code)).all()
    assert [row.personal_id for row in rows] == [pupil.personal_id for pupil in ROSTER.pupils]
    assert db.scalars(select(ReviewItem.code).where(ReviewItem.resolved_at.is_(None))).all() == []


def test_a_new_doubt_about_a_pupil_is_noted(db: Session) -> None:
    take(db, write_package(ROSTER))
    take(db, Draft.of().set("demographics", 0, sex="female").zip())
    assert db.scalars(select(ReviewItem.code)).all() == ["sex_mismatch"]


def sign_homeroom(book: OpenBook) -> None:
    make_document(book)


def begin_to_sign(book: OpenBook) -> None:
    make_order(book, Action.SIGN, "toan")


@pytest.mark.parametrize("at_work", [sign_homeroom, begin_to_sign])
def test_a_pupil_in_signed_papers_only_gets_what_was_missing(db: Session, at_work: Callable[[OpenBook], None]) -> None:
    book = open_book(db)
    row = db.scalars(select(PupilRow).order_by(PupilRow.pupil_code)).first()
    assert row is not None
    code, name, personal_id, row.personal_id = row.pupil_code, row.full_name, row.personal_id, ""
    book.review_all()
    at_work(book)
    draft = Draft.read(export_school(db, "79760001", YEAR))
    draft.set("users", draft.find("users", identifier=code), familyName="Khác", __personalId=personal_id)
    assert fates(take(db, draft.zip()), "pupils") == {Fate.CHANGED: 1, Fate.UNCHANGED: 2}
    assert (row.full_name, row.personal_id) == (name, personal_id)
    assert fates(take(db, draft.zip()), "pupils") == {Fate.KEPT: 1, Fate.UNCHANGED: 2}


def test_a_teacher_is_replaced_by_an_end_and_a_beginning(db: Session) -> None:
    take(db, write_package(ROSTER))
    day = date(2026, 11, 1)
    after = tuple(
        part
        for each in ROSTER.assignments
        for part in (
            [replace(each, period=replace(each.period, until=Period.of_days(day, None).since)),
             replace(each, personal_id=MUSICIAN, period=Period.of_days(day, None))]
            if each.slot == HOMEROOM else [each]
        )
    )  # fmt: skip
    plan = take(db, write_package(replace(ROSTER, assignments=after)))
    assert fates(plan, "assignments")[Fate.ADDED] == fates(plan, "assignments")[Fate.CHANGED] == 1
    class_id = db.scalars(select(ClassGroup.id)).one()
    at = [NOW.replace(year=2026, month=month) for month in (10, 12)]
    assert [staffing.signer_of(db, class_id, HOMEROOM, each).personal_id for each in at] == [TEACHER, MUSICIAN]


def test_what_is_known_otherwise_stays_and_is_counted(db: Session) -> None:
    take(db, write_package(ROSTER))
    draft = Draft.of().set("orgs", 2, name="Trường Khác").set("users", 0, familyName="Khác")
    draft.set("roles", 0, beginDate="2026-08-15").set("academicSessions", 0, endDate="2027-05-31")
    plan = take(db, draft.zip())
    for kind in ("schools", "years"):
        assert fates(plan, kind) == {Fate.KEPT: 1}
    assert fates(plan, "staff") == {Fate.KEPT: 1, Fate.UNCHANGED: 2}
    assert fates(plan, "positions") == {Fate.KEPT: 1}
    assert db.scalars(select(School.name)).all() == ["Trường Mẫu"]


def test_an_id_that_somebody_else_has_is_not_taken(db: Session) -> None:
    stranger = Staff(id=ROSTER.staff[0].uid, school_id=make_school(db).school_id, personal_id="0", full_name="Ai đó")
    db.add(stranger)
    db.flush()
    take(db, write_package(ROSTER))
    found = db.scalars(select(Staff).where(Staff.personal_id == ROSTER.staff[0].personal_id)).one()
    assert found.id != stranger.id
    assert fates(plan_import(db, write_package(ROSTER)), "staff") == {Fate.UNCHANGED: 3}


@pytest.mark.parametrize(
    ("bend", "sentence"),
    [
        (lambda d: d.set("users", 3, __personalId=person_id(900, Sex.MALE, BIRTH)),
         "Mã học sinh 7926000001 đã dùng cho một học sinh có số định danh khác."),
        (lambda d: d.set("users", 3, identifier="7926000009"),
         "Học sinh 7926000001 và học sinh 7926000009 có cùng số định danh cá nhân."),
        (lambda d: d.set("classes", 0, title="1A2"),
         f"Học sinh 7926000001 đang học cả {IN_1A1} và lớp 1A2 (trường {SCHOOL}) trong năm học 2026-2027."),
        (lambda d: d.set("orgs", 2, identifier="79760002").set("users", 0, __personalId=person_id(901)),
         f"Học sinh 7926000001 đang học cả lớp 1A1 (trường 79760002) và {IN_1A1} trong năm học 2026-2027."),
        (lambda d: d.set("enrollments", 0, userSourcedId=d.tables["users"][2]["sourcedId"]),
         "Trong cùng một thời gian có hai người đảm nhận việc chủ nhiệm lớp 1A1."),
        (lambda d: d.set("roles", 0, userSourcedId=d.tables["users"][1]["sourcedId"]),
         "Trong cùng một thời gian có hai người đảm nhận chức vụ Hiệu trưởng của trường 79760009."),
    ],
)  # fmt: skip
def test_what_contradicts_what_is_registered_is_not_written(
    db: Session, bend: Callable[[Draft], object], sentence: str
) -> None:
    take(db, write_package(ROSTER))
    draft = Draft.of()
    bend(draft)
    plan = plan_import(db, draft.zip())
    assert sentence in plan.conflicts
    with pytest.raises(Invalid, match="chưa nhập được"):
        write_import(db, plan)


def test_a_faulty_package_is_not_written(db: Session) -> None:
    plan = plan_import(db, Draft.of().set("orgs", 0, type="?").zip())
    assert (plan.changes, plan.counts()) == (None, {})
    with pytest.raises(Invalid, match="chưa nhập được"):
        write_import(db, plan)
