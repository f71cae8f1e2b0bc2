"""Our own store takes a packet in once, answers for each record, and refuses what it must not have."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import DBAPIError

from activities.submission.receiving import Bearer, Receiving, StoreBusy
from domain.duties import Duty
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from domain.submission.answers import Receipt
from domain.submission.states import Approval, Result
from storage.campaigns import offices, progress
from storage.campaigns.offices import OfficeFacts
from storage.submission import approvals, freezing, outbox
from storage.submission.approvals import Verdict
from storage.submission.freezing import Permission
from storage.tables import ClassProgress, StorePacket, StoreRecord, Submission
from tests.factories import SINCE
from tests.submitting import Sender


def take(school: Sender, data: bytes | None = None) -> Receipt:
    school.session.commit()
    return school.receiving.take_in(data or school.packed_bytes(), datetime.now(UTC))


def counts(school: Sender) -> tuple[int | None, int | None]:
    return tuple(school.session.scalar(select(func.count()).select_from(each)) for each in (StorePacket, StoreRecord))  # type: ignore[return-value]


def results(receipt: Receipt) -> list[str]:
    return [each.result.value for each in receipt.answers]


def test_the_same_packet_again_gets_the_same_answer(school: Sender) -> None:
    school.pack()
    first, again = take(school), take(school)
    assert results(first) == ["accepted"] * 3
    assert first == again
    assert counts(school) == (1, 3)
    assert school.receiving.receipt(first.sha256) == first


def test_the_same_version_in_another_packet_changes_nothing(school: Sender) -> None:
    school.pack()
    take(school)
    wait_again(school)
    school.pack()
    receipt = take(school)
    assert results(receipt) == ["duplicate"] * 3
    assert "đúng phiên bản này" in receipt.answers[0].reason
    assert counts(school) == (2, 3)


def wait_again(school: Sender) -> None:
    school.session.execute(text("UPDATE submissions SET state = 'waiting', packet_id = NULL"))
    school.session.commit()


def test_an_older_version_is_ignored(school: Sender) -> None:
    school.pack()
    take(school)
    rows = school.rows()
    outbox.add_recalled(school.session, [each.document_id for each in rows], datetime.now(UTC))
    school.session.execute(text("UPDATE submissions SET state = 'accepted' WHERE version = 1"))
    school.session.commit()
    school.pack()
    assert results(take(school)) == ["accepted"] * 3
    school.session.execute(text("DELETE FROM submissions WHERE version = 2"))
    wait_again(school)
    school.pack()
    receipt = take(school)
    assert results(receipt) == ["duplicate"] * 3
    assert "mới hơn phiên bản 1" in receipt.answers[0].reason


def test_the_same_version_with_other_content_is_refused(school: Sender) -> None:
    school.pack()
    take(school)
    school.session.execute(text("UPDATE submissions SET changed_at = changed_at + interval '1 day'"))
    wait_again(school)
    school.pack()
    receipt = take(school)
    assert results(receipt) == ["refused"] * 3
    assert "nội dung khác" in receipt.answers[0].reason


def test_a_tampered_packet_is_refused(school: Sender) -> None:
    school.pack()
    forged = school.packed_bytes().replace(b"<sukien>NEW<", b"<sukien>UPDATE<", 1)
    with pytest.raises(Invalid, match="đã bị thay đổi"):
        take(school, forged)
    with pytest.raises(Invalid, match="không phải là gói tin"):
        take(school, b"<HocBa/>")
    with pytest.raises(Invalid, match="quá lớn"):
        take(school, b" " * (2 << 20))
    assert counts(school) == (0, 0)


def test_a_certificate_must_be_approved_registered_and_in_force(school: Sender) -> None:
    school.pack()
    data = school.packed_bytes()
    office, head = school.office(), school.officer(Duty.OFFICE_HEAD)
    verdict = Verdict(uuid4(), school.certificate.id, Approval.WITHDRAWN, office, head, "Trường sáp nhập.")
    approvals.decide(school.session, verdict, datetime.now(UTC))
    with pytest.raises(NotAllowed, match="chưa được cơ quan quản lý duyệt"):
        take(school, data)
    school.certificate.state = "revoked"
    with pytest.raises(NotAllowed, match="bị thu hồi"):
        take(school, data)
    school.certificate.sha256 = "0" * 64
    with pytest.raises(NotAllowed, match="chưa được trường đăng ký"):
        take(school, data)
    school.school.code = "79999999"
    with pytest.raises(NotAllowed, match="không quản lý trường"):
        take(school, data)


def test_a_packet_of_another_schools_key_is_refused(school: Sender) -> None:
    issued = school.authority.issue_organisation("Trường khác", "79769999")
    school.keys.save("other", issued, "mật khẩu con dấu của trường")
    school.certificate.key_ref = "other"
    school.certificate.chain_pem = "".join(each.public_bytes(Encoding.PEM).decode() for each in issued.certificates)
    school.session.commit()
    school.pack()
    with pytest.raises(Invalid, match="không phải của trường"):
        take(school)


def test_a_frozen_record_takes_no_other_version_until_its_recall_is_allowed(school: Sender) -> None:
    school.pack()
    take(school)
    now = datetime.now(UTC)
    assert freezing.freeze(school.session, [school.school.id], "2025-2026", 1, now) == 3
    assert freezing.freeze(school.session, [school.school.id], "2025-2026", 1, now) == 0
    school.session.execute(text("UPDATE submissions SET state = 'accepted'"))
    row = school.rows()[0]
    outbox.add_recalled(school.session, [row.document_id], now)
    school.session.commit()
    school.pack()
    (answer,) = take(school).answers
    assert (answer.result, "đã chốt" in answer.reason) == (Result.REFUSED, True)
    permission = Permission(str(row.record_uid), school.officer(Duty.OFFICE_HEAD), "Sai ngày sinh.")
    assert freezing.allow_recall(school.session, permission, [school.school.id], now)
    school.session.execute(text("UPDATE submissions SET state = 'waiting', packet_id = NULL WHERE version = 2"))
    school.session.commit()
    school.pack()
    (answer,) = take(school).answers
    assert answer.result is Result.ACCEPTED


def test_only_frozen_records_of_ones_schools_may_be_recalled(school: Sender) -> None:
    school.pack()
    take(school)
    uid = str(school.rows()[0].record_uid)
    permission = Permission(uid, school.officer(Duty.OFFICE_HEAD), "Sai ngày sinh.")
    for schools, refusal in (([school.school.id], Conflict), ([], NotFound)):
        with pytest.raises(refusal):
            freezing.allow_recall(school.session, permission, schools, datetime.now(UTC))


def test_a_cancellation_of_what_is_not_there_is_refused(school: Sender) -> None:
    row = school.rows()[0]
    outbox.add_recalled(school.session, [row.document_id], datetime.now(UTC))
    school.session.execute(text("DELETE FROM submissions WHERE version = 1"))
    school.session.commit()
    school.pack()
    (answer,) = take(school).answers
    assert (answer.result, answer.reason[:11]) == (Result.REFUSED, "Không có họ")


def test_what_the_store_accepted_never_changes(school: Sender) -> None:
    school.pack()
    take(school)
    for statement in (
        "UPDATE store_records SET version = 9",
        "DELETE FROM store_records",
        "UPDATE store_packets SET answers = '[]'",
        "DELETE FROM store_packets",
    ):
        with pytest.raises(DBAPIError), school.session.begin_nested():
            school.session.execute(text(statement))


def test_a_file_is_taken_in_by_the_schools_own_authority_and_its_answer_comes_back(school: Sender) -> None:
    school.pack()
    bearer = Bearer(school.officer(Duty.OFFICER), school.office())
    school.session.commit()
    receipt = school.receiving.take_in(school.packed_bytes(), datetime.now(UTC), bearer)
    assert results(receipt) == ["accepted"] * 3
    assert school.states() == ["accepted"] * 3
    assert (school.packet().state, school.session.scalars(select(StorePacket)).one().way) == ("delivered", "file")
    again = school.receiving.take_in(school.packed_bytes(), datetime.now(UTC), bearer)
    assert (again, school.states()) == (receipt, ["accepted"] * 3)


def test_another_authority_brings_in_no_file(school: Sender) -> None:
    school.pack()
    facts = OfficeFacts("khac", "Ủy ban nhân dân phường khác", "commune_authority", None, SINCE.date())
    other = offices.add_authority(school.session, facts)
    officer = offices.add_officer(school.session, other, ("079180001234", "Cán bộ khác"), Duty.OFFICER, SINCE)
    school.session.commit()
    with pytest.raises(NotFound):
        school.receiving.take_in(school.packed_bytes(), datetime.now(UTC), Bearer(officer, other))
    assert counts(school) == (0, 0)


def test_a_store_with_all_places_taken_says_so(school: Sender, engine: Engine) -> None:
    school.pack()
    data = school.packed_bytes()
    busy = Receiving(school.sessions, school.objects, [school.authority.root], places=1)
    with engine.connect() as other:
        other.execute(text("SELECT pg_advisory_xact_lock(hashtext('record store'), 0)"))
        with pytest.raises(StoreBusy):
            busy.take_in(data, datetime.now(UTC))
    assert results(busy.take_in(data, datetime.now(UTC))) == ["accepted"] * 3


def test_the_content_of_a_record_is_read_from_its_packet(school: Sender) -> None:
    school.pack()
    receipt = take(school)
    uid = receipt.answers[0].record_uid
    content = school.receiving.content(receipt.sha256, uid, datetime.now(UTC))
    assert next(iter(content.values()))["idbanghi"] == uid  # type: ignore[index]
    with pytest.raises(NotFound):
        school.receiving.content(receipt.sha256, "none", datetime.now(UTC))


def test_progress_counts_what_the_city_has(school: Sender) -> None:
    bearer = Bearer(school.officer(Duty.OFFICER), school.office())
    progress.refresh(school.session, [school.book.id])
    school.session.commit()
    school.pack()
    school.receiving.take_in(school.packed_bytes(), datetime.now(UTC), bearer)
    assert _progress(school) == (3, 0)
    freezing.freeze(school.session, [school.school.id], "2026-2027", 1, datetime.now(UTC))
    assert _progress(school) == (3, 3)
    progress.refresh(school.session, [school.book.id])
    assert _progress(school) == (3, 3)


def _progress(school: Sender) -> tuple[int, int]:
    school.session.expire_all()
    row = school.session.scalars(select(ClassProgress).where(ClassProgress.class_term_id == school.book.id)).one()
    return row.accepted, row.frozen


def test_a_frozen_submission_never_changes(school: Sender) -> None:
    bearer = Bearer(school.officer(Duty.OFFICER), school.office())
    school.pack()
    school.session.commit()
    school.receiving.take_in(school.packed_bytes(), datetime.now(UTC), bearer)
    freezing.freeze(school.session, [school.school.id], "2026-2027", 1, datetime.now(UTC))
    assert school.states() == ["frozen"] * 3
    for statement in ("UPDATE submissions SET state = 'waiting'", "DELETE FROM submissions"):
        with pytest.raises(DBAPIError), school.session.begin_nested():
            school.session.execute(text(statement))
    assert school.session.scalar(select(func.count(Submission.id))) == 3
