"""The rooms of corrections over HTTP: who may ask, decide and see; what a page says; what is sent to the matter."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from httpx import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.curriculum import HOMEROOM
from domain.decisions import Action
from domain.errors import Conflict
from domain.matters import MatterKind
from domain.matters.correction_words import NOTICES
from domain.matters.corrections import Deed
from domain.scales import CellKind
from storage import saving
from storage.matters import waits
from storage.staffing import person as person_of
from storage.tables import Document, Reason, Staff
from tests.api.conftest import As
from tests.api.fakes import FakeApprovals
from tests.api.world import World
from tests.correcting import Correction, unlock
from tests.factories import OpenBook, edit, open_book
from tests.issued import enrolment, issue, reopen, sign

COMMAND = "00000000-0000-4000-8000-00000000c0de"


def words(answer: Response) -> str:
    return " ".join(answer.text.split())


@pytest.fixture
def signed(db: Session, book: OpenBook) -> OpenBook:
    """The world's book of the first term, signed by the homeroom teacher."""
    sign(book)
    db.commit()
    return book


@pytest.fixture
def issued(db: Session, world: World) -> OpenBook:
    """A book of the year's end, all of it issued."""
    book = open_book(db, world.cast, Term.YEAR_END)
    issue(book)
    db.commit()
    return book


def asked_unlock(book: OpenBook) -> Correction:
    found = unlock(book, book.cast.music, ["am_nhac"], book.records[:2])
    book.session.commit()
    return found


def asked_recall(book: OpenBook) -> Correction:
    matter = Correction(book, MatterKind.RECALL)
    matter.do(Deed.ASK, book.cast.school.clerk, record_ids=book.records[:1], slots=("toan",))
    book.session.commit()
    return matter


async def test_a_sheet_that_was_sent_leads_to_the_question(desk: As, signed: OpenBook) -> None:
    client = desk("homeroom")
    assert f"/lop/{signed.id}/nhap/toan/mo-khoa" in words(await client.get(f"/lop/{signed.id}/nhap/toan"))
    form = words(await client.get(f"/lop/{signed.id}/nhap/toan/mo-khoa"))
    assert form.count('name="hs"') == 3


async def test_a_sheet_that_is_open_does_not(desk: As, book: OpenBook, db: Session) -> None:
    db.commit()
    assert "mo-khoa" not in words(await desk("homeroom").get(f"/lop/{book.id}/nhap/toan")).split("<main")[1]
    assert "Không có học sinh nào cần mở khoá" in words(await desk("homeroom").get(f"/lop/{book.id}/nhap/toan/mo-khoa"))


async def test_the_question_is_one_matter_with_its_reason(
    desk: As, signed: OpenBook, approvals: FakeApprovals, db: Session
) -> None:
    data = {"command_id": COMMAND, "hs": list(signed.records[:2]), "ly_do": "Nhập nhầm nhận xét."}
    for _twice in range(2):
        answer = await desk("homeroom").post(f"/lop/{signed.id}/nhap/am_nhac/mo-khoa", data=data)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/mo-khoa/{COMMAND}?xong=ask")
    (command,) = approvals.corrected.values()
    assert (command.deed, command.matter_id, command.slots) == (Deed.ASK, COMMAND, ("am_nhac",))
    assert command.record_ids == signed.records[:2]
    assert db.get_one(Reason, UUID(command.reason_id)).text == "Nhập nhầm nhận xét."


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({"ly_do": "Nhầm rồi."}, "Chưa chọn học sinh nào"),
        ({"ly_do": "x", "hs": [str(uuid4())]}, "Hãy ghi lý do"),
    ],
)
async def test_a_question_without_pupils_or_reason_says_so_and_keeps_what_was_typed(
    desk: As, signed: OpenBook, data: dict[str, object], problem: str
) -> None:
    answer = await desk("homeroom").post(f"/lop/{signed.id}/nhap/toan/mo-khoa", data={"command_id": COMMAND, **data})
    assert answer.status_code == 422
    assert problem in words(answer)
    assert str(data["ly_do"]) in answer.text


async def test_an_unlock_from_the_principal_to_the_admin(
    desk: As, signed: OpenBook, approvals: FakeApprovals, world: World
) -> None:
    matter = asked_unlock(signed)
    page = words(await desk("principal").get(f"/mo-khoa/{matter.id}"))
    assert "Chấp thuận mở khoá" in page
    assert "Đến lượt:" in page
    assert 'type="datetime-local"' in page
    data = {
        "command_id": COMMAND,
        "viec": "grant",
        "hs": signed.records[0],
        "phan": "am_nhac",
        "den": "2027-03-01T17:00",
    }
    answer = await desk("principal").post(f"/mo-khoa/{matter.id}", data=data)
    assert answer.status_code == 303
    (command,) = approvals.corrected.values()
    assert command.record_ids == signed.records[:1]
    assert command.until == datetime(2027, 3, 1, 10, tzinfo=UTC)
    matter.do(Deed.GRANT, world.school.principal, slots=("am_nhac",), record_ids=signed.records[:2],
              until=matter.at + timedelta(days=1))  # fmt: skip
    signed.session.commit()
    assert "hết hiệu lực" in words(await desk("admin").get(f"/mo-khoa/{matter.id}"))
    assert 'value="execute"' not in words(await desk("principal").get(f"/mo-khoa/{matter.id}"))


async def test_a_refusal_of_the_engine_is_shown_with_what_was_typed(
    desk: As, signed: OpenBook, approvals: FakeApprovals
) -> None:
    matter = asked_unlock(signed)
    approvals.refuses = Conflict("Phần này đang mở để nhập.")
    data = {"command_id": COMMAND, "viec": "refuse", "ly_do": "Điểm đã đúng rồi."}
    answer = await desk("principal").post(f"/mo-khoa/{matter.id}", data=data)
    assert answer.status_code == 409
    assert "Phần này đang mở để nhập." in answer.text
    assert "Điểm đã đúng rồi." in answer.text
    assert COMMAND not in answer.text  # pressed again it is another decision


async def test_what_was_changed_is_seen_before_and_after(desk: As, signed: OpenBook, world: World, db: Session) -> None:
    matter = asked_unlock(signed)
    one = signed.records[:1]
    matter.do(
        Deed.GRANT, world.school.principal, slots=("am_nhac",), record_ids=one, until=matter.at + timedelta(days=1)
    )
    matter.do(Deed.EXECUTE, world.admin)
    matter.tell_books()
    given = edit(signed, "am_nhac", CellKind.COMMENT, "Hát đúng nhịp hơn.")
    saving.save_cells(db, signed.id, "am_nhac", [given], world.who("music")).require_all()
    signed.act(Action.SUBMIT, "am_nhac", one)
    db.commit()
    for person, path in (
        ("music", f"/mo-khoa/{matter.id}"), ("homeroom", f"/mo-khoa/{matter.id}"),
        ("homeroom", f"/lop/{signed.id}/chu-nhiem"), ("principal", f"/lop/{signed.id}/duyet"),
    ):  # fmt: skip
        page = words(await desk(person).get(path))
        assert "<ins>Hát đúng nhịp hơn.</ins>" in page, path
        assert re.search(r"<del>[^<]+</del>", page), path


async def test_a_teacher_sees_the_matters_of_the_own_class_only(desk: As, signed: OpenBook) -> None:
    matter = asked_unlock(signed)
    assert str(matter.id) in (await desk("homeroom").get("/mo-khoa")).text
    assert str(matter.id) not in (await desk("other").get("/mo-khoa")).text
    assert (await desk("other").get(f"/mo-khoa/{matter.id}")).status_code == 404
    assert (await desk("foreigner").get(f"/mo-khoa/{matter.id}")).status_code == 404
    assert (await desk("foreigner").post(f"/mo-khoa/{matter.id}", data={"viec": "grant"})).status_code == 404
    assert (await desk("principal").get(f"/thu-hoi/{matter.id}")).status_code == 404


async def test_an_issued_record_leads_to_the_question(desk: As, issued: OpenBook, approvals: FakeApprovals) -> None:
    record = issued.records[0]
    assert f"/hoc-ba/{record}/thu-hoi" in (await desk("homeroom").get(f"/hoc-ba/{record}/xem")).text
    form = words(await desk("clerk").get(f"/hoc-ba/{record}/thu-hoi"))
    assert 'name="phan" value="toan"' in form
    assert 'name="hk1"' not in form
    own = words(await desk("music").get(f"/hoc-ba/{record}/thu-hoi"))
    assert 'value="am_nhac"' in own
    assert 'value="toan"' not in own
    data = {"command_id": COMMAND, "phan": ["toan", HOMEROOM], "ly_do": "Sai điểm cuối năm."}
    answer = await desk("clerk").post(f"/hoc-ba/{record}/thu-hoi", data=data)
    assert answer.headers["Location"] == f"/thu-hoi/{COMMAND}?xong=ask"
    (command,) = approvals.corrected.values()
    assert (command.record_ids, command.slots) == ((record,), ("toan", HOMEROOM))


async def test_each_one_finds_the_own_step_of_a_recall(desk: As, issued: OpenBook) -> None:
    matter = asked_recall(issued)
    assert f'href="/thu-hoi/{matter.id}"' in (await desk("homeroom").get(f"/hoc-ba/{issued.records[0]}/xem")).text
    assert 'value="confirm"' in (await desk("homeroom").get(f"/thu-hoi/{matter.id}")).text
    assert 'value="grant"' not in (await desk("principal").get(f"/thu-hoi/{matter.id}")).text
    assert 'value="withdraw"' in (await desk("clerk").get(f"/thu-hoi/{matter.id}")).text
    matter.do(Deed.CONFIRM, issued.cast.homeroom)
    issued.session.commit()
    page = (await desk("principal").get(f"/thu-hoi/{matter.id}")).text
    assert 'value="grant"' in page
    assert "không rút lại được" in page


async def test_a_recalled_record_says_so_to_everybody(desk: As, issued: OpenBook, db: Session) -> None:
    record = issued.records[0]
    code = db.scalars(select(Document.lookup_code).where(Document.record_uid == enrolment(issued).record_uid)).one()
    reopen(issued, Action.RECALL, issued.records[:1], "toan")
    db.commit()
    page = words(await desk("homeroom").get(f"/hoc-ba/{record}/xem"))
    assert "Bản đã bị thu hồi" in page
    assert "chưa có bản thay thế" in page
    public = words(await desk("nobody").get(f"/v/{code}"))
    assert "ĐÃ BỊ THU HỒI" in public
    assert "đang được chỉnh sửa, chưa có bản thay thế" in public
    assert "1 bản học bạ đã bị thu hồi" in words(await desk("clerk").get(f"/lop/{issued.id}"))


async def test_and_what_replaces_it_once_it_is_issued(desk: As, issued: OpenBook, db: Session) -> None:
    reopen(issued, Action.RECALL, issued.records[:1], "toan")
    issue(issued, issued.records[:1], version=2)
    db.commit()
    mine = select(Document.lookup_code).where(Document.record_uid == enrolment(issued).record_uid)
    old, new = db.scalars(mine.where(Document.state != "void").order_by(Document.version))
    public = words(await desk("nobody").get(f"/v/{old}"))
    assert "thay bằng bản có mã" in public
    assert new in public
    page = words(await desk("homeroom").get(f"/hoc-ba/{issued.records[0]}/xem"))
    assert new in page


async def test_the_history_tells_of_it(desk: As, issued: OpenBook, db: Session) -> None:
    reopen(issued, Action.RECALL, issued.records[:1], "toan")
    db.commit()
    for path in (f"/hoc-ba/{issued.records[0]}/lich-su", f"/lop/{issued.id}/lich-su", f"/lop/{issued.id}/duyet"):
        assert (await desk("principal").get(path)).status_code == 200, path
    assert "được thu hồi để sửa phần" in words(await desk("principal").get(f"/hoc-ba/{issued.records[0]}/lich-su"))


async def test_the_authority_decides_only_what_waits_for_it(
    desk: As, issued: OpenBook, db: Session, world: World
) -> None:
    matter = asked_recall(issued)
    assert (await desk("office head").get(f"/thu-hoi/{matter.id}")).status_code == 404
    who = person_of(db, datetime.now(UTC), Staff.id == world.who("office head"))
    assert who is not None
    waits.wait_for(db, matter.id, [waits.Wait("allow", role="office_head", authority_id=who.authority_id)], matter.at)
    db.commit()
    page = (await desk("office head").get(f"/thu-hoi/{matter.id}")).text
    assert 'value="allow"' in page
    assert str(matter.id) in (await desk("office head").get("/thu-hoi")).text


async def test_a_recall_says_when_its_new_version_is_due(desk: As, issued: OpenBook, world: World) -> None:
    matter = asked_recall(issued)
    matter.do(Deed.CONFIRM, world.cast.homeroom)
    matter.do(Deed.GRANT, world.school.principal)
    issued.session.commit()
    shown = words(await desk("principal").get(f"/thu-hoi/{matter.id}"))
    assert re.search(r"Hạn phát hành bản mới: hết ngày \d{1,2}/\d{1,2}/\d{4}\.", shown)
    assert "<title>Các việc chỉnh sửa: Thu hồi" in words(await desk("principal").get("/thu-hoi"))
    assert NOTICES["recall.soon"].endswith("trong hôm nay.")  # told as its last day begins
