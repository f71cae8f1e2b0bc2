"""The list of notices: whose they are, what each says and leads to, what counts as read; mails for administrators."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.deps import now
from domain.calendar import day_of
from domain.curriculum import HOMEROOM
from domain.decisions import Action
from storage import demo, journal, telling, watching
from storage.tables import ClassTermRow, MailRow, Notice
from tests.api.conftest import As
from tests.api.pages import reads
from tests.api.world import World
from tests.factories import OpenBook, make_certificate

LIST = "/thong-bao"
EMPTY = "Chưa có thông báo nào."


def notices_of(db: Session, staff_id: UUID) -> list[Notice]:
    db.expire_all()
    return list(db.scalars(select(Notice).where(Notice.staff_id == staff_id).order_by(Notice.kind, Notice.id)))


@pytest.fixture
def returned(db: Session, book: OpenBook) -> Notice:
    """The homeroom teacher sent the music of two pupils back."""
    book.submit_all()
    book.act(Action.RETURN, HOMEROOM, book.records[:2], to_slot="am_nhac", reason_id=book.reason("Nhận xét bị nhầm."))
    db.commit()
    (notice,) = notices_of(db, book.cast.music)
    return notice


async def test_a_return_is_told_with_its_reason_and_leads_to_the_cells(
    desk: As, book: OpenBook, returned: Notice
) -> None:
    page = await reads(desk("music"), LIST)
    assert "Lớp 1A1, Học kì I: phần Âm nhạc bị trả lại để sửa (2 học sinh)." in page
    assert "Nhận xét bị nhầm." in page
    assert await reads(desk("music"), f"{LIST}/so-moi") == "1"
    opened = await desk("music").get(f"{LIST}/{returned.id}/mo")
    assert (opened.status_code, opened.headers["Location"]) == (303, f"/lop/{book.id}/nhap/am_nhac")
    assert await reads(desk("music"), f"{LIST}/so-moi") == ""


async def test_who_returns_to_oneself_is_not_told(db: Session, book: OpenBook) -> None:
    book.submit_all()
    book.act(Action.RETURN, HOMEROOM, book.records[:1], to_slot="toan", reason_id=book.reason())
    assert notices_of(db, book.cast.homeroom) == []


async def test_a_turn_says_what_waits_and_that_it_was_done(desk: As, db: Session, book: OpenBook) -> None:
    db.get_one(ClassTermRow, book.id).due_at = now() + timedelta(hours=40)
    telling.tell_turns(db, now())
    db.commit()
    page = await reads(desk("music"), LIST)
    assert "Lớp 1A1, Học kì I: nhập Âm nhạc cho 3 học sinh." in page
    (notice,) = notices_of(db, book.cast.music)
    assert (await desk("music").get(f"{LIST}/{notice.id}/mo")).headers["Location"] == f"/lop/{book.id}/nhap/am_nhac"
    book.submit_all()
    db.commit()
    assert "việc đến lượt thầy/cô đã làm xong" in await reads(desk("music"), LIST)


async def test_other_kinds_are_told_in_words(desk: As, db: Session, world: World, book: OpenBook) -> None:
    who = world.who("music")
    certificate = make_certificate(db, who, not_after=now() + timedelta(days=20))
    watching.tell(db, now(), now() + watching.EXPIRING)
    journal.add_notices(db, book.id, "nudge", [(who, "some/ref")], None)
    journal.add_notices(db, None, "new_device", [(who, "device/1")], None)
    journal.add_notices(db, book.id, "signature_void", [(who, f"{uuid4()}:7"), (who, f"{uuid4()}:7")], None)
    journal.add_notices(db, book.id, "deadline", [(who, f"{book.id}/overdue/1")], None)
    db.commit()
    page = await reads(desk("music"), LIST)
    assert f"Chứng thư số của thầy/cô sẽ hết hạn ngày {day_of(certificate.not_after):%d/%m/%Y}." in page
    assert "thầy/cô được nhắc làm nốt phần việc của mình" in page
    assert "đăng nhập từ một thiết bị mới" in page
    assert "2 chữ ký của thầy/cô hết giá trị" in page
    assert "đã quá hạn, thầy/cô còn việc chưa xong" in page
    assert "Chứng thư số của Giáo viên Mẫu" in await reads(desk("admin"), LIST)


async def test_a_certificate_is_told_of_again_as_its_end_comes_nearer(db: Session, world: World) -> None:
    certificate = make_certificate(db, world.who("music"), not_after=now() + timedelta(days=59))
    for days_left in (59, 58, 29, 28, 6, 5):
        at = certificate.not_after - timedelta(days=days_left)
        watching.tell(db, at, at + watching.EXPIRING)
    assert len(notices_of(db, world.who("music"))) == 3


async def test_the_list_is_narrowed_by_its_address(desk: As, db: Session, returned: Notice) -> None:
    assert "bị trả lại" in await reads(desk("music"), f"{LIST}?loai=returned&moi=1")
    assert "Không có thông báo nào như vậy." in await reads(desk("music"), f"{LIST}?loai=nudge")
    assert (await desk("music").get(f"{LIST}?loai=khac")).status_code == 422
    assert "<html" not in await reads(desk("music"), f"{LIST}/danh-sach")


async def test_one_or_all_are_marked_as_read(desk: As, db: Session, world: World, returned: Notice) -> None:
    journal.add_notices(db, None, "new_device", [(world.who("music"), "device/2")], None)
    db.commit()
    answer = await desk("music").post(f"{LIST}/{returned.id}/da-doc")
    assert (answer.status_code, answer.headers["Location"]) == (303, LIST)
    assert await reads(desk("music"), f"{LIST}/so-moi") == "1"
    await desk("music").post(f"{LIST}/da-doc")
    assert await reads(desk("music"), f"{LIST}/so-moi") == ""
    assert "Chưa đọc</h2>" not in await reads(desk("music"), LIST)


async def test_signatures_that_are_shown_as_one_are_read_as_one(
    desk: As, db: Session, world: World, book: OpenBook
) -> None:
    who = world.who("music")
    journal.add_notices(db, book.id, "signature_void", [(who, f"{uuid4()}:9") for _ in range(3)], None)
    db.commit()
    await desk("music").post(f"{LIST}/{notices_of(db, who)[0].id}/da-doc")
    assert all(notice.read_at for notice in notices_of(db, who))


@pytest.mark.parametrize("person", ["homeroom", "other", "foreigner"])
async def test_anothers_notice_does_not_exist(desk: As, db: Session, returned: Notice, person: str) -> None:
    assert "phần Âm nhạc" not in await reads(desk(person), LIST)
    assert (await desk(person).get(f"{LIST}/{returned.id}/mo")).status_code == 404
    await desk(person).post(f"{LIST}/{returned.id}/da-doc")
    assert [notice.read_at for notice in notices_of(db, returned.staff_id)] == [None]


async def test_nobody_told_yet_is_told_what_will_come(desk: As) -> None:
    assert EMPTY in await reads(desk("clerk"), LIST)


async def test_an_administrator_sees_how_mails_fared_and_never_their_words(desk: As, db: Session, world: World) -> None:
    mine, theirs = (demo.account(db, world.who(person)) for person in ("music", "foreigner"))
    for key, account, more in (
        ("digest/1", mine, {"sent_at": now(), "closed_at": now()}),
        ("notice/2", mine, {"closed_at": now(), "trouble": "550 5.1.1"}),
        ("notice/3", mine, {"trouble": "450 4.7.1", "send_after": now()}),
        ("notice/4", mine, {"closed_at": now(), "trouble": "done"}),
        ("notice/5", theirs, {}),
    ):
        db.add(MailRow(key=key, account_id=account.id, kind=key.partition("/")[0], **more))
    db.commit()
    page = await reads(desk("admin"), f"{LIST}/thu")
    for words in ("Đã gửi", "550 5.1.1", "Chờ gửi", "Không cần gửi nữa"):
        assert words in page
    assert page.count('<th scope="row">') == 4


async def test_without_mails_an_administrator_is_told_when_there_are_any(desk: As) -> None:
    assert "Chưa có thư nào." in await reads(desk("admin"), f"{LIST}/thu")
