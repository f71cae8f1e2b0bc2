"""How a document is laid on its pages: foretold where papers are many, so that Typst lays each out once."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict

from documents.fitting import MEASURED
from documents.pagination import sheet_pages, summary_pages
from documents.places import layout_of
from documents.primary_fitting import primary_sizes
from documents.result_form import result_form
from documents.secondary_fitting import row_letters, secondary_sizes
from documents.sheet_form import sheet_form
from documents.summary_form import summary_form
from domain.documents import ClassSummaryContent, SubjectSheetContent
from domain.matter_papers import MatterPaperContent, TransferResultContent
from domain.year_records import DocumentContent, PrimaryRecordContent, SecondaryRecordContent

Arrangement = Mapping[str, object]
_STRETCHES = (1.0, 1.08, 1.3, 2.0)


def arrangements(content: DocumentContent) -> Iterator[tuple[Arrangement, int | None]]:
    """Yield, most hopeful first, what the template needs and how many pages come of it if all goes well.

    None where the template fills as many pages as it needs.
    """
    match content:
        case PrimaryRecordContent():
            for sizes in dict.fromkeys((primary_sizes(content), MEASURED)):
                yield {"sizes": sizes}, 2
        case SecondaryRecordContent():
            yield from ((arrangement, 2) for arrangement in _secondary(content))
        case SubjectSheetContent():
            sheet = sheet_form(content)
            for stretch in _STRETCHES:
                pages = sheet_pages(content, sheet, stretch)
                yield {"pages": pages, "form": asdict(sheet)}, len(pages)
        case ClassSummaryContent():
            summary = summary_form(content)
            for stretch in _STRETCHES:
                pages = summary_pages(content, summary, stretch)
                yield {"pages": pages, "form": asdict(summary)}, len(pages)
        case _:
            yield _natural(content), None


def _natural(paper: MatterPaperContent) -> Arrangement:
    return {"form": asdict(result_form(paper))} if isinstance(paper, TransferResultContent) else {}


def _secondary(record: SecondaryRecordContent) -> Iterator[Arrangement]:
    sizes, rows = secondary_sizes(record), layout_of(record).rows
    if rows is None:
        yield from ({"sizes": each} for each in dict.fromkeys((sizes, MEASURED)))
        return
    for letters in row_letters(record, rows):
        yield {"sizes": sizes, "letters": asdict(letters)}
        sizes = MEASURED
