"""The specification as data: its headings, and that every line of it is held to."""

import pytest

from interchange.oneroster.package import READ, read_package
from interchange.oneroster.records import FileProblem
from interchange.oneroster.specification import SPECIFICATION, Column
from interchange.sheets import Severity
from tests.interchange.oneroster.drafts import Draft

STANDARD = "sourcedId,status,dateLastModified"
HEADINGS = {
    "manifest": "propertyName,value",
    "academicSessions": f"{STANDARD},title,type,startDate,endDate,parentSourcedId,schoolYear",
    "classes": f"{STANDARD},title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,"
    "subjects,subjectCodes,periods",
    "courses": f"{STANDARD},schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes",
    "demographics": f"{STANDARD},birthDate,sex,americanIndianOrAlaskaNative,asian,blackOrAfricanAmerican,"
    "nativeHawaiianOrOtherPacificIslander,white,demographicRaceTwoOrMoreRaces,hispanicOrLatinoEthnicity,"
    "countryOfBirthCode,stateOfBirthAbbreviation,cityOfBirth,publicSchoolResidenceStatus",
    "enrollments": f"{STANDARD},classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate",
    "orgs": f"{STANDARD},name,type,identifier,parentSourcedId",
    "roles": f"{STANDARD},userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId",
    "users": f"{STANDARD},enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,"
    "agentSourcedIds,grades,password,userMasterIdentifier,preferredGivenName,preferredMiddleName,"
    "preferredFamilyName,primaryOrgSourcedId,pronouns",
}
COLUMNS = [(file, column) for file, columns in SPECIFICATION.files.items() for column in columns]
REQUIRED = [(file, column.name) for file, column in COLUMNS if column.required]
WRONG = {
    "enum": "sai",
    "date": "05/09/2026",
    "datetime": "hôm qua",
    "year": "2026-2027",
    "guid": "x" * 256,
    "list": ",",
}
TYPED = [(file, column) for file, column in COLUMNS if column.type in WRONG]


def errors(draft: Draft) -> list[FileProblem]:
    return [each for each in read_package(draft.zip()).problems if each.severity is Severity.ERROR]


def test_the_headings_are_those_of_the_specification() -> None:
    assert {file: ",".join(each.name for each in columns) for file, columns in SPECIFICATION.files.items()} == HEADINGS
    assert set(READ) < set(SPECIFICATION.manifest_files)


def test_the_table_agrees_with_itself() -> None:
    for _, column in COLUMNS:
        assert column.ref in {"", *SPECIFICATION.files}
        assert (column.type == "enum") == (column.enum in SPECIFICATION.vocabularies)


def test_a_package_of_ours_has_no_errors() -> None:
    assert errors(Draft.of()) == []


@pytest.mark.parametrize(("file", "column"), REQUIRED)
def test_a_required_value_that_is_missing_is_named(file: str, column: str) -> None:
    found = errors(Draft.of().set(file, 0, **{column: " "}))
    missing = [each for each in found if "Thiếu giá trị bắt buộc" in each.message]
    assert [(each.file, each.line, each.column) for each in missing] == [(f"{file}.csv", 2, column)]
    assert str(missing[0]) == f"{file}.csv, dòng 2, cột {column}: Thiếu giá trị bắt buộc."


@pytest.mark.parametrize(("file", "column"), REQUIRED)
def test_a_required_column_that_is_missing_is_named(file: str, column: str) -> None:
    found = errors(Draft.of().without(file, column))
    assert (f"{file}.csv", 1, column) in {(each.file, each.line, each.column) for each in found}


@pytest.mark.parametrize(("file", "column"), TYPED, ids=lambda each: each.name if isinstance(each, Column) else each)
def test_a_value_of_another_type_is_named(file: str, column: Column) -> None:
    found = errors(Draft.of().set(file, 0, **{column.name: WRONG[column.type]}))
    assert (f"{file}.csv", 2, column.name) in {(each.file, each.line, each.column) for each in found}


@pytest.mark.parametrize(("file", "column"), [each for each in COLUMNS if each[1].enum], ids=str)
def test_every_word_of_a_vocabulary_is_taken(file: str, column: Column) -> None:
    words = SPECIFICATION.vocabularies[column.enum]
    more = ["ext:rieng"] if words.extensible else []
    for word in {*words.values, *more} - {"tobedeleted"}:
        assert [
            each for each in errors(Draft.of().set(file, 0, **{column.name: word})) if each.column == column.name
        ] == []
    if not words.extensible:
        assert errors(Draft.of().set(file, 0, **{column.name: "ext:rieng"}))


@pytest.mark.parametrize("text", ["a b", "đ", "a:b", "{a}", "a,b"])
def test_an_id_has_only_the_signs_of_the_standard(text: str) -> None:
    assert errors(Draft.of().set("orgs", 0, parentSourcedId="@a/b_c-1.D"))[0].message.startswith(
        "Tệp orgs.csv không có"
    )
    assert errors(Draft.of().set("orgs", 0, parentSourcedId=text))[0].message.startswith(f"Mã “{text}” có ký tự không")


@pytest.mark.parametrize("text", ["0001-01-01", "1899-12-31", "2026-02-30", "2026-9-5", "20260905"])
def test_a_day_is_one_that_every_time_zone_knows(text: str) -> None:
    assert [each.column for each in errors(Draft.of().set("roles", 0, beginDate=text))] == ["beginDate"]
    assert errors(Draft.of().set("roles", 0, endDate="9999-12-31")) == []


def test_an_optional_column_that_is_missing_is_only_noted() -> None:
    draft = Draft.of().without("users", "pronouns")
    assert errors(draft) == []
    assert str(read_package(draft.zip()).problems[0]).startswith("users.csv, dòng 1, cột pronouns: Thiếu cột này")


def test_passwords_are_not_kept() -> None:
    package = read_package(Draft.of().set("users", 0, password="bí mật").zip())
    assert package.tables["users"][0].text("password") == ""
    assert "bí mật" not in repr(package)
