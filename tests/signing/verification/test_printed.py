"""What people read is what machines read: papers whose pages say something else than is attached are found."""

import copy
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from typing import Any

import pytest

from documents.content import kind_of
from domain.year_records import (
    DocumentContent,
    PrimaryRecordContent,
    SecondaryRecordContent,
    TermLevels,
    YearRecordContent,
)
from signing.verification.field_names import field_name
from signing.verification.forms import runs_of
from signing.verification.printed import first_misprint
from signing.verification.sentences import sentence
from signing.verification.verdicts import Check, Verdict
from signing.verification.verify import verify
from tests.documents import class_samples, samples, secondary_class_samples, secondary_samples
from tests.signing.verification import papers
from tests.signing.verification.papers import attachable, canonical, exchanged, lying, misprint, sealed, signable
from tests.signing.verification.world import World

PRIMARY, SECONDARY = samples.year_record(), secondary_samples.secondary_record()
SHEET, SUMMARY = class_samples.subject_sheet(30), class_samples.class_summary(10)
# Ligatures, hyphens where lines end, other spaces, letters in two parts, words without end.
ODD = " ".join(
    [
        "offline waffle ﬁn",
        "bán-trú-tiếng-Anh",
        "m² ½ … “tốt”",
        "e\u0302\u0301",
        "to\u00adday",
        "a \u00a0 b\nc",
        "ở" * 60,
    ]
    * 2
)
USUAL: list[DocumentContent] = [
    PRIMARY,
    samples.grade_4_record(),
    samples.longest_year_record(),
    replace(PRIMARY, assessment_waived=True, result_name="", result_reason="", sheets=(), health="", height_cm=""),
    replace(PRIMARY, commendation="", commendation_in_year=""),
    replace(PRIMARY, commendation="", commendation_in_year="Giải Nhất", grade=5),
    replace(PRIMARY, homeroom_comment=ODD, qualities_comment=ODD, commendation=ODD, commendation_in_year=ODD),
    replace(PRIMARY, subjects=tuple(replace(line, comment=ODD, score="M", level="M") for line in PRIMARY.subjects)),
    replace(PRIMARY, signers=tuple(replace(each, position="Phó Hiệu trưởng") for each in PRIMARY.signers)),
    SECONDARY,
    secondary_samples.signed_by_subjects(SECONDARY),
    secondary_samples.longest_secondary_record(),
    replace(SECONDARY, learning=TermLevels("", "", "", ""), learning_reason="", outcome_reason="", sheets=()),
    replace(SECONDARY, assessment_waived=True, competitions=ODD, certificates=(ODD[:90], "Tin học"), absent=0),
    *(class_samples.subject_sheet(count) for count in (1, 25, 26, 50)),
    *(class_samples.class_summary(count) for count in (1, 11, 12, 50)),
    replace(class_samples.subject_sheet(3, ODD), part=2),
    secondary_class_samples.secondary_sheet(45, secondary_class_samples.sheet_columns(8, year_end=True)),
    secondary_class_samples.secondary_summary(45),
]


@pytest.mark.parametrize("content", USUAL)
def test_what_the_templates_print_is_found_on_the_pages(content: DocumentContent) -> None:
    assert misprint(content, content) is None


def swapped_rows(record: PrimaryRecordContent) -> PrimaryRecordContent:
    """The levels, scores and comments of two subjects, each in the other's row."""
    first, second, *others = record.subjects
    wrong = (replace(second, name=first.name), replace(first, name=second.name))
    return replace(record, subjects=(*wrong, *others))


def other_level(record: SecondaryRecordContent) -> SecondaryRecordContent:
    return replace(record, learning=replace(record.learning, year="T"))


def other_mark(record: SecondaryRecordContent) -> SecondaryRecordContent:
    first, second, *others = record.subjects
    return replace(record, subjects=(first, replace(second, year="9,9"), *others))


def other_name(record: PrimaryRecordContent) -> PrimaryRecordContent:
    return replace(record, pupil=replace(record.pupil, full_name=f"{record.pupil.full_name} Anh"))


ATTACKS = [
    (PRIMARY, other_name, "pupil.full_name", "họ và tên học sinh", "pupil's name"),
    (PRIMARY, swapped_rows, "subjects.0.level", "mức đạt được, môn học thứ 1", "level, subject 1"),
    (SECONDARY, other_mark, "subjects.1.year", "cả năm, môn học thứ 2", "year, subject 2"),
    (SECONDARY, other_level, "learning.year", "kết quả học tập cả năm", "learning result of the year"),
]


@pytest.mark.parametrize(("content", "change", "field", "vietnamese", "english"), ATTACKS)
def test_a_sealed_record_that_prints_something_else_is_not_valid(
    content: YearRecordContent,
    change: Callable[..., DocumentContent],
    field: str,
    vietnamese: str,
    english: str,
    world: World,
) -> None:
    honest = signable(content, world)
    attached = canonical(attachable(honest, exchanged(honest)))
    found = verify(sealed(world, lying(change(honest), attached)), world.roots)
    (failed,) = [each for each in found.findings if not each.holds]
    assert (found.verdict, found.failures(), failed.field) == (Verdict.INVALID, (Check.PRINTED,), field)
    assert sentence(failed) == f"Nội dung in trên trang khác với dữ liệu đính kèm: {vietnamese}."
    assert sentence(failed, "en") == f"What is printed on the pages differs from the attached record: {english}."


@pytest.mark.parametrize("content", [PRIMARY, SECONDARY])
def test_an_honest_record_holds_with_and_without_its_national_record(content: YearRecordContent, world: World) -> None:
    honest = signable(content, world)
    for record, checks in ((exchanged(honest), {Check.PRINTED, Check.EXCHANGED}), (None, {Check.PRINTED})):
        found = verify(sealed(world, papers.renderer().render(honest, record).pdf), world.roots)
        assert found.holds
        assert {each.check for each in found.findings} & {Check.PRINTED, Check.EXCHANGED} == checks


# What a machine reads and no page says: codes beside their names, what the national record wants besides, the place
# of a school where "address" says it, headings of columns.
UNSAID = {"rule_version", "grade", "subject", "document_id", "revision", "result", "outcome", "promoted", "term"}
UNSAID |= {"programme_completed", "department", "department_code", "commune_code", "province_code", "profile", "code"}
UNSAID |= {"authority", "district", "commune", "province", "teacher_id", "signer_id", "schooling", "field"}
UNSAID |= {"groups", "columns"}
SEAL = {"signers.2.name", "signers.2.position"}
IN_CAPITALS = {"school.name"}
UNSAID_BY: list[tuple[DocumentContent, set[str]]] = [
    (PRIMARY, SEAL),
    (SECONDARY, SEAL),
    (SHEET, IN_CAPITALS),
    (
        SUMMARY,
        {*SEAL, *IN_CAPITALS, *(f"verdicts.{at}" for at in range(3)), *(f"pupils.{at}.pupil_code" for at in range(10))},
    ),
]


def leaves(value: object, unsaid: Collection[str] = UNSAID, path: str = "") -> Iterator[str]:
    match value:
        case dict():
            for name, each in value.items():
                if name not in unsaid:
                    yield from leaves(each, unsaid, f"{path}.{name}" if path else name)
        case list():
            for at, each in enumerate(value):
                yield from leaves(each, unsaid, f"{path}.{at}")
        case bool() | None:
            pass
        case _:
            yield path


def longer(value: str | int) -> str | int:
    """Another value that begins as this one does."""
    return 10 * value + 1 if isinstance(value, int) else f"{value[:6]}7{value[6:]}"


def shorter(value: str | int) -> str | int:
    """Another value with which this one begins, if it is long enough."""
    if isinstance(value, int):
        return value // 10 or value + 1
    return value[:-1] or "x"


def changed(content: dict[str, Any], path: str, change: Callable[[str | int], str | int]) -> dict[str, Any]:
    """The content with another value there; dates stay dates, and of hashes the beginning changes."""
    whole = copy.deepcopy(content)
    *above, last = [int(name) if name.isdigit() else name for name in path.split(".")]
    place: Any = whole
    for name in above:
        place = place[name]
    is_fixed = last in ("date", "birth_date", "sha256")
    place[last] = f"9{place[last][1:]}" if is_fixed else change(place[last])
    return whole


@pytest.mark.parametrize("change", [longer, shorter])
@pytest.mark.parametrize(("content", "unsaid"), UNSAID_BY)
def test_nothing_that_is_printed_can_be_attached_otherwise(
    content: DocumentContent, unsaid: set[str], change: Callable[[str | int], str | int]
) -> None:
    attached = attachable(content)["content"]
    paths = list(leaves(attached))
    assert len(paths) > 90
    assert {path for path in paths if misprint(content, changed(attached, path, change)) is None} == unsaid


def test_rows_of_pupils_that_change_places_are_found() -> None:
    first, second, *others = SHEET.pupils
    wrong = (replace(second, full_name=first.full_name), replace(first, full_name=second.full_name))
    assert misprint(SHEET, replace(SHEET, pupils=(*wrong, *others))) == "pupils.0.full_name"
    assert misprint(SHEET, replace(SHEET, pupils=SHEET.pupils[:-1])) == "pupils.28.comment"
    assert misprint(SUMMARY, replace(SUMMARY, pupils=SUMMARY.pupils[:-1])) == "pupils.8.verdicts.2"


def test_the_last_level_beside_a_long_comment_is_read_too() -> None:
    longest = samples.longest_year_record()
    *others, last = longest.qualities
    for line in (replace(last, level="C"), replace(last, name="Nhân ái")):
        assert misprint(longest, replace(longest, qualities=(*others, line))) == "qualities_comment"
    assert misprint(PRIMARY, replace(PRIMARY, qualities=(*PRIMARY.qualities[:-1], replace(last, level="C")))) == (
        "qualities.4.level"
    )


@pytest.mark.parametrize("content", USUAL)
def test_every_field_has_a_name_for_people(content: DocumentContent) -> None:
    runs = runs_of(kind_of(content), attachable(content)["content"])
    fields = {part.field for run in runs for part in (*run.parts, *run.beside)} - {""}
    assert [field for field in fields if field_name(field)[0] == field] == []


@pytest.mark.parametrize(
    "content", [{}, {"signers": None}, {"signers": [{}]}, {"signers": []}, {"signers": [], "subjects": 7, "date": "?"}]
)
def test_content_that_is_none_of_ours_is_no_accident(content: dict[str, Any]) -> None:
    assert first_misprint("", kind_of(PRIMARY), content) == ""
