"""Entering a list: what the comparison said becomes true, once, and nothing else changes."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from domain.errors import Conflict, Invalid
from domain.identity import Sex, make_personal_id
from domain.pupils import OF_THE_YEAR, YES, PupilField
from storage.rosters import entering
from storage.rosters.shapes import Effect, ListedClass
from storage.tables import ClassGroup, Enrolment, PupilRow, ReviewItem
from tests.storage.rosters.lists import TODAY, Registered, listed, register

B = "1B"


@pytest.fixture
def school(db: Session) -> Registered:
    return register(db)


def stored(db: Session, code: str) -> tuple[PupilRow, list[Enrolment]]:
    db.expire_all()
    row = db.scalars(select(PupilRow).where(PupilRow.pupil_code == code)).one()
    return row, list(db.scalars(select(Enrolment).where(Enrolment.pupil_id == row.id)))


def test_every_field_is_kept(db: Session, school: Registered) -> None:
    codes = replace(school.newcomer, birth_commune_code="26977", native_commune_code="00001")
    more: dict[str, Any] = {"guardian_name": "Lê Thị Mẫu", "policy_group": "Hộ nghèo", "assessment_waived": True}
    full = replace(codes, address_commune_code="12345", **more)
    school.enter(listed(full, name="1C"))
    row, [enrolment] = stored(db, full.pupil_code)
    for field in PupilField:
        kept = getattr(enrolment if field in OF_THE_YEAR else row, field.value)
        said = YES if kept is True else f"{kept:%d/%m/%Y}" if isinstance(kept, date) else kept
        assert said == full.text(field)
    assert (enrolment.order_no, enrolment.joined_on) == (1, date(2026, 9, 5))


def test_a_list_entered_twice_is_entered_once(db: Session, school: Registered) -> None:
    lists = (listed(school.newcomer, *school.pupils, name=B), listed(name="1C"))
    first = school.enter(*lists)
    before = [list(db.execute(select(table.__table__).order_by("id"))) for table in (PupilRow, Enrolment, ClassGroup)]
    assert school.compare(*lists).count(Effect.UNCHANGED) == 4
    assert school.enter(*lists) == first
    db.flush()
    after = [list(db.execute(select(table.__table__).order_by("id"))) for table in (PupilRow, Enrolment, ClassGroup)]
    assert after == before


def test_changes_are_taken_over_and_what_is_empty_stays(db: Session, school: Registered) -> None:
    one, two, three = school.pupils
    school.enter(listed(replace(one, full_name="Lê Thị Mới", current_address="", register_no=""), two, three, name=B))
    row, [enrolment] = stored(db, one.pupil_code)
    assert (row.full_name, row.current_address, enrolment.register_no) == (
        "Lê Thị Mới",
        one.current_address,
        one.register_no,
    )


def test_a_moved_pupil_keeps_the_record_of_the_year(db: Session, school: Registered) -> None:
    one = school.pupils[0]
    _, [before] = stored(db, one.pupil_code)
    uid, class_id = before.record_uid, before.class_id
    school.enter(listed(one, name="1C"))
    _, [after] = stored(db, one.pupil_code)
    assert (after.record_uid, after.class_id == class_id, after.left_on) == (uid, False, None)


def test_a_pupil_who_had_left_the_class_comes_back_to_the_same_place(db: Session, school: Registered) -> None:
    one = school.pupils[0]
    row, [before] = stored(db, one.pupil_code)
    db.execute(update(Enrolment).where(Enrolment.pupil_id == row.id).values(left_on=date(2026, 10, 1)))
    db.expire_all()
    school.enter(listed(*school.pupils, name=B))
    _, [after] = stored(db, one.pupil_code)
    assert (after.id, after.left_on) == (before.id, None)


def test_missing_pupils_are_never_removed(db: Session, school: Registered) -> None:
    school.enter(listed(school.newcomer, name=B))
    open_now = select(func.count()).select_from(Enrolment).join(ClassGroup).where(ClassGroup.name == B)
    assert db.scalar(open_now.where(Enrolment.left_on.is_(None))) == 4


def test_newcomers_of_a_known_class_joined_today(db: Session, school: Registered) -> None:
    school.enter(listed(*school.pupils, school.newcomer, name=B))
    assert stored(db, school.newcomer.pupil_code)[1][0].joined_on == TODAY


def test_an_unknown_nationality_is_the_country_s(db: Session, school: Registered) -> None:
    school.enter(listed(replace(school.newcomer, nationality=""), name="1C"))
    assert stored(db, school.newcomer.pupil_code)[0].nationality == "Việt Nam"


def test_findings_come_with_a_wrong_id_and_are_settled_with_the_right_data(db: Session, school: Registered) -> None:
    one = replace(school.newcomer, sex=Sex.MALE, personal_id=make_personal_id("079", Sex.FEMALE, date(2020, 1, 1), 77))
    school.enter(listed(replace(one, birth_date=date(2020, 1, 1)), name="1C"))
    row, _ = stored(db, one.pupil_code)
    items = db.scalars(select(ReviewItem).where(ReviewItem.pupil_id == row.id)).all()
    assert [(each.code, each.resolved_at) for each in items] == [("sex_mismatch", None)]
    school.enter(listed(replace(one, birth_date=date(2020, 1, 1), sex=Sex.FEMALE), name="1C"))
    db.expire_all()
    assert all(each.resolved_at for each in items)


def test_a_list_changes_nothing_of_how_an_enrolled_pupil_is_assessed(db: Session, school: Registered) -> None:
    one, two, three = school.pupils
    row, _ = stored(db, one.pupil_code)
    waived = replace(one, assessment_waived=True)
    for lists in (listed(waived, two, three, name=B), listed(waived, name="1C")):
        school.enter(lists)
        assert stored(db, one.pupil_code)[1][0].assessment_waived is False
    db.execute(update(Enrolment).where(Enrolment.pupil_id == row.id).values(assessment_waived=True))
    school.enter(listed(one, two, three, name=B))
    assert stored(db, one.pupil_code)[1][0].assessment_waived is True


def test_nor_of_one_who_comes_back(db: Session, school: Registered) -> None:
    one, two, three = school.pupils
    row, _ = stored(db, one.pupil_code)
    db.execute(update(Enrolment).where(Enrolment.pupil_id == row.id).values(left_on=date(2026, 10, 1)))
    school.enter(listed(replace(one, assessment_waived=True), two, three, name=B))
    assert stored(db, one.pupil_code)[1][0].assessment_waived is False


@pytest.mark.parametrize("unfit", ["Lê\u0000Văn", " ".join(map(str, range(4000)))])
def test_what_the_database_refuses_is_refused_for_good(db: Session, school: Registered, unfit: str) -> None:
    late = listed(school.newcomer, name="1C")
    known, comparison = school.known(late), school.compare(late)
    wrong = replace(late, pupils=(replace(late.pupils[0], personal_id=unfit),))
    with pytest.raises(Invalid, match="quá dài hoặc có ký tự lạ") as refused:
        entering.enter(db, known, [wrong], comparison, TODAY)
    assert refused.value.__cause__ is None


def test_who_clashes_keeps_the_list_out(db: Session, school: Registered) -> None:
    theirs = register(db, 2).pupils[0]
    with pytest.raises(Conflict, match=theirs.pupil_code):
        school.enter(listed(theirs, name=B))


def test_whoever_comes_second_with_a_code_is_told_without_it(db: Session, school: Registered) -> None:
    late: ListedClass = listed(replace(school.newcomer, pupil_code="7926099999"), name="1C")
    known, comparison = school.known(late), school.compare(late)
    school.enter(listed(school.newcomer, name="1D"))
    with pytest.raises(Conflict, match="Vừa có người nhập trùng") as refused:
        entering.enter(db, known, [late], comparison, TODAY)
    assert refused.value.__cause__ is None
    assert school.newcomer.personal_id not in refused.value.message
