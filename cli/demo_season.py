"""The demo's campaign, in the middle of its season: some schools are done, some late, most somewhere in between."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Final
from uuid import UUID, uuid4, uuid5

import httpx
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from temporalio.client import Client

from cli.demo_client import DemoClient
from cli.demo_office import CLASS, DemoOffice, Neighbour
from cli.demo_play import TermPlay
from cli.demo_stages import StageLog
from domain.assessment import Term
from domain.calendar import day_of
from domain.campaigns.messages import ConfirmReview, NoteTraining, ReportCases, SchoolRef
from domain.campaigns.phases import Cohort, Step
from domain.campaigns.policies import Policy, shipped
from domain.curriculum import HOMEROOM, PRINCIPAL
from domain.decisions import Action, Decision
from domain.submission.states import Approval
from interchange.sample_school.people import YEAR
from storage import attendance, journal, saving
from storage.attendance import Attendance
from storage.campaigns import decisions, measuring, nights, policies, running
from storage.campaigns.decisions import Move
from storage.campaigns.policies import Edit
from storage.campaigns.running import NewCampaign
from storage.database import Sessions
from storage.saving import CellEdit
from storage.submission import approvals
from storage.submission.approvals import Verdict
from storage.tables import (
    Campaign,
    CampaignPhase,
    CampaignSchool,
    CertificateRow,
    ClassTermRow,
    Enrolment,
    Position,
    ProgressDay,
    PupilRow,
    TermRecord,
)
from workflows.campaign import CampaignState, campaign_workflow_id
from workflows.class_term import workflow_id
from workflows.school_campaign import school_workflow_id
from workflows.starting import start_campaign

GRADE: Final = 1
# Schools that have the whole term behind them; so many again have only had their data looked at.
FINISHED: Final = 4
ASKING: Final = 3  # of the others, schools whose certificates wait for the authority
PATIENCE: Final = 60.0  # seconds until the campaign has started its schools
HISTORY: Final = 24  # days before today of which the demo tells how far everything was
# How the phases lie to today, so that there is something early, near and late to look at.
MOVES: Final = {Step.DATA_REVIEW: -4, Step.TRAINING: -6, Step.CLOSE_HK1: 6}
_NOT_BEGUN, _HANDING_IN, _HANDED_IN = 4, 10, 20  # numbers of schools up to which each state goes
_NUMBER: Final = "Kế hoạch 45/KH-SGDĐT"
_WHY: Final = "Chạy thử trước khi triển khai toàn thành phố."


class DemoSeason:
    """Plays the office's people and those of its schools, through the same workflows as everybody's."""

    def __init__(self, client: Client, http: httpx.AsyncClient, sessions: Sessions, office: DemoOffice) -> None:
        self._client = client
        self._http = http
        self._sessions = sessions
        self._office = office
        self._random = Random(20)  # noqa: S311 - which school stands where in a demo
        self._today = day_of(datetime.now(UTC))
        self.campaign_id = UUID(int=0)

    async def play(self, own: UUID) -> None:
        """Open the campaign, move its deadlines, let schools work, and look back over the last weeks.

        `own`, the demo school itself, may submit what it has issued; some schools wait for their certificates.
        """
        self.campaign_id = await asyncio.to_thread(self._open)
        state = CampaignState(str(self.campaign_id), str(YEAR), GRADE, (Term.HK1.value,))
        await start_campaign(self._client, state)
        await self._until_begun()
        for step, days in MOVES.items():
            await self._move(step, self._today + timedelta(days=days))
        equipped = [each for each in self._office.neighbours if each.school is not None]
        finished = equipped[:FINISHED]
        others = [each for each in self._shuffled() if each not in finished]
        await asyncio.gather(*(self._work(place, each) for place, each in enumerate(others)))
        for school in finished:
            await self._finish(school)
        await self._confirm(equipped[: 2 * FINISHED])
        await asyncio.to_thread(self._certify, own)
        for school in equipped[2 * FINISHED :][:ASKING]:
            await asyncio.to_thread(self._certify, school.school_id, is_approved=False)
        await self._reviews()
        await asyncio.to_thread(self._look_back)

    def _open(self) -> UUID:
        with self._sessions.begin() as session:
            policies.ensure_shipped(session)
            plan = shipped()[Policy.HCM_2024]
            edit = Edit(
                self._office.department, "Kế hoạch thí điểm học bạ số lớp 1", plan.phases, _NUMBER, self._office.head
            )
            kept = policies.keep(session, edit)
            new = NewCampaign(self._office.department, YEAR, GRADE, kept.policy_id, kept.version, self._office.head)
            return running.open_campaign(session, new).id

    async def _until_begun(self) -> None:
        handle = self._client.get_workflow_handle(campaign_workflow_id(str(YEAR), GRADE))
        async with asyncio.timeout(PATIENCE):
            while not (await handle.query("snapshot"))["has_begun"]:  # noqa: ASYNC110 - another process decides
                await asyncio.sleep(0.2)

    async def _move(self, step: Step, due: date) -> None:
        move = Move(
            uuid4(), self.campaign_id, step, Cohort.ALL, due, _NUMBER, _WHY, self._office.head, self._office.department
        )
        version = await asyncio.to_thread(self._decide, move)
        handle = self._client.get_workflow_handle(campaign_workflow_id(str(YEAR), GRADE))
        await handle.execute_update("spread", version, id=str(move.command_id))

    def _decide(self, move: Move) -> int:
        with self._sessions.begin() as session:
            return decisions.decide(session, move, datetime.now(UTC)).version

    def _shuffled(self) -> list[Neighbour]:
        found = list(self._office.neighbours)
        self._random.shuffle(found)
        return found

    async def _work(self, place: int, school: Neighbour) -> None:
        """As far as this school has come: nothing, some subjects, all of them, or reviewed as well."""
        if place < _NOT_BEGUN:
            return
        slots = list(school.curriculum.slots)
        if place < _HANDING_IN:
            slots = self._random.sample(slots, len(slots) // 2)
        records = await asyncio.to_thread(self._enter, school, slots)
        for slot in slots:
            await self._act(school, Action.SUBMIT, slot, records)
        if place >= _HANDED_IN:
            await self._act(school, Action.REVIEW, HOMEROOM, records)

    async def _finish(self, school: Neighbour) -> None:
        """The whole first term, as the people of the school do it, to the seal."""
        if school.school is not None:
            client = DemoClient(self._http, school.school, [CLASS])
            log = StageLog(lambda _: None)
            pupils = {row.pupil_code: row for row in school.members}
            play = TermPlay(CLASS, Term.HK1, school.marks, pupils, school.curriculum, client, log)
            await play.prepare()
            await play.approve_all()

    async def _confirm(self, schools: Iterable[Neighbour]) -> None:
        """Their certificates are approved, the store answers, and the heads say that the data is whole."""
        for school in schools:
            await asyncio.to_thread(self._certify, school.school_id)
            ref = SchoolRef(str(self.campaign_id), str(school.school_id))
            handle = self._client.get_workflow_handle(school_workflow_id(str(YEAR), GRADE, str(school.school_id)))
            await handle.execute_update("confirm_review", ConfirmReview(ref, str(_head(school))), id=str(uuid4()))

    def _certify(self, school_id: UUID, *, is_approved: bool = True) -> None:
        """The school's certificate is put before the authority; once approved, its connection is tried as well."""
        with self._sessions.begin() as session:
            now = datetime.now(UTC)
            own = select(CertificateRow.id).where(CertificateRow.school_id == school_id)
            certificate_id = session.scalars(own).one()
            principal = select(Position.staff_id).where(Position.school_id == school_id, Position.role == PRINCIPAL)
            approvals.ask(session, uuid4(), certificate_id, (school_id, session.scalars(principal).one()), now)
            if is_approved:
                session.get_one(CampaignSchool, (self.campaign_id, school_id)).connected_at = now
                yes = Verdict(uuid4(), certificate_id, Approval.APPROVED, self._office.department, self._office.head)
                approvals.decide(session, yes, now)

    def _enter(self, school: Neighbour, slots: Iterable[str]) -> tuple[str, ...]:
        """Write down what the workbook of the class holds; returns its records."""
        with self._sessions.begin() as session:
            class_term_id, records = _book_of(session, school.class_id)
            for slot in slots:
                edits = [
                    CellEdit(records[code], key, value, 0)
                    for code, values in school.marks.slots[slot].items()
                    for key, value in values.items()
                ]
                saving.save_cells(session, class_term_id, slot, edits, _teacher(school, slot)).require_all()
            if HOMEROOM in slots:
                rows = [
                    Attendance(records[code], facts.absent_excused, facts.absent_unexcused, facts.recognised, version=0)
                    for code, facts in school.marks.facts.items()
                ]
                attendance.save_attendance(session, class_term_id, rows, _teacher(school, HOMEROOM))
        return tuple(str(each) for each in records.values())

    async def _act(self, school: Neighbour, action: Action, slot: str, records: tuple[str, ...]) -> None:
        decision = Decision(action, slot, records, actor_id=str(_teacher(school, slot)))
        handle = self._client.get_workflow_handle(workflow_id(str(YEAR), str(school.class_id), Term.HK1.value))
        await handle.execute_update(action.value, decision, id=str(uuid4()))

    async def _reviews(self) -> None:
        """A third of the schools has been trained; three report a pupil who has no personal id."""
        for place, school in enumerate(self._office.neighbours):
            ref = SchoolRef(str(self.campaign_id), str(school.school_id))
            handle = self._client.get_workflow_handle(school_workflow_id(str(YEAR), GRADE, str(school.school_id)))
            head = str(_head(school))
            if place % 3:
                trained = NoteTraining(ref, head, self._today - timedelta(days=6 + place % 5))
                await handle.execute_update("note_training", trained, id=str(uuid4()))
            if place % 10 == 1:
                case = await asyncio.to_thread(self._without_id, school)
                await handle.execute_update("report_cases", replace(case, school=ref, actor_id=head), id=str(uuid4()))

    def _without_id(self, school: Neighbour) -> ReportCases:
        """One pupil of the school has no id yet, as it happens; why is on record."""
        with self._sessions.begin() as session:
            query = select(Enrolment).where(Enrolment.class_id == school.class_id).order_by(Enrolment.order_no)
            enrolment = session.scalars(query.limit(1)).one()
            session.execute(update(PupilRow).where(PupilRow.id == enrolment.pupil_id).values(personal_id=""))
            reason_id = uuid4()
            journal.add_reason(
                session, reason_id, school.school_id, _head(school),
                "Gia đình mới chuyển đến, đang làm thủ tục cấp số định danh tại công an phường.",
            )  # fmt: skip
            case_id = uuid5(self.campaign_id, str(enrolment.id))
            ref = SchoolRef(str(self.campaign_id), str(school.school_id))
            return ReportCases(ref, str(_head(school)), str(reason_id), {str(case_id): str(enrolment.id)})

    def _look_back(self) -> None:
        """How far everything was on each of the last days: towards what it is now, faster at the end."""
        with self._sessions.begin() as session:
            campaign = session.get_one(Campaign, self.campaign_id)
            counted = measuring.measures(session, campaign)
            for row in session.scalars(select(CampaignPhase).where(CampaignPhase.campaign_id == campaign.id)):
                key = row.school_id, Step(row.step), Cohort(row.cohort)
                measure = counted.get(key)
                if measure is not None and measure.total:
                    session.add_all(self._days(row, measure.total, measure.done))
            session.flush()
            nights.keep_forecasts(session, campaign, self._today - timedelta(days=1))

    def _days(self, row: CampaignPhase, total: int, done: int) -> Iterable[ProgressDay]:
        begun = self._random.randint(2, HISTORY - 2)
        for back in range(HISTORY, 0, -1):
            share = max(0.0, 1 - back / begun) ** 1.5
            yield ProgressDay(
                campaign_id=row.campaign_id, day=self._today - timedelta(days=back), school_id=row.school_id,
                step=row.step, cohort=row.cohort, total=total, done=round(done * share) if back > 1 else done,
            )  # fmt: skip


def _book_of(session: Session, class_id: UUID) -> tuple[UUID, dict[str, UUID]]:
    """The class's book of the first term, and its records by pupil code."""
    query = (
        select(ClassTermRow.id, PupilRow.pupil_code, TermRecord.id)
        .join(TermRecord, TermRecord.class_term_id == ClassTermRow.id)
        .join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
        .join(PupilRow, PupilRow.id == Enrolment.pupil_id)
        .where(ClassTermRow.class_id == class_id, ClassTermRow.term == Term.HK1.value)
        .order_by(Enrolment.order_no)
    )
    rows = session.execute(query).all()
    return rows[0][0], {code: record_id for _, code, record_id in rows}


def _teacher(school: Neighbour, slot: str) -> UUID:
    return school.staff_ids[
        next(job.personal_id for job in school.staff.assignments if (job.class_name, job.slot) == (CLASS, slot))
    ]


def _head(school: Neighbour) -> UUID:
    return school.staff_ids[next(job.personal_id for job in school.staff.assignments if job.slot == "principal")]
