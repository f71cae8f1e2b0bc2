"""What the clerk copies: former years and the files they were copied from, kept as far as they are entered."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.errors import Conflict, Invalid, NotFound
from domain.matters.corrections import ExtractState
from domain.transfers.extracts import Checker, ExtractedSubject, ExtractSource, PaperExtract
from storage.corrections import people
from storage.matters import steps
from storage.tables import Extract, Matter, Transfer

MOST_YEARS: Final = 12
MOST_FILES: Final = 30


@dataclass(frozen=True)
class KeptYear:
    """A year as far as it is copied; `entered_by` touched it last."""

    id: UUID
    entered_by: UUID
    year: PaperExtract


@dataclass(frozen=True)
class KeptFile:
    """A scan of paper, or a file that nobody here can verify; `media` is its type."""

    what: ExtractSource
    issuer: str
    sha256: str
    media: str
    added_by: UUID


def years(row: Extract) -> tuple[KeptYear, ...]:
    """Oldest first."""
    return tuple(sorted(map(_year, row.years), key=lambda each: each.year.school_year))


def files(row: Extract) -> tuple[KeptFile, ...]:
    return tuple(
        KeptFile(ExtractSource(each["what"]), each["issuer"], each["sha256"], each["media"], UUID(each["added_by"]))
        for each in row.files
    )


def save_year(session: Session, matter_id: UUID, kept: KeptYear, at: datetime) -> None:
    """Keep a year, whole or not; the same id is the same year. Raises NotAllowed for who is no clerk of the school."""
    row = _draft(session, matter_id, kept.entered_by, at)
    others = [each for each in years(row) if each.id != kept.id]
    if len(others) >= MOST_YEARS:
        raise Invalid(f"Trích lục có nhiều nhất {MOST_YEARS} năm học.")
    if any(each.year.school_year == kept.year.school_year for each in others):
        raise Invalid(f"Năm học {kept.year.school_year} được chép hai lần.")
    if kept.year.sha256 and kept.year.sha256 not in {each.sha256 for each in files(row)}:
        raise Invalid("Bản gốc của năm học phải là một tệp đã tải lên.")
    _keep(row, [*others, kept])
    session.flush()


def remove_year(session: Session, matter_id: UUID, year_id: UUID, staff_id: UUID, at: datetime) -> None:
    """One that is not there is gone already."""
    row = _draft(session, matter_id, staff_id, at)
    _keep(row, [each for each in years(row) if each.id != year_id])
    session.flush()


def add_file(session: Session, matter_id: UUID, file: KeptFile, at: datetime) -> None:
    """The same file again changes nothing. Raises Invalid without an issuer, or for too many."""
    row = _draft(session, matter_id, file.added_by, at)
    if not file.issuer.strip():
        raise Invalid("Hãy ghi nơi cấp bản gốc.")
    if any(each.sha256 == file.sha256 for each in files(row)):
        return
    if len(row.files) >= MOST_FILES:
        raise Invalid(f"Trích lục có nhiều nhất {MOST_FILES} tệp.")
    kept = {"what": file.what.value, "issuer": file.issuer.strip(), "sha256": file.sha256, "media": file.media}
    row.files = [*row.files, {**kept, "added_by": str(file.added_by)}]
    session.flush()


def remove_file(session: Session, matter_id: UUID, sha256: str, staff_id: UUID, at: datetime) -> None:
    """Raises Conflict for one that a year was copied from."""
    row = _draft(session, matter_id, staff_id, at)
    if any(each.year.sha256 == sha256 for each in years(row)):
        raise Conflict("Có năm học được chép từ tệp này; hãy chọn bản gốc khác cho năm học đó trước.")
    row.files = [each for each in row.files if each["sha256"] != sha256]
    session.flush()


def of_pupil(session: Session, pupil_id: UUID, school_id: UUID | None) -> Sequence[Extract]:
    """Every version at a school, whichever arrival it was made after; the newest first."""
    query = (
        select(Extract)
        .join(Matter, Matter.id == Extract.matter_id)
        .join(Transfer, Transfer.matter_id == Extract.transfer_id)
        .where(Transfer.pupil_id == pupil_id, Transfer.to_school_id == school_id)
    )
    return session.scalars(query.order_by(Matter.opened_at.desc(), Extract.version.desc())).all()


def _draft(session: Session, matter_id: UUID, staff_id: UUID, at: datetime) -> Extract:
    """The row, locked. Raises Conflict for one that is not being entered any more."""
    matter = steps.lock(session, matter_id)
    people.require_office(session, matter.school_id, staff_id, at, people.CLERK)
    row = session.get(Extract, matter_id, with_for_update=True)
    if row is None:
        raise NotFound("Không tìm thấy việc này.")
    if row.state != ExtractState.DRAFT:
        raise Conflict(f"Trích lục đang ở bước “{ExtractState(row.state).label}” nên không sửa được.")
    return row


def _keep(row: Extract, kept: Sequence[KeptYear]) -> None:
    row.years = [{**asdict(each.year), "id": str(each.id), "entered_by": str(each.entered_by)} for each in kept]


def _year(kept: dict[str, Any]) -> KeptYear:
    facts = {name: value for name, value in kept.items() if name not in {"id", "entered_by"}}
    subjects = tuple(ExtractedSubject(**each) for each in facts.pop("subjects"))
    facts |= {"subjects": subjects, "source": ExtractSource(facts["source"]), "checked_by": ()}
    return KeptYear(UUID(kept["id"]), UUID(kept["entered_by"]), PaperExtract(**facts))


def checked(row: Extract, checkers: tuple[Checker, ...]) -> tuple[PaperExtract, ...]:
    """The years with those who held them against the originals."""
    return tuple(replace(each.year, checked_by=checkers) for each in years(row))
