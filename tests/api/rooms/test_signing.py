"""The signing room over HTTP: what it shows to whom, and that one confirmation signs what was shown, once."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.curriculum import HOMEROOM
from domain.decisions import Action
from storage import orders, signing_batches
from storage.tables import CertificateRow, ClassTermRow, OrderItem, SigningBatch, SigningOrder
from tests.api.conftest import As
from tests.api.fakes import FakeApprovals
from tests.api.signing import raw_signatures
from tests.api.world import PASSPHRASE, World
from tests.factories import SUBJECTS, OpenBook
from tests.storage.papers import prepare

OWN = tuple(slot for slot in SUBJECTS if slot != "am_nhac")
Form = dict[str, object]


@pytest.fixture
def book(book: OpenBook) -> OpenBook:
    """Everything is reviewed: the subject teachers' turn."""
    book.review_all()
    book.session.commit()
    return book


def form(book: OpenBook, **more: object) -> Form:
    return {"command_id": str(uuid4()), "viec": "sign", "lop": str(book.id), **more}


async def opened(desk: As, book: OpenBook, person: str = "homeroom", **more: object) -> str:
    answer = await desk(person).post("/ky/chuan-bi", data=form(book, **more))
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def orders_in(db: Session, address: str) -> list[SigningOrder]:
    db.expire_all()
    return list(signing_batches.orders_of(db, UUID(address.rpartition("/")[2])))


async def prepared(
    desk: As, book: OpenBook, *, failed: tuple[int, ...] = (), **more: object
) -> tuple[str, SigningOrder]:
    """A batch of the homeroom teacher's whose papers are there."""
    address = await opened(desk, book, "homeroom", **more)
    [order] = orders_in(book.session, address)
    prepare(book, order, failed=failed)
    book.session.commit()
    return address, order


def right(*wanted: SigningOrder, passphrase: str = PASSPHRASE) -> Form:
    return {"order_id": [str(order.id) for order in wanted], "passphrase": passphrase}


async def test_the_desk_shows_what_waits_for_whom_and_why_the_rest_does_not(desk: As, book: OpenBook) -> None:
    text = (await desk("homeroom").get("/ky")).text
    assert f"{len(OWN)} phiếu môn" in text
    assert "Chưa đến lượt ký" in text
    assert "chờ giáo viên bộ môn ký" in text
    assert "1 phiếu môn" in (await desk("music").get("/ky/dong")).text
    assert "Bây giờ không có gì chờ thầy/cô ký" in (await desk("clerk").get("/ky")).text
    assert "Quá hạn" not in text


async def test_what_is_late_says_so(desk: As, book: OpenBook) -> None:
    book.session.get_one(ClassTermRow, book.id).due_at = datetime(2026, 11, 1, tzinfo=UTC)
    book.session.commit()
    assert "Quá hạn" in (await desk("homeroom").get("/ky")).text


async def test_looking_opens_nothing_and_sending_on_opens_one_batch(
    desk: As, book: OpenBook, approvals: FakeApprovals
) -> None:
    link = f"/ky/chuan-bi?viec=sign&slot=toan&slot=dao_duc&lop={book.id}&hs={book.records[0]}"
    shown = await desk("homeroom").get(link)
    assert (shown.status_code, "1 học sinh" in shown.text, "data-at-once" in shown.text) == (200, True, True)
    count = select(func.count()).where(SigningBatch.staff_id == book.cast.homeroom)
    assert book.session.scalar(count) == 0
    words = form(book, slot=["toan", "dao_duc"], hs=book.records[0])
    first, again = [await desk("homeroom").post("/ky/chuan-bi", data=words) for _ in range(2)]
    other = await opened(desk, book, slot=["dao_duc", "toan"], hs=book.records[0])
    assert first.headers["Location"] == again.headers["Location"] == other
    [order] = orders_in(book.session, other)
    assert (set(order.slots), order.record_ids) == ({"toan", "dao_duc"}, [book.records[0]])
    assert set(approvals.started) == {str(order.id)}
    assert "Đang chuẩn bị văn bản" in (await desk("homeroom").get(other)).text


async def test_another_school_s_class_and_another_person_s_batch_are_not_there(
    desk: As, world: World, book: OpenBook
) -> None:
    assert (await desk("homeroom").get(f"/ky/chuan-bi?lop={world.foreign_class_term_id}")).status_code == 404
    address = await opened(desk, book)
    for person in ("music", "principal", "foreigner"):
        for part in ("", "/tien-do", "/doi-thay", "/van-ban", "/xac-nhan"):
            assert (await desk(person).get(address + part)).status_code == 404
        answer = await desk(person).post(f"{address}/xac-nhan", data={"order_id": str(uuid4())})
        assert answer.status_code == 404
        assert (await desk(person).get(f"/ky/chuan-bi?tu={address.rpartition('/')[2]}")).status_code == 404


@pytest.mark.parametrize("query", ["", "?viec=sign", "?muc=nothing:toan", "?lop=x", "?viec=dance"])
async def test_a_link_that_names_nothing_is_told(desk: As, book: OpenBook, query: str) -> None:
    assert (await desk("homeroom").get(f"/ky/chuan-bi{query}")).status_code == 422


async def test_what_is_not_one_s_own_or_not_ready_opens_nothing(desk: As, book: OpenBook) -> None:
    assert (await desk("homeroom").get(f"/ky/chuan-bi?lop={book.id}&slot=am_nhac")).status_code == 403
    early = await desk("homeroom").get(f"/ky/chuan-bi?lop={book.id}&slot={HOMEROOM}")
    assert "Không có học sinh nào ký được lúc này" in early.text
    assert "Âm nhạc" in early.text  # who is waited for
    answer = await desk("homeroom").post("/ky/chuan-bi", data=form(book, slot=HOMEROOM))
    assert (answer.status_code, "Chưa có học sinh nào chờ thầy/cô ký" in answer.text) == (409, True)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"not_after": datetime.now(UTC) - timedelta(days=1)}, "Chứng thư số đã hết hạn."),
        ({"state": "suspended"}, "Chứng thư số đang bị tạm dừng."),
        ({"provider": "gone"}, "nơi giữ khoá ký chưa được cấu hình"),
        ({"not_after": datetime.now(UTC) + timedelta(days=20, hours=1)}, "Chứng thư số còn 20 ngày"),
    ],
)
async def test_how_the_certificate_stands_is_said_before_anything_is_prepared(
    desk: As, world: World, book: OpenBook, changes: dict[str, object], words: str
) -> None:
    mine = select(CertificateRow).where(CertificateRow.staff_id == world.who("homeroom"))
    for name, value in changes.items():
        setattr(book.session.scalars(mine).one(), name, value)
    book.session.commit()
    assert words in (await desk("homeroom").get("/ky")).text
    choice = (await desk("homeroom").get(f"/ky/chuan-bi?lop={book.id}")).text
    assert ("Chuẩn bị văn bản để ký" in choice) is ("còn 20 ngày" in words)
    assert "chưa đăng ký chứng thư số" in (await desk("music").get(f"/ky/chuan-bi?lop={book.id}")).text


async def test_the_dialog_says_what_is_signed_with_what(desk: As, book: OpenBook) -> None:
    address, _ = await prepared(desk, book)
    text = (await desk("homeroom").get(address)).text
    assert "Ký 1 lớp, 3 học sinh" in re.sub(r"\s+", " ", text)
    assert f"{len(OWN)} phiếu môn" in text
    assert "Hocba Development Issuing CA" in text
    assert 'type="password" autocomplete="off"' in text
    assert (await desk("homeroom").get(f"{address}/van-ban")).text.count("aaaa aaaa aaaa") == len(OWN)


async def test_a_wrong_passphrase_stays_and_the_right_one_signs_once(
    desk: As, book: OpenBook, approvals: FakeApprovals
) -> None:
    address, order = await prepared(desk, book)
    wrong = await desk("homeroom").post(f"{address}/xac-nhan", data=right(order, passphrase="đoán mò"))
    assert (wrong.status_code, "Mật khẩu chữ ký không đúng." in wrong.text) == (403, True)
    assert "đoán mò" not in wrong.text
    assert (approvals.carried, set(raw_signatures(book.session, order))) == ([], {None})
    done = await desk("homeroom").post(f"{address}/xac-nhan", data=right(order))
    assert (done.status_code, done.headers["Location"]) == (303, address)
    signed = raw_signatures(book.session, order)
    assert None not in signed
    again = await desk("homeroom").post(f"{address}/xac-nhan", data=right(order))
    assert (again.status_code, raw_signatures(book.session, order)) == (303, signed)
    assert set(approvals.carried) == {str(order.id)}
    assert "Đang ký" in (await desk("homeroom").get(f"{address}/tien-do")).text


async def test_a_key_that_is_not_there_is_told_in_the_dialog(desk: As, world: World, book: OpenBook) -> None:
    address, order = await prepared(desk, book)
    mine = select(CertificateRow).where(CertificateRow.staff_id == world.who("homeroom"))
    book.session.scalars(mine).one().key_ref = "lost"
    book.session.commit()
    answer = await desk("homeroom").post(f"{address}/xac-nhan", data=right(order))
    assert (answer.status_code, "Không tìm thấy khoá ký của người này." in answer.text) == (404, True)
    assert 'name="passphrase"' in answer.text
    assert (await desk("homeroom").get(f"{address}/xac-nhan")).headers["Location"] == address


async def test_a_pupil_returned_while_the_dialog_is_open_is_named_and_nothing_of_the_class_is_signed(
    desk: As, book: OpenBook, approvals: FakeApprovals
) -> None:
    address, order = await prepared(desk, book)
    book.act(Action.RETURN, HOMEROOM, book.records[:1], to_slot="toan", reason_id=book.reason())
    book.session.commit()
    assert "Vừa được trả lại" in (await desk("homeroom").get(f"{address}/doi-thay")).text
    await desk("homeroom").post(f"{address}/xac-nhan", data=right(order))
    text = (await desk("homeroom").get(address)).text
    assert "đã được trả lại hoặc tạm giữ" in text
    assert "Ký lại 2 học sinh" in text
    assert approvals.carried == []
    again = await desk("homeroom").post(
        "/ky/chuan-bi", data={"command_id": str(uuid4()), "tu": address.rpartition("/")[2]}
    )
    [second] = orders_in(book.session, again.headers["Location"])
    assert set(second.record_ids) == set(book.records[1:])


async def test_a_batch_left_too_long_is_prepared_again(desk: As, book: OpenBook) -> None:
    address, order = await prepared(desk, book)
    order.expires_at = datetime.now(UTC) - timedelta(seconds=1)
    book.session.commit()
    text = (await desk("homeroom").get(address)).text
    assert "Quá hạn xác nhận nên chưa ký gì" in text
    assert "Ký lại 3 học sinh" in text
    assert 'name="passphrase"' not in text


async def test_the_result_names_who_failed_and_what_to_do(desk: As, book: OpenBook) -> None:
    address, order = await prepared(desk, book, failed=(0,))
    assert "Chưa ký gì" not in (await desk("homeroom").get(address)).text
    item = book.session.get_one(OrderItem, (order.id, 0))
    item.error, item.covers = "Văn bản dài quá một trang.", {book.records[1]: 1}
    order.state = "completed"
    orders.release(book.session, order)
    book.session.commit()
    text = (await desk("homeroom").get(address)).text
    assert "Văn bản dài quá một trang." in text
    assert "Ký lại 1 học sinh" in text


async def test_a_key_on_one_s_own_machine_is_signed_there(desk: As, world: World, book: OpenBook) -> None:
    mine = select(CertificateRow).where(CertificateRow.staff_id == world.who("homeroom"))
    book.session.scalars(mine).one().provider = "token"
    book.session.commit()
    address, order = await prepared(desk, book)
    text = (await desk("homeroom").get(address)).text
    assert f"hocba token-bridge {order.id}" in text
    assert 'name="passphrase"' not in text


async def test_what_one_signed_is_listed_filtered_and_exported(desk: As, book: OpenBook) -> None:
    _, order = await prepared(desk, book)
    order.state = "completed"
    for item in orders.items(book.session, order.id):
        item.outcome = "done"
    book.session.commit()
    text = (await desk("homeroom").get("/ky/nhat-ky")).text
    assert f"{len(OWN)} phiếu môn" in text
    assert "Chưa có chữ ký nào khớp" in (await desk("homeroom").get("/ky/nhat-ky?viec=seal&tu=&den=")).text
    assert "Chưa có chữ ký nào khớp" in (await desk("homeroom").get("/ky/nhat-ky?den=2020-01-01")).text
    assert "Thầy/cô chưa ký gì" in (await desk("music").get("/ky/nhat-ky")).text
    assert (await desk("homeroom").get("/ky/nhat-ky?tu=hôm-qua")).status_code == 422
    exported = await desk("homeroom").get("/ky/nhat-ky.xlsx?lop=1A1")
    assert exported.content[:2] == b"PK"
