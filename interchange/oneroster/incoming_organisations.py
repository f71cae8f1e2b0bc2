"""Authorities, schools, school years and terms of a package."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from domain.assessment import Term
from domain.calendar import SchoolYear
from domain.errors import Invalid
from domain.identity import normalise_name, parse_school_code
from domain.rostering import Authority, School, TermSpan, YearSpan
from interchange.oneroster.records import Record
from interchange.oneroster.source import Source
from interchange.oneroster.vocabulary import AUTHORITY_KINDS, TERM_TYPES, last_day


@dataclass(frozen=True)
class Organisations:
    """The schools that have classes, by sourcedId, and the authorities above them, the highest first."""

    schools: Mapping[str, School]
    authorities: tuple[Authority, ...]


def organisations_of(source: Source) -> Organisations:
    """Read orgs.csv; whatever else stands in it is not used."""
    schools: dict[str, School] = {}
    authorities: dict[str, Authority] = {}
    for record in source.table("orgs"):
        if record.id in source.school_ids:
            above: list[Record] = []
            with source.findings.refusals(record, "parentSourcedId"):
                above = _authorities_above(source, record)
                authorities.update(_authorities(source, above))
            with source.findings.refusals(record, "identifier" if record.text("type") == "school" else "type"):
                schools[record.id] = _school(source, record, _code(above[0]) if above else "")
    return Organisations(schools, tuple(authorities.values()))


def _school(source: Source, record: Record, authority: str) -> School:
    if record.text("type") != "school":
        raise Invalid("Lớp phải thuộc một đơn vị có type là school.")
    if not record.ours("commune") or not record.ours("province"):
        source.findings.review(record, "", "Chưa có phường/xã, tỉnh/thành phố của trường (cột metadata.hocba).")
    return School(
        code=parse_school_code(record.text("identifier")),
        name=normalise_name(record.text("name")),
        commune=record.ours("commune"),
        district=record.ours("district"),
        province=record.ours("province"),
        authority=authority,
        managed_since=_since(source, record),
    )


def _authorities(source: Source, above: list[Record]) -> dict[str, Authority]:
    found, parent = {}, ""
    for record in reversed(above):
        kind, name = AUTHORITY_KINDS[record.text("type")], normalise_name(record.text("name"))
        found[record.id] = Authority(_code(record), name, kind, _since(source, record), parent)
        parent = _code(record)
    return found


def _authorities_above(source: Source, record: Record) -> list[Record]:
    """The nearest first. Raises Invalid for a circle."""
    seen, found = {record.id}, []
    while parent := record.text("parentSourcedId"):
        if parent in seen:
            raise Invalid("Các đơn vị cấp trên của trường tạo thành một vòng.")
        seen.add(parent)
        record = source.get("orgs", parent)
        if record.text("type") in AUTHORITY_KINDS:
            found.append(record)
    return found


def _code(record: Record) -> str:
    kind = AUTHORITY_KINDS[record.text("type")]
    return record.text("identifier") or f"{kind}/{normalise_name(record.text('name'))}"


def _since(source: Source, record: Record) -> date | None:
    text = record.ours("since")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        source.findings.blame(record, "metadata.hocba.since", f"“{text}” không phải là ngày theo ISO 8601.")
        return None


def year_of(session: Record) -> SchoolYear:
    return SchoolYear(session.number("schoolYear") - 1)


def years_of(source: Source) -> dict[SchoolYear, YearSpan]:
    """Every school year of the package, from its own line or from its terms."""
    by_year: dict[SchoolYear, list[Record]] = {}
    for record in source.table("academicSessions"):
        by_year.setdefault(year_of(record), []).append(record)
        _check_year(source, record)
        if _days(record) != tuple(sorted(_days(record))):
            message = "endDate phải đứng sau startDate: endDate là ngày đầu tiên không còn tính."
            source.findings.blame(record, "endDate", message)
        if record.text("type") == "schoolYear" and _days(record)[1].year != record.number("schoolYear"):
            source.findings.blame(record, "schoolYear", "schoolYear phải là năm mà năm học kết thúc.")
    return {year: _span(source, year, records) for year, records in sorted(by_year.items())}


def _check_year(source: Source, record: Record) -> None:
    try:
        SchoolYear.parse(str(year_of(record)))
    except Invalid as refused:
        source.findings.blame(record, "schoolYear", refused.message)


def _days(session: Record) -> tuple[date, date]:
    """The first and the last day."""
    first, end = session.day("startDate"), session.day("endDate")
    return first or date.min, last_day(end) if end else date.max


def _span(source: Source, year: SchoolYear, records: list[Record]) -> YearSpan:
    whole = [_days(record) for record in records if record.text("type") == "schoolYear"] or [*map(_days, records)]
    terms = sorted({_days(record) for record in records if record.text("type") in TERM_TYPES})
    spans = tuple(TermSpan(term, *days) for term, days in zip(Term, terms, strict=False))
    if len(terms) not in {0, len(Term)}:
        message = f"Năm học {year} có {len(terms)} kì; hocba dùng hai học kì theo lịch chung."
        source.findings.review(records[0], "type", message)
    starts, ends = min(days[0] for days in whole), max(days[1] for days in whole)
    return YearSpan(year, starts, ends, spans if len(terms) == len(Term) else ())
