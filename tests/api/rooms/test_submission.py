"""The rooms of submission: a clerk submits with one confirmation, the authority approves and takes files in."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.services import Services
from domain.assessment import Term
from storage.database import Sessions
from storage.submission import packets
from storage.tables import CertificateRow, Packet
from tests.api.conftest import As
from tests.api.fakes import FakeApprovals
from tests.api.pages import reads, words
from tests.api.world import PASSPHRASE, Keyring, World, at_desk, sign_in
from tests.factories import open_book
from tests.record_store import standing_store
from tests.submitting import Sender


@pytest.fixture
def school(db: Session, sessions: Sessions, services: Services, world: World, keys: Keyring) -> Sender:
    """Three sealed records wait; the certificate waits for nobody yet."""
    book = open_book(db, world.cast, Term.YEAR_END)
    own = db.scalars(select(CertificateRow).where(CertificateRow.school_id == world.school.school_id)).one()
    sender = Sender(db, sessions, services.objects, keys.store, keys.authority, book, own)
    sender.seal_records()
    return sender


def form(school: Sender, **more: str) -> dict[str, str]:
    return {"command_id": str(uuid4()), "kho": "city", "lop": str(school.book.id), "passphrase": PASSPHRASE} | more


async def submitted(clerk: AsyncClient, school: Sender) -> Packet:
    school.approve()
    answer = await clerk.post("/nop/xac-nhan", data=form(school))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/nop?kho=city&xong=ky")
    return school.packet()


async def test_before_the_approval_the_clerk_asks_and_is_told_to_wait(desk: As, school: Sender) -> None:
    clerk = desk("clerk")
    shown = await reads(clerk, "/nop")
    assert "chưa được cơ quan quản lý duyệt" in shown
    assert "Ký và nộp" not in shown
    refused = await clerk.post("/nop/xac-nhan", data=form(school))
    assert "chưa được cơ quan quản lý duyệt" in words(refused, 403)
    path = f"/nop/chung-thu-so/{school.certificate.id}"
    asked = await clerk.post(path, data={"command_id": str(uuid4())})
    assert asked.headers["Location"] == "/nop?xong=duyet"
    assert "Chờ duyệt" in await reads(clerk, "/nop")
    again = await clerk.post(path, data={"command_id": str(uuid4())})
    assert "đã được gửi duyệt" in words(again, 409)


async def test_the_head_of_the_authority_decides_and_gives_reasons(desk: As, school: Sender) -> None:
    await desk("clerk").post(f"/nop/chung-thu-so/{school.certificate.id}", data={"command_id": str(uuid4())})
    officer, head = desk("officer"), desk("office head")
    assert "1 chứng thư số chờ duyệt" in await reads(officer, "/co-quan/chung-thu-so")
    path = f"/co-quan/chung-thu-so/{school.certificate.id}"
    decision = {"command_id": str(uuid4()), "quyet_dinh": "refused"}
    assert (await officer.post(path, data=decision)).status_code == 403
    assert "Hãy ghi lý do" in words(await head.post(path, data=decision), 422)
    done = await head.post(path, data=decision | {"reason": "Sai tên trường."})
    assert done.status_code == 303
    assert "Sai tên trường." in await reads(desk("clerk"), "/nop")
    late = await head.post(path, data={"command_id": str(uuid4()), "quyet_dinh": "approved"})
    assert "không còn chờ quyết định" in words(late, 409)
    assert (await officer.get("/co-quan/chung-thu-so.xlsx")).status_code == 200


async def test_one_confirmation_signs_and_starts_the_sending(
    desk: As, school: Sender, approvals: FakeApprovals
) -> None:
    clerk = desk("clerk")
    packet = await submitted(clerk, school)
    assert (school.states(), approvals.sent) == (["packed"] * 3, [str(packet.id)])
    shown = await reads(clerk, "/nop?xong=ky")
    assert packet.name in shown
    assert "Chờ gửi" in await reads(clerk, "/nop/phan")
    assert (await clerk.get("/nop.xlsx")).status_code == 200
    assert "trong gói" not in await reads(desk("principal"), f"/nop/goi/{packet.id}")
    assert (await clerk.get(f"/nop/goi/{packet.id}/hoc-ba.xlsx")).status_code == 200


async def test_a_wrong_passphrase_is_said_and_nothing_is_sent(
    desk: As, school: Sender, approvals: FakeApprovals
) -> None:
    school.approve()
    answer = await desk("clerk").post("/nop/xac-nhan", data=form(school, passphrase="sai"))
    assert "Mật khẩu chữ ký không đúng" in words(answer, 403)
    assert "sai" not in answer.text.split("passphrase")[1][:300]
    assert (school.states(), approvals.sent) == (["waiting"] * 3, [])


async def test_only_the_clerk_submits(desk: As, school: Sender) -> None:
    school.approve()
    for person in ("principal", "admin"):
        assert "Ký và nộp" not in await reads(desk(person), "/nop")
        assert (await desk(person).post("/nop/xac-nhan", data=form(school))).status_code == 403


async def test_a_file_goes_to_the_authority_and_its_answer_comes_back(desk: As, school: Sender) -> None:
    clerk, officer = desk("clerk"), desk("officer")
    packet = await submitted(clerk, school)
    file = await clerk.post(f"/nop/goi/{packet.id}/xuat")
    assert file.headers["Content-Disposition"] == f'attachment; filename="{packet.name}.xml"'
    assert (file.content, school.packet().state) == (school.objects.get(packet.sha256), "exported")
    page = await officer.get("/co-quan/goi-tin")
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    sent = await officer.post("/co-quan/goi-tin", data={"csrf_token": token}, files={"file": file.content})
    assert "nhận 3, đã có 0, từ chối 0 học bạ" in words(sent)
    assert (school.states(), school.packet().state) == (["accepted"] * 3, "delivered")
    receipt = await clerk.get(f"/nop/goi/{packet.id}/bien-nhan.json")
    assert receipt.json()["soNhan"] == 3
    theirs = await officer.get(f"/co-quan/goi-tin/{packet.sha256}/bien-nhan.json")
    assert theirs.json() == receipt.json()
    assert (await officer.get("/co-quan/goi-tin.xlsx")).status_code == 200
    bad = await officer.post("/co-quan/goi-tin", data={"csrf_token": token}, files={"file": b"<x/>"})
    assert "không phải là gói tin" in words(bad, 422)


async def test_refused_records_are_sent_again(desk: As, school: Sender) -> None:
    clerk = desk("clerk")
    packet = await submitted(clerk, school)
    packets.turn_down(school.session, packet.id, "Kho tạm đóng.", datetime.now(UTC))
    school.session.commit()
    shown = await reads(clerk, "/nop")
    assert "Kho tạm đóng." in shown
    assert (await clerk.get("/nop/bi-tu-choi.xlsx")).status_code == 200
    ids = [str(each.id) for each in school.rows()]
    await clerk.post("/nop/gui-lai", data={"kho": "city", "ban_ghi": [*ids, "x"]})
    assert school.states() == ["waiting"] * 3


async def test_another_schools_packet_and_certificate_do_not_exist(
    desk: As, db: Session, app: FastAPI, school: Sender, world: World
) -> None:
    packet = await submitted(desk("clerk"), school)
    cookie = sign_in(db, world.foreign.school.clerk)
    db.commit()
    foreign = at_desk(app, cookie)
    for path in ("", "/hoc-ba.xlsx", "/bien-nhan.json"):
        assert (await foreign.get(f"/nop/goi/{packet.id}{path}")).status_code == 404
    assert (await foreign.post(f"/nop/goi/{packet.id}/xuat")).status_code == 404
    asked = await foreign.post(f"/nop/chung-thu-so/{school.certificate.id}", data={"command_id": str(uuid4())})
    assert asked.status_code == 404
    rows = [str(each.id) for each in school.rows()]
    await foreign.post("/nop/gui-lai", data={"ban_ghi": rows})
    assert school.states() == ["packed"] * 3


async def test_a_connection_is_tested_and_kept(desk: As, school: Sender, services: Services) -> None:
    clerk = desk("clerk")
    silent = await clerk.post("/nop/thu-ket-noi", data={"kho": "city"})
    assert "Không kết nối được" in words(silent, 409)
    with standing_store(school.receiving) as store:
        services.exchange.connection._stores["city"]._url = store.url
        answer = await clerk.post("/nop/thu-ket-noi", data={"kho": "city"})
    assert answer.headers["Location"] == "/nop?kho=city&xong=ket-noi"
