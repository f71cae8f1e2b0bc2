"""A pupil moves over HTTP with real workers: the paper is signed and sealed, the package packed and verified."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import select

from domain.calendar import day_of
from domain.transfers.contents import PaperKind
from domain.transfers.phases import Phase
from interchange.transfer.package import unpack
from storage.database import Sessions
from storage.tables import Document, Enrolment, PupilRow, Transfer
from tests.api.classroom import Classroom
from tests.api.world import PASSPHRASE, Keyring, at_desk, give_keys, sign_in
from tests.factories import ClassCast, make_class, make_school

NewClass = Callable[..., Classroom]


class Move:
    """The two schools, their people at browsers, and the transfer between them."""

    def __init__(self, app: FastAPI, sessions: Sessions, old: ClassCast, new: ClassCast) -> None:
        self.app, self.sessions, self.old, self.new, self.path = app, sessions, old, new, ""

    def desk(self, staff_id: UUID) -> AsyncClient:
        with self.sessions.begin() as session:
            cookie = sign_in(session, staff_id)
        return at_desk(self.app, cookie)

    def row(self) -> Transfer:
        with self.sessions() as session:
            return session.get_one(Transfer, UUID(self.path.rpartition("/")[2]))

    async def reach(self, phase: Phase, seconds: int = 60) -> None:
        for _ in range(seconds * 10):
            if self.row().phase == phase:
                return
            await asyncio.sleep(0.1)
        raise TimeoutError(self.row().phase)

    async def act(self, staff_id: UUID, act: str, **fields: str) -> None:
        answer = await self.desk(staff_id).post(f"{self.path}/{act}", data={"command_id": str(uuid4()), **fields})
        assert answer.status_code == 303, answer.text

    async def sign(self, staff_id: UUID, field: str) -> None:
        desk, page = self.desk(staff_id), f"/viec/{self.path.rpartition('/')[2]}/ky"
        for _ in range(200):  # until it is this person's turn
            answer = await desk.post(page, data={"command_id": str(uuid4()), "phan": field})
            if answer.status_code == 303:
                break
            await asyncio.sleep(0.1)
        order = answer.headers["Location"]
        for _ in range(300):
            if "passphrase" in (await desk.get(order)).text:
                break
            await asyncio.sleep(0.1)
        confirmed = await desk.post(order, data={"passphrase": PASSPHRASE})
        assert confirmed.status_code == 303, confirmed.text


@pytest.fixture
def move(live_app: FastAPI, live_sessions: Sessions, keys: Keyring, issued: Classroom) -> Move:
    """From a class whose first term is sealed to one of another school."""
    with live_sessions.begin() as session:
        new = make_class(session, make_school(session, 71), "1B1")
        give_keys(session, keys, new)
    return Move(live_app, live_sessions, issued.cast, new)


async def request(move: Move) -> None:
    with move.sessions() as session:
        query = select(PupilRow).join(Enrolment, Enrolment.pupil_id == PupilRow.id)
        pupil = session.scalars(query.where(Enrolment.class_id == move.old.class_id)).first()
        assert pupil is not None
    form = {
        "command_id": str(uuid4()), "huong": "den", "hoc_sinh": pupil.pupil_code,
        "ngay_sinh": pupil.birth_date.isoformat(), "ngay_don": day_of(datetime.now(UTC)).isoformat(),
        "reason": "Mẹ làm đơn: chuyển chỗ ở.",
    }  # fmt: skip
    asked = await move.desk(move.new.school.clerk).post("/chuyen-truong", data=form)
    move.path = asked.headers["Location"]


async def test_a_pupil_moves_with_sealed_papers_that_verify(move: Move) -> None:
    await request(move)
    await move.act(move.new.school.principal, "tiep-nhan", lop=str(move.new.class_id))
    await move.act(move.old.school.principal, "tra-ho-so")
    await move.reach(Phase.WRITING)
    await move.sign(move.old.school.principal, "principal")
    await move.sign(move.old.school.clerk, "seal")
    await move.reach(Phase.CHECKING)
    shown = await move.desk(move.new.school.clerk).get(move.path)
    assert move.row().is_sound, shown.text
    assert "Chữ ký, con dấu và nội dung văn bản hợp lệ." in shown.text
    packed = unpack((await move.desk(move.new.school.clerk).get(f"{move.path}/ho-so")).content)
    assert [paper.kind for paper in packed.papers] == [PaperKind.TRANSFER_RESULT]
    assert packed.data.running is not None
    assert [term.term for term in packed.data.running.terms] == ["hk1"]
    assert packed.data.running.terms[0].cells
    await move.act(move.new.homeroom, "xac-nhan")
    await move.reach(Phase.PLACED)
    with move.sessions() as session:
        paper = session.get_one(Document, move.row().document_id)
        assert (paper.state, paper.sealed_at is not None) == ("live", True)
        enrolment = session.get_one(Enrolment, move.row().to_enrolment_id)
        assert enrolment.class_id == move.new.class_id
