"""What a moving pupil has so far, from cells to the printed page, for every level."""

from dataclasses import replace

import pytest

from documents.render import Renderer
from domain.assessment import Term
from domain.curriculum import Curriculum, curriculum_for
from domain.entry import Values, cells_of
from domain.scales import CellKind
from domain.transfers import results
from domain.transfers.results import EnteredTerm
from interchange.sample_school.cells import plausible
from tests.documents.matter_samples import secondary_transfer, transfer_result

CHOSEN = ("dia_li", "hoa_hoc", "tin_hoc", "vat_li")


def curriculum(grade: int) -> Curriculum:
    if grade < 10:
        return curriculum_for(grade)
    return curriculum_for(grade, optional=CHOSEN, topics=("toan", "vat_li", "hoa_hoc"))


def entered(of: Curriculum, term: Term, *, whole: bool = True) -> EnteredTerm:
    slots: dict[str, Values] = {
        slot: {cell.key: plausible(cell) for cell in cells_of(of, term, slot) if cell.is_required or whole}
        for slot in (of.slots if whole else of.slots[:2])
    }
    return EnteredTerm(term, of, slots, is_issued=term is Term.HK1)


@pytest.mark.parametrize("grade", [1, 4, 6, 9, 10, 12])
def test_a_result_of_every_level_is_printed(grade: int) -> None:
    of = curriculum(grade)
    terms = [entered(of, Term.HK1), entered(of, Term.YEAR_END, whole=False)]
    sample = transfer_result() if of.is_primary else secondary_transfer()
    content = replace(
        sample, grade=grade, tables=results.tables(terms), open_items=results.open_items(terms),
        subject_groups=results.subject_groups(of),
    )  # fmt: skip
    assert Renderer("https://hocba.example").render(content).pdf.startswith(b"%PDF")


@pytest.mark.parametrize("grade", [2, 7, 11])
def test_every_mark_that_was_entered_stands_in_the_tables_once(grade: int) -> None:
    term = entered(curriculum(grade), Term.HK1)
    given = sorted(
        (key.item, text)
        for values in term.slots.values()
        for key, text in values.items()
        if key.kind is not CellKind.COMMENT and text
    )
    shown = sorted(
        (line.code, value)
        for table in results.tables([term])
        for line in table.lines
        for column, value in zip(table.columns, line.values, strict=True)
        if value and not column.is_result
    )
    assert shown == given


def test_what_is_missing_is_named_for_terms_that_are_not_issued() -> None:
    of = curriculum(6)
    assert results.open_items([entered(of, Term.HK1)]) == ()
    missing = results.open_items([replace(entered(of, Term.HK1, whole=False), is_issued=False)])
    assert len(missing) == len(of.slots) - 2
    assert all(item.missing for item in missing)


def test_between_two_years_there_is_no_table() -> None:
    assert results.tables([]) == ()
