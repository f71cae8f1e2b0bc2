"""Entering results over HTTP: one's own slot, all or none, and not after it was handed in."""

from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.decisions import Action
from domain.entry import CellKind
from storage.tables import Assessment, PupilTerm
from tests.api.conftest import As
from tests.api.world import World
from tests.factories import fill, open_book


def cell(world: World, value: str, kind: str = "level", record: int = 0, item: str = "toan") -> dict[str, str]:
    return {"record_id": world.records[record], "item": item, "point": "end_hk1", "kind": kind, "value": value}


def cells_of(world: World, slot: str = "toan") -> str:
    return f"/api/v1/class-terms/{world.class_term_id}/cells/{slot}"


async def test_what_was_entered_is_read_back_in_full_vietnamese(as_: As, world: World) -> None:
    words = "Em làm tính cộng, trừ nhanh; cần đọc kĩ đề hơn."
    body = {"cells": [cell(world, "H"), cell(world, words, "comment"), cell(world, "7", "score")]}
    assert (await as_("homeroom").put(cells_of(world), json=body)).status_code == 204
    found = await as_("principal").get(cells_of(world).removesuffix("/toan"), params={"slot": "toan"})
    assert found.json() == [
        {
            "record_id": world.records[0], "point": "end_hk1", "item": "toan",
            "level": "H", "score": "7", "comment": words,
        }
    ]  # fmt: skip


async def test_one_bad_cell_leaves_all_of_them_out(as_: As, world: World, db: Session) -> None:
    body = {"cells": [cell(world, "T"), cell(world, "11", "score", record=1)]}
    answer = await as_("homeroom").put(cells_of(world), json=body)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:hocba:Invalid")
    assert db.scalars(select(Assessment).where(Assessment.record_id == UUID(world.records[0]))).all() == []


@pytest.mark.parametrize(
    ("bad", "status"),
    [
        ({"record_id": "foreign"}, 404),
        ({"item": "tieng_viet"}, 404),
        ({"point": "year_end"}, 404),
        ({"value": "X"}, 422),
    ],
)
async def test_a_cell_that_is_not_theirs_is_refused(as_: As, world: World, bad: dict[str, str], status: int) -> None:
    if "record_id" in bad:
        bad = {"record_id": world.foreign_record}
    answer = await as_("homeroom").put(cells_of(world), json={"cells": [cell(world, "T") | bad]})
    assert answer.status_code == status


async def test_a_teacher_writes_and_reads_the_own_subject_only(as_: As, world: World) -> None:
    music = {"cells": [cell(world, "T", item="am_nhac")]}
    assert (await as_("music").put(cells_of(world, "am_nhac"), json=music)).status_code == 204
    assert (await as_("music").put(cells_of(world, "toan"), json={"cells": [cell(world, "T")]})).status_code == 403
    read = cells_of(world).removesuffix("/toan")
    assert (await as_("music").get(read, params={"slot": "am_nhac"})).status_code == 200
    assert (await as_("music").get(read, params={"slot": "toan"})).status_code == 404
    assert (await as_("homeroom").get(read, params={"slot": "am_nhac"})).status_code == 200


async def test_what_was_handed_in_is_closed_and_says_for_whom(as_: As, world: World, db: Session) -> None:
    book = open_book(db, world.cast)
    fill(book, ["toan"])
    book.act(Action.SUBMIT, "toan", world.records[:2])
    db.commit()
    body = {"cells": [cell(world, "C", record=number) for number in range(3)]}
    answer = await as_("homeroom").put(cells_of(world), json=body)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:hocba:Conflict")
    assert sorted(answer.json()["record_ids"]) == sorted(world.records[:2])
    levels = db.scalars(select(Assessment.level).where(Assessment.item == "toan", Assessment.level == "C")).all()
    assert levels == []


async def test_attendance_is_kept_and_may_be_corrected(as_: As, world: World, db: Session) -> None:
    path = f"/api/v1/class-terms/{world.class_term_id}/attendance"
    for days in (3, 2):
        row = {"record_id": world.records[0], "absent_excused": days, "height_cm": "118", "health": "Bình thường"}
        assert (await as_("homeroom").put(path, json=[row])).status_code == 204
    kept = db.get_one(PupilTerm, UUID(world.records[0]))
    assert (kept.absent_excused, kept.height_cm, kept.health) == (2, "118", "Bình thường")


@pytest.mark.parametrize("days", [-1, 401, "hai"])
async def test_impossible_absences_are_refused(as_: As, world: World, days: object) -> None:
    path = f"/api/v1/class-terms/{world.class_term_id}/attendance"
    row = {"record_id": world.records[0], "absent_unexcused": days}
    answer = await as_("homeroom").put(path, json=[row])
    assert answer.status_code == 422
    assert "absent_unexcused" in answer.json()["detail"]


def test_the_kinds_of_cells_are_those_of_the_form() -> None:
    assert {kind.value for kind in CellKind} == {"level", "score", "comment"}
