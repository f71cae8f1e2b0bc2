"""A secondary pupil who must sit a re-test in summer: the class is sealed, the pupil follows with the new mark."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from domain.assessment import AssessmentPoint, Term
from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.documents import DocumentKind
from domain.entry import CellKey
from domain.scales import CellKind
from storage.database import Sessions
from storage.tables import Document
from tests.api.classroom import Cells, Classroom, outcome_of
from tests.factories import open_book

LOW = ("toan", "lich_su_dia_li")  # one low subject alone would raise the level (Circular 22/2021 art. 9 clause 4)
AFTER = CellKey("toan", AssessmentPoint.SUMMER, CellKind.SCORE)


@pytest.fixture
def room(new_class: Callable[..., Classroom], live_sessions: Sessions) -> Classroom:
    """A grade-6 class of two whose first term is handed in."""
    room = new_class("6H1", pupils=2)
    room.term = Term.YEAR_END
    with live_sessions.begin() as session:
        open_book(session, room.cast).submit_all()
    return room


async def put_marks(room: Classroom, slot: str, value: str, cells: Cells) -> None:
    body = {"cells": [{"version": 0} | cell | {"value": value} for cell in cells]}
    answer = await room.as_(slot).put(f"/api/v1/class-terms/{room.id}/cells/{slot}", json=body)
    assert answer.json()["refused"] == answer.json()["overtaken"] == [], answer.text


async def handed_in_with_low_marks(room: Classroom) -> None:
    """Everybody has 9 in everything, but the first pupil 0 in the second term of two subjects."""
    await room.open()
    for slot in room.cast.curriculum.slots:
        await room.enter(slot)
        if slot in LOW:
            marks = [
                cell | {"version": 1} for cell in room.cells(slot, room.records[:1]) if cell["kind"] == CellKind.SCORE
            ]
            await put_marks(room, slot, "0", marks)
        assert (await room.submit(slot)).status_code == 200
    assert (await room.decide("review", HOMEROOM)).status_code == 200
    for slot in room.cast.curriculum.slots[:-1]:
        await room.sign("sign", slot)


async def after_the_re_test(room: Classroom) -> None:
    """The record goes back to who teaches maths, and from there to the seal."""
    back = await room.decide("return", HOMEROOM, slot=HOMEROOM, to_slot="toan", reason="Ghi điểm kiểm tra lại.")
    assert back.status_code == 200, back.text
    await put_marks(room, "toan", "7.5", [{"record_id": record, **AFTER._asdict()} for record in room.records])
    assert (await room.submit("toan")).status_code == 200
    assert (await room.decide("review", HOMEROOM)).status_code == 200
    for action, slot in (("sign", "toan"), ("sign", HOMEROOM), ("approve", PRINCIPAL), ("seal", SEAL)):
        await room.sign(action, slot)


def year_records(sessions: Sessions, room: Classroom) -> int:
    with sessions() as session:
        query = select(Document.id).where(
            Document.class_term_id == UUID(room.id), Document.kind == DocumentKind.YEAR_RECORD, Document.state == "live"
        )
        return len(session.scalars(query).all())


async def test_a_pupil_with_a_re_test_follows_the_class_after_the_summer(
    room: Classroom, live_sessions: Sessions
) -> None:
    await handed_in_with_low_marks(room)
    low, good = room.records
    order_id = uuid4()
    prepared = (await room.prepare("sign", HOMEROOM, order_id)).json()
    assert [(each["record_id"], each["code"]) for each in prepared["failed"]] == [(low, "YearNotOver")]
    failed = outcome_of(await room.confirm(HOMEROOM, order_id))["failed"]
    assert [each["record_id"] for each in failed] == [low]
    room.records = [good]
    await room.sign("approve", PRINCIPAL)
    await room.sign("seal", SEAL)
    assert year_records(live_sessions, room) == 1

    room.records = [low]
    await after_the_re_test(room)
    assert (await room.detail())["stage"] == "issued"
    assert year_records(live_sessions, room) == 2
    results = (await room.as_(PRINCIPAL).get(f"/api/v1/class-terms/{room.id}/results")).json()
    by_record = {each["record_id"]: each for each in results}
    assert by_record[low]["is_promoted"] is True
    [maths] = [each for each in by_record[low]["subjects"] if each["subject"] == "toan"]
    assert (maths["year"], maths["retest"]) == ("3,0", "7,5")
