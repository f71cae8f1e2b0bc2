"""A school with sealed year records, its organisation certificate and its authority: what submission begins with."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.orm import Session

from activities.submission.packing import Packed, Packing, PackOrder
from activities.submission.receiving import Receiving
from domain.assessment import Term
from domain.duties import Duty
from domain.submission.states import Approval
from interchange.national.codes import load_codes
from interchange.national.json_form import written
from interchange.national.mapping import national_record
from signing.authority import DevelopmentAuthority
from signing.keys import KeyStore
from signing.providers.pkcs12 import Pkcs12Provider
from storage.campaigns import offices
from storage.database import Sessions
from storage.objects import Objects
from storage.submission import approvals, outbox
from storage.submission.approvals import Verdict
from storage.tables import CertificateRow, Document, Enrolment, Packet, School, Submission, TermRecord
from tests.documents import samples
from tests.factories import SINCE, ClassCast, OpenBook, make_certificate, make_class, make_school, open_book
from tests.office import manager_of
from tests.signing.verification import papers
from tests.storage.papers import make_document

PASSPHRASE = "mật khẩu con dấu của trường"


@dataclass
class Sender:
    """One school at work: `pack` is the clerk's confirmation."""

    session: Session
    sessions: Sessions
    objects: Objects
    keys: KeyStore
    authority: DevelopmentAuthority
    book: OpenBook
    own: CertificateRow | None = None
    certificate: CertificateRow = field(init=False)
    signed: int = 0
    school_year: str = "2025-2026"  # as the records say; the class is of another year

    def __post_init__(self) -> None:
        self.school = self.session.get_one(School, self.book.cast.school.school_id)
        self.clerk = self.book.cast.school.clerk
        self.certificate = self.own or self.give_certificate()
        self.packing = Packing(self.sessions, self.objects, {"pkcs12": Pkcs12Provider(self.keys)}, lambda _: None)
        self.receiving = Receiving(self.sessions, self.objects, [self.authority.root])

    def give_certificate(self) -> CertificateRow:
        issued = self.authority.issue_organisation(self.school.name, self.school.code)
        sha256 = issued.certificate.fingerprint(SHA256()).hex()
        self.keys.save(sha256, issued, PASSPHRASE)
        row = make_certificate(
            self.session, None, school_id=self.school.id, sha256=sha256, key_ref=sha256,
            chain_pem="".join(each.public_bytes(Encoding.PEM).decode() for each in issued.certificates),
            not_before=issued.certificate.not_valid_before_utc, not_after=issued.certificate.not_valid_after_utc,
        )  # fmt: skip
        self.session.commit()
        return row

    def approve(self) -> None:
        office = self.office()
        head = self.officer(Duty.OFFICE_HEAD)
        now = datetime.now(UTC)
        approvals.ask(self.session, uuid4(), self.certificate.id, (self.school.id, self.clerk), now)
        verdict = Verdict(uuid4(), self.certificate.id, Approval.APPROVED, office, head)
        approvals.decide(self.session, verdict, now)
        self.session.commit()

    def office(self) -> UUID:
        found = manager_of(self.session, self.school.id, datetime.now(UTC).date())
        assert found is not None
        return found

    def officer(self, duty: Duty) -> UUID:
        person = (f"07918000{len(duty):04}", f"Cán bộ {duty}")
        return offices.add_officer(self.session, self.office(), person, duty, SINCE)

    def seal_records(self) -> list[Document]:
        """A sealed year record of every pupil, waiting for every store."""
        documents = []
        for at, record_id in enumerate(self.book.opened.record_ids):
            enrolment_id = self.session.get_one(TermRecord, record_id).enrolment_id
            uid = str(self.session.get_one(Enrolment, enrolment_id).record_uid)
            pdf = sealed_pdf(self.school.code, uid, at + 1, school_year=self.school_year)
            more: dict[str, Any] = {"sha256": self.objects.put(pdf), "sealed_at": datetime(2027, 5, 31, 3, tzinfo=UTC)}
            documents.append(make_document(self.book, kind="year_record", record=at, **more))
        outbox.add_issued(self.session, self.book.opened.record_ids)
        self.session.commit()
        return documents

    def order(self, command_id: UUID | None = None) -> PackOrder:
        return PackOrder(command_id or uuid4(), "city", self.school.id, self.clerk, (self.book.id,))

    def pack(self, command_id: UUID | None = None, secret: str = PASSPHRASE, now: datetime | None = None) -> Packed:
        # The same content signed by an RSA key in the same second is the same file.
        self.signed += 1
        at = now or datetime.now(UTC) - timedelta(seconds=60 - self.signed)
        packed = self.packing.pack(self.order(command_id), SecretStr(secret), at)
        self.session.expire_all()
        return packed

    def packet(self) -> Packet:
        self.session.expire_all()
        return self.session.scalars(select(Packet).order_by(Packet.created_at.desc()).limit(1)).one()

    def packed_bytes(self) -> bytes:
        return self.objects.get(self.packet().sha256)

    def states(self) -> list[str]:
        self.session.expire_all()
        query = select(Submission.state).where(Submission.school_id == self.school.id)
        return list(self.session.scalars(query.order_by(Submission.record_uid, Submission.version)))

    def rows(self) -> list[Submission]:
        self.session.expire_all()
        query = select(Submission).where(Submission.school_id == self.school.id)
        return list(self.session.scalars(query.order_by(Submission.record_uid, Submission.version)))


def sealed_pdf(school_code: str, uid: str, number: int, *, version: int = 1, school_year: str = "2025-2026") -> bytes:
    """A year record with its national record attached; nobody signs it, as nobody looks at the signatures here."""
    school = replace(samples.SCHOOL, code=school_code, department_code="79", department="Sở Giáo dục và Đào tạo")
    sample = replace(samples.year_record(number), school=school, school_year=school_year)
    content = replace(sample, record_uid=uid, version=version)
    record = written(national_record(content, load_codes()))
    next(iter(record.values()))["noiohiennay_diachichitiet"] = "Phường 4, Thành phố Hồ Chí Minh"  # type: ignore[index]
    return papers.renderer().render(content, record).pdf


def make_sender(
    session: Session, sessions: Sessions, folder: Path, authority: DevelopmentAuthority, cast: ClassCast | None = None
) -> Sender:
    cast = cast or make_class(session, make_school(session, 70), "1A1")
    book = open_book(session, cast, Term.YEAR_END)
    session.commit()
    return Sender(session, sessions, Objects(folder / "objects"), KeyStore(folder / "keys"), authority, book)
