"""Lists that are taken along: every list page leads to its workbook and to paper, and both show what the page shows."""

from datetime import UTC, datetime, timedelta
from html import unescape
from io import BytesIO
from re import findall
from uuid import uuid4

import pytest
from httpx import AsyncClient
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.curriculum import HOMEROOM, PRINCIPAL
from domain.decisions import Action
from domain.scopes import Scope
from storage import access_keys, demo
from storage.access_keys import NewKey
from storage.tables import ClassTermRow, MailRow, PupilRow, Staff
from tests.api.conftest import As
from tests.api.matrix import Objects, objects_of
from tests.api.pages import reads
from tests.api.world import World
from tests.factories import OpenBook, fill, open_book

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA = "=1+1"
CLASS = "/lop/{class_term_id}"
LISTS = [
    ("principal", "/duyet"), ("principal", "/duyet/han"), ("principal", CLASS + "/duyet"), ("homeroom", "/thong-bao"),
    ("admin", "/thong-bao/thu"), ("homeroom", "/nhap"), ("homeroom", "/ky"), ("homeroom", "/ky/nhat-ky"),
    ("principal", "/ky/{batch_id}/van-ban"), ("clerk", "/dong-dau"), ("admin", "/so/mo"), ("admin", "/nguoi-dung"),
    ("admin", "/tien-do"), ("admin", "/nguoi"), ("admin", "/chung-thu-so"), ("admin", "/phan-cong"),
    ("admin", "/phan-cong/chuc-vu"), ("homeroom", CLASS), ("homeroom", CLASS + "/ket-qua"),
    ("homeroom", CLASS + "/chu-nhiem"), ("homeroom", CLASS + "/lich-su"), ("homeroom", "/hoc-ba/{record_id}/lich-su"),
    ("clerk", "/nhap-du-lieu/can-xem"), ("admin", "/ban-giao"), ("officer", "/co-quan/kho"),
]  # fmt: skip


@pytest.fixture
def own(db: Session, world: World) -> Objects:
    return objects_of(db, world.cast, "0" * 64)


@pytest.fixture
def book(db: Session, world: World) -> OpenBook:
    """The term of 1A1, in which a pupil has a name that a spreadsheet would reckon with."""
    db.scalars(select(PupilRow).order_by(PupilRow.pupil_code)).first().full_name = FORMULA  # type: ignore[union-attr]
    book = open_book(db, world.cast)
    db.commit()
    return book


async def cells(client: AsyncClient, path: str) -> list[list[str]]:
    """The rows of the workbook, from its heading on."""
    answer = await client.get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, XLSX), answer.text[:200]
    sheet = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0)
    rows = [[str(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    first = next(at for at, row in enumerate(rows) if row[0] in {"STT", "No."})
    return rows[first:]


def name(db: Session, world: World, person: str) -> str:
    return db.get_one(Staff, world.who(person)).full_name


@pytest.mark.parametrize(("person", "path"), LISTS)
async def test_a_list_leads_to_its_workbook_and_to_paper(desk: As, own: Objects, person: str, path: str) -> None:
    client = desk(person)
    page = await reads(client, path.format(**own.ids))
    assert "data-print" in page
    links = [unescape(each) for each in findall(r'href="([^"]+)"><span class="icon icon-download"', page)]
    assert len(links) == 1
    assert (await cells(client, links[0]))[0][0] == "STT"


@pytest.mark.parametrize(
    ("person", "path", "shown", "hidden"),
    [
        ("principal", "/duyet.xlsx?loc={}", "tat-ca", "da-duyet"),
        ("principal", "/duyet.xlsx?loc=tat-ca&khoi={}", "1", "5"),
        ("principal", "/duyet/han.xlsx?loc={}", "chua-xong", "qua-han"),
        ("homeroom", "/nhap.xlsx?lop={}", "1A1", "9Z"),
        ("homeroom", "/nhap.xlsx?trang-thai={}", "open", "signed"),
        ("homeroom", "/ky.xlsx?luot={}", "chua", "ngay"),
        ("homeroom", "/ky.xlsx?lop={}", "1A1", "9Z"),
        ("homeroom", "/lop/{{}}/chu-nhiem.xlsx?trang-thai={}", "entry", "issued"),
        ("principal", "/lop/{{}}/duyet.xlsx?loc={}", "ca-lop", "tam-giu"),
        ("homeroom", "/lop/{{}}/lich-su.xlsx?viec={}", "opened", "seal"),
        ("admin", "/phan-cong/bang?khoi={}", "1", "5"),
        ("admin", "/phan-cong/chuc-vu.xlsx?chuc-vu={}", "principal", "vice_principal"),
    ],
)
async def test_a_workbook_keeps_to_the_filters_of_the_address(
    desk: As, book: OpenBook, person: str, path: str, shown: str, hidden: str
) -> None:
    full, none = [await cells(desk(person), path.format(each).format(book.id)) for each in (shown, hidden)]
    assert (len(full) > 1, len(none)) == (True, 1)


@pytest.mark.parametrize("path", ["duyet.xlsx?loc=ca-lop", "chu-nhiem.xlsx", "ket-qua.xlsx"])
async def test_a_name_like_a_formula_stays_text(desk: As, book: OpenBook, path: str) -> None:
    answer = await desk("principal").get(f"/lop/{book.id}/{path}")
    sheet = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0)
    assert FORMULA in [cell for row in sheet.to_python() for cell in row]
    assert b"<f>" not in answer.content


async def test_the_homeroom_teachers_parts_say_where_each_stands(desk: As, db: Session, book: OpenBook) -> None:
    fill(book, ["toan"])
    book.act(Action.SUBMIT, "toan", book.records[:1])
    book.act(Action.HOLD, HOMEROOM, book.records[1:2], reason_id=book.reason("Chờ giấy khai sinh."))
    db.commit()
    heading, first, second, *_ = await cells(desk("homeroom"), f"/lop/{book.id}/chu-nhiem.xlsx?mon=toan")
    assert heading[-4:] == ["Toán", "Cần xem lại", "Bước", "Lý do tạm giữ"]
    assert (first[-4], first[-2], second[-2]) == ("Đã gửi", "Đang nhập", "Tạm giữ")
    assert second[-1] == "Chờ giấy khai sinh."


async def test_what_happened_is_told_line_by_line(desk: As, db: Session, book: OpenBook, world: World) -> None:
    book.submit_all()
    book.act(Action.RETURN, HOMEROOM, book.records[:1], to_slot="toan", reason_id=book.reason("Sai điểm."))
    db.commit()
    _, newest, *_ = await cells(desk("homeroom"), f"/lop/{book.id}/lich-su.xlsx")
    assert (newest[2], newest[4], newest[5], newest[6], newest[9]) == ("Trả lại", "Toán", "1.0", FORMULA, "Sai điểm.")
    rows = await cells(desk("music"), f"/hoc-ba/{book.records[0]}/lich-su.xlsx")
    assert "Sai điểm." not in str(rows)


async def test_a_list_comes_in_the_language_of_its_reader(desk: As, book: OpenBook, db: Session, world: World) -> None:
    demo.account(db, world.who("principal")).language = "en"
    db.commit()
    heading = (await cells(desk("principal"), "/duyet/han.xlsx"))[0]
    assert heading[1:3] == ["Class", "Term"]


async def test_keys_are_narrowed_and_taken_along_without_what_opens_doors(desk: As, db: Session, world: World) -> None:
    at = datetime.now(UTC)
    for name, until in (("Phần mềm thư viện", at + timedelta(days=9)), ("Phần mềm cũ", at - timedelta(days=9))):
        new = NewKey(uuid4(), world.who("admin"), name, [Scope.READ], name.encode().hex()[:64].ljust(64, "0"), until)
        access_keys.add(db, new, at - timedelta(days=20))
    db.commit()
    keys = "/nguoi-dung/ma-truy-cap"
    found = {
        state: {row[1] for row in (await cells(desk("admin"), f"{keys}.xlsx?tinh-trang={state}"))[1:]}
        for state in ("dang-dung", "da-ket-thuc")
    }
    assert "Phần mềm thư viện" in found["dang-dung"] - found["da-ket-thuc"]
    assert "Phần mềm cũ" in found["da-ket-thuc"] - found["dang-dung"]
    assert "Phần mềm cũ" not in await reads(desk("admin"), f"{keys}?tinh-trang=dang-dung")


async def test_messages_are_narrowed_and_taken_along_without_their_words(desk: As, db: Session, world: World) -> None:
    account, at = demo.account(db, world.who("music")), datetime.now(UTC)
    for key, more in (
        ("digest/1", {"sent_at": at, "closed_at": at}),
        ("notice/2", {"closed_at": at, "trouble": "550 5.1.1"}),
        ("notice/3", {"closed_at": at, "trouble": "done"}),
        ("notice/4", {}),
    ):
        db.add(MailRow(key=key, account_id=account.id, kind=key.partition("/")[0], **more))
    db.commit()
    states = {
        state: [row[5] for row in (await cells(desk("admin"), f"/thong-bao/thu.xlsx?tinh-trang={state}"))[1:]]
        for state in ("sent", "waiting", "failed", "useless")
    }
    assert states == {
        "sent": ["Đã gửi"], "waiting": ["Chờ gửi"], "failed": ["Không gửi được"], "useless": ["Không cần gửi nữa"]
    }  # fmt: skip
    page = await reads(desk("admin"), "/thong-bao/thu?loai=digest")
    assert page.count('<th scope="row">') == 1
    assert "Không có thư nào như vậy." in await reads(desk("admin"), "/thong-bao/thu?loai=invitation")


async def test_deadlines_that_are_over_say_so(desk: As, db: Session, book: OpenBook) -> None:
    db.get_one(ClassTermRow, book.id).due_at = datetime.now(UTC) - timedelta(days=3)
    db.get_one(ClassTermRow, book.id).overdue = True
    db.commit()
    [_, line] = await cells(desk("principal"), "/duyet/han.xlsx?loc=qua-han")
    assert (line[1], line[6]) == ("1A1", "Quá hạn")


async def test_codes_of_a_class_without_papers_do_not_exist(desk: As, book: OpenBook) -> None:
    assert (await desk("clerk").get(f"/lop/{book.id}/phieu-tra-cuu.xlsx")).status_code == 404


async def test_the_desk_names_colleagues_and_addresses_its_reader(
    desk: As, db: Session, book: OpenBook, world: World
) -> None:
    book.review_all()
    db.commit()
    page = await reads(desk("homeroom"), "/ky?luot=chua")
    assert "(thầy/cô)" in page
    assert f"({name(db, world, 'music')})" in page
    assert f"({name(db, world, 'homeroom')})" not in page


async def test_a_held_pupil_waits_for_either_of_two(desk: As, db: Session, book: OpenBook, world: World) -> None:
    book.submit_all()
    book.act(Action.HOLD, PRINCIPAL, book.records[:1], reason_id=book.reason())
    db.commit()
    page = await reads(desk("homeroom"), "/ky")
    principal = name(db, world, "principal")
    assert f"Chủ nhiệm (thầy/cô) hoặc Hiệu trưởng ({principal})" in page
    page = await reads(desk("music"), f"/lop/{book.id}")
    both = f"{name(db, world, 'homeroom')} hoặc {principal}"
    assert f"<strong>{both}</strong>: quyết định thôi tạm giữ" in page


async def test_a_year_end_room_exports_the_reasons_of_results(desk: As, db: Session, world: World) -> None:
    year = open_book(db, world.cast, Term.YEAR_END)
    year.submit_all()
    db.commit()
    rows = await cells(desk("homeroom"), f"/lop/{year.id}/ket-qua.xlsx")
    assert len(rows) == 4
    assert rows[0][-1] == "Vì sao"
    assert all(row[-1] for row in rows[1:])
