"""Class lists over HTTP: shown first, entered on the person's word, and never another's."""

import logging
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from xlsxwriter import Workbook

from storage.tables import ClassGroup, Enrolment, PupilRow, RosterPreview
from tests.api.conftest import As
from tests.api.world import World
from tests.factories import make_pupils
from tests.interchange.workbooks import Cell, class_list, rows_of

PATH = "/api/v1/imports/rosters"
PUPILS = make_pupils(3, seed=321)
ROWS = rows_of(PUPILS)


async def sent(as_: As, content: bytes, person: str = "clerk", **query: str) -> Response:
    return await as_(person).post(PATH, content=content, params=query)


async def previewed(as_: As, content: bytes, **query: str) -> dict[str, Any]:
    answer = await sent(as_, content, **query)
    assert answer.status_code == 201
    found: dict[str, Any] = answer.json()
    return found


async def confirmed(as_: As, preview: dict[str, Any], person: str = "clerk") -> Response:
    return await as_(person).post(f"{PATH}/{preview['id']}/confirm")


def members(db: Session, name: str) -> int | None:
    query = select(func.count()).select_from(Enrolment).join(ClassGroup, ClassGroup.id == Enrolment.class_id)
    return db.scalar(query.where(ClassGroup.name == name, Enrolment.left_on.is_(None)))


async def test_a_list_is_shown_confirmed_and_then_known(as_: As, db: Session) -> None:
    shown = await previewed(as_, class_list(*ROWS))
    [group] = shown["classes"]
    assert shown["can_confirm"] is True
    assert (group["class_name"], group["school_year"], group["grade"], group["is_new"]) == ("1A9", "2026-2027", 1, True)
    assert [each["full_name"] for each in group["added"]] == [each.full_name for each in PUPILS]
    assert (group["added"][0]["sheet"], group["added"][0]["row"]) == ("1A9", 3)
    assert members(db, "1A9") == 0
    for _ in range(2):
        answer = await confirmed(as_, shown)
        assert answer.json() == {"added": 3, "changed": 0, "moved": 0, "unchanged": 0}
    assert members(db, "1A9") == 3
    again = (await previewed(as_, class_list(*ROWS)))["classes"][0]
    assert (again["added"], again["changed"], again["unchanged"]) == ([], [], 3)


async def test_changes_moves_and_missing_pupils_are_told_apart(as_: As) -> None:
    await confirmed(as_, await previewed(as_, class_list(*ROWS)))
    changed = [*ROWS[0][:2], "Lê Thị Mới", *ROWS[0][3:]]
    [group] = (await previewed(as_, class_list(changed, ROWS[1])))["classes"]
    [line] = group["changed"]
    assert line["changes"] == [
        {"field": "full_name", "label": "Họ và tên", "old": PUPILS[0].full_name, "new": "Lê Thị Mới"}
    ]
    assert group["missing"] == [{"pupil_code": PUPILS[2].pupil_code, "full_name": PUPILS[2].full_name}]
    [other] = (await previewed(as_, class_list(ROWS[2], class_name="1A8")))["classes"]
    assert [(each["pupil_code"], each["from_class"]) for each in other["moved"]] == [(PUPILS[2].pupil_code, "1A9")]


async def test_what_changed_meanwhile_is_said(as_: As, db: Session) -> None:
    await confirmed(as_, await previewed(as_, class_list(*ROWS)))
    shown = await previewed(as_, class_list([*ROWS[0][:2], "Lê Thị Mới", *ROWS[0][3:]], *ROWS[1:]))
    row = db.scalars(select(PupilRow).where(PupilRow.pupil_code == PUPILS[0].pupil_code)).one()
    row.full_name = "Lê Thị Khác"
    db.commit()
    answer = await confirmed(as_, shown)
    assert answer.status_code == 409
    assert "lớp 1A9: Lê Thị Mới (Họ và tên)" in answer.json()["detail"]


async def test_an_error_keeps_the_whole_list_out(as_: As, db: Session) -> None:
    shown = await previewed(as_, class_list(*ROWS[:2], [*ROWS[2][:3], "31/02/2020", *ROWS[2][4:]]))
    assert shown["can_confirm"] is False
    assert shown["problems"] == [
        {
            "sheet": "1A9", "cell": "D5", "row": 5, "severity": "error",
            "message": "“31/02/2020” không phải là ngày có trong lịch; cần dạng ngày/tháng/năm.",
        }
    ]  # fmt: skip
    answer = await confirmed(as_, shown)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:hocba:Incomplete")
    assert members(db, "1A9") == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Tệp rỗng"),
        (b"a,b\n1,2\n", "CSV"),
        (bytes(17 * 1024 * 1024), "lớn hơn 16 MB"),
        (class_list()[:-100], "hỏng hoặc tải về chưa xong"),
    ],
)
async def test_what_is_no_workbook_is_refused_with_words_that_help(as_: As, content: bytes, words: str) -> None:
    answer = await sent(as_, content)
    assert answer.status_code == 422
    assert words in answer.json()["detail"]


async def test_the_chosen_class_holds_for_a_list_that_names_none(as_: As, world: World) -> None:
    headings: list[Cell] = ["Mã HS", "Số ĐDCN", "Họ tên", "Ngày sinh", "Phái", "Dân tộc"]
    data = BytesIO()
    with Workbook(data, {"default_date_format": "dd/mm/yyyy"}) as book:
        sheet = book.add_worksheet("Trang1")
        for number, row in enumerate((headings, *ROWS)):
            sheet.write_row(number, 0, row)
    assert (await previewed(as_, data.getvalue()))["can_confirm"] is False
    shown = await previewed(as_, data.getvalue(), class_id=str(world.cast.class_id))
    assert [(each["class_name"], each["is_new"]) for each in shown["classes"]] == [("1A1", False)]
    assert len(shown["classes"][0]["missing"]) == 3
    assert shown["problems"][0]["severity"] == "review"  # the class's book is open
    answer = await sent(as_, data.getvalue(), class_id=str(world.foreign.class_id))
    assert answer.status_code == 404
    assert (await sent(as_, data.getvalue(), school_year="26-27")).status_code == 422


async def test_a_pupil_of_another_school_stays_unknown(as_: As, db: Session, world: World) -> None:
    theirs = db.scalars(
        select(PupilRow).join(Enrolment).where(Enrolment.class_id == world.foreign.class_id).limit(1)
    ).one()
    row: list[Cell] = [theirs.pupil_code, "", "Lê Văn Dò", ROWS[0][3], "Nam", "Kinh"]
    answer = await sent(as_, class_list(row))
    problem = next(each for each in answer.json()["problems"] if each["severity"] == "error")
    assert (problem["cell"], "trường khác" in problem["message"]) == ("A3", True)
    for secret in (theirs.full_name, theirs.personal_id, theirs.current_address, theirs.father_name):
        assert secret not in answer.text


async def test_an_endless_number_is_refused_at_the_preview(as_: As) -> None:
    endless = " ".join(str(number) for number in range(4000))
    shown = await previewed(as_, class_list([ROWS[0][0], endless, *ROWS[0][2:]]))
    assert shown["can_confirm"] is False
    problem = next(each for each in shown["problems"] if each["severity"] == "error")
    assert (problem["cell"], "12 chữ số" in problem["message"], len(problem["message"]) < 200) == ("B3", True, True)


async def test_a_preview_is_for_its_person_alone(as_: As) -> None:
    shown = await previewed(as_, class_list(*ROWS))
    for person, status in (("principal", 404), ("admin", 404), ("foreigner", 404), ("homeroom", 403)):
        assert (await as_(person).get(f"{PATH}/{shown['id']}")).status_code == status
        assert (await confirmed(as_, shown, person)).status_code == status
    assert (await as_("clerk").get(f"{PATH}/{shown['id']}")).json() == shown
    assert (await as_("clerk").get(f"{PATH}/{uuid4()}")).status_code == 404


async def test_nothing_of_a_pupil_is_left_behind(as_: As, db: Session, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    shown = await previewed(as_, class_list(*ROWS))
    await confirmed(as_, shown)
    db.expire_all()
    assert db.get_one(RosterPreview, UUID(shown["id"])).content is None
    logged = " ".join(record.getMessage() for record in caplog.records)
    for each in PUPILS:
        for secret in (each.full_name, each.pupil_code, each.personal_id):
            assert secret not in logged


async def test_hidden_sheets_and_columns_left_aside_are_named(as_: As) -> None:
    data = BytesIO()
    with Workbook(data, {"default_date_format": "dd/mm/yyyy"}) as book:
        sheet, hidden = book.add_worksheet("1A9"), book.add_worksheet("Cũ")
        book.add_worksheet("Ghi chú").write(0, 0, "Xin chào")
        hidden.hide()
        heads: list[Cell] = ["Mã HS", "Số ĐDCN", "Họ tên", "Ngày sinh", "Phái", "Dân tộc", "Điện thoại"]
        for number, row in enumerate((["Năm học 2026-2027"], heads, [*ROWS[0], "0900"])):
            sheet.write_row(number, 0, row)
    shown = await previewed(as_, data.getvalue())
    assert shown["columns_left_aside"] == [{"sheet": "1A9", "cell": "G2", "heading": "Điện thoại"}]
    assert (shown["hidden_sheets"], shown["sheets_without_list"]) == (["Cũ"], ["Ghi chú"])
