"""The principal's room: which classes wait, what deserves a look, and what is decided there."""

import re
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.curriculum import HOMEROOM
from domain.decisions import Action
from domain.errors import Conflict
from domain.scales import CellKind
from storage import saving
from storage.tables import (
    CertificateRow,
    ClassTermRow,
    Enrolment,
    LastLook,
    PromotionDecision,
    PupilRow,
    PupilTerm,
    Reason,
)
from tests.api.conftest import As
from tests.api.fakes import FakeApprovals
from tests.api.pages import reads
from tests.api.world import World
from tests.factories import OpenBook, edit, fill, open_book

CALM = "Không có điểm cần lưu ý"


@pytest.fixture
def book(db: Session, world: World) -> OpenBook:
    """The homeroom teacher has signed; the first pupil has not completed maths."""
    return at_principal(db, world)


def at_principal(db: Session, world: World, term: Term = Term.HK1) -> OpenBook:
    book = open_book(db, world.cast, term)
    fill(book)
    low = [edit(book, "toan", CellKind.LEVEL, "C")]
    saving.save_cells(db, book.id, "toan", low, world.cast.homeroom).require_all()
    for slot in book.cast.curriculum.slots:
        book.act(Action.SUBMIT, slot)
    book.act(Action.REVIEW, HOMEROOM)
    for slot in book.cast.curriculum.slots:
        book.act(Action.SIGN, slot)
    db.commit()
    return book


def path_of(book: OpenBook) -> str:
    return f"/lop/{book.id}/duyet"


def form(book: OpenBook, act: str, *records: str, **more: str) -> dict[str, object]:
    return {"command_id": str(uuid4()), "viec": act, "hs": list(records), **more}


async def test_a_class_that_waits_tells_how_many_and_what_to_look_at(desk: As, book: OpenBook) -> None:
    page = await reads(desk("principal"), "/duyet")
    assert "<strong>3</strong> chờ duyệt" in page
    assert "Kết quả chưa đạt: 1 học sinh" in page
    assert "Chưa hoàn thành: Toán" in page
    assert f'href="/ky/chuan-bi?viec=approve&amp;slot=principal&amp;lop={book.id}"' in page
    assert "data-dialog" in page


async def test_a_class_without_exceptions_is_calm_and_stands_last(
    desk: As, world: World, book: OpenBook, db: Session
) -> None:
    calm = open_book(db, world.other_cast)
    calm.review_all()
    for slot in calm.cast.curriculum.slots:
        calm.act(Action.SIGN, slot)
    db.commit()
    while "Đang đọc kết quả" in (page := await reads(desk("principal"), "/duyet/dong")):
        pass  # each answer has read one class more
    assert page.count(CALM) == 1
    assert page.index(str(book.id)) < page.index(str(calm.id)) < page.index(CALM)


async def test_a_queue_with_nothing_in_it_says_so(desk: As) -> None:
    assert "Không còn lớp nào chờ thầy/cô duyệt" in await reads(desk("principal"), "/duyet")


async def test_a_late_class_is_marked(desk: As, book: OpenBook, db: Session) -> None:
    db.execute(update(ClassTermRow).where(ClassTermRow.id == book.id).values(overdue=True))
    db.commit()
    assert "Quá hạn" in await reads(desk("principal"), "/duyet")


async def test_filters_stand_in_the_address(desk: As, book: OpenBook) -> None:
    assert str(book.id) in await reads(desk("principal"), "/duyet?loc=tat-ca&khoi=1")
    assert str(book.id) not in await reads(desk("principal"), "/duyet?loc=tam-giu")
    assert str(book.id) not in await reads(desk("principal"), "/duyet?loc=tat-ca&khoi=2")
    assert str(book.id) in await reads(desk("principal"), "/duyet?loc=nonsense")


async def test_a_missing_personal_id_is_an_exception(desk: As, book: OpenBook, db: Session) -> None:
    pupil = select(Enrolment.pupil_id).where(Enrolment.class_id == book.cast.class_id, Enrolment.order_no == 2)
    db.execute(update(PupilRow).where(PupilRow.id.in_(pupil)).values(personal_id=""))
    db.commit()
    assert "Số định danh: 1 học sinh" in await reads(desk("principal"), "/duyet")
    assert "Chưa có số định danh" in await reads(desk("principal"), path_of(book))


async def test_what_was_returned_is_told_with_its_reason(desk: As, book: OpenBook, db: Session) -> None:
    reason = book.reason("Điểm Toán chưa khớp bài làm.")
    book.act(Action.RETURN, "principal", book.records[:1], to_slot="toan", reason_id=reason)
    db.commit()
    page = await reads(desk("principal"), f"{path_of(book)}?hs={book.records[0]}")
    assert "Điểm Toán chưa khớp bài làm." in page
    assert "Đã trả lại" in page


async def test_what_others_changed_since_the_last_look_is_marked(desk: As, book: OpenBook, db: Session) -> None:
    principal = desk("principal")
    seen = await principal.post(f"{path_of(book)}/da-xem", data={"seq": book.seq}, headers={"HX-Request": "true"})
    assert seen.status_code == 204
    assert "Thay đổi từ lần xem trước" not in await reads(desk("principal"), path_of(book))
    book.act(Action.HOLD, HOMEROOM, book.records[1:2], reason_id=book.reason())
    db.commit()
    page = await reads(desk("principal"), path_of(book))
    assert page.count("Thay đổi từ lần xem trước") == 1
    assert "Thay đổi từ lần xem trước: 1 học sinh" in await reads(desk("principal"), "/duyet?loc=tam-giu")


async def test_getting_the_page_is_no_look_and_an_older_look_changes_nothing(
    desk: As, book: OpenBook, db: Session
) -> None:
    await reads(desk("principal"), path_of(book))
    assert db.scalars(select(LastLook)).all() == []
    for seq in (book.seq, 1, 10_000):
        answer = await desk("principal").post(f"{path_of(book)}/da-xem", data={"seq": seq})
        assert answer.status_code == 303
    db.expire_all()
    assert db.scalars(select(LastLook.wf_seq)).all() == [book.seq]


async def test_the_page_itself_asks_whether_there_is_news(desk: As, book: OpenBook) -> None:
    assert "vừa có thay đổi" not in await reads(desk("principal"), f"{path_of(book)}/moi?tu={book.seq}")
    assert "vừa có thay đổi" in await reads(desk("principal"), f"{path_of(book)}/moi?tu={book.seq - 1}")


async def test_the_class_shows_who_signed_and_the_pupil_to_begin_with(desk: As, book: OpenBook) -> None:
    page = await reads(desk("principal"), path_of(book))
    assert "3/3 học sinh chờ duyệt" in page
    assert 'aria-current="true"' in page
    assert "Toán (mức)" in page
    only = await reads(desk("principal"), f"{path_of(book)}?loc=luu-y")
    assert only.count('<li class="chosen" data-record=') == only.count("data-record=") == 1


async def test_where_part_of_a_class_waits_that_part_comes_first(desk: As, book: OpenBook, db: Session) -> None:
    book.act(Action.RETURN, "principal", book.records[:1], to_slot="toan", reason_id=book.reason())
    book.act(Action.SIGN, HOMEROOM, book.records[1:])
    db.commit()
    page = await reads(desk("principal"), path_of(book))
    assert page.count('form="acts" name="hs"') == 2
    assert 'href="?loc=cho-duyet" aria-current="page"' in page
    whole = await reads(desk("principal"), f"{path_of(book)}?loc=ca-lop")
    assert whole.count('form="acts" name="hs"') == 3


async def test_a_pupil_of_another_class_is_not_shown_in_this_one(
    desk: As, book: OpenBook, world: World, db: Session
) -> None:
    other = open_book(db, world.other_cast)
    db.commit()
    answer = await desk("principal").get(f"{path_of(book)}/hoc-sinh/{other.records[0]}")
    assert answer.status_code == 404


async def test_holding_needs_a_reason_and_somebody(desk: As, book: OpenBook, approvals: FakeApprovals) -> None:
    principal = desk("principal")
    nobody = await principal.post(path_of(book), data=form(book, "tam-giu", ly_do="Chờ giấy khai sinh."))
    assert (nobody.status_code, "Chưa chọn học sinh nào." in nobody.text) == (422, True)
    assert "Chờ giấy khai sinh." in nobody.text
    silent = await principal.post(path_of(book), data=form(book, "tam-giu", book.records[0], ly_do="  "))
    assert (silent.status_code, "Hãy ghi lý do" in silent.text) == (422, True)
    assert re.search(rf'value="{book.records[0]}"[^>]*checked', silent.text)
    assert approvals.decided == {}


@pytest.mark.parametrize(
    ("action", "more"),
    [
        (Action.HOLD, {"viec": "tam-giu", "ly_do": "Chờ giấy khai sinh."}),
        (Action.RELEASE, {"viec": "tha"}),
        (Action.RETURN, {"viec": "tra-lai", "ly_do": "Nhận xét chưa đúng.", "phan": "toan"}),
    ],
)
async def test_a_decision_is_sent_once_with_its_reason(
    desk: As, book: OpenBook, db: Session, approvals: FakeApprovals, action: Action, more: dict[str, str]
) -> None:
    act = more["viec"]
    data = form(book, act, *book.records[:2]) | more
    for _ in range(2):
        answer = await desk("principal").post(path_of(book), data=data)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{path_of(book)}?loc=&xong={act}")
    [(command_id, decision)] = approvals.decided.items()
    assert command_id == data["command_id"]
    assert (decision.action, decision.slot, decision.record_ids) == (action, "principal", book.records[:2])
    assert decision.to_slot == more.get("phan", "")
    reason = db.get_one(Reason, UUID(decision.reason_id)).text if decision.reason_id else None
    assert reason == more.get("ly_do")


async def test_a_return_names_the_part(desk: As, book: OpenBook) -> None:
    answer = await desk("principal").post(path_of(book), data=form(book, "tra-lai", book.records[0], ly_do="Sai điểm."))
    assert (answer.status_code, "Hãy chọn phần cần sửa." in answer.text) == (422, True)


async def test_a_refusal_stands_on_the_page_beside_what_was_typed(
    desk: As, book: OpenBook, approvals: FakeApprovals
) -> None:
    approvals.refuses = Conflict("Hồ sơ đang được tạm giữ.")
    answer = await desk("principal").post(
        path_of(book), data=form(book, "tam-giu", book.records[0], ly_do="Lý do tôi gõ.")
    )
    assert answer.status_code == 409
    assert "Hồ sơ đang được tạm giữ." in answer.text
    assert "Lý do tôi gõ." in answer.text


async def test_a_vice_principal_or_somebody_else_decides_nothing(desk: As, book: OpenBook) -> None:
    for person in ("homeroom", "clerk", "admin"):
        answer = await desk(person).post(path_of(book), data=form(book, "tha", book.records[0]))
        assert answer.status_code == 403


async def test_the_principal_decides_where_the_rules_leave_it_open(desk: As, world: World, db: Session) -> None:
    book = open_book(db, world.cast, Term.YEAR_END)
    fill(book)
    low = [edit(book, "toan", CellKind.LEVEL, "C")]
    saving.save_cells(db, book.id, "toan", low, world.cast.homeroom).require_all()
    for slot in book.cast.curriculum.slots:
        book.act(Action.SUBMIT, slot)
    db.commit()
    assert "Còn 1 học sinh chờ hiệu trưởng quyết định." in await reads(desk("principal"), path_of(book))
    needless = await desk("principal").post(
        path_of(book), data=form(book, "len-lop.co", book.records[1], ly_do="Tiến bộ.")
    )
    assert (needless.status_code, "việc lên lớp đã rõ" in needless.text) == (409, True)
    data = form(book, "len-lop.co", book.records[0], ly_do="Tiến bộ rõ rệt.")
    answer = await desk("principal").post(path_of(book), data=data)
    assert answer.status_code == 303
    assert db.scalars(select(PromotionDecision.is_promoted)).all() == [True]
    assert "chờ hiệu trưởng quyết định" not in await reads(desk("principal"), path_of(book))


async def test_how_a_disabled_pupil_is_assessed_is_kept_while_homeroom_is_open(
    desk: As, world: World, db: Session
) -> None:
    book = open_book(db, world.cast)
    db.commit()
    where = f"{path_of(book)}?hs={book.records[0]}"
    assert "Đánh giá học sinh khuyết tật" in await reads(desk("principal"), where)
    data = form(book, "danh-gia", book.records[0], cach="waived", ly_do="Theo hồ sơ khuyết tật.", xem=book.records[0])
    answer = await desk("principal").post(path_of(book), data=data)
    assert answer.headers["Location"].endswith(f"&hs={book.records[0]}")
    assert db.get_one(PupilTerm, UUID(book.records[0])).assessment_waived
    two = form(book, "danh-gia", *book.records[:2], cach="waived", ly_do="Theo hồ sơ.")
    assert (await desk("principal").post(path_of(book), data=two)).status_code == 422


async def test_a_certificate_that_is_in_the_way_is_told_before(desk: As, world: World, db: Session) -> None:
    mine = update(CertificateRow).where(CertificateRow.staff_id == world.school.principal)
    db.execute(mine.values(not_after=datetime.now(UTC)))
    db.execute(update(CertificateRow).where(CertificateRow.school_id == world.school.school_id).values(state="revoked"))
    db.commit()
    page = await reads(desk("principal"), "/duyet")
    assert "Chứng thư số của thầy/cô đã hết hạn." in page
    assert "Chứng thư số của nhà trường đã bị thu hồi." in page


async def test_no_pupil_is_named_in_an_address(desk: As, book: OpenBook, db: Session) -> None:
    page = await reads(desk("principal"), path_of(book))
    names = db.scalars(select(PupilRow.full_name)).all()
    addresses = " ".join(re.findall(r'(?:href|src|action|hx-get|hx-post|id)="([^"]*)"', page))
    assert not [name for name in names if name in addresses]
