"""What a list would do: added, changed, moved, unchanged, missing; and who cannot be entered, told to nobody else."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.calendar import SchoolYear
from domain.identity import Sex
from domain.pupils import PupilField
from storage.opening import open_term
from storage.rosters.shapes import Effect, FieldChange, ListedClass, Member
from storage.tables import ClassGroup, Enrolment, PupilRow
from tests.factories import DUE
from tests.storage.rosters.lists import Registered, listed, register

B = "1B"


@pytest.fixture
def school(db: Session) -> Registered:
    return register(db)


def test_the_same_list_again_is_no_change(school: Registered) -> None:
    effect = school.first(listed(*school.pupils, name=B))
    assert [each.effect for each in effect.pupils] == [Effect.UNCHANGED] * 3
    assert (effect.is_new, effect.has_book, effect.missing, effect.renumbered) == (False, False, (), 0)


def test_a_class_is_known_however_its_name_is_written(school: Registered) -> None:
    effect = school.first(listed(*school.pupils, name=" 1b "))
    assert (effect.name, effect.is_new) == (B, False)


def test_a_new_class_of_new_pupils(school: Registered) -> None:
    effect = school.first(listed(school.newcomer, name="1C"))
    assert (effect.is_new, [each.effect for each in effect.pupils]) == (True, [Effect.ADDED])


def test_changes_are_told_field_by_field_as_people_read_them(school: Registered) -> None:
    one, two, three = school.pupils
    sex = Sex.MALE if one.sex is Sex.FEMALE else Sex.FEMALE
    changed = replace(one, full_name="Lê Thị Mới", birth_date=date(2020, 2, 29), sex=sex, register_no="9/2026")
    effect = school.first(listed(changed, two, three, name=B)).pupils[0]
    assert effect.effect is Effect.CHANGED
    assert effect.changes == (
        FieldChange(PupilField.FULL_NAME, one.full_name, "Lê Thị Mới"),
        FieldChange(PupilField.BIRTH_DATE, one.text(PupilField.BIRTH_DATE), "29/02/2020"),
        FieldChange(PupilField.SEX, one.sex.label, sex.label),
        FieldChange(PupilField.REGISTER_NO, one.register_no, "9/2026"),
    )


def test_what_a_list_leaves_empty_is_never_erased(school: Registered) -> None:
    bare = [
        replace(each, personal_id="", nationality="", current_address="", father_name="", register_no="", ethnicity="")
        for each in school.pupils
    ]
    assert [each.effect for each in school.first(listed(*bare, name=B)).pupils] == [Effect.UNCHANGED] * 3


def test_pupils_who_are_not_named_are_missing_and_keep_their_numbers(school: Registered) -> None:
    one, two, three = school.pupils
    effect = school.first(listed(three, school.newcomer, name=B))
    assert effect.missing == tuple(Member(each.pupil_code, each.full_name) for each in (one, two))
    assert [(each.effect, each.order_no) for each in effect.pupils] == [(Effect.UNCHANGED, 3), (Effect.ADDED, 4)]


def test_a_whole_class_takes_the_numbers_of_its_list(school: Registered) -> None:
    one, two, three = school.pupils
    effect = school.first(listed(one, school.newcomer, three, two, name=B))
    assert [each.order_no for each in effect.pupils] == [1, 2, 3, 4]
    assert effect.renumbered == 1  # the second is the fourth now; the third stays the third


def test_numbers_stay_once_a_book_is_open(school: Registered) -> None:
    class_id = school.enter(listed(*school.pupils, name=B))[B]
    open_term(school.session, class_id, Term.HK1, DUE)
    one, two, three = school.pupils
    effect = school.first(listed(one, school.newcomer, three, two, name=B))
    assert effect.has_book
    assert [each.order_no for each in effect.pupils] == [1, 4, 3, 2]


def test_a_pupil_of_another_class_of_the_year_is_moved(school: Registered) -> None:
    effect = school.first(listed(school.pupils[0], name="1A1"))
    [moved] = effect.pupils
    assert (moved.effect, moved.from_class, len(effect.missing)) == (Effect.MOVED, B, 3)


def test_a_pupil_named_in_another_class_of_the_list_is_not_missing(school: Registered) -> None:
    one, two, three = school.pupils
    comparison = school.compare(listed(two, three, name=B), listed(one, name="1C"))
    assert [each.missing for each in comparison.classes] == [(), ()]
    assert (comparison.count(Effect.MOVED), comparison.count(Effect.UNCHANGED)) == (1, 2)


def test_a_pupil_of_last_year_is_added_to_the_new_class(school: Registered) -> None:
    next_year = ListedClass(SchoolYear(2027), 2, "2B", school.pupils)
    assert [each.effect for each in school.first(next_year).pupils] == [Effect.ADDED] * 3


def test_a_pupil_with_a_record_in_an_open_book_is_not_moved(school: Registered) -> None:
    open_term(school.session, school.cast.class_id, Term.HK1, DUE)
    row = school.session.scalars(
        select(PupilRow).join(Enrolment).where(Enrolment.class_id == school.cast.class_id).limit(1)
    ).one()
    pupil = replace(school.newcomer, pupil_code=row.pupil_code, personal_id=row.personal_id)
    [clash] = school.compare(listed(pupil, name="1C")).clashes
    assert (clash.field, "sổ đang mở của lớp 1A1" in clash.message) == (PupilField.PUPIL_CODE, True)


def test_one_code_with_two_personal_ids_is_a_clash(school: Registered) -> None:
    one = school.pupils[0]
    [clash] = school.compare(listed(replace(one, personal_id=school.newcomer.personal_id), name=B)).clashes
    assert clash.field is PupilField.PERSONAL_ID
    assert one.personal_id in clash.message


def test_one_personal_id_with_two_codes_is_a_clash(school: Registered) -> None:
    one = school.pupils[0]
    [clash] = school.compare(listed(replace(school.newcomer, personal_id=one.personal_id), name=B)).clashes
    assert clash.field is PupilField.PERSONAL_ID
    assert one.full_name in clash.message


@pytest.mark.parametrize("stored", ["", "12", "07922081762"])
def test_an_id_that_is_missing_or_not_whole_may_be_given(school: Registered, stored: str) -> None:
    one, two, three = school.pupils
    mine = PupilRow.pupil_code == one.pupil_code
    school.session.execute(update(PupilRow).where(mine).values(personal_id=stored))
    school.session.expire_all()
    effect = school.first(listed(one, two, three, name=B)).pupils[0]
    assert effect.changes == (FieldChange(PupilField.PERSONAL_ID, stored, one.personal_id),)


@pytest.mark.parametrize("by", ["code", "personal_id", "both"])
def test_a_pupil_of_another_school_is_told_of_without_a_word_about_them(
    db: Session, school: Registered, by: str
) -> None:
    theirs, mine = register(db, 2).pupils[0], school.newcomer
    code = mine.pupil_code if by == "personal_id" else theirs.pupil_code
    personal_id = mine.personal_id if by == "code" else theirs.personal_id
    named = replace(mine, pupil_code=code, personal_id=personal_id)
    comparison = school.compare(listed(named, name=B))
    assert ["trường khác" in clash.message for clash in comparison.clashes] == [True]
    secrets = {theirs.full_name, theirs.current_address, theirs.father_name, theirs.personal_id} - {personal_id}
    assert not [secret for secret in secrets if secret in repr(comparison)]


def test_a_pupil_who_left_another_school_is_still_not_told_of(db: Session, school: Registered) -> None:
    other = register(db, 2)
    db.execute(update(Enrolment).values(left_on=date(2026, 10, 1)).where(Enrolment.class_id.in_(_classes(other))))
    db.expire_all()
    [clash] = school.compare(listed(other.pupils[0], name=B)).clashes
    assert "tiếp nhận chuyển trường" in clash.message


def test_a_pupil_who_went_to_another_school_is_no_longer_one_s_own(db: Session, school: Registered) -> None:
    other, gone = register(db, 2), school.pupils[0]
    row = db.scalars(select(PupilRow).where(PupilRow.pupil_code == gone.pupil_code)).one()
    db.execute(update(Enrolment).where(Enrolment.pupil_id == row.id).values(left_on=date(2026, 10, 1)))
    theirs = db.scalars(select(Enrolment).where(Enrolment.class_id.in_(_classes(other))).limit(1)).one()
    theirs.pupil_id = row.id
    db.flush()
    db.expire_all()
    [clash] = school.compare(listed(gone, name=B)).clashes
    assert "trường khác" in clash.message


def test_how_an_enrolled_pupil_is_assessed_is_not_for_a_list(school: Registered) -> None:
    one, two, three = school.pupils
    comparison = school.compare(listed(replace(one, assessment_waived=True), two, three, name=B))
    [note] = comparison.notes
    assert (note.pupil_code, note.field) == (one.pupil_code, PupilField.ASSESSMENT_WAIVED)
    assert note.message == "Cách đánh giá học sinh khuyết tật do hiệu trưởng quyết định; danh sách không thay đổi."
    assert comparison.count(Effect.UNCHANGED) == 3


def test_a_list_that_says_how_a_pupil_is_assessed_already_needs_no_word(school: Registered) -> None:
    waived = replace(school.newcomer, assessment_waived=True)
    assert school.compare(listed(waived, name="1C")).notes == ()
    school.enter(listed(waived, name="1C"))
    assert school.compare(listed(waived, name="1C")).notes == ()


@pytest.mark.parametrize("field", [PupilField.PERSONAL_ID, PupilField.REGISTER_NO, PupilField.FULL_NAME])
def test_what_is_too_long_to_be_kept_is_a_clash_of_its_field(school: Registered, field: PupilField) -> None:
    changed: dict[str, Any] = {field.value: "9" * 251}
    endless = replace(school.newcomer, **changed)
    [clash] = school.compare(listed(endless, name=B)).clashes
    assert (clash.field, clash.message) == (field, f"{field.label} dài 251 ký tự, quá giới hạn 250 ký tự.")


def test_comparing_writes_nothing(school: Registered) -> None:
    before = school.session.scalar(select(func.count()).select_from(Enrolment))
    school.compare(listed(school.newcomer, *school.pupils, name="1A1"))
    assert not school.session.new
    assert not school.session.dirty
    assert school.session.scalar(select(func.count()).select_from(Enrolment)) == before


def _classes(of: Registered) -> list[UUID]:
    return list(of.session.scalars(select(ClassGroup.id).where(ClassGroup.school_id == of.school_id)))
