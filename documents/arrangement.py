"""How a document is laid on its pages: foretold, so that Typst lays it out once, and checked by its number of pages."""

from collections.abc import Iterator, Mapping

from documents.fitting import MEASURED, foretell
from documents.pagination import sheet_pages, summary_form, summary_pages
from domain.documents import ClassSummaryContent, DocumentContent, SubjectSheetContent, YearRecordContent

Arrangement = Mapping[str, object]
_STRETCHES = (1.0, 1.08, 1.3, 2.0)


def arrangements(content: DocumentContent) -> Iterator[tuple[Arrangement, int]]:
    """Yield, most hopeful first, what the template needs and how many pages come of it if all goes well."""
    match content:
        case YearRecordContent():
            for sizes in dict.fromkeys((foretell(content), MEASURED)):
                yield {"sizes": sizes}, 2
        case SubjectSheetContent():
            for stretch in _STRETCHES:
                pages = sheet_pages(content, stretch)
                yield {"pages": pages}, len(pages)
        case ClassSummaryContent():
            form = summary_form(content)
            for stretch in _STRETCHES:
                pages = summary_pages(content, form, stretch)
                yield {"pages": pages, "lettering": form.lettering, "widths": form.widths}, len(pages)
