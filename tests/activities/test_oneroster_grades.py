"""OneRoster packages of a school with classes of several grades: their subjects, study topics and signature plans."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from activities.oneroster import export_school, plan_import
from domain.curriculum import offered
from domain.roster_changes import Fate
from domain.rostering import Roster, in_use
from domain.signature_plans import SignaturePlan
from interchange.oneroster.incoming import read_roster
from storage.rostering import reading
from storage.tables import ClassGroup
from tests.activities.takeovers import fates, take, undone
from tests.factories import YEAR, make_class, make_school
from tests.interchange.oneroster.drafts import Draft

CODE = "79760001"
ELECTIVES = ("dia_li", "hoa_hoc", "tin_hoc", "vat_li")
TOPICS = ("hoa_hoc", "toan", "vat_li")


def registered(db: Session) -> Roster:
    return in_use(reading.read_roster(db, [CODE], [YEAR]))


def register(db: Session) -> Roster:
    """One school with a class of grade 1, 4, 6 and 10."""
    school = make_school(db)
    make_class(db, school, "1A1", pupils=2, optional=("ngoai_ngu_1",))
    make_class(db, school, "4A1", pupils=2)
    make_class(db, school, "6A1", pupils=2, optional=("ngoai_ngu_2",), plan=SignaturePlan.RECORD)
    make_class(db, school, "10A1", pupils=2, optional=ELECTIVES, topics=TOPICS, plan=SignaturePlan.RECORD)
    return registered(db)


def test_classes_of_four_grades_go_out_and_come_in_as_they_were(db: Session) -> None:
    with undone(db):
        before = register(db)
        out = export_school(db, CODE, YEAR)
    assert [(each.grade, each.optional, each.topics, each.plan) for each in before.groups] == [
        (1, ("ngoai_ngu_1",), (), SignaturePlan.SHEET),
        (4, (), (), SignaturePlan.SHEET),
        (6, ("ngoai_ngu_2",), (), SignaturePlan.RECORD),
        (10, ELECTIVES, TOPICS, SignaturePlan.RECORD),
    ]
    assert read_roster(out).roster.groups == before.groups
    assert take(db, out).problems == ()
    assert registered(db) == before
    assert export_school(db, CODE, YEAR) == out
    again = plan_import(db, out)
    for kind in again.counts():
        assert set(fates(again, kind)) == {Fate.UNCHANGED}


def test_a_class_of_a_subject_has_the_subject_s_code(db: Session) -> None:
    register(db)
    tables = Draft.read(export_school(db, CODE, YEAR)).tables
    codes = {line["sourcedId"]: line["courseCode"] for line in tables["courses"]}
    homerooms = {
        line["sourcedId"]: int(line["grades"]) for line in tables["classes"] if line["classType"] == "homeroom"
    }
    assert sorted(homerooms.values()) == [1, 4, 6, 10]
    for line in tables["classes"]:
        if line["classType"] == "scheduled":
            known = {subject.code for subject in offered(homerooms[line["metadata.hocba.homeroom"]])}
            assert codes[line["courseSourcedId"]] in known


@pytest.mark.parametrize("column", ["metadata.hocba.studyTopics", "metadata.hocba.signaturePlan"])
def test_what_a_package_does_not_say_of_a_class_stays(db: Session, column: str) -> None:
    register(db)
    plan = plan_import(db, Draft.read(export_school(db, CODE, YEAR)).without("classes", column).zip())
    assert fates(plan, "groups") == {Fate.UNCHANGED: 4}


def test_a_new_class_without_topics_and_plan_gets_none_and_the_class_s_sheets(db: Session) -> None:
    with undone(db):
        register(db)
        out = Draft.read(export_school(db, CODE, YEAR))
    take(
        db,
        out.without("classes", "metadata.hocba.studyTopics").without("classes", "metadata.hocba.signaturePlan").zip(),
    )
    rows = db.execute(select(ClassGroup.study_topics, ClassGroup.signature_plan).distinct()).all()
    assert rows == [([], "sheet")]


def test_a_new_class_of_grade_10_needs_its_electives_and_a_known_one_does_not(db: Session) -> None:
    with undone(db):
        register(db)
        draft = Draft.read(export_school(db, CODE, YEAR)).without("classes", "metadata.hocba.studyTopics")
        draft.tables["courses"] = [{**line, "courseCode": ""} for line in draft.tables["courses"]]
        known = plan_import(db, draft.zip())
        assert known.is_ready
        assert fates(known, "groups") == {Fate.UNCHANGED: 4}
    new = plan_import(db, draft.zip())
    lacking = f"Chưa ghi được lớp 10A1 (trường {CODE}): Lớp 10 phải có đúng 4 môn lựa chọn, hiện có 0."
    assert new.conflicts == (lacking,)
