"""What one has signed so far, to look through and to take along."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field, field_validator
from starlette.responses import Response

from activities.certificates import names_of
from api.deps import CurrentPerson, ServicesDep
from api.guard import allow
from api.pages.language import gettext
from api.pages.signing.words import ACTION_NAMES, PAPER_NAMES
from api.pages.templating import page
from api.services import Services
from api.workbooks import workbook
from domain.calendar import TIMEZONE
from domain.duties import SIGNERS
from domain.matters import MatterKind
from interchange.reports.signatures import SignedLine, write_signatures
from storage import signature_journal
from storage.signature_journal import PAGE, JournalFilter, JournalLine
from storage.staffing import Person
from storage.tables import CertificateRow

router = APIRouter(include_in_schema=False)
Certificates = Mapping[UUID, tuple[str, str, str]]


class JournalQuery(BaseModel):
    """The filters of the list, as its address names them; empty: everything."""

    nam: str = Field("", max_length=9)
    lop: str = Field("", max_length=20)
    viec: str = Field("", max_length=10)
    tu: date | None = None
    den: date | None = None
    trang: int = Field(1, ge=1, le=1000)

    @field_validator("tu", "den", mode="before")
    @classmethod
    def empty_is_none(cls, value: object) -> object:
        return value or None

    def wanted(self) -> JournalFilter:
        return JournalFilter(self.nam, self.lop, self.viec, self.tu, self.den)


@router.get("/ky/nhat-ky")
@allow(SIGNERS)
def show_journal(
    request: Request, person: CurrentPerson, found: ServicesDep, query: Annotated[JournalQuery, Query()]
) -> Response:
    skip = (query.trang - 1) * PAGE
    with found.sessions() as session:
        lines = signature_journal.journal(session, person.staff_id, query.wanted(), limit=PAGE + 1, skip=skip)
        years, classes = signature_journal.years_and_classes(session, person.staff_id)
        known = _certificates(signature_journal.certificates_of(session, lines))
    values: dict[str, Any] = {
        "lines": lines[:PAGE],
        "has_more": len(lines) > PAGE,
        "query": query,
        "years": years,
        "classes": classes,
        "certificates": known,
        "action_names": ACTION_NAMES,
        "paper_names": PAPER_NAMES,
        "matter_names": {each.value: each.label for each in MatterKind},
        "filters": query.model_dump(mode="json", exclude_defaults=True, exclude={"trang"}),
    }
    return page(found, request, "signing/journal.html", **values)


@router.get("/ky/nhat-ky.xlsx")
@allow(SIGNERS)
def take_journal(person: CurrentPerson, found: ServicesDep, query: Annotated[JournalQuery, Query()]) -> Response:
    """The same list as a workbook, whole."""
    return workbook(_workbook(found, person, query.wanted()), "nhat-ky-ky-so")


def _workbook(found: Services, person: Person, wanted: JournalFilter) -> bytes:
    with found.sessions() as session:
        lines = signature_journal.journal(session, person.staff_id, wanted)
        known = _certificates(signature_journal.certificates_of(session, lines))
    labels = {"Năm học": wanted.school_year, "Lớp": wanted.class_name}
    named = {label: value for label, value in labels.items() if value}
    return write_signatures(person.full_name, named, [_in_words(line, known) for line in lines])


def _in_words(line: JournalLine, known: Certificates) -> SignedLine:
    at = line.signed_at.astimezone(TIMEZONE)
    _, issuer, serial_end = known[line.certificate_id]
    return SignedLine(
        day=at.date(),
        time=at.strftime("%H:%M:%S"),
        action=gettext(ACTION_NAMES[line.action]),
        class_name=line.class_name,
        term=gettext(line.term.label) if line.term else "",
        school_year=line.school_year,
        parts=", ".join(map(gettext, line.slots)),
        papers=", ".join(f"{count} {gettext(PAPER_NAMES[kind]).lower()}" for kind, count in line.papers.items()),
        certificate=f"…{serial_end}, {issuer}",
    )


def _certificates(rows: Sequence[CertificateRow]) -> Certificates:
    return {row.id: names_of(row.chain_pem) for row in rows}
