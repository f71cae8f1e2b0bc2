"""The demo's matters: pupils who change school, a teacher who will be on leave, mistakes in what was sent and issued.

Each stands where somebody of the demo school is to go on with it by hand.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import select
from temporalio.client import Client

from cli.demo_data import DemoSchool
from cli.demo_office import CLASS, DemoOffice, Neighbour
from cli.trouble import Trouble
from domain.assessment import Term
from domain.calendar import day_of, start_of_day
from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.matters import MatterKind, corrections
from domain.matters.civil import CivilDecision
from domain.matters.corrections import CorrectionCommand
from domain.matters.handover_messages import HandoverStep, ItemAsked, OpenHandover
from domain.matters.handovers import Deed, HandoverKind
from domain.pupils import PupilField
from domain.stages import Stage
from domain.transfers import phases
from domain.transfers.messages import TransferDeed, TransferStanding
from domain.transfers.phases import Phase
from storage import journal, registration, staffing
from storage.corrections import civil
from storage.database import Sessions
from storage.handovers.holding import Held, held_from
from storage.tables import ClassTermRow, Enrolment, PupilRow, Staff, TermRecord, Transfer
from storage.transfers import dues, requesting
from storage.transfers.requesting import Application
from workflows.matter_starting import decide_correction, open_handover, step_handover
from workflows.starting import send_deed, start_transfer

_IDS: Final = UUID("0d3f7c52-5f0e-4a53-9d0e-6f3b1a7c9e24")
_PATIENCE: Final = 60.0  # seconds until the books have let a pupil go
# Places in the lists of classes, so that whoever the tour begins with stays.
_LEAVES, _ARRIVES = ("1A1", 33), 2
_GOES_TO, _COMES_FROM = 28, 14  # numbers of schools that are still at work, with certificates for everybody
_AWAY, _IN_TWO_WEEKS, _HALF_A_YEAR = "1A1/mi_thuat", timedelta(days=14), timedelta(days=182)
_ACCEPTED, _WAITING = "1A1/am_nhac", "4A1/homeroom"  # who takes the classes of grade 1, and who that of grade 4
_WRONG: Final = ("tieng_viet",)
_UNLOCKED, _TO_UNLOCK = "4A1", ("toan",)  # parts that were sent, of the first pupils of the list
_RENAMED: Final = ("6A1", 3, "Hoàng")  # whose middle name a civil-status office has corrected
_WHY_LEAVE: Final = (
    "Bà Trần Thị Ngọc Hà (mẹ): gia đình chuyển chỗ ở sang phường Tân Sơn, xin cho cháu học gần nhà để tiện đưa đón."
)
_WHY_ARRIVE: Final = "Ông Huỳnh Văn Lợi (cha): tôi đổi nơi làm việc, gia đình đã dọn về ở gần trường."
_WHY_AWAY: Final = "Nghỉ thai sản sáu tháng theo đơn đã được hiệu trưởng đồng ý."
_WHY_RECALL: Final = (
    "Nhận xét môn Tiếng Việt của em ghi nhầm nội dung của một bạn khác trong lớp; "
    "gia đình xem học bạ phát hiện và đã báo lại giáo viên."
)

_WHY_UNLOCK: Final = "Điểm cuối kì của hai em bị nhập lẫn dòng; bài kiểm tra giấy ghi khác."
_WHY_RENAME: Final = "Họ tên thay đổi theo quyết định hộ tịch số 127/QĐ-UBND."
_RENAMING: Final = ("127/QĐ-UBND", "Uỷ ban nhân dân phường Tân Sơn Nhất")


class DemoMatters:
    """Plays the people of the demo school and of its neighbours, through the same workflows as everybody's.

    Ids are made of what they are for: played twice, nothing is there twice.
    """

    def __init__(self, client: Client, sessions: Sessions, school: DemoSchool, office: DemoOffice) -> None:
        self._client = client
        self._sessions = sessions
        self._school_id = UUID(school.school_id)
        self._school = school
        self._neighbours = {each.number: each for each in office.neighbours}
        self._now = datetime.now(UTC)
        self._staff = self._read()

    async def play(self) -> None:
        await asyncio.gather(
            self._leave(), self._arrive(), self._hand_over(), self._recall(), self._unlock(), self._rename()
        )

    async def _leave(self) -> None:
        """The other school has said yes and the principal has let the pupil go: its paper waits to be signed."""
        name, place = _LEAVES
        other = self._neighbours[_GOES_TO]
        matter_id = await self._apply("leave", other, (UUID(self._school.classes[name]), place), _WHY_LEAVE)
        head = str(_who(other, PRINCIPAL))
        await self._decide(matter_id, phases.Deed.ACCEPT, head, class_id=str(other.class_id))
        await self._decide(matter_id, phases.Deed.RELEASE, str(self._staff[PRINCIPAL]))
        async with asyncio.timeout(_PATIENCE):
            while self._standing(matter_id).phase is not Phase.WRITING:  # noqa: ASYNC110 - another process decides
                await asyncio.sleep(0.2)

    async def _arrive(self) -> None:
        """A neighbour's pupil, for whom the principal of the demo school is to answer."""
        other = self._neighbours[_COMES_FROM]
        await self._apply("arrive", None, (other.class_id, _ARRIVES), _WHY_ARRIVE)

    async def _apply(self, name: str, at: Neighbour | None, pupil: tuple[UUID, int], why: str) -> UUID:
        """The clerk of the school that the pupil goes to enters the application: a neighbour's, or the own one."""
        clerk = _who(at, SEAL) if at else self._staff[SEAL]
        matter_id = self._id(name)
        await start_transfer(self._client, await asyncio.to_thread(self._opened, matter_id, clerk, pupil, why))
        return matter_id

    def _opened(self, matter_id: UUID, clerk: UUID, pupil: tuple[UUID, int], why: str) -> TransferStanding:
        class_id, place = pupil
        with self._sessions.begin() as session:
            query = select(PupilRow).join(Enrolment, Enrolment.pupil_id == PupilRow.id)
            one = session.scalars(query.where(Enrolment.class_id == class_id, Enrolment.order_no == place)).one()
            person = staffing.person(session, self._now, Staff.id == clerk)
            if person is None:
                raise Trouble("A clerk of the demo is missing.")
            day = day_of(self._now)
            asked = Application(matter_id, str(matter_id), True, one.pupil_code, one.birth_date, day, why)
            requesting.open_transfer(session, person, asked, self._now)
            return dues.standing(session, session.get_one(Transfer, matter_id))

    def _standing(self, matter_id: UUID) -> TransferStanding:
        with self._sessions() as session:
            return dues.standing(session, session.get_one(Transfer, matter_id))

    async def _decide(self, matter_id: UUID, deed: phases.Deed, actor: str, class_id: str = "") -> None:
        command = str(uuid5(matter_id, deed))
        what = TransferDeed(str(matter_id), deed, actor, command, class_id=class_id)
        await send_deed(self._client, self._standing(matter_id), what)

    async def _hand_over(self) -> None:
        """Opened by the principal, confirmed by whoever leaves, accepted by one of two."""
        leaver, took, matter_id = self._staff[_AWAY], self._staff[_ACCEPTED], self._id("handover")
        asked = await asyncio.to_thread(self._wanted, matter_id)
        await open_handover(self._client, asked)
        for deed, who in ((Deed.CONFIRM, leaver), (Deed.ACCEPT, took)):
            step = HandoverStep(str(matter_id), deed, str(who), str(uuid5(matter_id, deed)))
            await step_handover(self._client, step)

    def _wanted(self, matter_id: UUID) -> OpenHandover:
        """Everything that the teacher teaches: grade 4 goes to the one, the rest to the other."""
        begins = start_of_day(day_of(self._now) + _IN_TWO_WEEKS)
        with self._sessions.begin() as session:
            principal = self._staff[PRINCIPAL]
            journal.add_reason(session, matter_id, self._school_id, principal, _WHY_AWAY)
            items = [self._item(each) for each in held_from(session, self._staff[_AWAY], begins)]
        return OpenHandover(
            str(matter_id), HandoverKind.MATERNITY, str(self._school_id), str(principal), str(self._staff[_AWAY]),
            str(matter_id), begins, begins + _HALF_A_YEAR, tuple(items),
        )  # fmt: skip

    def _item(self, held: Held) -> ItemAsked:
        is_waiting = str(held.class_id) == self._school.classes[_WAITING.partition("/")[0]]
        successor = self._staff[_WAITING if is_waiting else _ACCEPTED]
        return ItemAsked(str(held.class_id or ""), held.slot, held.role, str(successor))

    async def _recall(self) -> None:
        """The homeroom teacher has found the mistake; the principal is to decide."""
        matter_id, asker = self._id("recall"), self._staff[f"{CLASS}/{HOMEROOM}"]
        record_id = await asyncio.to_thread(self._issued, matter_id, asker)
        command = CorrectionCommand(
            MatterKind.RECALL, str(matter_id), corrections.Deed.ASK, str(asker), command_id=str(matter_id),
            reason_id=str(matter_id), record_ids=(str(record_id),), slots=_WRONG,
        )  # fmt: skip
        await decide_correction(self._client, command)

    def _issued(self, matter_id: UUID, asker: UUID) -> UUID:
        """The last year record of the class that is issued; why it is wrong is kept."""
        book = select(ClassTermRow.id).where(
            ClassTermRow.class_id == UUID(self._school.classes[CLASS]), ClassTermRow.term == Term.YEAR_END
        )
        query = (
            select(TermRecord.id)
            .join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
            .where(TermRecord.class_term_id.in_(book), TermRecord.stage == Stage.ISSUED)
            .order_by(Enrolment.order_no.desc())
        )
        with self._sessions.begin() as session:
            journal.add_reason(session, matter_id, self._school_id, asker, _WHY_RECALL)
            return session.scalars(query.limit(1)).one()

    async def _unlock(self) -> None:
        """A teacher has found two marks in the wrong lines; the principal is to decide."""
        matter_id, asker = self._id("unlock"), self._staff[f"{_UNLOCKED}/{HOMEROOM}"]
        class_term_id, records = await asyncio.to_thread(self._sent, matter_id, asker)
        command = CorrectionCommand(
            MatterKind.UNLOCK, str(matter_id), corrections.Deed.ASK, str(asker), command_id=str(matter_id),
            reason_id=str(matter_id), class_term_id=str(class_term_id), record_ids=records, slots=_TO_UNLOCK,
        )  # fmt: skip
        await decide_correction(self._client, command)

    def _sent(self, matter_id: UUID, asker: UUID) -> tuple[UUID, tuple[str, ...]]:
        """The class-term, and its first two records; why they are wrong is kept."""
        query = (
            select(TermRecord.class_term_id, TermRecord.id)
            .join(ClassTermRow, ClassTermRow.id == TermRecord.class_term_id)
            .join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
            .where(
                ClassTermRow.class_id == UUID(self._school.classes[_UNLOCKED]), ClassTermRow.term == Term.HK1,
                TermRecord.stage.not_in((Stage.SEALED, Stage.ISSUED)),
            )
            .order_by(Enrolment.order_no)
        )  # fmt: skip
        with self._sessions.begin() as session:
            journal.add_reason(session, matter_id, self._school_id, asker, _WHY_UNLOCK)
            rows = session.execute(query.limit(2)).all()
        return rows[0][0], tuple(str(record_id) for _, record_id in rows)

    async def _rename(self) -> None:
        """The clerk has recorded a civil-status decision; once the principal approves, a page is signed and sealed."""
        matter_id, clerk = self._id("identity"), self._staff[SEAL]
        await asyncio.to_thread(self._recorded, matter_id, clerk)
        command = CorrectionCommand(
            MatterKind.IDENTITY, str(matter_id), corrections.Deed.ASK, str(clerk), command_id=str(matter_id),
            reason_id=str(matter_id),
        )  # fmt: skip
        await decide_correction(self._client, command)

    def _recorded(self, matter_id: UUID, clerk: UUID) -> None:
        name, place, middle = _RENAMED
        query = select(PupilRow).join(Enrolment, Enrolment.pupil_id == PupilRow.id)
        mine = query.where(Enrolment.class_id == UUID(self._school.classes[name]), Enrolment.order_no == place)
        number, office = _RENAMING
        decision = CivilDecision(number, day_of(self._now) - timedelta(days=9), office)
        with self._sessions.begin() as session:
            pupil = session.scalars(mine).one()
            family, *_given, last = pupil.full_name.split()
            journal.add_reason(session, matter_id, self._school_id, clerk, _WHY_RENAME)
            values = {PupilField.FULL_NAME.value: f"{family} {middle} {last}"}
            civil.record(session, matter_id, pupil.id, (self._school_id, clerk), values, decision)

    def _read(self) -> dict[str, UUID]:
        """The people of the demo school by what they do, as in its accounts."""
        accounts = self._school.accounts
        with self._sessions() as session:
            ids = registration.staff_ids(session, self._school_id, [each.personal_id for each in accounts.values()])
        return {duty: ids[each.personal_id] for duty, each in accounts.items()}

    def _id(self, name: str) -> UUID:
        return uuid5(_IDS, f"{self._school_id}/{name}")


def _who(school: Neighbour, slot: str) -> UUID:
    found = next(job.personal_id for job in school.staff.assignments if job.slot == slot)
    return school.staff_ids[found]
