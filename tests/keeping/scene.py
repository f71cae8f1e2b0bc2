"""A school at work: classes at different steps, a pupil on the way, work handed over, a part that is unlocked."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from pydantic import SecretStr
from sqlalchemy import func, select

from api.handovers import Wanted, WantedStep
from domain.calendar import day_of
from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.matters import MatterKind
from domain.matters.corrections import CorrectionCommand, Deed, UnlockState
from domain.matters.handover_messages import ItemAsked
from domain.matters.handovers import Deed as HandoverDeed
from domain.matters.handovers import HandoverKind, HandoverState
from domain.transfers.phases import Phase
from signing.keys import KeyStore
from storage import demo, journal, reopening, staffing
from storage.staffing import Person
from storage.tables import ClassTermRow, Document, Matter, Notice, SignatureRow, SigningOrder, Staff, TermRecord
from tests.api.classroom import Classroom
from tests.api.test_transfer_live import Move, request
from tests.api.world import PASSPHRASE, Keyring, give_keys, make_admin
from tests.factories import SUBJECTS, ClassCast, SchoolCast, make_class, make_school
from tests.keeping.installation import Installation
from tests.office import make_campaign, manager_of, shipped_plan
from tests.signing.pki import Stage
from workflows.campaign import CampaignState
from workflows.matter_starting import decide_correction
from workflows.starting import start_campaign

Counts = tuple[Counter[str], Counter[str]]
PUPILS = 2
NAMES = ("1A1", "1A2", "1A3", "1A4")
UNLOCKED = "am_nhac"
PATIENCE = 60


@dataclass
class Scene:
    """Ids of what is under way; `on` is the installation on which it goes on."""

    on: Installation
    keys: Keyring
    school: SchoolCast
    admin: UUID
    rooms: dict[str, Classroom]
    other: ClassCast
    confirmed: UUID = field(default_factory=uuid4)  # an order that nobody carries
    unlock: UUID = field(default_factory=uuid4)
    handover: UUID = field(default_factory=uuid4)
    move_path: str = ""

    def moved_to(self, on: Installation) -> "Scene":
        """The same people before another installation."""
        self.on = on
        for room in self.rooms.values():
            room.app = on.app
        return self

    @property
    def move(self) -> Move:
        move = Move(self.on.app, self.on.sessions, self.rooms["1A1"].cast, self.other)
        move.path = self.move_path
        return move

    def person(self, staff_id: UUID) -> Person:
        with self.on.sessions() as session:
            found = staffing.person(session, datetime.now(UTC), Staff.id == staff_id)
        assert found is not None
        return found

    async def correct(self, deed: Deed, staff_id: UUID, **more: object) -> None:
        reason_id = uuid4()
        with self.on.sessions.begin() as session:
            journal.add_reason(session, reason_id, self.school.school_id, staff_id, "Nhập nhầm điểm.")
        command = CorrectionCommand(
            MatterKind.UNLOCK.value, str(self.unlock), deed, str(staff_id), command_id=str(uuid4()),
            reason_id=str(reason_id), **more,  # type: ignore[arg-type]
        )  # fmt: skip
        await decide_correction(self.on.client, command)

    async def until(self, what: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not await asyncio.to_thread(what):  # noqa: ASYNC110 - others decide
                await asyncio.sleep(0.1)

    def is_completed(self) -> bool:
        with self.on.sessions() as session:
            return session.get_one(SigningOrder, self.confirmed).state == "completed"

    def held(self, room: Classroom) -> list[str]:
        query = select(TermRecord.id).where(TermRecord.class_term_id == UUID(room.id), TermRecord.held)
        with self.on.sessions() as session:
            return [str(each) for each in session.scalars(query)]

    def open_books(self) -> int:
        with self.on.sessions() as session:
            return len(reopening.open_books(session))

    def stage(self, name: str) -> str:
        with self.on.sessions() as session:
            return session.get_one(ClassTermRow, UUID(self.rooms[name].id)).stage

    def matter(self, matter_id: UUID) -> str:
        with self.on.sessions() as session:
            return session.get_one(Matter, matter_id).state

    def counts(self) -> "Counts":
        return self._notices(), self._papers()

    def _notices(self) -> Counter[str]:
        """How many people were told of what."""
        with self.on.sessions() as session:
            told = session.execute(select(Notice.kind, Notice.subject_ref)).all()
        return Counter(f"{kind} {subject.partition('/')[0] if kind == 'matter' else ''}" for kind, subject in told)

    def _papers(self) -> Counter[str]:
        """Papers by what they are, how they stand, and how many signatures they bear."""
        signatures = func.count(SignatureRow.id)
        query = (
            select(Document.kind, Document.state, signatures)
            .join(SignatureRow, SignatureRow.document_id == Document.id)
            .group_by(Document.id)
        )
        with self.on.sessions() as session:
            return Counter(f"{kind}, {state}, {count} signatures" for kind, state, count in session.execute(query))


def make_scene(on: Installation, stage: Stage) -> Scene:
    keys = Keyring(stage.authority, KeyStore(on.settings.key_store))
    with on.sessions.begin() as session:
        school = make_school(session, 1)
        admin = make_admin(session, school)
        casts = {name: make_class(session, school, name, pupils=PUPILS) for name in NAMES}
        other = make_class(session, make_school(session, 2), "1B1", pupils=PUPILS)
        for cast in (*casts.values(), other):
            give_keys(session, keys, cast)
        rooms = {}
        for name, cast in casts.items():
            people = {
                HOMEROOM: cast.homeroom, **cast.teachers, PRINCIPAL: school.principal, SEAL: school.clerk,
                "admin": admin,
            }  # fmt: skip
            tokens = {slot: demo.new_token(session, staff_id) for slot, staff_id in people.items()}
            rooms[name] = Classroom(on.app, cast, tokens)
    return Scene(on, keys, school, admin, rooms, other)


async def set_to_work(scene: Scene) -> None:
    """1A1 is issued, and one of its pupils leaves; 1A2 is reviewed, with an order confirmed that nobody carries;
    1A3 was sent, and a part of it is unlocked; of 1A4 one pupil is held, and the teachers are about to change.
    """
    for name in ("1A1", "1A2", "1A3"):
        await scene.rooms[name].open()
        await scene.rooms[name].review_all()
    await scene.rooms["1A1"].sign_all()
    await scene.rooms["1A4"].open()
    await _leave(scene)
    await _confirm(scene)
    await _unlock(scene)
    await _hold_and_hand_over(scene)
    await _begin_campaign(scene)
    await asyncio.to_thread(scene.on.publish)


async def _leave(scene: Scene) -> None:
    """The head of the school that is left has signed; the seal is waited for."""
    move = scene.move
    await request(move)
    scene.move_path = move.path
    await move.act(move.new.school.principal, "tiep-nhan", lop=str(move.new.class_id))
    await move.act(move.old.school.principal, "tra-ho-so")
    await move.reach(Phase.WRITING)
    await move.sign(move.old.school.principal, "principal")


async def _confirm(scene: Scene) -> None:
    """The music teacher's sheet is signed by the key, and then whoever was to carry it dies."""
    room = scene.rooms["1A2"]
    assert (await room.prepare("sign", UNLOCKED, scene.confirmed)).status_code == 200
    with scene.on.sessions() as session:
        order = session.get_one(SigningOrder, scene.confirmed)
    refused = scene.on.services.confirming.begin([order], SecretStr(PASSPHRASE), datetime.now(UTC))
    assert not refused


async def _unlock(scene: Scene) -> None:
    room = scene.rooms["1A3"]
    cast, records = room.cast, {"record_ids": tuple(room.records), "slots": (UNLOCKED,)}
    await scene.correct(Deed.ASK, cast.music, class_term_id=room.id, **records)
    until = datetime.now(UTC) + timedelta(days=2)
    await scene.correct(Deed.GRANT, scene.school.principal, until=until, **records)
    await scene.correct(Deed.EXECUTE, scene.admin)
    assert scene.matter(scene.unlock) == UnlockState.OPEN


async def _hold_and_hand_over(scene: Scene) -> None:
    room = scene.rooms["1A4"]
    await keep_back(room, room.records[0])
    begins = datetime.now(UTC) + timedelta(days=3)
    item = ItemAsked(class_id=str(room.cast.class_id), slot=UNLOCKED, successor_id=str(room.cast.homeroom))
    wanted = Wanted(
        scene.handover, HandoverKind.DELEGATION, room.cast.music, "Nghỉ ốm", begins, begins + timedelta(days=5), (item,)
    )  # fmt: skip
    await scene.on.services.handovers.open(scene.person(scene.school.principal), wanted)


async def _begin_campaign(scene: Scene) -> None:
    """Of both schools; it opens the book of the class that nobody has begun."""
    with scene.on.sessions.begin() as session:
        authority_id = manager_of(session, scene.school.school_id, day_of(datetime.now(UTC)))
        assert authority_id is not None
        campaign = make_campaign(session, authority_id, shipped_plan(session))
        state = CampaignState(str(campaign.id), campaign.school_year, campaign.grade, ())
    await start_campaign(scene.on.client, state)
    await scene.until(lambda: scene.open_books() == len(NAMES))


async def keep_back(room: Classroom, record: str) -> None:
    await _decide(room, "hold", record, reason="Chờ giấy khám sức khoẻ.")


async def let_go(room: Classroom, record: str) -> None:
    await _decide(room, "release", record)


async def _decide(room: Classroom, verb: str, record: str, **more: str) -> None:
    body = {"command_id": str(uuid4()), "record_ids": [record], "slot": HOMEROOM, **more}
    answer = await room.as_(HOMEROOM).post(f"/api/v1/class-terms/{room.id}/{verb}", json=body)
    assert answer.status_code == 200, answer.text


async def to_the_end(scene: Scene) -> None:
    """Everybody goes on with what waits for them, until nothing of it is left."""
    await scene.until(scene.is_completed)  # by itself
    second = scene.rooms["1A2"]
    await second.sign("sign", *(slot for slot in SUBJECTS if slot != UNLOCKED))
    await _from_homeroom(second)
    third = scene.rooms["1A3"]
    assert (await third.submit(UNLOCKED)).status_code == 200
    assert (await third.decide("review", HOMEROOM)).status_code == 200
    await third.sign_all()
    fourth = scene.rooms["1A4"]
    held = scene.held(fourth)
    assert fourth.records[0] in held
    for each in held:
        await let_go(fourth, each)
    await fourth.review_all()
    await fourth.sign_all()
    step = WantedStep(HandoverDeed.ACCEPT, uuid4())
    await scene.on.services.handovers.step(scene.person(fourth.cast.homeroom), scene.handover, step)
    await _arrive(scene)
    assert [scene.stage(name) for name in NAMES] == ["issued"] * len(NAMES)
    assert scene.matter(scene.unlock) == UnlockState.SETTLED
    assert scene.matter(scene.handover) == HandoverState.STANDING
    await asyncio.to_thread(scene.on.publish)


async def _from_homeroom(room: Classroom) -> None:
    await room.sign("sign", HOMEROOM)
    await room.sign("approve", PRINCIPAL)
    await room.sign("seal", SEAL)


async def _arrive(scene: Scene) -> None:
    move = scene.move
    await move.sign(move.old.school.clerk, "seal")
    await move.reach(Phase.CHECKING)
    assert move.row().is_sound
    await move.act(move.new.homeroom, "xac-nhan")
    await move.reach(Phase.PLACED)
