"""Waiting records become signed packets under one confirmation; what cannot go says why, alone."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from pydantic import SecretStr

from activities.submission.packing import Packing
from domain.duties import Duty
from domain.errors import Conflict, NotAllowed
from domain.submission.states import Approval
from interchange.national.xml_form import packet_of
from signing.errors import WrongPassphrase
from signing.providers.base import Answer, Pending, Refused, SignatureRequest
from signing.providers.pkcs12 import Pkcs12Provider
from signing.xades_verifier import verify_xml
from storage.objects import Objects
from storage.submission import approvals, outbox
from storage.submission.approvals import Verdict
from storage.tables import Document
from tests.submitting import PASSPHRASE, Sender


def test_one_confirmation_makes_a_packet_that_its_school_signed(school: Sender) -> None:
    packed = school.pack()
    assert (len(packed.packets), packed.records, packed.refused) == (1, 3, 0)
    found = verify_xml(school.packed_bytes(), [school.authority.root], at=datetime.now(UTC))
    assert found.holds, found.reason
    records = packet_of(found.packet).records
    assert {str(each.fields["idbanghi"]) for each in records} == {str(each.record_uid) for each in school.rows()}
    assert {each.fields["thoigiancapnhat"] for each in records} == {"2027-05-31T10:00:00"}
    assert school.states() == ["packed"] * 3
    assert school.packet().name == f"{school.school.code}-2025-2026"


def test_pressing_twice_makes_the_packets_once(school: Sender) -> None:
    command_id = uuid4()
    first, again = school.pack(command_id), school.pack(command_id)
    assert first.packets == again.packets
    with pytest.raises(Conflict, match="Không có học bạ nào"):
        school.pack()


def test_a_wrong_passphrase_changes_nothing(school: Sender) -> None:
    with pytest.raises(WrongPassphrase):
        school.pack(secret="khác")
    assert school.states() == ["waiting"] * 3


def test_without_approval_nothing_is_packed(school: Sender) -> None:
    office, head = school.office(), school.officer(Duty.OFFICE_HEAD)
    withdrawn = Verdict(uuid4(), school.certificate.id, Approval.WITHDRAWN, office, head, "Trường sáp nhập.")
    approvals.decide(school.session, withdrawn, datetime.now(UTC))
    school.session.commit()
    with pytest.raises(NotAllowed, match="chưa được cơ quan quản lý duyệt"):
        school.pack()


@pytest.mark.parametrize(
    ("provider", "sentence"), [("token", "trên máy của thầy/cô"), ("elsewhere", "chưa được cấu hình")]
)
def test_a_key_that_cannot_be_used_here_is_said(school: Sender, provider: str, sentence: str) -> None:
    school.certificate.provider = provider
    school.session.commit()
    with pytest.raises(NotAllowed, match=sentence):
        school.pack()


class Lacking(Objects):
    """Objects of which one is not what it should be."""

    def __init__(self, real: Objects, lacking: str) -> None:
        self.real, self.lacking = real, lacking

    def get(self, sha256: str) -> bytes:
        return b"%PDF-1.7 nothing" if sha256 == self.lacking else self.real.get(sha256)

    def put(self, blob: bytes) -> str:
        return self.real.put(blob)


def test_a_record_without_national_data_is_refused_alone(school: Sender) -> None:
    row = school.rows()[0]
    lacking = Lacking(school.objects, school.session.get_one(Document, row.document_id).sha256)
    school.packing = Packing(school.sessions, lacking, {"pkcs12": Pkcs12Provider(school.keys)})
    packed = school.pack()
    assert (packed.records, packed.refused) == (2, 1)
    refused = next(each for each in school.rows() if each.id == row.id)
    assert (refused.state, bool(refused.reason), refused.packet_id) == ("refused", True, None)


def test_a_cancellation_waits_for_what_it_cancels(school: Sender) -> None:
    documents = [each.document_id for each in school.rows()]
    outbox.add_recalled(school.session, documents[:1], datetime.now(UTC))
    school.session.commit()
    assert school.pack().records == 3
    with pytest.raises(Conflict):
        school.pack()
    versions = sorted((each.version, each.event, each.state) for each in school.rows())
    assert versions[-1] == (2, "CANCEL", "waiting")


class Phone:
    """A service that asks on a phone: pending some times, then the local key's answer or a no."""

    def __init__(self, behind: Pkcs12Provider, pending: int, *, refuses: bool = False) -> None:
        self.behind, self.pending, self.refuses = behind, pending, refuses

    def identity(self, key_ref: str) -> object:
        return self.behind.identity(key_ref)

    def begin(self, request: SignatureRequest, secret: SecretStr | None) -> Answer:
        return Pending("t-1", timedelta(seconds=2))

    def poll(self, request: SignatureRequest, transaction: str) -> Answer:
        self.pending -= 1
        if self.pending > 0:
            return Pending(transaction, timedelta(seconds=2))
        if self.refuses:
            return Refused("Declined", "Người ký từ chối.")
        return self.behind.begin(request, SecretStr(PASSPHRASE))


@pytest.mark.parametrize(
    ("pending", "refuses", "sentence"),
    [(3, False, ""), (3, True, "Người ký từ chối"), (1000, False, "trên điện thoại")],
)
def test_a_confirmation_on_a_phone_is_waited_for(
    school: Sender,
    pending: int,
    refuses: bool,  # noqa: FBT001
    sentence: str,
) -> None:
    phone = Phone(Pkcs12Provider(school.keys), pending, refuses=refuses)
    school.packing = Packing(school.sessions, school.objects, {"pkcs12": phone}, lambda _: None)  # type: ignore[dict-item]
    if not sentence:
        assert school.pack().records == 3
        return
    with pytest.raises(NotAllowed, match=sentence):
        school.pack()
    assert school.states() == ["waiting"] * 3
