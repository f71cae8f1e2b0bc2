"""The page on which a matter's paper is signed: what it shows to whom, and that a confirmation signs what was shown."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api.services import Services
from documents.render import Renderer
from storage.matters import contents, papers
from storage.tables import CertificateRow, Document, Matter, MatterWait, OrderItem, SignatureRow, SigningOrder
from tests.api.conftest import As
from tests.api.fakes import FakeApprovals
from tests.api.matters import opened, page_of
from tests.api.pages import reads, words
from tests.api.world import PASSPHRASE, World
from tests.documents.matter_samples import transfer_result
from tests.matters import SEALED, make_matter, papers_of_matters, who  # noqa: F401 - a fixture

PDF = Renderer("https://hocba.example").render(transfer_result()).pdf


@pytest.fixture
def matter(db: Session, world: World, papers_of_matters: None) -> Matter:  # noqa: F811 - the fixture
    found = make_matter(db, world.cast)
    db.commit()
    return found


def order_at(db: Session, address: str) -> SigningOrder:
    db.expire_all()
    return db.get_one(SigningOrder, UUID(address.rpartition("/")[2]))


def prepare(db: Session, services: Services, address: str) -> SigningOrder:
    """As the worker does: the paper is there."""
    order = order_at(db, address)
    paper = papers.plan(db, order)
    item = OrderItem(
        order_id=order.id, position=0, document_id=paper.document_id, kind=paper.kind, part=paper.part,
        lookup_code=paper.lookup_code, covers=paper.covers, content_sha256="a" * 64,
        prepared_sha256=services.objects.prepared.put(PDF), document_digest=b"digest", attrs_der=b"attributes",
        outcome="pending",
    )  # fmt: skip
    db.add(item)
    order.state = "prepared"
    db.commit()
    return order


async def ready(desk: As, db: Session, services: Services, matter: Matter) -> tuple[str, SigningOrder]:
    address = await opened(desk("principal"), matter)
    return address, prepare(db, services, address)


def make_signed(db: Session, services: Services, matter: Matter, order: SigningOrder) -> Document:
    """The paper with one signature in it."""
    document = Document(
        id=papers.current_id(db, matter.id), kind="transfer_result", school_id=matter.school_id, matter_id=matter.id,
        lookup_code=uuid4().hex, content_sha256="a" * 64, sha256=services.objects.put(PDF), size=len(PDF),
    )  # fmt: skip
    db.add(document)
    db.flush()
    db.add(
        SignatureRow(
            document_id=document.id, field="homeroom", order_id=order.id, staff_id=order.staff_id,
            certificate_id=order.certificate_id, signed_at=datetime.now(UTC), sha256=document.sha256,
        )
    )  # fmt: skip
    db.commit()
    return document


async def test_who_is_waited_for_sees_what_is_to_be_signed(desk: As, matter: Matter) -> None:
    page = await reads(desk("principal"), page_of(matter))
    assert "Duyệt và ký: Bảng tổng hợp kết quả của học sinh chuyển trường" in page
    assert "Chưa ai ký văn bản này" in page
    assert f'src="/viec/{matter.id}/trang/1"' in page
    assert 'name="phan" value="principal"' in page
    picture = await desk("principal").get(f"/viec/{matter.id}/trang/1")
    assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/webp")
    assert (await desk("principal").get(f"/viec/{matter.id}/trang/99")).status_code == 404


async def test_the_clerk_seals_with_the_certificate_of_the_school(desk: As, matter: Matter) -> None:
    page = await reads(desk("clerk"), page_of(matter))
    assert "Đóng dấu: Bảng tổng hợp" in page
    assert "Con dấu của trường" in page


@pytest.mark.parametrize("person", ["homeroom", "admin"])
async def test_for_whom_nothing_waits_there_is_no_page(desk: As, matter: Matter, person: str) -> None:
    assert (await desk(person).get(page_of(matter))).status_code == 404
    form = {"command_id": str(uuid4()), "phan": "principal"}
    assert (await desk(person).post(page_of(matter), data=form)).status_code == 404
    assert (await desk("principal").get(f"{page_of(matter)}?phan=seal")).status_code == 404
    assert (await desk("principal").get(f"/viec/{uuid4()}/ky")).status_code == 404


async def test_pressed_twice_is_one_order_and_who_comes_back_goes_on_there(
    desk: As, db: Session, matter: Matter, approvals: FakeApprovals
) -> None:
    command_id = str(uuid4())
    addresses = {await opened(desk("principal"), matter, command_id=command_id) for _ in range(2)}
    assert addresses == {f"{page_of(matter)}/{command_id}"}
    assert approvals.started == [command_id] * 2
    assert db.scalars(select(SigningOrder.slot).where(SigningOrder.matter_id == matter.id)).all() == ["principal"]
    back = await desk("principal").get(page_of(matter))
    assert (back.status_code, back.headers["Location"]) == (303, f"{page_of(matter)}/{command_id}")


async def test_an_order_says_where_it_is(
    desk: As, db: Session, matter: Matter, services: Services, approvals: FakeApprovals
) -> None:
    address = await opened(desk("principal"), matter)
    page = await reads(desk("principal"), address)
    assert "Đang chuẩn bị văn bản" in page
    assert f'hx-get="{address}/tien-do?lan=0"' in page
    assert len(approvals.started) == 2  # what lies still is set going again
    prepare(db, services, address)
    part = await reads(desk("principal"), f"{address}/tien-do?lan=3")
    assert "<html" not in part
    assert "Văn bản hiện đúng như sẽ được ký." in part


async def test_the_paper_is_shown_as_it_will_be_signed(
    desk: As, db: Session, matter: Matter, services: Services
) -> None:
    address, order = await ready(desk, db, services, matter)
    page = await reads(desk("principal"), address)
    assert f'src="{address}/trang/1"' in page
    assert 'name="passphrase"' in page
    assert (await desk("principal").get(f"{address}/xem.pdf")).content == PDF
    assert (await desk("principal").get(f"{address}/trang/1")).headers["Content-Type"] == "image/webp"
    for person in ("clerk", "homeroom"):
        assert (await desk(person).get(address)).status_code == 404
        assert (await desk(person).get(f"{address}/xem.pdf")).status_code == 404
        assert (await desk(person).post(address, data={"passphrase": PASSPHRASE})).status_code == 404
    assert (await desk("principal").get(f"/viec/{uuid4()}/ky/{order.id}")).status_code == 404


async def test_a_paper_that_is_no_longer_kept_is_said_to_be_gone(
    desk: As, db: Session, matter: Matter, services: Services
) -> None:
    address, order = await ready(desk, db, services, matter)
    assert services.objects.prepared.delete_older(datetime.now(UTC) + timedelta(days=1), ())
    gone = await desk("principal").get(f"{address}/xem.pdf")
    assert (gone.status_code, order.state) == (404, "prepared")
    assert "không còn được giữ" in gone.text


async def test_a_wrong_passphrase_is_told_and_the_right_one_signs_once(
    desk: As, db: Session, matter: Matter, services: Services, approvals: FakeApprovals
) -> None:
    address, order = await ready(desk, db, services, matter)
    wrong = await desk("principal").post(address, data={"passphrase": "sai"})
    assert wrong.status_code in {403, 409}
    assert "Chưa ký gì." in wrong.text
    for _ in range(2):
        right = await desk("principal").post(address, data={"passphrase": PASSPHRASE})
        assert (right.status_code, right.headers["Location"]) == (303, address)
    db.expire_all()
    assert order_at(db, address).state == "signed"
    assert set(approvals.carried) == {str(order.id)}
    assert "Đã nhận xác nhận" in await reads(desk("principal"), address)


async def test_what_somebody_else_signed_meanwhile_is_not_signed(
    desk: As, db: Session, matter: Matter, services: Services
) -> None:
    address, order = await ready(desk, db, services, matter)
    make_signed(db, services, matter, order)
    assert "văn bản vừa thay đổi" in await reads(desk("principal"), address)
    answer = await desk("principal").post(address, data={"passphrase": PASSPHRASE})
    assert answer.status_code == 303
    assert order_at(db, address).trouble_code == "Overtaken"
    page = await reads(desk("principal"), address)
    assert "Văn bản vừa có người khác ký" in page
    assert f'href="{page_of(matter)}?phan=principal"' in page


async def test_who_is_not_waited_for_any_more_cannot_confirm(
    desk: As, db: Session, matter: Matter, services: Services
) -> None:
    address, _ = await ready(desk, db, services, matter)
    db.query(MatterWait).filter_by(matter_id=matter.id, field="principal").delete()
    db.commit()
    answer = await desk("principal").post(address, data={"passphrase": PASSPHRASE})
    assert "không chờ chữ ký" in words(answer, 403)
    assert order_at(db, address).state == "prepared"


async def test_an_order_that_expired_can_be_prepared_again(
    desk: As, db: Session, matter: Matter, services: Services
) -> None:
    address, _ = await ready(desk, db, services, matter)
    db.execute(update(SigningOrder).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    db.commit()
    assert "Quá hạn xác nhận" in await reads(desk("principal"), address)
    assert "Quá hạn xác nhận" in words(await desk("principal").post(address, data={"passphrase": PASSPHRASE}), 409)
    assert await opened(desk("principal"), matter) != address


async def test_without_a_certificate_the_page_says_what_to_do(
    desk: As, db: Session, world: World, matter: Matter
) -> None:
    db.execute(update(CertificateRow).where(CertificateRow.staff_id == world.who("principal")).values(state="revoked"))
    db.commit()
    page = await reads(desk("principal"), page_of(matter))
    assert "Chứng thư số đã bị thu hồi." in page
    assert 'name="command_id"' not in page
    form = {"command_id": str(uuid4()), "phan": "principal"}
    assert "Chứng thư số đã hết hạn" in words(await desk("principal").post(page_of(matter), data=form), 403)


async def test_a_paper_that_cannot_be_written_says_why(
    desk: As, matter: Matter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contents, "CONTENTS", {})
    assert "Việc này không có văn bản để ký." in await reads(desk("principal"), page_of(matter))


async def test_the_signed_paper_is_for_who_may_see_the_matter(
    desk: As, db: Session, matter: Matter, services: Services
) -> None:
    files = [f"/viec/{matter.id}/{name}" for name in ("van-ban.pdf", "van-ban.asice")]
    assert [(await desk("principal").get(each)).status_code for each in files] == [404, 404]
    _, order = await ready(desk, db, services, matter)
    make_signed(db, services, matter, order)
    for person in ("principal", "clerk", "admin"):
        assert (await desk(person).get(files[0])).content == PDF
    assert "chưa có bằng chứng thời gian" in words(await desk("principal").get(files[1]), 404)
    for person in ("homeroom", "music", "officer"):
        assert (await desk(person).get(files[0])).status_code == 404
        assert (await desk(person).get(f"/viec/{matter.id}/xem.pdf")).status_code == 404


async def test_the_register_the_search_and_the_journal_know_the_paper(
    desk: As, db: Session, matter: Matter, services: Services
) -> None:
    address, order = await ready(desk, db, services, matter)
    document = make_signed(db, services, matter, order)
    document.sealed_at, document.lookup_code, order.state = datetime.now(UTC), "MATTERPAPER23", "completed"
    db.query(OrderItem).filter_by(order_id=order.id).update({"outcome": "done"})
    db.commit()
    register = await reads(desk("clerk"), "/so-phat-hanh?loai=transfer_result")
    assert "MATTERPAPER23" in register
    assert "Bảng tổng hợp kết quả của học sinh chuyển trường" in register
    assert "MATTERPAPER23" in await reads(desk("clerk"), f"/so-phat-hanh/{document.id}")
    assert (await desk("clerk").get("/so-phat-hanh.xlsx")).content[:2] == b"PK"
    assert "Mẫu số" in await reads(desk("nobody"), "/v/MATTERPAPER23")
    found = await desk("clerk").post("/tim", data={"words": "MATTERPAPER23"})
    assert f'href="/api/v1/documents/{document.id}"' in words(found)
    assert (await desk("clerk").get(f"/api/v1/documents/{document.id}")).content == PDF
    journal = await reads(desk("principal"), "/ky/nhat-ky")
    assert "1 bảng tổng hợp kết quả của học sinh chuyển trường" in journal
    assert f'href="{address}"' in journal
    assert (await desk("principal").get("/ky/nhat-ky.xlsx")).content[:2] == b"PK"


async def test_a_key_on_one_s_own_machine_signs_over_the_interface(
    as_: As, desk: As, db: Session, matter: Matter, services: Services, approvals: FakeApprovals
) -> None:
    """As `hocba token-bridge` does; the page says how to call it."""
    address, order = await ready(desk, db, services, matter)
    mine = CertificateRow.id == order.certificate_id
    db.execute(update(CertificateRow).where(mine).values(provider="token"))
    db.commit()
    assert f"hocba token-bridge {order.id}" in await reads(desk("principal"), address)
    own = f"/api/v1/orders/{order.id}"
    state = (await as_("principal").get(own)).json()
    assert (state["state"], state["papers"], state["record_ids"]) == ("prepared", 1, order.record_ids)
    assert len((await as_("principal").get(f"{own}/digests")).json()["items"]) == 1
    assert (await as_("clerk").get(own)).status_code == 404
    forged = {"signatures": [{"position": 0, "value": "Zm9yZ2Vk"}]}
    refused = await as_("principal").post(f"{own}/signatures", json=forged)
    assert (refused.status_code, "Chưa văn bản nào được ký" in refused.json()["detail"]) == (409, True)
    assert approvals.decided == {}


async def test_a_confirmation_over_the_interface_reaches_the_matter(
    as_: As, desk: As, db: Session, matter: Matter, services: Services, approvals: FakeApprovals
) -> None:
    _, order = await ready(desk, db, services, matter)
    body = {"order_ids": [str(order.id)], "passphrase": PASSPHRASE}
    for _ in range(2):
        [answer] = (await as_("principal").post("/api/v1/orders/confirm", json=body)).json()
        assert answer["outcome"]["done"] == order.record_ids
    [decision] = approvals.decided.values()
    assert (decision.slot, decision.matter_id) == ("principal", str(matter.id))
