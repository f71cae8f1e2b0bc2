"""What a package means here: what is taken over, what is noted, what is refused."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from domain.curriculum import HOMEROOM
from domain.rostering import Group, Office, Period
from domain.signature_plans import SignaturePlan
from interchange.oneroster.incoming import Received, read_roster
from interchange.sheets import Severity
from tests.interchange.oneroster.drafts import Draft
from tests.rostering import COMMUNE, FIRST, GROUP, MUSICIAN, PRINCIPAL, ROSTER, TEACHER

Bend = Callable[[Draft], object]


def again(draft: Draft, file: str, number: int, user: int) -> Draft:
    """The same line once more, for another person."""
    person = draft.tables["users"][user]["sourcedId"]
    return draft.add(file, **{**draft.tables[file][number], "sourcedId": "again", "userSourcedId": person})


def read(draft: Draft, severity: Severity = Severity.ERROR) -> tuple[Received, list[str]]:
    received = read_roster(draft.zip())
    return received, [str(each) for each in received.problems if each.severity is severity]


def homeroom_of(draft: Draft, number: int = 1) -> int:
    return draft.find("enrollments", **{"role": "student", "metadata.hocba.orderNo": str(number)})


def test_a_package_gives_the_roster_it_was_made_from() -> None:
    received, found = read(Draft.of())
    assert (received.roster, received.problems, found) == (ROSTER, (), [])


def test_a_package_of_a_system_that_does_not_know_us_gives_the_pupils() -> None:
    """Without our columns: no personal ids, so nobody can sign; the subjects' classes are found by their pupils."""
    received, errors = read(Draft.of().plain())
    assert errors == []
    assert [(each.code, each.personal_id, each.ethnicity) for each in received.roster.pupils] == [
        ("7926000001", "", ""), ("7926000002", "", ""),
    ]  # fmt: skip
    assert [(each.order_no, each.joined_on) for each in received.roster.enrolments] == [(0, FIRST)] * 2
    assert received.roster.groups == ROSTER.groups
    assert (received.roster.staff, received.roster.assignments) == ((), ())


def test_pupils_tell_which_class_a_subject_belongs_to() -> None:
    draft = Draft.of()
    for line in draft.tables["classes"]:
        line["metadata.hocba.homeroom"] = ""
    assert read(draft)[0].roster == ROSTER


def test_a_subject_without_a_class_or_of_no_curriculum_is_left_out_and_noted() -> None:
    draft = Draft.of()
    draft.set("classes", 1, __homeroom="nobody")
    draft.set("courses", draft.find("courses", courseCode="toan"), courseCode="MATH-1")
    received, notes = read(draft, Severity.REVIEW)
    line_4 = "classes.csv, dòng 4, cột courseSourcedId"
    assert notes == [
        "classes.csv, dòng 3: Không xác định được lớp chủ nhiệm của lớp môn học này; đã bỏ qua.",
        f"{line_4}: Mã môn “MATH-1” không có trong chương trình lớp 1; đã bỏ qua lớp môn học này.",
    ]
    assert not {"tieng_viet", "toan"} & {each.slot for each in received.roster.assignments}


def test_an_optional_subject_that_is_taught_belongs_to_the_class() -> None:
    draft = Draft.of()
    draft.set("courses", draft.find("courses", courseCode="dao_duc"), courseCode="ngoai_ngu_1")
    [group] = read(draft)[0].roster.groups
    assert group.optional == ("ngoai_ngu_1",)


def test_a_class_of_grade_10_has_the_electives_that_have_a_class_and_the_topics_that_are_told() -> None:
    electives = ("hoa_hoc", "sinh_hoc", "tin_hoc", "vat_li")
    draft = Draft.of().set("classes", 0, title="10A1", __studyTopics="vat_li, toan", __signaturePlan="record")
    draft.tables["classes"] = [{**line, "grades": "10"} for line in draft.tables["classes"]]
    for code, elective in zip(("tieng_viet", "dao_duc", "tu_nhien_xa_hoi", "mi_thuat"), electives, strict=True):
        draft.set("courses", draft.find("courses", courseCode=code), courseCode=elective)
    received, notes = read(draft, Severity.REVIEW)
    assert notes == []
    key = replace(GROUP.key, name="10A1")
    assert received.roster.groups == (
        Group(key, 10, ("am_nhac", *electives), ("toan", "vat_li"), SignaturePlan.RECORD),
    )


def primary(draft: Draft, *values: str) -> dict[str, bool]:
    """Who signs homeroom when each of these people is enrolled as teacher, primary or not."""
    at = draft.find("enrollments", role="teacher")
    draft.set("enrollments", at, primary=values[0])
    musician = draft.tables["users"][2]["sourcedId"]
    for number, value in enumerate(values[1:]):
        draft.add("enrollments", **{**draft.tables["enrollments"][at], "sourcedId": f"t{number}", "primary": value})
        draft.tables["enrollments"][-1]["userSourcedId"] = musician
    assignments = read(draft)[0].roster.assignments
    return {each.personal_id: each.is_signer for each in assignments if each.slot == HOMEROOM}


@pytest.mark.parametrize(
    ("values", "signers"),
    [
        (("true",), {TEACHER: True}),
        (("",), {TEACHER: True}),
        (("false",), {TEACHER: False}),
        (("true", ""), {TEACHER: True, MUSICIAN: False}),
        (("", ""), {TEACHER: False, MUSICIAN: False}),
    ],
)
def test_the_primary_teacher_signs(values: tuple[str, ...], signers: dict[str, bool]) -> None:
    assert primary(Draft.of(), *values) == signers


def test_dates_are_days_in_vietnam_and_the_year_s_first_where_none_is_told() -> None:
    draft = Draft.of().set("roles", 0, beginDate="", endDate="2026-12-31")
    [position] = read(draft)[0].roster.positions
    assert position.period == Period.of_days(FIRST, date(2026, 12, 30))


@pytest.mark.parametrize(
    ("cells", "office", "notes"),
    [
        ({"role": "systemAdministrator"}, Office.SYSTEM_ADMIN, 0),
        ({"role": "siteAdministrator", "__office": "seal_clerk"}, Office.SEAL_CLERK, 0),
        ({"role": "siteAdministrator", "__office": "vice_principal"}, Office.VICE_PRINCIPAL, 0),
        ({"role": "siteAdministrator"}, None, 1),
        ({"role": "siteAdministrator", "__office": "king"}, None, 1),
        ({"role": "teacher"}, None, 0),
        ({"role": "guardian"}, None, 1),
        ({"role": "ext:coach"}, None, 1),
    ],
)
def test_roles_are_offices(cells: dict[str, str], office: Office | None, notes: int) -> None:
    received, found = read(Draft.of().set("roles", 0, **cells), Severity.REVIEW)
    assert [each.office for each in received.roster.positions] == ([office] if office else [])
    assert len(found) == notes


def test_terms_are_told_apart_by_their_dates() -> None:
    draft = Draft.of().set("academicSessions", 1, type="semester").set("academicSessions", 2, type="semester")
    draft.tables["academicSessions"].reverse()
    assert read(draft)[0].roster == ROSTER


def test_another_number_of_terms_is_noted() -> None:
    received, notes = read(Draft.of().add("academicSessions", sourcedId="t3", startDate="2027-03-01"), Severity.REVIEW)
    assert notes == [
        "academicSessions.csv, dòng 2, cột type: Năm học 2026-2027 có 3 kì; hocba dùng hai học kì theo lịch chung."
    ]
    assert received.roster.years[0].terms == ()


def test_authorities_are_found_through_other_units() -> None:
    draft = Draft.of().set("orgs", 1, type="department")
    assert read(draft)[0].roster.authorities == ROSTER.authorities[:1]
    draft = Draft.of().set("orgs", 1, identifier="")
    assert read(draft)[0].roster.authorities[1].code == COMMUNE.code


def test_a_code_and_an_id_belong_to_one_person() -> None:
    draft = Draft.of().set("users", 4, identifier="7926000001", __personalId=ROSTER.pupils[0].personal_id)
    draft.set("users", 1, __personalId=PRINCIPAL)
    found = {(each.line, each.column) for each in read(draft)[0].problems if each.severity is Severity.ERROR}
    assert found >= {(6, "identifier"), (6, "metadata.hocba.personalId"), (3, "metadata.hocba.personalId")}


@pytest.mark.parametrize(
    ("bend", "sentence"),
    [
        (lambda d: d.set("orgs", 2, identifier="12"), "orgs.csv, dòng 4, cột identifier: Mã trường phải có"),
        (lambda d: d.set("orgs", 2, type="district"), "orgs.csv, dòng 4, cột type: Lớp phải thuộc một đơn vị"),
        (lambda d: d.set("orgs", 0, parentSourcedId=d.tables["orgs"][1]["sourcedId"]),
         "orgs.csv, dòng 4, cột parentSourcedId: Các đơn vị cấp trên của trường tạo thành một vòng."),
        (lambda d: d.set("orgs", 2, __since="nay"), "orgs.csv, dòng 4, cột metadata.hocba.since: “nay” không phải"),
        (lambda d: d.set("academicSessions", 1, endDate="2026-01-01"),
         "academicSessions.csv, dòng 3, cột endDate: endDate phải đứng sau startDate"),
        (lambda d: d.set("academicSessions", 0, schoolYear="2026"),
         "academicSessions.csv, dòng 2, cột schoolYear: schoolYear phải là năm mà năm học kết thúc."),
        (lambda d: d.set("academicSessions", 1, schoolYear="1999"),
         "academicSessions.csv, dòng 3, cột schoolYear: Năm học phải từ 2000-2001 đến 2099-2100, nhận được"),
        (lambda d: d.set("academicSessions", 1, schoolYear="2026"),
         "classes.csv, dòng 2, cột termSourcedIds: Các kì của lớp thuộc nhiều năm học."),
        (lambda d: d.set("classes", 0, grades="01,02"), "classes.csv, dòng 2, cột grades: Lớp phải ghi đúng một khối"),
        (lambda d: d.set("classes", 0, grades="KG"), "classes.csv, dòng 2, cột grades: Lớp phải ghi đúng một khối"),
        (lambda d: d.set("classes", 0, __signaturePlan="ink"),
         "classes.csv, dòng 2, cột metadata.hocba.signaturePlan: “ink” không phải là cách kí; chỉ nhận: sheet"),
        (lambda d: d.set("classes", 0, classType="scheduled"), "classes.csv: Gói không có lớp chủ nhiệm"),
        (lambda d: d.add("classes", **{**d.tables["classes"][0], "sourcedId": "c2"}),
         "classes.csv, dòng 11, cột title: Lớp 1A1 đã có ở dòng 2."),
        (lambda d: d.set("users", 3, identifier="17"), "users.csv, dòng 5, cột identifier: Mã học sinh phải có"),
        (lambda d: d.drop("demographics", 0), "users.csv, dòng 5, cột sourcedId: Học sinh không có dòng nào"),
        (lambda d: d.set("demographics", 0, birthDate=""), "demographics.csv, dòng 2, cột birthDate: Học sinh phải có"),
        (lambda d: d.set("demographics", 0, sex="other"), "demographics.csv, dòng 2, cột sex: Giới tính của học sinh"),
        (lambda d: d.set("users", 0, __personalId="079"),
         "users.csv, dòng 2, cột metadata.hocba.personalId: Số định danh"),
        (lambda d: d.set("roles", 0, endDate="2026-08-01"),
         "roles.csv, dòng 2, cột endDate: endDate 01/08/2026 phải đứng sau ngày bắt đầu 01/08/2026: "),
        (lambda d: d.set("roles", 0, __validFrom="2026-08-01"),
         "roles.csv, dòng 2, cột endDate: “2026-08-01” không phải"),
        (lambda d: d.set("roles", 0, __validFrom="hè"), "roles.csv, dòng 2, cột endDate: “hè” không phải"),
        (lambda d: d.set("roles", 0, __validFrom="0001-01-01T00:00:00+07:00"),
         "roles.csv, dòng 2, cột endDate: “0001-01-01T00:00:00+07:00” không phải"),
        (lambda d: d.set("roles", 0, __validFrom="2026-08-01T00:00:00Z", __validUntil="2026-08-01T00:00:00Z"),
         "roles.csv, dòng 2, cột endDate: Thời điểm kết thúc không đứng sau"),
        (lambda d: again(d, "roles", 0, 1),
         "roles.csv, dòng 7: Trong cùng một thời gian có hai người đảm nhận chức vụ Hiệu trưởng"),
        (lambda d: again(d, "enrollments", 0, 0),
         "enrollments.csv, dòng 29: Trong cùng một thời gian có hai người đảm nhận việc chủ nhiệm lớp 1A1."),
        (lambda d: d.set("enrollments", 0, schoolSourcedId=d.tables["orgs"][1]["sourcedId"]),
         "enrollments.csv, dòng 2, cột schoolSourcedId: Không phải trường của lớp."),
        (lambda d: d.set("enrollments", homeroom_of(d), endDate="2026-09-01"),
         "enrollments.csv, dòng 11, cột endDate: Ngày kết thúc 01/09/2026 đứng trước"),
        (lambda d: d.set("enrollments", homeroom_of(d), __orderNo="một"),
         "enrollments.csv, dòng 11, cột endDate: Số thứ tự"),
        (lambda d: d.add("enrollments", **{**d.tables["enrollments"][homeroom_of(d)], "sourcedId": "e"}),
         "enrollments.csv, dòng 29, cột userSourcedId: Học sinh đã có trong lớp này ở dòng 11."),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_over_is_refused(bend: Bend, sentence: str) -> None:
    draft = Draft.of()
    bend(draft)
    received, found = read(draft)
    assert [each for each in found if each.startswith(sentence)], found
    assert received.roster.groups == ()


def test_a_pupil_is_in_one_class_at_a_time() -> None:
    draft = Draft.of()
    draft.add("classes", **{**draft.tables["classes"][0], "sourcedId": "c2", "title": "1A2"})
    at = homeroom_of(draft)
    draft.add("enrollments", **{**draft.tables["enrollments"][at], "sourcedId": "e2", "classSourcedId": "c2"})
    [sentence] = read(draft)[1]
    assert sentence.startswith("enrollments.csv, dòng 29, cột classSourcedId: Học sinh đang học lớp khác")
    received, found = read(draft.set("enrollments", at, endDate="2026-10-01"))
    assert found == []
    assert [each.group.name for each in received.roster.enrolments if each.pupil == "7926000001"] == ["1A1", "1A2"]
    assert GROUP in received.roster.groups
