"""Entering results over HTTP: one's own slot, each cell by itself, nothing unseen, nothing after handing in."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.curriculum import HOMEROOM
from domain.decisions import Action
from storage.tables import Assessment, PupilTerm
from tests.api.conftest import As
from tests.api.world import World
from tests.factories import OpenBook, fill, make_staff


def cell(world: World, value: str, kind: str = "level", record: int = 0, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    place = {"record_id": world.records[record], "item": "toan", "point": "end_hk1", "kind": kind}
    return place | {"value": value, "version": 0} | more


def place(world: World, kind: str = "level") -> dict[str, Any]:
    return {name: value for name, value in cell(world, "", kind).items() if name not in {"value", "version"}}


def cells_of(world: World, slot: str = "toan", verb: str = "") -> str:
    return f"/api/v1/class-terms/{world.class_term_id}/cells/{slot}{verb}"


async def test_what_was_entered_is_read_back_in_full_vietnamese(as_: As, world: World) -> None:
    words = "Em làm tính cộng, trừ nhanh; cần đọc kĩ đề hơn."
    body = {"cells": [cell(world, "hoàn thành"), cell(world, words, "comment"), cell(world, "7.0", "score")]}
    saved = (await as_("homeroom").put(cells_of(world), json=body)).json()
    assert [each["value"] for each in saved["saved"]] == ["H", words, "7"]
    assert (saved["overtaken"], saved["refused"]) == ([], [])
    read = cells_of(world).removesuffix("/toan")
    found = (await as_("homeroom").get(read, params={"slot": "toan"})).json()
    assert {each["kind"]: (each["value"], each["version"]) for each in found} == {
        "level": ("H", 1), "comment": (words, 1), "score": ("7", 1)
    }  # fmt: skip
    assert (await as_("principal").get(read, params={"slot": "toan"})).json() == []


async def test_one_bad_cell_does_not_hold_up_the_others(as_: As, world: World) -> None:
    body = {"cells": [cell(world, "T"), cell(world, "11", "score", record=1)]}
    answer = await as_("homeroom").put(cells_of(world), json=body)
    (refused,) = answer.json()["refused"]
    assert answer.status_code == 200
    assert (refused["record_id"], refused["tried"]) == (world.records[1], "11")
    assert refused["message"] == "Điểm 11 vượt quá thang điểm 10."
    assert [each["value"] for each in answer.json()["saved"]] == ["T"]


async def test_whoever_comes_later_is_told_what_is_there_by_whom_and_since_when(
    as_: As, world: World, db: Session
) -> None:
    body = {"cells": [cell(world, "T", version=0)]}
    await as_("homeroom").put(cells_of(world), json=body)
    row = db.scalars(select(Assessment).where(Assessment.record_id == UUID(world.records[0]))).one()
    row.updated_by = make_staff(db, world.school.school_id, 77)
    db.commit()
    late = (await as_("homeroom").put(cells_of(world), json={"cells": [cell(world, "C", version=0)]})).json()
    (told,) = late["overtaken"]
    assert (told["value"], told["version"], told["tried"], told["by"]) == ("T", 1, "C", "Giáo viên Mẫu 77")
    assert told["at"] == row.updated_at.isoformat().replace("+00:00", "Z")
    again = (await as_("homeroom").put(cells_of(world), json={"cells": [cell(world, "C", version=1)]})).json()
    assert [(each["value"], each["version"]) for each in again["saved"]] == [("C", 2)]


@pytest.mark.parametrize(
    ("bad", "status"),
    [
        ({"record_id": "foreign"}, 404),
        ({"item": "tieng_viet"}, 404),
        ({"point": "year_end"}, 404),
        ({"kind": "colour"}, 422),
        ({"version": -1}, 422),
        ({"version": None}, 422),
        ({"value": "\x00"}, 422),
        ({"colour": "red"}, 422),
    ],
)
@pytest.mark.parametrize("verb", ["", "/check"])
async def test_a_cell_that_is_not_theirs_is_refused(
    as_: As, world: World, bad: dict[str, Any], status: int, verb: str
) -> None:
    if "record_id" in bad:
        bad = {"record_id": world.foreign_record}
    body = {"cells": [cell(world, "T") | bad]}
    answer = await as_("homeroom").request("POST" if verb else "PUT", cells_of(world, verb=verb), json=body)
    assert answer.status_code == status


async def test_a_teacher_writes_and_reads_the_own_subject_only(as_: As, world: World) -> None:
    music = {"cells": [cell(world, "T", item="am_nhac")]}
    assert (await as_("music").put(cells_of(world, "am_nhac"), json=music)).status_code == 200
    assert (await as_("music").put(cells_of(world, "toan"), json={"cells": [cell(world, "T")]})).status_code == 403
    read = cells_of(world).removesuffix("/toan")
    assert (await as_("music").get(read, params={"slot": "am_nhac"})).status_code == 200
    assert (await as_("music").get(read, params={"slot": "toan"})).status_code == 404
    assert (await as_("homeroom").get(read, params={"slot": "am_nhac"})).status_code == 200


async def test_what_was_handed_in_is_closed_as_a_whole_and_says_for_whom(
    as_: As, world: World, db: Session, book: OpenBook
) -> None:
    fill(book, ["toan"])
    book.act(Action.SUBMIT, "toan", world.records[:2])
    db.commit()
    body = {"cells": [cell(world, "C", record=number) for number in range(3)]}
    answer = await as_("homeroom").put(cells_of(world), json=body)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:hocba:Conflict")
    assert sorted(answer.json()["record_ids"]) == sorted(world.records[:2])
    assert db.scalars(select(Assessment).where(Assessment.item == "toan", Assessment.value == "C")).all() == []


async def test_values_are_checked_while_people_type_and_nothing_is_saved(as_: As, world: World) -> None:
    body = {"cells": [cell(world, "9.0", "score"), cell(world, "Đ")]}
    good, bad = (await as_("homeroom").post(cells_of(world, verb="/check"), json=body)).json()
    assert (good["tried"], good["value"], good["message"]) == ("9.0", "9", "")
    assert (bad["value"], "chỉ nhận T (Hoàn thành tốt)" in bad["message"]) == ("", True)
    history = await as_("homeroom").get(cells_of(world, verb="/history"), params=place(world, "score"))
    assert history.json() == []


async def test_a_comment_is_copied_to_chosen_pupils(as_: As, world: World) -> None:
    await as_("homeroom").put(cells_of(world), json={"cells": [cell(world, "Đã có.", "comment")]})
    body = {"item": "toan", "point": "end_hk1", "text": "Em cẩn thận.", "versions": dict.fromkeys(world.records, 0)}
    answer = (await as_("homeroom").post(cells_of(world, verb="/copy"), json=body)).json()
    assert [each["record_id"] for each in answer["saved"]] == list(world.records[1:])
    assert [each["value"] for each in answer["overtaken"]] == ["Đã có."]
    everyone = await as_("homeroom").post(cells_of(world, verb="/copy"), json=body | {"overwrite": True})
    assert [each["value"] for each in everyone.json()["overtaken"]] == ["Đã có."]  # not what this screen shows
    seen = body | {"overwrite": True, "versions": dict.fromkeys(world.records, 1)}
    assert len((await as_("homeroom").post(cells_of(world, verb="/copy"), json=seen)).json()["saved"]) == 3


@pytest.mark.parametrize("wrong", [{"text": ""}, {"versions": {}}, {"item": "am_nhac"}, {"point": "mid_hk1"}])
async def test_a_copy_that_fits_no_cell_is_refused(as_: As, world: World, wrong: dict[str, Any]) -> None:
    body = {
        "item": "toan",
        "point": "end_hk1",
        "text": "Em cẩn thận.",
        "versions": dict.fromkeys(world.records, 0),
    } | wrong
    assert (await as_("homeroom").post(cells_of(world, verb="/copy"), json=body)).is_client_error


async def test_a_change_is_undone_by_saving_the_older_value_with_the_present_version(as_: As, world: World) -> None:
    for seen, value in enumerate(("T", "C")):
        await as_("homeroom").put(cells_of(world), json={"cells": [cell(world, value, version=seen)]})
    path, query = cells_of(world, verb="/history"), place(world)
    newest, first = (await as_("homeroom").get(path, params=query)).json()
    assert [newest["before"], newest["after"], newest["version"]] == ["T", "C", 2]
    undo = cell(world, first["after"], version=newest["version"])
    assert len((await as_("homeroom").put(cells_of(world), json={"cells": [undo]})).json()["saved"]) == 1
    found = (await as_("homeroom").get(path, params=query)).json()
    assert [each["after"] for each in found] == ["T", "C", "T"]
    assert {each["by"] for each in found} == {first["by"]}


async def test_the_history_of_a_draft_is_its_teacher_s(as_: As, world: World, db: Session, book: OpenBook) -> None:
    fill(book, ["am_nhac"])
    db.commit()
    path, query = cells_of(world, "am_nhac", "/history"), place(world) | {"item": "am_nhac"}
    people = ("music", "homeroom", "principal", "clerk", "other", "foreigner")
    drafts = [(await as_(person).get(path, params=query)).status_code for person in people]
    book.act(Action.SUBMIT, "am_nhac", book.records[:1])
    db.commit()
    submitted = [(await as_(person).get(path, params=query)).status_code for person in people]
    assert drafts == [200, 404, 404, 404, 404, 404]
    assert submitted == [200, 200, 200, 200, 404, 404]
    others = query | {"record_id": world.records[1]}
    assert (await as_("homeroom").get(path, params=others)).status_code == 404
    foreign = query | {"record_id": world.foreign_record}
    assert (await as_("music").get(path, params=foreign)).status_code == 404


async def test_problems_are_told_at_their_cells(as_: As, world: World, db: Session, book: OpenBook) -> None:
    fill(book, ["toan"])
    db.commit()
    path = cells_of(world, verb="/problems")
    assert (await as_("homeroom").get(path)).json() == []
    body = {"cells": [cell(world, "4", "score", version=1), cell(world, "", "comment", version=1)]}
    await as_("homeroom").put(cells_of(world), json=body)
    (told,) = (await as_("homeroom").get(path)).json()
    assert told["record_id"] == world.records[0]
    spot = {"item": "toan", "point": "end_hk1"}
    assert told["missing"] == [spot | {"kind": "comment", "label": "Toán: nhận xét (cuối học kì I)"}]
    message = "Mức Hoàn thành tốt nhưng điểm kiểm tra là 4: cần xem lại."
    assert told["doubts"] == [spot | {"kind": "level", "message": message}]
    assert (await as_("principal").get(path)).json() == []
    assert (await as_("music").get(path)).status_code == 404


@pytest.mark.parametrize("slot", ["vat_li", "principal", "seal", "nope"])
async def test_a_slot_that_the_class_does_not_have_is_not_found(as_: As, world: World, slot: str) -> None:
    for path in (cells_of(world, slot, "/problems"), cells_of(world, "").removesuffix("/") + f"?slot={slot}"):
        assert (await as_("principal").get(path)).status_code == 404


async def test_attendance_is_kept_and_may_be_corrected(as_: As, world: World, db: Session) -> None:
    path = f"/api/v1/class-terms/{world.class_term_id}/attendance"
    row = {"record_id": world.records[0], "absent_excused": 3, "height_cm": "118", "health": "Bình thường"}
    assert [each["version"] for each in (await as_("homeroom").put(path, json=[row | {"version": 0}])).json()] == [1]
    saved = await as_("homeroom").put(path, json=[{"record_id": world.records[0], "absent_excused": 2, "version": 1}])
    assert saved.json() == [
        {**row, "absent_excused": 2, "absent_unexcused": 0, "is_recognised": False, "weight_kg": "", "version": 2}
    ]
    assert (await as_("homeroom").get(path)).json()[0] == saved.json()[0]
    assert (await as_("principal").get(path)).json() == []  # not handed in yet
    assert db.get_one(PupilTerm, UUID(world.records[0])).updated_by == world.cast.homeroom


async def test_attendance_that_somebody_else_changed_is_not_overwritten(as_: As, world: World) -> None:
    path = f"/api/v1/class-terms/{world.class_term_id}/attendance"
    row = {"record_id": world.records[0], "absent_excused": 3, "version": 0}
    await as_("homeroom").put(path, json=[row])
    refused = await as_("homeroom").put(path, json=[row | {"absent_excused": 1}])
    assert (refused.status_code, refused.json()["record_ids"]) == (409, [world.records[0]])
    assert "số buổi nghỉ có phép nay khác với số liệu thầy/cô gửi" in refused.json()["detail"]
    assert (await as_("homeroom").get(path)).json()[0]["absent_excused"] == 3


@pytest.mark.parametrize(
    ("fact", "value", "words"),
    [
        ("height_cm", "abc", "Chiều cao phải là số từ 30 đến 250 cm"),
        ("weight_kg", "nặng", "Cân nặng phải là số từ 5 đến 200 kg"),
        ("health", "a" * 61, "Sức khoẻ ghi 61 ký tự"),
    ],
)
async def test_impossible_measures_are_refused_in_words(
    as_: As, world: World, fact: str, value: str, words: str
) -> None:
    path = f"/api/v1/class-terms/{world.class_term_id}/attendance"
    answer = await as_("homeroom").put(path, json=[{"record_id": world.records[0], fact: value, "version": 0}])
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:hocba:Invalid")
    assert words in answer.json()["detail"]


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (-1, "không được nhỏ hơn 0"),
        (401, "không được lớn hơn 400"),
        ("hai", "phải là số nguyên"),
        (None, "phải là số nguyên"),
    ],
)
async def test_impossible_absences_are_refused(as_: As, world: World, days: object, words: str) -> None:
    path = f"/api/v1/class-terms/{world.class_term_id}/attendance"
    row = {"record_id": world.records[0], "absent_unexcused": days, "version": 0}
    answer = await as_("homeroom").put(path, json=[row])
    assert answer.status_code == 422
    assert answer.json()["detail"] == f"Số buổi nghỉ không phép (mục 1): {words}."
    assert [each["path"] for each in answer.json()["errors"]] == ["body.0.absent_unexcused"]


async def test_the_homeroom_slot_is_entered_like_any_other(as_: As, world: World) -> None:
    body = {"cells": [cell(world, "tốt", item="yeu_nuoc")]}
    saved = (await as_("homeroom").put(cells_of(world, HOMEROOM), json=body)).json()["saved"]
    assert [(each["item"], each["value"]) for each in saved] == [("yeu_nuoc", "T")]
