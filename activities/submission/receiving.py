"""Our own store: takes packets in, over the network or as files; whoever sends the same again gets the same answer."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from sqlalchemy.orm import Session

from activities.submission.judging import Judged, judge, record_uids
from domain.calendar import day_of
from domain.errors import DomainError, Invalid, NotAllowed, NotFound
from domain.submission.answers import Receipt
from domain.submission.states import Result
from interchange.national.json_form import written
from interchange.national.packet import Packet
from interchange.national.xml_form import unjudged_packet_of
from signing.xades_verifier import MAX_BYTES, TOO_LARGE, XmlVerdict, verify_xml
from storage.campaigns import authorities
from storage.database import Sessions
from storage.objects import Objects
from storage.submission import approvals, kept, packets
from storage.tables import CertificateRow, School, StorePacket

PLACES: Final = 4  # packets that are worked on at once, by all processes of the store
BUSY_FOR: Final = 10  # seconds until it is worth trying again; a packet takes about one
_UNKNOWN_SCHOOL: Final = "Kho không quản lý trường có mã ghi trong gói tin."
_UNKNOWN_KEY: Final = "Chứng thư số ký gói tin chưa được trường đăng ký."
_STOPPED: Final = "Chứng thư số ký gói tin đã bị thu hồi hoặc tạm dừng."
_NOT_APPROVED: Final = "Chứng thư số của trường chưa được cơ quan quản lý duyệt để nộp học bạ."


class StoreBusy(DomainError):
    """All places are taken; the same packet may be sent again after `BUSY_FOR` seconds."""

    code = "StoreBusy"

    def __init__(self) -> None:
        super().__init__("Kho đang xử lý nhiều gói tin; hãy gửi lại sau ít giây.")


@dataclass(frozen=True)
class Bearer:
    """An officer who brings a packet in as a file, and the authority whose schools the officer may do it for."""

    staff_id: UUID
    authority_id: UUID


class Receiving:
    def __init__(
        self, sessions: Sessions, objects: Objects, roots: Sequence[x509.Certificate], places: int = PLACES
    ) -> None:
        self._sessions = sessions
        self._objects = objects
        self._roots = tuple(roots)
        self._places = places

    def take_in(self, data: bytes, now: datetime, bearer: Bearer | None = None) -> Receipt:
        """The answer to a signed packet; the store has it for good before it says so.

        Raises Invalid for what is no packet signed by its own school, NotAllowed for a certificate that is not
        registered, in force and approved, NotFound for a school that the bearer's authority does not manage, StoreBusy.
        """
        if len(data) > MAX_BYTES:
            raise Invalid(TOO_LARGE)
        sha256 = hashlib.sha256(data).hexdigest()
        with self._sessions.begin() as session:
            known = kept.receipt(session, sha256)
            if known is None and not kept.has_turn(session, self._places):
                raise StoreBusy
            receipt = known or self._taken(session, data, now, bearer)
            if bearer is not None:
                _require_own(session, receipt.school_code, bearer, now)
                packets.settle_file(session, sha256, receipt.answers, now)
        return receipt

    def receipt(self, sha256: str) -> Receipt:
        """Raises NotFound for a packet that never came."""
        with self._sessions() as session:
            found = kept.receipt(session, sha256)
        if found is None:
            raise NotFound("Kho chưa nhận gói tin này.")
        return found

    def content(self, packet_sha256: str, record_uid: str, now: datetime) -> dict[str, object]:
        """A record as JSON (`interchange.national.json_form`), from the packet that it came in. Raises NotFound."""
        packet = _read(_verified(self._objects.get(packet_sha256), self._roots, now))
        for record in packet.records:
            if record.fields.get("idbanghi") == record_uid:
                return written(record)
        raise NotFound("Gói tin không có học bạ này.")

    def _taken(self, session: Session, data: bytes, now: datetime, bearer: Bearer | None) -> Receipt:
        verdict = _verified(data, self._roots, now)
        packet = _read(verdict)
        school, certificate = _sender(session, packet, verdict)
        kept.wait_for_schools(session, [school.id])
        judged = judge(packet, kept.newest_of(session, record_uids(packet)), school.id)
        sha256, answers = self._objects.put(data), [each.answer for each in judged]
        receipt = Receipt(sha256, school.code, now, answers)
        row = StorePacket(
            sha256=sha256,
            school_id=school.id,
            certificate_id=certificate.id,
            size=len(data),
            records=len(judged),
            accepted=receipt.count(Result.ACCEPTED),
            refused=receipt.count(Result.REFUSED),
            answers=kept.answers_as_kept(answers),
            signed_at=verdict.signed_at,
            received_at=now,
            way="file" if bearer else "network",
            received_by=bearer.staff_id if bearer else None,
        )
        rows = [_row(each, sha256, school.id, now) for each in judged if each.answer.result is Result.ACCEPTED]
        kept.take_in(session, row, rows)
        return kept.receipt(session, sha256) or receipt


def _verified(data: bytes, roots: Sequence[x509.Certificate], at: datetime) -> XmlVerdict:
    """Signed by the school that it names, at a time when its certificate was valid."""
    verdict = verify_xml(data, roots, at=at)
    if not verdict.holds:
        raise Invalid(verdict.reason)
    return verdict


def _read(verdict: XmlVerdict) -> Packet:
    return unjudged_packet_of(verdict.packet)


def _sender(session: Session, packet: Packet, verdict: XmlVerdict) -> tuple[School, CertificateRow]:
    school = kept.school_with(session, packet.school_code)
    if school is None:
        raise NotAllowed(_UNKNOWN_SCHOOL)
    fingerprint = verdict.certificate.fingerprint(SHA256()).hex() if verdict.certificate else ""
    row = kept.certificate_with(session, fingerprint)
    if row is None or row.school_id != school.id:
        raise NotAllowed(_UNKNOWN_KEY)
    if row.state not in {"valid", "replaced"}:
        raise NotAllowed(_STOPPED)
    if not approvals.is_approved(session, row.id):
        raise NotAllowed(_NOT_APPROVED)
    return school, row


def _row(judged: Judged, sha256: str, school_id: UUID, now: datetime) -> dict[str, object]:
    fields = judged.record.fields
    return {
        "record_uid": judged.answer.record_uid,
        "version": judged.answer.version,
        "event": fields["sukien"],
        "content_sha256": judged.content_sha256,
        "school_id": school_id,
        "school_year": fields["namhoc"],
        "grade": judged.grade,
        "changed_at": fields["thoigiancapnhat"],
        "packet_sha256": sha256,
        "accepted_at": now,
    }


def _require_own(session: Session, school_code: str, bearer: Bearer, now: datetime) -> None:
    school = kept.school_with(session, school_code)
    if school is None or not authorities.manages(session, bearer.authority_id, school.id, day_of(now)):
        raise NotFound("Gói tin này không phải của trường do cơ quan của thầy/cô quản lý.")
