"""A person's own device signs: a token through the bridge, a desk program with whole documents."""

import asyncio
import hashlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from typer.testing import CliRunner, Result

from cli.main import app as command_line
from cli.trouble import Trouble
from domain.documents import SignatureField
from signing.authority import IssuedKey
from signing.authority.certificates import Contents, certify, for_subscriber, subject_name
from signing.mechanisms import Mechanism, sign
from signing.providers.base import SignatureRequest
from storage.database import Sessions
from storage.tables import CertificateRow, Staff
from tests.api.browsing import serving
from tests.api.classroom import Classroom, outcome_of
from tests.api.world import Keyring
from tests.ports import hold_port, port_of
from tests.signing.providers.softhsm import SoftToken, soft_hsm
from tests.signing.test_uploaded import by_program

MUSIC = "am_nhac"


@pytest.fixture
async def room(new_class: Callable[[], Classroom]) -> Classroom:
    """A class that waits for its teacher of music."""
    room = new_class()
    await room.open()
    await room.review_all()
    return room


def register(sessions: Sessions, staff_id: UUID, chain: tuple[x509.Certificate, ...], provider: str) -> None:
    """The person's certificate is now this one, and its key is with `provider`."""
    with sessions.begin() as session:
        row = session.query(CertificateRow).filter_by(staff_id=staff_id).one()
        row.provider, row.sha256 = provider, chain[0].fingerprint(SHA256()).hex()
        row.chain_pem = "".join(each.public_bytes(Encoding.PEM).decode() for each in chain)


@pytest.fixture
def music_key(room: Classroom, keys: Keyring, live_sessions: Sessions) -> IssuedKey:
    with live_sessions() as session:
        staff = session.get_one(Staff, room.cast.music)
    return keys.authority.issue_person(staff.full_name, staff.personal_id)


async def prepared(room: Classroom) -> str:
    order_id = uuid4()
    assert (await room.prepare("sign", MUSIC, order_id)).status_code == 200
    return f"/api/v1/orders/{order_id}"


async def wanted(room: Classroom, order: str) -> dict[str, Any]:
    found: dict[str, Any] = (await room.as_(MUSIC).get(f"{order}/digests")).json()
    return found


async def test_a_token_gets_digests_and_brings_raw_signatures(
    room: Classroom, music_key: IssuedKey, live_sessions: Sessions
) -> None:
    register(live_sessions, room.cast.music, music_key.certificates, "token")
    order = await prepared(room)
    digests = await wanted(room, order)
    [item] = digests["items"]
    to_be_signed = b64decode(item["to_be_signed"])
    assert hashlib.sha256(to_be_signed).hexdigest() == item["digest"]
    assert digests["certificate_sha256"] == music_key.certificate.fingerprint(SHA256()).hex()
    raw = sign(music_key.private_key, Mechanism(digests["mechanism"]), to_be_signed)
    body = {"signatures": [{"position": item["position"], "value": b64encode(raw).decode()}]}
    first = await room.as_(MUSIC).post(f"{order}/signatures", json=body)
    assert first.status_code == 200, first.text
    assert first.json()["outcome"]["done"] == room.records
    assert (await room.as_(MUSIC).post(f"{order}/signatures", json=body)).json() == first.json()
    assert (await room.as_(MUSIC).get(order)).json()["state"] == "completed"


async def test_a_signature_of_another_key_is_refused(
    room: Classroom, music_key: IssuedKey, keys: Keyring, live_sessions: Sessions
) -> None:
    register(live_sessions, room.cast.music, music_key.certificates, "token")
    order = await prepared(room)
    [item] = (await wanted(room, order))["items"]
    stranger = keys.authority.issue_person("Người khác", "001190000011")
    raw = sign(stranger.private_key, Mechanism.ECDSA, b64decode(item["to_be_signed"]))
    body = {"signatures": [{"position": item["position"], "value": b64encode(raw).decode()}]}
    answer = await room.as_(MUSIC).post(f"{order}/signatures", json=body)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:hocba:SigningFailed")
    assert answer.json()["detail"].startswith("Chưa văn bản nào được ký.")
    failed = (await room.as_(MUSIC).get(order)).json()["failed"]
    assert {each["code"] for each in failed} == {"SignatureMismatch"}


async def test_a_key_on_a_token_is_not_opened_by_a_passphrase(
    room: Classroom, music_key: IssuedKey, live_sessions: Sessions
) -> None:
    register(live_sessions, room.cast.music, music_key.certificates, "token")
    order = await prepared(room)
    answer = await room.confirm(MUSIC, UUID(order.rpartition("/")[2]))
    assert (answer.status_code, "cầu nối" in answer.json()["detail"]) == (403, True)


async def test_a_key_elsewhere_hands_out_nothing(room: Classroom) -> None:
    order = await prepared(room)
    for path in (f"{order}/digests", f"{order}/papers/0"):
        assert (await room.as_(MUSIC).get(path)).status_code == 403


async def test_a_desk_program_signs_whole_documents(
    room: Classroom, music_key: IssuedKey, live_sessions: Sessions
) -> None:
    register(live_sessions, room.cast.music, music_key.certificates, "document")
    order = await prepared(room)
    me = room.as_(MUSIC)
    original = (await me.get(f"{order}/papers/0")).content
    assert (await me.get(f"{order}/papers/7")).status_code == 404
    forged = await me.put(f"{order}/papers/0", content=original + b" ")
    assert (forged.status_code, forged.json()["type"]) == (409, "urn:hocba:SigningRefused")
    huge = await me.put(f"{order}/papers/0", content=bytes(20 * 1024 * 1024 + 1))
    assert (huge.status_code, "quá lớn" in huge.json()["detail"]) == (422, True)
    signed = await asyncio.to_thread(by_program, original, music_key, SignatureField.SUBJECT_TEACHER)
    assert (await me.put(f"{order}/papers/0", content=signed)).status_code == 204
    confirmed = await me.post("/api/v1/orders/confirm", json={"order_ids": [order.rpartition("/")[2]]})
    assert outcome_of(confirmed)["done"] == room.records
    papers = (await me.get(f"/api/v1/class-terms/{room.id}/documents")).json()
    [sheet] = [paper for paper in papers if paper["slot"] == MUSIC]
    assert (await me.get(f"/api/v1/documents/{sheet['document_id']}")).content == signed
    late = await me.put(f"{order}/papers/0", content=signed)
    assert late.status_code == 409


async def test_documents_that_were_not_brought_are_left_out(
    room: Classroom, music_key: IssuedKey, live_sessions: Sessions
) -> None:
    register(live_sessions, room.cast.music, music_key.certificates, "document")
    order = await prepared(room)
    answer = await room.as_(MUSIC).post("/api/v1/orders/confirm", json={"order_ids": [order.rpartition("/")[2]]})
    assert answer.status_code == 409
    assert {each["code"] for each in (await room.as_(MUSIC).get(order)).json()["failed"]} == {"NotSigned"}


@pytest.fixture
def token(tmp_path: Path, room: Classroom, keys: Keyring, live_sessions: Sessions) -> Iterator[SoftToken]:
    """The teacher of music has her key on a token, with a certificate in her name."""
    with soft_hsm(tmp_path, keys.authority) as hsm:
        token = hsm.token("USB")
        public = token.add_key("spare").public_key()
        with live_sessions() as session:
            staff = session.get_one(Staff, room.cast.music)
        subject = subject_name((NameOID.COMMON_NAME, staff.full_name), (NameOID.USER_ID, f"CCCD:{staff.personal_id}"))
        now = datetime.now(UTC)
        span = (now - timedelta(days=1), now + timedelta(days=365))
        own = certify(Contents(subject, public, span, for_subscriber()), keys.authority.issuing)  # type: ignore[arg-type]
        token.store(own, "mine", b"spare")
        register(live_sessions, room.cast.music, (own, keys.authority.issuing.certificate), "token")
        yield token


async def bridge(
    room: Classroom, token: SoftToken, order: str, folder: Path, pin: str, key: str = "USB/mine"
) -> Result:
    """`hocba token-bridge` on the teacher's computer, against the server."""
    (folder / "access").write_text(room.tokens[MUSIC])
    more = ["--module", str(token.hsm.module), "--access", str(folder / "access")]
    with hold_port() as held:
        url = f"http://127.0.0.1:{port_of(held)}"
        arguments = ["token-bridge", order.rpartition("/")[2], "--url", url, "--key", key]
        async with serving(room.app, port_of(held)):
            return await asyncio.to_thread(CliRunner().invoke, command_line, arguments + more, f"{pin}\n")


async def test_the_bridge_signs_with_the_token_on_this_computer(
    room: Classroom, token: SoftToken, tmp_path: Path
) -> None:
    order = await prepared(room)
    wrong = await bridge(room, token, order, tmp_path, "0000")
    assert isinstance(wrong.exception, Trouble)
    assert str(wrong.exception) == "Mật khẩu chữ ký không đúng."
    done = await bridge(room, token, order, tmp_path, token.pin.get_secret_value())
    assert "đã ký 1/1 văn bản" in done.output
    assert token.pin.get_secret_value() not in done.output
    assert (await room.as_(MUSIC).get(order)).json()["state"] == "completed"
    again = await bridge(room, token, f"orders/{uuid4()}", tmp_path, "0000")
    assert "Không tìm thấy lệnh ký này" in str(again.exception)


async def test_the_bridge_refuses_another_certificate_and_digests_that_do_not_fit(
    room: Classroom, token: SoftToken, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await prepared(room)
    other = await bridge(room, token, order, tmp_path, "0000", "USB/spare")
    assert "không phải chứng thư số đã đăng ký" in str(other.exception)
    monkeypatch.setattr(SignatureRequest, "digests", lambda asked: dict.fromkeys(asked.to_be_signed, bytes(32)))
    forged = await bridge(room, token, order, tmp_path, "0000")
    assert "không khớp với nội dung" in str(forged.exception)
