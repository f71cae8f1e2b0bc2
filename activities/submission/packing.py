"""What waits of a school becomes packets, signed with its organisation certificate under one confirmation."""

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

from pydantic import SecretStr
from sqlalchemy.orm import Session

from activities.keys import OWN_PROGRAM, OWN_TOKEN, identity_of
from activities.sealed_records import read_own
from domain.decisions import Action
from domain.errors import Conflict, DomainError, Invalid, NotAllowed
from domain.submission.states import PacketState
from interchange.national.checking import check
from interchange.national.dispatch import Share, dispatched, share_out
from interchange.national.packet import Event, Packet
from interchange.national.records import NationalRecord
from interchange.national.xml_form import packet_xml, write_xml
from signing import xades_verifier
from signing.providers.base import Answer, KeyProvider, Pending, Refused, SignatureRequest, Signed
from signing.xades import PreparedXml, embed_xml, prepare_xml
from storage import certificates
from storage.database import Sessions
from storage.objects import Objects
from storage.submission import approvals, outbox, packets
from storage.submission.outbox import Wanted
from storage.tables import CertificateRow
from storage.tables import Packet as PacketRow

AT_ONCE: Final = 500  # records under one confirmation: as many as a page may wait for
PATIENCE: Final = 60.0  # seconds for a service that asks the clerk on a phone
_ROOM: Final = 32 << 10  # a signature with its certificates, at most
_LIMIT: Final = xades_verifier.MAX_BYTES - _ROOM
_NOT_APPROVED: Final = (
    "Chứng thư số của trường chưa được cơ quan quản lý duyệt; hãy gửi duyệt rồi nộp sau khi được duyệt."
)
_ELSEWHERE: Final = (
    "Khoá của trường ở trên máy của thầy/cô nên chưa ký gói tin ở đây được; hãy dùng khoá ở nơi giữ khoá của hệ thống."
)
_NOTHING: Final = "Không có học bạ nào đang chờ nộp ở các lớp đã chọn."
_NOT_SIGNED: Final = "Nơi giữ khoá chưa ký đủ các gói tin; chưa gói nào được gửi, hãy xác nhận lại."
_TOO_SLOW: Final = "Chưa thấy xác nhận trên điện thoại; chưa gói nào được gửi, hãy xác nhận lại."


@dataclass(frozen=True)
class PackOrder:
    """What a clerk confirms: which classes of the school for which store. The command id makes it once."""

    command_id: UUID
    store: str
    school_id: UUID
    staff_id: UUID
    class_term_ids: tuple[UUID, ...]


@dataclass(frozen=True)
class Packed:
    """What came of it: the packets with their urgency, the records in them, and those that could not be packed."""

    packets: Mapping[UUID, int]
    records: int
    refused: int


@dataclass(frozen=True)
class _Ready:
    submission_id: UUID
    record: NationalRecord

    @property
    def key(self) -> str:
        return str(self.record.fields["idbanghi"])


class Packing:
    def __init__(
        self,
        sessions: Sessions,
        objects: Objects,
        providers: Mapping[str, KeyProvider],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._sessions = sessions
        self._objects = objects
        self._providers = providers
        self._sleep = sleep

    def pack(self, order: PackOrder, secret: SecretStr | None, now: datetime) -> Packed:
        """Sign and keep packets; pressing twice makes them once. What the receiver would refuse is refused here.

        Raises NotAllowed without an approved certificate in force, Conflict when nothing waits, and the key's own
        refusals; then nothing has changed. The secret goes to the key and nowhere else.
        """
        with self._sessions.begin() as session:
            known = packets.of_command(session, order.command_id)
            if known:
                return Packed({each.id: each.urgency for each in known}, sum(each.records for each in known), 0)
            row = self._certificate(session, order, now)
            wanted = outbox.to_pack(session, order.store, order.school_id, order.class_term_ids, AT_ONCE)
            if not wanted:
                raise Conflict(_NOTHING)
            ready, problems = self._read(wanted)
            outbox.refuse(session, problems, now)
            shares = share_out([each.record for each in ready], lambda record: len(write_xml(_alone(record))), _LIMIT)
            signed = self._signed(row, shares, secret, now) if shares else []
            return self._keep(session, order, row, zip(shares, signed, strict=True), ready, len(problems), now)

    def _certificate(self, session: Session, order: PackOrder, now: datetime) -> CertificateRow:
        row = certificates.certificate_for(session, Action.SEAL, order.staff_id, order.school_id, now)
        if not approvals.is_approved(session, row.id):
            raise NotAllowed(_NOT_APPROVED)
        if row.provider in {OWN_TOKEN, OWN_PROGRAM}:
            raise NotAllowed(_ELSEWHERE)
        if row.provider not in self._providers:
            raise NotAllowed("Nơi giữ khoá ký này chưa được cấu hình; hãy báo cán bộ quản trị.")
        return row

    def _read(self, wanted: Sequence[Wanted]) -> tuple[list[_Ready], list[tuple[UUID, str]]]:
        """The records as they are sent, and what is wrong with the others."""
        ready, problems = [], []
        for each in wanted:
            try:
                ready.append(_Ready(each.submission_id, self._record(each)))
            except DomainError as error:
                problems.append((each.submission_id, error.message))
        return ready, problems

    def _record(self, wanted: Wanted) -> NationalRecord:
        record = read_own(self._objects.get(wanted.document_sha256))
        sent = dispatched(record, wanted.document_version, Event(wanted.event), wanted.changed_at)
        found = check(sent)
        if found:
            raise Invalid(" ".join(each.message for each in found[:5]))
        return sent

    def _signed(
        self, row: CertificateRow, shares: Sequence[Share], secret: SecretStr | None, now: datetime
    ) -> list[bytes]:
        """Every packet under one passphrase or PIN. Raises what the key raises; then nothing was signed."""
        identity = identity_of(row)
        prepared: list[PreparedXml] = [
            prepare_xml(packet_xml(each.packet), identity.certificates, identity.mechanism, now) for each in shares
        ]
        to_be_signed = {at: each.to_be_signed for at, each in enumerate(prepared)}
        order = uuid5(NAMESPACE_OID, hashlib.sha256(b"".join(to_be_signed.values())).hexdigest())
        summary = f"Ký {len(shares)} gói tin học bạ số"
        request = SignatureRequest(order, row.key_ref, identity, to_be_signed, summary)
        answer = self._settled(self._providers[row.provider], request, secret)
        if answer.failed or answer.raw.keys() != to_be_signed.keys():
            raise NotAllowed(_NOT_SIGNED)
        return [embed_xml(each, identity.certificates, answer.raw[at]) for at, each in enumerate(prepared)]

    def _settled(self, provider: KeyProvider, request: SignatureRequest, secret: SecretStr | None) -> Signed:
        answer: Answer = provider.begin(request, secret)
        waited = 0.0
        while isinstance(answer, Pending) and waited < PATIENCE:
            pause = max(answer.ask_again.total_seconds(), 1.0)
            self._sleep(pause)
            waited += pause
            answer = provider.poll(request, answer.transaction)
        if isinstance(answer, Pending):
            raise NotAllowed(_TOO_SLOW)
        if isinstance(answer, Refused):
            raise NotAllowed(answer.message)
        return answer

    def _keep(  # noqa: PLR0913, PLR0917 - one step of one transaction
        self,
        session: Session,
        order: PackOrder,
        row: CertificateRow,
        signed: "zip[tuple[Share, bytes]]",
        ready: Sequence[_Ready],
        refused: int,
        now: datetime,
    ) -> Packed:
        submissions = {each.key: each.submission_id for each in ready}
        urgency = packets.urgency(session, order.school_id, now)
        made: dict[UUID, int] = {}
        for share, data in signed:
            packet = PacketRow(
                id=uuid4(),
                command_id=order.command_id,
                store=order.store,
                school_id=order.school_id,
                name=share.name,
                sha256=self._objects.put(data),
                size=len(data),
                records=len(share.packet.records),
                certificate_id=row.id,
                signed_by=order.staff_id,
                urgency=urgency,
                created_at=now,
                state=PacketState.READY.value,
            )
            inside = [submissions[str(record.fields["idbanghi"])] for record in share.packet.records]
            packets.add(session, packet, inside, now)
            made[packet.id] = urgency
        return Packed(made, len(ready), refused)


def _alone(record: NationalRecord) -> Packet:
    return Packet(str(record.fields["matruong"]), (record,))
