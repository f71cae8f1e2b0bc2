"""A secondary class to the seal: subject teachers sign the class's sheet only, or each record as well."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from httpx import Response

from domain.assessment import Term
from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.documents import subject_field
from domain.signature_plans import SignaturePlan
from signing.verification.verdicts import Verdict
from signing.verification.verify import verify
from storage.database import Sessions
from storage.objects import Objects
from storage.tables import Document
from tests.api.classroom import Classroom, outcome_of
from tests.api.world import Keyring
from tests.factories import open_book

PAUSE = 0.2
SUBJECTS = 12


MakeClass = Callable[[SignaturePlan, int], Classroom]


@pytest.fixture
def grade_6(new_class: Callable[..., Classroom], live_sessions: Sessions) -> MakeClass:
    """A class whose first term is handed in; its year is about to close."""

    def made(plan: SignaturePlan, pupils: int) -> Classroom:
        room = new_class(f"6{plan.value[0].upper()}{pupils}", pupils=pupils, plan=plan)
        room.term = Term.YEAR_END
        with live_sessions.begin() as session:
            open_book(session, room.cast).submit_all()
        return room

    return made


async def answered(ask: Callable[[], Awaitable[Response]]) -> Response:
    """Many papers, few cores: who is asked to come back may press again, which is harmless."""
    answer = await ask()
    while answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
        answer = await ask()
    return answer


async def signed_in_turn(room: Classroom, slot: str, action: str = "sign") -> None:
    """Somebody opens an order, waits until it is his turn, and confirms."""
    order_id = uuid4()
    order = (await answered(lambda: room.prepare(action, slot, order_id))).json()
    while order["state"] == "preparing":
        await asyncio.sleep(PAUSE)
        order = (await room.as_(slot).get(f"/api/v1/orders/{order_id}")).json()
    assert (order["state"], order["failed"]) == ("prepared", [])
    answer = await answered(lambda: room.confirm(slot, order_id))
    assert outcome_of(answer)["failed"] == []


async def to_the_seal(room: Classroom) -> None:
    """All subject teachers at once, then the others one after the other."""
    await room.open()
    await room.review_all()
    subjects = room.cast.curriculum.slots[:-1]
    await asyncio.gather(*(signed_in_turn(room, slot) for slot in subjects))
    for action, slot in (("sign", HOMEROOM), ("approve", PRINCIPAL), ("seal", SEAL)):
        await signed_in_turn(room, slot, action)


def papers(sessions: Sessions, room: Classroom, kind: str) -> list[Document]:
    with sessions() as session:
        return session.query(Document).filter_by(class_term_id=UUID(room.id), kind=kind, state="live").all()


# With a signature of every teacher in each record, a smaller class shows the same and takes seconds, not a minute.
@pytest.mark.parametrize(("plan", "pupils"), [(SignaturePlan.SHEET, 45), (SignaturePlan.RECORD, 6)])
async def test_a_class_comes_to_the_seal(
    grade_6: MakeClass, plan: SignaturePlan, pupils: int, live_sessions: Sessions, keys: Keyring, objects_folder: Path
) -> None:
    room = grade_6(plan, pupils)
    await to_the_seal(room)
    assert (await room.detail())["stage"] == "issued"
    assert len(papers(live_sessions, room, "subject_sheet")) == len(room.cast.curriculum.subjects) == SUBJECTS
    records = papers(live_sessions, room, "year_record")
    assert len(records) == pupils
    found = verify(Objects(objects_folder).get(records[0].sha256), [keys.authority.root])
    failed = [each.check for each in found.findings if each.outcome is not Verdict.VALID]
    assert (found.verdict, failed) == (Verdict.VALID, [])
    teachers = [subject_field(each.code) for each in room.cast.curriculum.subjects]
    signed = [signature.field for signature in found.signatures]
    assert sorted(signed[:-3]) == sorted(teachers if plan is SignaturePlan.RECORD else [])
    assert signed[-3:] == ["homeroom", "principal", "seal"]


async def test_a_returned_record_needs_every_teacher_s_signature_again(
    grade_6: MakeClass, live_sessions: Sessions
) -> None:
    room = grade_6(SignaturePlan.RECORD, 3)
    await room.open()
    await room.review_all()
    subjects = room.cast.curriculum.slots[:-1]
    for slot in subjects:
        await signed_in_turn(room, slot)
    everybody, room.records = room.records, room.records[:1]
    await room.decide("return", HOMEROOM, slot=HOMEROOM, to_slot="toan", reason="Điểm cuối kì chưa khớp.")
    await room.submit("toan")
    await room.decide("review", HOMEROOM)
    [line] = [each for each in (await room.detail())["records"] if each["record_id"] == room.records[0]]
    assert sorted(line["unsigned_slots"]) == sorted(subjects)
    for slot in subjects:
        await signed_in_turn(room, slot)
    room.records = everybody
    await room.sign("sign", HOMEROOM)
    sheets = papers(live_sessions, room, "subject_sheet")
    assert len(sheets) == SUBJECTS + 1  # only Toán has a second one: the others' sheets still hold


async def test_one_subject_at_a_time_where_each_record_is_signed(grade_6: MakeClass) -> None:
    room = grade_6(SignaturePlan.RECORD, 1)
    await room.open()
    await room.review_all()
    room.tokens["toan"] = room.tokens["ngu_van"] = room.tokens[HOMEROOM]
    answer = await room.prepare("sign", "ngu_van", uuid4(), ["toan"])
    assert answer.status_code == 403
