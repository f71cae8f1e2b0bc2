"""An extract of a pupil who came from outside, as the clerk of a school makes it."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from domain.documents import DocumentKind
from domain.matters import MatterKind
from domain.matters.corrections import CorrectionCommand, Deed
from domain.transfers.extracts import ExtractSource, PaperExtract
from domain.transfers.phases import Direction, Phase
from storage import journal
from storage.corrections import deeds
from storage.extracts import drafts
from storage.extracts.drafts import KeptFile, KeptYear
from storage.matters import papers, steps
from storage.matters.steps import Step
from storage.tables import Document, Enrolment, Extract, Transfer
from tests.correcting import Correction
from tests.domain.transfers.test_extracts import EXTRACT
from tests.factories import NOW, OpenBook, SchoolCast
from tests.issued import enrolment

SCAN = "5" * 64
YEAR = replace(EXTRACT, checked_by=())


def arrived(book: OpenBook, record: int = 0, *, phase: Phase = Phase.PLACED, **facts: Any) -> UUID:  # noqa: ANN401
    """A transfer that brought the pupil of a record from outside; gives its matter."""
    return came(book.session, book.cast.school, enrolment(book, record), phase=phase, **facts)


def came(session: Session, school: SchoolCast, own: Enrolment, *, phase: Phase = Phase.PLACED, **facts: Any) -> UUID:  # noqa: ANN401
    """The same for an enrolment at a school."""
    matter_id, is_there = uuid4(), phase is Phase.PLACED
    journal.add_reason(session, matter_id, school.school_id, school.clerk, "Gia đình chuyển chỗ ở.")
    first = Step(str(uuid4()), "request", NOW, school.clerk, matter_id)
    matter = steps.open_matter(session, MatterKind.TRANSFER, matter_id, school.school_id, phase.value, first)
    assert matter is not None
    matter.settled_at = NOW if is_there else None
    about = {
        "pupil_id": own.pupil_id, "to_school_id": school.school_id, "other_name": "Trường THCS Mẫu",
        "other_province": "Tỉnh Lâm Đồng", "requested_on": date(2026, 10, 1), "rule_version": "tt15-2026/1",
        "is_same_province": False, "grade": 1, "application_reason_id": matter_id, "phase": phase.value,
        "counted_from": date(2026, 10, 1), "to_class_id": own.class_id, "direction": Direction.IN.value,
        "to_enrolment_id": own.id if is_there else None, "moved_on": date(2026, 10, 2) if is_there else None,
    } | facts  # fmt: skip
    session.add(Transfer(matter_id=matter_id, **about))
    session.flush()
    return matter_id


@dataclass
class Made(Correction):
    """The matter of an extract; the transfer that it belongs to."""

    transfer_id: UUID = field(kw_only=True)

    @property
    def clerk(self) -> UUID:
        return self.book.cast.school.clerk

    def keep(self, year: PaperExtract = YEAR, year_id: UUID | None = None, staff_id: UUID | None = None) -> UUID:
        kept = KeptYear(year_id or uuid4(), staff_id or self.clerk, year)
        drafts.save_year(self.session, self.id, kept, self.at)
        return kept.id

    def add(self, sha256: str = SCAN, issuer: str = "Trường THCS Mẫu") -> None:
        file = KeptFile(ExtractSource.PAPER, issuer, sha256, "application/pdf", self.clerk)
        drafts.add_file(self.session, self.id, file, self.at)

    @property
    def row(self) -> Extract:
        self.session.expire_all()
        return self.session.get_one(Extract, self.id)

    @property
    def transfer(self) -> Transfer:
        self.session.expire_all()
        return self.session.get_one(Transfer, self.transfer_id)


def asked(session: Session, transfer_id: UUID, staff_id: UUID) -> CorrectionCommand:
    """The clerk opens an extract."""
    matter_id = str(uuid4())
    command = CorrectionCommand(
        MatterKind.EXTRACT.value, matter_id, Deed.ASK, str(staff_id), matter_id, transfer_id=str(transfer_id)
    )
    deeds.take(session, command, NOW)
    return command


def begun(book: OpenBook, transfer_id: UUID | None = None) -> Made:
    transfer_id = transfer_id or arrived(book)
    command = asked(book.session, transfer_id, book.cast.school.clerk)
    return Made(book, MatterKind.EXTRACT, UUID(command.matter_id), transfer_id=transfer_id)


def checked(book: OpenBook) -> Made:
    """Copied by the clerk, checked by the homeroom teacher."""
    made = begun(book)
    made.add()
    made.keep(replace(YEAR, sha256=SCAN))
    made.do(Deed.SUBMIT, made.clerk, reason="")
    made.do(Deed.CONFIRM, book.cast.homeroom, reason="")
    return made


def seal(made: Made) -> Document:
    """As its two orders leave it."""
    row = made.session.get_one(Extract, made.id)
    document = Document(
        id=papers.current_id(made.session, made.id), kind=DocumentKind.PAPER_EXTRACT,
        school_id=made.book.cast.school.school_id, matter_id=made.id, lookup_code=uuid4().hex, content_sha256="a" * 64,
        sha256=uuid4().hex * 2, size=1, version=row.version, sealed_at=NOW,
        enrolment_id=made.transfer.to_enrolment_id,
    )  # fmt: skip
    made.session.add(document)
    made.session.flush()
    deeds.signed(made.session, made.id, NOW)
    made.session.expire_all()
    return document
