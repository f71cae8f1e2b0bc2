"""Numbers of an authority's schools: those it manages on the day, directly or through others."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.calendar import SchoolYear
from domain.decisions import Action
from domain.errors import NotFound
from domain.reports.authority import CONDUCT, LEARNING, PUPILS, AuthorityReport, SchoolCounts
from domain.rules.school_levels import SchoolLevel
from domain.stages import Stage
from storage.reports.authorities import authority_report
from storage.tables import Enrolment, ManagingAuthority, SchoolAuthority, TermRecord
from tests.factories import YEAR, fill, make_class, make_school, open_book

DAY = date(2027, 1, 20)
COMMUNE = "Ủy ban nhân dân phường Tân Bình"
HK1 = Term.HK1


def counts(db: Session, authority: str = COMMUNE, term: Term = HK1) -> AuthorityReport:
    db.flush()
    return authority_report(db, authority, YEAR, term, DAY)


def test_classes_count_by_stage_and_pupils_by_enrolment(db: Session) -> None:
    school = make_school(db)
    book = open_book(db, make_class(db, school, "1A1"))
    open_book(db, make_class(db, school, "1A2"))
    make_class(db, school, "1A3", pupils=5)
    book.submit_all()
    record = db.get_one(TermRecord, book.opened.record_ids[0])
    db.get_one(Enrolment, record.enrolment_id).left_on = date(2027, 1, 1)
    (found,) = counts(db).schools
    assert (found.code, found.name) == ("79760001", "Trường Tiểu học Mẫu số 1")
    assert (found.classes, found.pupils) == (3, 10)
    assert found.by_stage == {Stage.SUBMITTED: 1, Stage.ENTRY: 1}
    assert found.results == {SchoolLevel.PRIMARY: {(PUPILS, "Trong sổ"): 5, (PUPILS, "Chưa đủ dữ liệu"): 3}}


def test_results_count_once_everything_is_submitted(db: Session) -> None:
    school = make_school(db)
    book = open_book(db, make_class(db, school, "7A1"))
    fill(book)
    for slot in book.cast.curriculum.slots:
        book.act(Action.SUBMIT, slot, book.records if slot != "toan" else book.records[:2])
    (found,) = counts(db).schools
    assert found.results == {
        SchoolLevel.LOWER_SECONDARY: {
            (PUPILS, "Trong sổ"): 3,
            (PUPILS, "Chưa đủ dữ liệu"): 1,
            (LEARNING, "Tốt"): 2,
            (CONDUCT, "Tốt"): 2,
        }
    }


def test_schools_come_by_code_and_those_of_others_not_at_all(db: Session) -> None:
    for number in (3, 1, 2):
        make_school(db, number)
    other = ManagingAuthority(code="x", name="UBND phường khác", kind="commune_authority", valid_from=date(2026, 8, 1))
    db.add(other)
    db.flush()
    moved = db.query(SchoolAuthority).order_by(SchoolAuthority.id).limit(1).one()
    moved.valid_to = DAY
    db.flush()
    db.add(SchoolAuthority(school_id=moved.school_id, authority_id=other.id, valid_from=DAY))
    assert len(counts(db, "x").schools) == 1
    left = [school.code for school in counts(db).schools]
    assert len(left) == 2
    assert left == sorted(left)


def test_an_authority_sees_the_schools_of_those_under_it(db: Session) -> None:
    make_school(db)
    city = ManagingAuthority(code="city", name="Sở", kind="city_department", valid_from=date(2026, 8, 1))
    db.add(city)
    db.flush()
    assert counts(db, "city").schools == ()
    db.query(ManagingAuthority).filter_by(name=COMMUNE).update({"parent_id": city.id})
    found = counts(db, "city")
    assert (found.authority, len(found.schools)) == ("Sở", 1)


def test_a_school_without_classes_has_zeroes(db: Session) -> None:
    make_school(db)
    assert counts(db).schools == (SchoolCounts("79760001", "Trường Tiểu học Mẫu số 1", 0, 0, {}, {}),)
    assert authority_report(db, COMMUNE, SchoolYear(2025), HK1, DAY).school_year == "2025-2026"


def test_an_authority_that_is_not_there_is_refused(db: Session) -> None:
    with pytest.raises(NotFound, match="Không có cơ quan quản lý “Sở Nào Đó”"):
        counts(db, "Sở Nào Đó")
