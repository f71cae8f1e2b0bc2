"""The papers of matters as they are read back: what is printed is what is attached, and who signs in which order."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from documents.content import kind_of
from domain.documents import ProfileContent
from domain.matter_papers import MatterPaperContent
from signing.verification.field_names import field_name
from signing.verification.forms import runs_of
from tests.documents import samples
from tests.documents.extract_samples import paper_extract
from tests.documents.matter_samples import (
    DECEASED,
    between_years,
    handover_minutes,
    identity_page,
    longest_minutes,
    secondary_transfer,
    transfer_result,
)
from tests.signing.verification.papers import attachable, misprint
from tests.signing.verification.test_printed import ODD, changed, leaves, longer, shorter

PAGE, RESULT, MINUTES, EXTRACT = identity_page(5), transfer_result(), handover_minutes(7, 2), paper_extract()
LONGEST = ProfileContent(
    native_place=samples.text(250),
    current_address=samples.text(250),
    policy_group="Con liệt sĩ",
    **{
        f"{who}_{what}": samples.LONG_NAME
        for who in ("father", "mother", "guardian")
        for what in ("name", "occupation")
    },
)
USUAL: list[MatterPaperContent] = [
    PAGE,
    identity_page(),
    replace(PAGE, decision_no="", reason=ODD[:250]),
    replace(PAGE, past_years=(), pupil=replace(PAGE.pupil, schooling=(), profile=ProfileContent())),
    replace(PAGE, pupil=replace(PAGE.pupil, full_name=samples.LONG_NAME, profile=LONGEST)),
    replace(PAGE, pupil=replace(PAGE.pupil, schooling=PAGE.pupil.schooling * 6), past_years=PAGE.past_years * 3),
    EXTRACT,
    paper_extract(1),
    paper_extract(9),
    replace(EXTRACT, originals=(), replaces="", pupil=replace(EXTRACT.pupil, full_name=samples.LONG_NAME)),
    replace(EXTRACT, years=tuple(replace(year, note=ODD[:1000], conduct="") for year in EXTRACT.years)),
    RESULT,
    secondary_transfer(),
    secondary_transfer(regular=10),
    between_years(),
    replace(between_years(), absent_excused=2, receiving_province=""),
    replace(RESULT, assessment_waived=True, individual_plan=True, sealed_term=None, open_items=()),
    replace(RESULT, signers=tuple(replace(each, position="Phó Hiệu trưởng") for each in RESULT.signers)),
    replace(
        RESULT,
        tables=tuple(
            replace(table, comment=ODD, lines=tuple(replace(line, comment=ODD[:300]) for line in table.lines))
            for table in RESULT.tables
        ),
    ),
    MINUTES,
    *(handover_minutes(lines) for lines in (0, 1, 12, 13, 14, 15, 60)),
    handover_minutes(3, 11, without_giver=DECEASED),
    replace(MINUTES, number="", until="", remarks="", offices=(), effective_at="2026-03-09"),
    replace(MINUTES, reason=ODD, remarks=ODD),
    longest_minutes(),
    replace(MINUTES, number=" ", remarks=" \n", takers=tuple(replace(each, position=" ") for each in MINUTES.takers)),
    replace(RESULT, receiving_province=" ", tables=tuple(replace(each, comment=" ") for each in RESULT.tables)),
]


@pytest.mark.parametrize("content", USUAL)
def test_what_the_templates_print_is_found_on_the_pages(content: MatterPaperContent) -> None:
    assert misprint(content, content) is None


@pytest.mark.parametrize("content", USUAL)
def test_every_field_has_a_name_for_people(content: MatterPaperContent) -> None:
    runs = runs_of(kind_of(content), attachable(content)["content"])
    fields = {part.field for run in runs for part in run.parts} - {""}
    assert [field for field in fields if field_name(field)[0] == field] == []


# What a machine reads and no page says in words: codes beside their names, and where a group of columns ends.
UNSAID = {"rule_version", "grade", "code", "subject", "group", "field", "signer_id", "authority", "department"}
UNSAID |= {"department_code", "commune_code", "province_code", "term", "birth_province_code", "birth_commune_code"}
UNSAID |= {"native_province_code", "native_commune_code", "address_province_code", "address_commune_code"}
# The place of the school stands in none of the minutes; where a pupil lived and was at school, on the page of identity.
NOT_IN_MINUTES, NOT_IN_RESULT = {"commune", "district", "province"}, {"profile", "schooling"}
SEAL = {"signers.1.name", "signers.1.position"}
# By their number, people who checked are known to machines only.
CHECKERS = {f"years.{year}.checked_by.{at}.personal_id" for year in range(2) for at in range(2)}
UNSAID_BY: list[tuple[MatterPaperContent, set[str], set[str]]] = [
    (PAGE, UNSAID, SEAL),
    (RESULT, UNSAID | NOT_IN_RESULT, SEAL),
    (secondary_transfer(), UNSAID | NOT_IN_RESULT, SEAL),
    (between_years(), UNSAID | NOT_IN_RESULT, {*SEAL, "absent_unit"}),
    (EXTRACT, UNSAID | NOT_IN_RESULT, {*SEAL, *CHECKERS}),
    (MINUTES, UNSAID | NOT_IN_MINUTES, set()),
    (handover_minutes(2, without_giver=DECEASED), UNSAID | NOT_IN_MINUTES, set()),
]


@pytest.mark.parametrize("change", [longer, shorter])
@pytest.mark.parametrize(("content", "hidden", "unsaid"), UNSAID_BY)
def test_nothing_that_is_printed_can_be_attached_otherwise(
    content: MatterPaperContent, hidden: set[str], unsaid: set[str], change: Callable[[str | int], str | int]
) -> None:
    attached = attachable(content)["content"]
    paths = list(leaves(attached, hidden))
    assert len(paths) > 30
    assert {path for path in paths if misprint(content, changed(attached, path, change)) is None} == unsaid


def test_lines_that_change_places_or_are_left_out_are_found() -> None:
    first, second, *others = MINUTES.lines
    wrong = (replace(second, class_name=first.class_name), replace(first, class_name=second.class_name))
    assert misprint(MINUTES, replace(MINUTES, lines=(*wrong, *others))) == "lines.0.subject_name"
    assert misprint(MINUTES, replace(MINUTES, lines=MINUTES.lines[:-1])) == "lines"
    assert misprint(PAGE, replace(PAGE, past_years=PAGE.past_years[:-1])) == "past_years.2.sha256"
    assert misprint(PAGE, replace(PAGE, past_years=())) == "pupil.schooling.4.arrived_on"
    assert misprint(RESULT, replace(RESULT, open_items=RESULT.open_items[:-1])) == "open_items.0.missing"
    assert misprint(RESULT, replace(RESULT, tables=RESULT.tables[:-1])) == "tables.1.legend"


def test_what_the_pages_leave_out_is_found() -> None:
    assert misprint(between_years(), RESULT) == "left_on"
    assert misprint(RESULT, replace(RESULT, individual_plan=True)) == "left_on"
    assert misprint(replace(RESULT, sealed_term=None), RESULT) == "sealed_term.term_name"
    assert misprint(replace(MINUTES, remarks=""), MINUTES) == "remarks"
    silent = handover_minutes(2)
    assert misprint(silent, handover_minutes(2, without_giver=DECEASED)) == "without_giver"


def test_what_the_pages_say_beyond_the_data_is_found() -> None:
    first, *others = RESULT.tables
    longer_table = replace(first, lines=(replace(first.lines[0], name="Tin học"), *first.lines))
    assert misprint(replace(RESULT, tables=(longer_table, *others)), RESULT) == "tables.0.name"
    assert misprint(replace(PAGE, past_years=(PAGE.past_years[-1], *PAGE.past_years)), PAGE) is not None
    assert misprint(replace(MINUTES, lines=(MINUTES.lines[-1], *MINUTES.lines)), MINUTES) is not None


def test_columns_that_change_names_are_found() -> None:
    for result in (RESULT, secondary_transfer()):
        first, *others = result.tables
        for at, column in enumerate(first.columns):
            for other in first.columns[at + 1 :]:
                if (column.name, column.group) == (other.name, other.group):
                    continue
                swapped = {column: replace(other, code=column.code), other: replace(column, code=other.code)}
                columns = tuple(swapped.get(each, each) for each in first.columns)
                wrong = replace(result, tables=(replace(first, columns=columns), *others))
                assert misprint(result, wrong) == "tables.0.name", (column, other)
