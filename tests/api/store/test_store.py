"""Our own record store over HTTP: packets by signature alone, records for the authority alone."""

import hashlib
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from api.services import Services
from domain.assessment import Term
from storage.database import Sessions
from storage.tables import CertificateRow
from tests.api.conftest import As
from tests.api.world import PASSPHRASE, Keyring, World
from tests.factories import open_book
from tests.submitting import Sender

XML = {"Content-Type": "application/xml"}


@pytest.fixture
def school(db: Session, sessions: Sessions, services: Services, world: World, keys: Keyring) -> Sender:
    book = open_book(db, world.cast, Term.YEAR_END)
    own = db.scalars(select(CertificateRow).where(CertificateRow.school_id == world.school.school_id)).one()
    sender = Sender(db, sessions, services.objects, keys.store, keys.authority, book, own)
    sender.approve()
    sender.seal_records()
    sender.pack(secret=PASSPHRASE)
    return sender


async def test_anybody_may_ask_whether_the_store_is_there(as_: As) -> None:
    answer = await as_("nobody").get("/store/v1/ping")
    assert answer.json()["kho"] == "Kho học bạ số của thành phố"


async def test_a_packet_is_taken_in_by_its_signature_alone(as_: As, school: Sender) -> None:
    nobody, data = as_("nobody"), school.packed_bytes()
    first = await nobody.post("/store/v1/packets", content=data, headers=XML)
    assert first.status_code == 200
    assert [each["ketQua"] for each in first.json()["hocBa"]] == ["accepted"] * 3
    assert (await nobody.post("/store/v1/packets", content=data, headers=XML)).json() == first.json()
    receipt = await nobody.get(f"/store/v1/packets/{hashlib.sha256(data).hexdigest()}")
    assert receipt.json() == first.json()
    assert (await nobody.get(f"/store/v1/packets/{'0' * 64}")).status_code == 404
    assert (await nobody.get("/store/v1/packets/x")).status_code == 422


@pytest.mark.parametrize("data", [b"", b"<HocBa/>", b"x" * (1 << 20) + b"x"])
async def test_what_is_no_packet_is_refused_in_words(as_: As, school: Sender, data: bytes) -> None:
    answer = await as_("nobody").post("/store/v1/packets", content=data, headers=XML)
    assert (answer.status_code, bool(answer.json()["detail"])) == (422, True)


async def test_a_full_store_says_when_to_come_back(as_: As, school: Sender, engine: Engine) -> None:
    with engine.connect() as other:
        for place in range(4):
            other.execute(text("SELECT pg_advisory_xact_lock(hashtext('record store'), :at)"), {"at": place})
        answer = await as_("nobody").post("/store/v1/packets", content=school.packed_bytes(), headers=XML)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "10")


async def test_records_are_shown_to_the_authority_alone(as_: As, desk: As, school: Sender) -> None:
    school.receiving.take_in(school.packed_bytes(), datetime.now(UTC))
    path = f"/store/v1/records/{school.rows()[0].record_uid}"
    assert (await as_("nobody").get(path)).status_code == 401
    for person in ("clerk", "principal"):
        assert (await desk(person).get(path)).status_code == 403
        assert (await as_(person).get(path)).status_code == 403
    shown = (await desk("officer").get(path)).json()
    assert [each["trangThai"] for each in shown["phienBan"]] == ["accepted"]
    assert next(iter(shown["hocBa"].values()))["idbanghi"] == shown["idBanGhi"]
    assert (await desk("officer").get("/store/v1/records/none")).status_code == 404


async def test_the_head_freezes_and_lets_one_be_recalled(desk: As, school: Sender) -> None:
    school.receiving.take_in(school.packed_bytes(), datetime.now(UTC))
    head, form = desk("office head"), {"school_year": "2025-2026", "grade": 1}
    path = f"/store/v1/records/{school.rows()[0].record_uid}"
    why = {"reason": "Sai ngày sinh."}
    assert (await head.post("/store/v1/records/none/recall", json=why)).status_code == 404
    assert (await head.post(f"{path}/recall", json=why)).status_code == 409
    assert (await desk("officer").post("/store/v1/freezes", json=form)).status_code == 403
    assert (await head.post("/store/v1/freezes", json=form)).json() == {"frozen": 3}
    assert (await head.post("/store/v1/freezes", json=form)).json() == {"frozen": 0}
    assert (await head.get(path)).json()["phienBan"][0]["trangThai"] == "frozen"
    for refused in ({}, {"reason": "x"}):
        assert (await head.post(f"{path}/recall", json=refused)).status_code == 422
    assert (await desk("officer").post(f"{path}/recall", json=why)).status_code == 403
    for _ in range(2):
        assert (await head.post(f"{path}/recall", json=why)).status_code == 204
