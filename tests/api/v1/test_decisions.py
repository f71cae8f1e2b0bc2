"""Decisions over HTTP with Temporal and the real workers behind: done once, answered the same, refused in time."""

import asyncio
import hashlib
import json
import logging
from collections import Counter
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Text, cast, func, literal_column, select
from temporalio.testing import WorkflowEnvironment

from domain.curriculum import HOMEROOM, PRINCIPAL
from signing.verification.verdicts import Verdict
from signing.verification.verify import verify
from storage.database import Sessions
from storage.tables import AuditEntry, Base, Command, DecisionOrigin, SignatureRow
from tests.api.classroom import Classroom, outcome_of
from tests.api.conftest import As
from tests.api.world import PASSPHRASE, Keyring, World
from tests.factories import SUBJECTS, open_book

NewClass = Callable[[], Classroom]


async def test_the_same_command_twice_is_one_effect_and_one_answer(
    new_class: NewClass, live_sessions: Sessions
) -> None:
    room, command_id = new_class(), uuid4()
    await room.open()
    await room.enter("toan")
    first, second = await asyncio.gather(room.submit("toan", command_id), room.submit("toan", command_id))
    third = await room.submit("toan", command_id)
    assert first.status_code == 200
    assert first.json() == second.json() == third.json()
    with live_sessions() as session:
        assert session.scalar(select(func.count()).where(AuditEntry.class_term_id == UUID(room.id))) == 1
        assert session.get_one(Command, str(command_id)).wf_seq == 1


async def test_what_is_missing_is_named_and_nothing_is_closed(new_class: NewClass) -> None:
    room = new_class()
    await room.open()
    body = {"cells": room.cells("toan", room.records[:1])}
    await room.as_(HOMEROOM).put(f"/api/v1/class-terms/{room.id}/cells/toan", json=body)
    answer = await room.submit("toan")
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (422, "urn:hocba:Incomplete")
    assert sorted(problem["record_ids"]) == sorted(room.records[1:])
    assert problem["detail"] == "Còn thiếu dữ liệu của 2 học sinh, ví dụ: Toán: mức đạt được (giữa học kì I)."
    assert (await room.enter("toan")).status_code == 200
    assert (await room.submit("toan")).status_code == 200


async def test_what_was_handed_in_cannot_be_changed_until_it_is_returned(new_class: NewClass) -> None:
    room = new_class()
    await room.open()
    await room.enter("toan")
    await room.submit("toan")
    assert (await room.enter("toan")).status_code == 409
    assert (await room.submit("toan")).status_code == 409
    back = {"slot": HOMEROOM, "to_slot": "toan", "reason": "Nhận xét chưa khớp với bài làm."}
    assert (await room.decide("return", HOMEROOM, None, **back)).status_code == 200
    assert (await room.enter("toan")).status_code == 200


async def test_opening_a_book_again_gives_the_same_book(new_class: NewClass) -> None:
    room = new_class()
    first = await room.open()
    assert (await room.open()).json() == first.json()


async def test_a_class_whose_book_was_never_opened_is_not_found(new_class: NewClass, live_sessions: Sessions) -> None:
    room = new_class()
    with live_sessions.begin() as session:
        book = open_book(session, room.cast)  # as it stands before its workflow is started
    words = {"command_id": str(uuid4()), "record_ids": book.records}
    answer = await room.as_(HOMEROOM).post(f"/api/v1/class-terms/{book.id}/review", json=words)
    assert answer.status_code == 404
    assert answer.json()["detail"] == "Sổ của lớp này chưa được mở."


async def test_a_sheet_is_prepared_once_and_signed_once(new_class: NewClass, live_sessions: Sessions) -> None:
    room, order_id = new_class(), uuid4()
    await room.open()
    await room.review_all()
    prepared = await asyncio.gather(*(room.prepare("sign", "toan", order_id) for _ in range(2)))
    assert [answer.status_code for answer in prepared] == [200, 200]
    assert prepared[0].json() == prepared[1].json()
    wrong = await room.confirm("toan", order_id, "sai mật khẩu")
    assert (wrong.status_code, wrong.json()["type"]) == (403, "urn:hocba:WrongPassphrase")
    confirmed = await asyncio.gather(*(room.confirm("toan", order_id) for _ in range(3)))
    assert [answer.json() for answer in confirmed] == [confirmed[0].json()] * 3
    assert outcome_of(confirmed[0])["done"] == room.records
    with live_sessions() as session:
        signed = select(func.count()).where(SignatureRow.order_id == order_id)
        assert session.scalar(signed) == 1


async def test_the_last_confirmation_pressed_again_gives_the_same_answer(issued: Classroom) -> None:
    assert issued.seal_order is not None
    answer = await issued.confirm("seal", issued.seal_order)
    assert (answer.status_code, outcome_of(answer)["done"]) == (200, issued.records)


async def test_a_finished_class_takes_no_decision(issued: Classroom) -> None:
    assert (await issued.detail())["stage"] == "issued"
    back = {"slot": HOMEROOM, "to_slot": "toan", "reason": "Sai điểm kiểm tra."}
    deadline = {"command_id": str(uuid4()), "policy_version": 9, "due_at": "2027-02-01T00:00:00+07:00"}
    answers = [
        await issued.decide("return", HOMEROOM, None, **back),
        await issued.decide("hold", PRINCIPAL, slot=PRINCIPAL, reason="Chờ giấy khai sinh."),
        await issued.as_(PRINCIPAL).post(f"/api/v1/class-terms/{issued.id}/deadline", json=deadline),
    ]
    for answer in answers:
        assert (answer.status_code, answer.json()["type"]) == (409, "urn:hocba:Conflict")
        assert answer.json()["detail"] == "Sổ của lớp đã phát hành xong, không thay đổi được nữa."


async def test_opening_a_finished_book_again_starts_nothing(issued: Classroom) -> None:
    assert (await issued.open()).status_code == 201
    assert (await issued.detail())["stage"] == "issued"


async def test_the_papers_of_a_finished_class_verify_from_their_bytes(issued: Classroom, keys: Keyring) -> None:
    lines = (await issued.as_(PRINCIPAL).get(f"/api/v1/class-terms/{issued.id}/documents")).json()
    assert Counter(line["kind"] for line in lines) == {"subject_sheet": len(SUBJECTS), "class_summary": 1}
    for line in lines:
        paper = await issued.as_(PRINCIPAL).get(f"/api/v1/documents/{line['document_id']}")
        assert hashlib.sha256(paper.content).hexdigest() == line["sha256"]
        expected = Verdict.VALID if line["sealed_at"] else Verdict.INDETERMINATE  # evidence of a sheet comes later
        assert verify(paper.content, [keys.authority.root]).verdict is expected
        assert line["level"] == ("B-LT" if line["sealed_at"] else "B-B")


async def test_the_passphrase_is_kept_nowhere(
    issued: Classroom, live_sessions: Sessions, temporal_env: WorkflowEnvironment, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = await issued.confirm("seal", UUID(str(issued.seal_order)), PASSPHRASE)
    histories = [each async for each in temporal_env.client.list_workflows(f'ClassId = "{issued.cast.class_id}"')]
    assert histories
    told = [answer.content, caplog.text.encode(), *everything_in(live_sessions)]
    for execution in histories:
        history = await temporal_env.client.get_workflow_handle(execution.id).fetch_history()
        told += [event.SerializeToString() for event in history.events]
    assert sum(str(issued.seal_order).encode() in text for text in told) > 3
    written = (PASSPHRASE.encode(), PASSPHRASE.encode().hex().encode(), json.dumps(PASSPHRASE)[1:-1].encode())
    assert not [text for text in told if any(form in text for form in written)]


def everything_in(sessions: Sessions) -> list[bytes]:
    """Every row of every table as PostgreSQL writes it."""
    with sessions() as session:
        return [
            row.encode()
            for table in Base.metadata.sorted_tables
            for row in session.scalars(select(cast(literal_column(table.name), Text)).select_from(table))
        ]


async def test_where_a_decision_came_from_is_kept_beside_it(new_class: NewClass, live_sessions: Sessions) -> None:
    room, command_id = new_class(), uuid4()
    await room.open()
    await room.enter("toan")
    await room.submit("toan", command_id)
    with live_sessions() as session:
        origin = session.get_one(DecisionOrigin, str(command_id))
        assert (origin.staff_id, origin.device, origin.network) == (room.cast.homeroom, "Bản dùng thử", "")


async def test_a_signature_has_an_origin_by_its_order(issued: Classroom, live_sessions: Sessions) -> None:
    with live_sessions() as session:
        origin = session.get_one(DecisionOrigin, str(issued.seal_order))
        assert origin.staff_id == issued.cast.school.clerk


async def test_a_command_id_that_was_used_for_something_else_is_refused(new_class: NewClass) -> None:
    room, command_id = new_class(), uuid4()
    await room.open()
    later = {"command_id": str(command_id), "policy_version": 1000, "due_at": "2027-02-01T00:00:00+07:00"}
    path = f"/api/v1/class-terms/{room.id}/deadline"
    assert (await room.as_(PRINCIPAL).post(path, json=later)).status_code == 200
    answer = await room.decide("release", PRINCIPAL, command_id, slot=PRINCIPAL)
    assert answer.status_code == 409
    assert "Mã thao tác này đã dùng" in answer.text


@pytest.mark.parametrize("due_at", [0, 1.8e9, "1800000000", True, None, "2027-02-01"])
async def test_a_deadline_is_a_time_as_it_is_described(as_: As, world: World, due_at: object) -> None:
    body = {"command_id": str(uuid4()), "policy_version": 1000, "due_at": due_at}
    answer = await as_("principal").post(f"/api/v1/class-terms/{world.class_term_id}/deadline", json=body)
    assert answer.status_code == 422
    assert answer.json()["detail"] == "Hạn: phải là ngày giờ hợp lệ."


@pytest.mark.parametrize("version", ["0", 0.0, False])
async def test_a_number_is_a_number(as_: As, world: World, version: object) -> None:
    cell = {"record_id": world.records[0], "item": "toan", "point": "end_hk1", "kind": "level", "value": "T"}
    path = f"/api/v1/class-terms/{world.class_term_id}/cells/toan"
    answer = await as_("homeroom").put(path, json={"cells": [cell | {"version": version}]})
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "body.cells.0.version")
