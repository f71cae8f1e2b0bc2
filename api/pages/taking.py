"""Lists of pages to take along as workbooks: the rows that the page shows, in its language."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import Response
from sqlalchemy.orm import Session

from api.deps import now
from api.pages.formats import minute
from api.pages.language import gettext as _
from api.services import Services
from api.workbooks import workbook
from domain.assessment import Term
from interchange.layout import Column, SheetContent, Value, workbook_bytes
from storage import board
from storage.access import ClassTermHead
from storage.campaigns import authorities
from storage.staffing import Person

Row = tuple[Value, ...]


@dataclass(frozen=True)
class TakenList:
    """How a list is taken along: the name of its file, its title, and its headings with their widths."""

    name: str
    title: str
    columns: Mapping[str, float]


def take_list(
    found: Services,
    person: Person,
    what: TakenList,
    rows: Iterable[Row],
    about: Sequence[str] = (),
    *,
    whose: str = "",
) -> Response:
    """The rows, numbered; `about` says what was chosen of the list, also in the file's name, which names nobody."""
    with found.sessions() as session:
        labels = {**_place(session, person), _("Lúc"): minute(now())}
    chosen = [each for each in about if each]
    more = {_("Học sinh"): whose, _("Phạm vi"): " · ".join(chosen)}
    labels |= {label: words for label, words in more.items() if words}
    headings = [Column(_("STT"), 5), *(Column(_(heading), width) for heading, width in what.columns.items())]
    numbered = [(number, *map(_cell, row)) for number, row in enumerate(rows, start=1)]
    sheet = SheetContent(_("Danh sách"), _(what.title).upper(), labels, headings, numbered, kept=2)
    return workbook(workbook_bytes([sheet]), what.name, *chosen)


def _place(session: Session, person: Person) -> dict[str, str]:
    if person.authority_id is not None:
        return {_("Cơ quan"): authorities.office(session, person.authority_id).name}
    return {_("Trường"): board.school_name(session, person.school_id)}


def of_class(head: ClassTermHead) -> tuple[str, ...]:
    """Which class and term a list is of."""
    return _("Lớp %(name)s") % {"name": head.class_name}, _(Term(head.term).label), head.school_year


def _cell(value: Value) -> Value:
    """A moment is written as pages write it; a spreadsheet would show its day alone."""
    return minute(value) if isinstance(value, datetime) else value
