"""Whether the pages say what is attached: for each field, in the rows and the order of the form."""

from collections.abc import Sequence

from domain.documents import DocumentKind
from signing.page_text import squeezed_pages
from signing.verification.content import Content
from signing.verification.forms import runs_of
from signing.verification.runs import Part, Run


def first_misprint(text: str, kind: DocumentKind, content: Content) -> str | None:
    """The first field that the pages (`page_text`) do not say as the content does; "" if the content is none of ours.

    None if they say all of it. Whatever else stands on the pages, between what belongs together, is not looked at.
    """
    try:
        runs = runs_of(kind, content)
    except (ValueError, TypeError, LookupError, AttributeError):
        return ""
    pages, at, before = squeezed_pages(text), 0, Run(())
    for run in runs:
        end = _end(pages, run, at)
        if end < 0:
            return _differing(pages, run, at, before)
        at, before = end, run
    return None


def _end(pages: str, run: Run, at: int) -> int:
    """Where the run ends that comes first from `at` on; -1 if there is none."""
    whole = _text((*run.parts, *run.beside))
    start = pages.find(whole, at)
    while start >= 0 and run.ends and not pages.startswith(run.ends, start + len(whole)):
        start = pages.find(whole, start + 1)
    if start < 0:
        return _end_with_row_inside(pages, run, at) if run.beside else -1
    is_placed = run.gap is None or run.gap.allows(pages[at:start])
    return start + len(whole) if is_placed else -1


def _end_with_row_inside(pages: str, run: Run, at: int) -> int:
    *rows, comment = run.parts
    before, row = _text(rows), _text(run.beside)
    start = pages.find(before, at)
    if start < 0:
        return -1
    start += len(before)
    end = start + len(comment.text) + len(row)
    read = pages[start:end]
    places = (place for place in range(len(read)) if read.startswith(row, place))
    return end if any(read[:place] + read[place + len(row) :] == comment.text for place in places) else -1


def _differing(pages: str, run: Run, at: int, before: Run) -> str:
    """The field where what stands there stops being the run; the one before, if words of the form do not follow it.

    The first one behind those words, if nothing stands before them. Where all of the run stands, but not where the run
    before it ends, that one goes on otherwise.
    """
    parts, said, field = (*run.parts, *run.beside), "", ""
    for part in parts:
        said, field = said + part.text, part.field or field
        if pages.find(said, at) < 0:
            return field or next((part.field for part in parts if part.field), "")
    return field if run.gap is None else next((part.field for part in reversed(before.parts) if part.field), field)


def _text(parts: Sequence[Part]) -> str:
    return "".join(part.text for part in parts)
