"""Mark workbooks over HTTP: taken home, looked over, confirmed, and refused in words for teachers."""

import io
from typing import Any

import pytest
from httpx import Response
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.decisions import Action
from domain.scales import CellKind
from storage import saving
from storage.tables import Assessment, MarkPreview
from tests.api.conftest import As
from tests.api.world import World
from tests.factories import OpenBook, edit, fill
from tests.interchange.editing import Set, filled_in
from tests.interchange.workbooks import workbook


def marks_of(world: World, slot: str = "toan") -> str:
    return f"/api/v1/class-terms/{world.class_term_id}/marks/{slot}"


async def exported(as_: As, world: World, slot: str = "toan") -> Response:
    return await as_("homeroom").get(f"{marks_of(world, slot)}.xlsx")


async def previewed(as_: As, world: World, cells: dict[str, Set]) -> dict[str, Any]:
    data = filled_in((await exported(as_, world)).content, cells)
    answer = await as_("homeroom").post(marks_of(world), content=data)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def confirmed(
    as_: As, world: World, preview_id: str, *take_mine: dict[str, Any], by: str = "homeroom"
) -> Response:
    places = [{name: each[name] for name in ("record_id", "item", "point", "kind")} for each in take_mine]
    body = {"preview_id": preview_id, "take_mine": places}
    return await as_(by).post(f"{marks_of(world)}/confirm", json=body)


async def test_a_workbook_is_handed_out_under_a_name_without_people(as_: As, world: World) -> None:
    answer = await exported(as_, world)
    assert answer.headers["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="1A1-toan-hk1.xlsx"'
    assert CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).sheet_names == ["Toán", "hocba"]
    assert (await exported(as_, world)).content == answer.content


async def test_a_preview_tells_everything_and_writes_nothing(as_: As, world: World, db: Session) -> None:
    seen = await previewed(as_, world, {"E8": "t", "G8": "8,5", "G9": 9, "B10": "7926999999"})
    assert (seen["has_versions"], seen["counts"], seen["left"]) == (True, {"set": 2, "changed": 0, "cleared": 0}, 5)
    level = seen["differences"][0]
    assert level == {
        "record_id": world.records[0], "item": "toan", "point": "mid_hk1", "kind": "level", "cell": "E8",
        "change": "set", "old": "", "new": "T", "doubt": None, "reason": "", "by": "", "at": None,
    }  # fmt: skip
    assert [(each["cell"], each["row"], each["severity"]) for each in seen["problems"]] == [
        ("G8", 8, "error"), ("B10", 10, "error"), ("", 0, "review")
    ]  # fmt: skip
    assert seen["problems"][0]["message"].startswith("“8,5” không phải là điểm hợp lệ")
    own = select(Assessment.record_id).where(Assessment.record_id.in_(world.records))
    assert db.scalars(own).all() == []


async def test_a_preview_is_confirmed_once(as_: As, world: World, db: Session) -> None:
    seen = await previewed(as_, world, {"E8": "T", "G8": 9})
    answer = await confirmed(as_, world, seen["preview_id"])
    assert answer.status_code == 200
    assert [each["value"] for each in answer.json()["saved"]] == ["T", "9"]
    assert db.scalar(select(func.count()).select_from(MarkPreview)) == 0
    assert (await confirmed(as_, world, seen["preview_id"])).status_code == 404
    again = await previewed(as_, world, {})
    assert (again["differences"], again["left"]) == ([], 12)


async def test_what_a_colleague_saved_meanwhile_is_told_and_taken_over_on_request(
    as_: As, world: World, db: Session, book: OpenBook
) -> None:
    data = filled_in((await exported(as_, world)).content, {"G8": 9})
    saving.save_cells(db, book.id, "toan", [edit(book, "toan", CellKind.SCORE, "8")], world.who("music"))
    db.commit()
    seen = (await as_("homeroom").post(marks_of(world), content=data)).json()
    [doubtful] = seen["differences"]
    assert (doubtful["doubt"], doubtful["old"], doubtful["new"]) == ("overtaken", "8", "9")
    assert doubtful["by"].startswith("Giáo viên Mẫu")
    assert doubtful["at"] is not None
    assert doubtful["reason"] == "Ô này đã được lưu lại sau khi tệp được xuất."
    saved = (await confirmed(as_, world, seen["preview_id"], doubtful)).json()["saved"]
    assert [(each["value"], each["version"]) for each in saved] == [("9", 2)]


async def test_a_preview_is_nobody_elses(as_: As, world: World) -> None:
    seen = await previewed(as_, world, {"G8": 9})
    assert (await confirmed(as_, world, seen["preview_id"], by="music")).status_code == 403
    music = {"preview_id": seen["preview_id"]}
    assert (await as_("music").post(f"{marks_of(world, 'am_nhac')}/confirm", json=music)).status_code == 404
    assert (await as_("homeroom").post(f"{marks_of(world, 'homeroom')}/confirm", json=music)).status_code == 404
    assert (await confirmed(as_, world, seen["preview_id"])).status_code == 200


async def test_what_was_submitted_is_read_by_homeroom_and_offices_only(
    as_: As, world: World, db: Session, book: OpenBook
) -> None:
    path = f"{marks_of(world, 'am_nhac')}.xlsx"
    for person in ("homeroom", "principal"):
        refused = await as_(person).get(path)
        assert (refused.status_code, refused.json()["detail"]) == (404, "Phần này chưa gửi nên chưa xem được.")
    assert (await as_("music").get(path)).status_code == 200
    fill(book, ["am_nhac"])
    book.act(Action.SUBMIT, "am_nhac")
    db.commit()
    for person in ("homeroom", "principal", "clerk", "admin", "music"):
        assert (await as_(person).get(path)).status_code == 200
    assert (await as_("music").get(f"{marks_of(world)}.xlsx")).status_code == 404
    refused = await as_("music").post(marks_of(world, "am_nhac"), content=b"")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:hocba:Conflict")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Tệp rỗng"),
        (b"PK\x03\x04 not really", "Tệp bị hỏng"),
        (b"x" * (5 * 1024 * 1024 + 1), "Bảng tính quá lớn (tối đa 5 MB)."),
        (
            workbook({"Toán": [["Lớp: 1A2"], ["Học kì: Học kì I"], ["Mã học sinh", "Mức cuối kì"]]}),
            "thầy/cô đang mở lớp 1A1.",
        ),
    ],
)
async def test_a_file_that_does_not_fit_is_refused_with_the_reason(
    as_: As, world: World, content: bytes, said: str
) -> None:
    answer = await as_("homeroom").post(marks_of(world), content=content)
    assert (answer.status_code, said in answer.json()["detail"]) == (422, True)


async def test_a_cell_that_the_preview_does_not_have_is_refused(as_: As, world: World) -> None:
    seen = await previewed(as_, world, {"G8": 9})
    other = seen["differences"][0] | {"record_id": world.foreign_record}
    answer = await confirmed(as_, world, seen["preview_id"], other)
    assert (answer.status_code, answer.json()["detail"]) == (422, "Có ô được chọn không nằm trong bản xem trước.")


@pytest.mark.parametrize("person", ["principal", "clerk", "music"])
async def test_only_the_slots_teacher_imports(as_: As, world: World, person: str) -> None:
    data = (await exported(as_, world)).content
    assert (await as_(person).post(marks_of(world), content=data)).status_code == 403
