"""What offices and schools ask of the workflows of campaigns; the database keeps the words, workflows carry ids."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar
from uuid import UUID, uuid5

from temporalio.client import Client

from api.answers import PATIENCE, answered
from domain.calendar import SchoolYear, day_of
from domain.campaigns import messages
from domain.campaigns.cases import CaseState
from domain.campaigns.messages import CampaignChange, ConfirmReview, NoteTraining, ReportCases, SchoolRef
from domain.campaigns.states import CampaignState as Standing
from domain.errors import Conflict, NotAllowed, NotFound
from storage import journal
from storage.campaigns import cases, decisions, running
from storage.campaigns.decisions import Move
from storage.campaigns.running import NewCampaign
from storage.database import Sessions
from storage.staffing import Person
from storage.tables import Campaign, PupilCase
from workflows.campaign import CampaignState, campaign_workflow_id
from workflows.school_campaign import school_workflow_id
from workflows.starting import start_campaign

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class CaseDecision:
    """What an office decides of a case; `until` is the last day of an exception."""

    case_id: UUID
    state: CaseState
    until: date | None
    document: str
    decision_no: str
    reason: str
    command_id: UUID


class Campaigns:
    def __init__(self, client: Client, sessions: Sessions, patience: timedelta = PATIENCE) -> None:
        self._client = client
        self._sessions = sessions
        self._patience = patience

    async def open(
        self, person: Person, school_year: str, grade: int, policy_id: UUID, policy_version: int, command_id: UUID
    ) -> UUID:
        """Open a campaign for the office's schools and start it; opening it again changes nothing."""
        del command_id  # the year and the grade say which it is
        new = NewCampaign(
            _office(person), SchoolYear.parse(school_year), grade, policy_id, policy_version, person.staff_id
        )
        campaign = await asyncio.to_thread(self._open, new)
        # Whose books it opens it finds out itself: the terms that have begun.
        state = CampaignState(str(campaign.id), campaign.school_year, campaign.grade, ())
        await self._answered(start_campaign(self._client, state))
        return campaign.id

    async def put_in_force(
        self, person: Person, campaign_id: UUID, policy_id: UUID, version: int, reason_text: str, command_id: UUID
    ) -> None:
        """Let a version of a policy hold from now on, for every school and class of the campaign."""
        change = CampaignChange(str(campaign_id), policy_id=str(policy_id), policy_version=version)
        await self._change(person, change, reason_text, command_id)

    async def pause(self, person: Person, campaign_id: UUID, reason_text: str, command_id: UUID) -> None:
        await self._change(person, CampaignChange(str(campaign_id), Standing.PAUSED.value), reason_text, command_id)

    async def resume(self, person: Person, campaign_id: UUID, reason_text: str, command_id: UUID) -> None:
        await self._change(person, CampaignChange(str(campaign_id), Standing.OPEN.value), reason_text, command_id)

    async def close(self, person: Person, campaign_id: UUID, reason_text: str, command_id: UUID) -> None:
        await self._change(person, CampaignChange(str(campaign_id), Standing.CLOSED.value), reason_text, command_id)

    async def move_deadline(self, person: Person, move: Move) -> int:
        """Put a move on record and have it spread; the same command moves once. Returns its number."""
        campaign_id, key, version = await asyncio.to_thread(self._decide, person, move)
        await self._update(campaign_workflow_id(*key), "spread", version, uuid5(campaign_id, str(version)))
        return version

    async def decide_case(self, person: Person, decision: CaseDecision) -> None:
        """Decide what becomes of a pupil without an id. Raises NotFound for another office's school."""
        school, key = await asyncio.to_thread(self._case, person, decision.case_id)
        kept = await asyncio.to_thread(self._keep_words, person, decision)
        message = messages.CaseDecision(
            school, str(decision.case_id), decision.state, str(person.staff_id), kept[decision.reason],
            kept[decision.decision_no], decision.until, kept[decision.document],
        )  # fmt: skip
        await self._update(school_workflow_id(*key, school.school_id), "decide_case", message, decision.command_id)

    async def confirm_review(self, person: Person, campaign_id: UUID, command_id: UUID) -> None:
        """The head says that the school's data is whole. Raises Incomplete while it is not."""
        school, key = await asyncio.to_thread(self._school, person, campaign_id)
        message = ConfirmReview(school, str(person.staff_id))
        await self._update(school_workflow_id(*key, school.school_id), "confirm_review", message, command_id)

    async def note_training(self, person: Person, campaign_id: UUID, day: date, command_id: UUID) -> None:
        school, key = await asyncio.to_thread(self._school, person, campaign_id)
        message = NoteTraining(school, str(person.staff_id), day)
        await self._update(school_workflow_id(*key, school.school_id), "note_training", message, command_id)

    async def report_cases(
        self, person: Person, campaign_id: UUID, enrolment_ids: list[UUID], reason: str, command_id: UUID
    ) -> None:
        """Report pupils who have no personal id; the same command reports them once."""
        school, key = await asyncio.to_thread(self._school, person, campaign_id)
        reason_id = await asyncio.to_thread(self._keep_reason, person, command_id, reason)
        enrolments = {str(uuid5(campaign_id, str(each))): str(each) for each in enrolment_ids}
        message = ReportCases(school, str(person.staff_id), str(reason_id), enrolments)
        await self._update(school_workflow_id(*key, school.school_id), "report_cases", message, command_id)

    async def _change(self, person: Person, change: CampaignChange, reason_text: str, command_id: UUID) -> None:
        """With who asked for it, and the reason's id."""
        campaign = await asyncio.to_thread(self._own, person, UUID(change.campaign_id))
        reason_id = await asyncio.to_thread(self._keep_reason, person, command_id, reason_text)
        signed = replace(
            change, staff_id=str(person.staff_id), reason_id=str(reason_id), command_id=str(command_id)
        )  # fmt: skip
        await self._update(_of_campaign(campaign), "change", signed, command_id)

    def _open(self, new: NewCampaign) -> Campaign:
        with self._sessions.begin() as session:
            return running.open_campaign(session, new)

    def _own(self, person: Person, campaign_id: UUID) -> Campaign:
        """The office's own campaign: the offices under it see it, but do not change it."""
        with self._sessions() as session:
            campaign = session.get(Campaign, campaign_id)
        if campaign is None or campaign.authority_id != _office(person):
            raise NotFound("Không tìm thấy đợt này.")
        return campaign

    def _decide(self, person: Person, move: Move) -> tuple[UUID, tuple[str, int], int]:
        with self._sessions.begin() as session:
            decision = decisions.decide(session, move, datetime.now(UTC))
            campaign = session.get_one(Campaign, decision.campaign_id)
            if move.decided_for != _office(person):
                raise NotAllowed("Quyết định phải do cơ quan của thầy/cô ban hành.")
            return campaign.id, (campaign.school_year, campaign.grade), decision.version

    def _case(self, person: Person, case_id: UUID) -> tuple[SchoolRef, tuple[str, int]]:
        with self._sessions() as session:
            row = session.get(PupilCase, case_id)
            if row is None or not cases.exists_for(session, _office(person), [case_id], day_of(datetime.now(UTC))):
                raise NotFound("Không tìm thấy trường hợp này.")
            campaign = session.get_one(Campaign, row.campaign_id)
            return SchoolRef(str(campaign.id), str(row.school_id)), (campaign.school_year, campaign.grade)

    def _school(self, person: Person, campaign_id: UUID) -> tuple[SchoolRef, tuple[str, int]]:
        """The person's own school in a campaign."""
        with self._sessions() as session:
            campaign = running.of_school(session, campaign_id, person.school_id)
        if campaign is None:
            raise NotFound("Trường không tham gia đợt này.")
        return SchoolRef(str(campaign.id), str(person.school_id)), (campaign.school_year, campaign.grade)

    def _keep_reason(self, person: Person, command_id: UUID, text: str) -> UUID:
        school_id = None if person.authority_id else person.school_id
        with self._sessions.begin() as session:
            return journal.keep_reason(session, command_id, school_id, person.staff_id, text)

    def _keep_words(self, person: Person, decision: CaseDecision) -> dict[str, str]:
        """Ids of what the officer typed, by the words; of no words no id."""
        texts = {decision.reason, decision.decision_no, decision.document} - {""}
        return {"": ""} | {text: str(self._keep_reason(person, decision.command_id, text)) for text in texts}

    async def _update(self, workflow: str, name: str, argument: object, command_id: UUID) -> None:
        handle = self._client.get_workflow_handle(workflow)
        await self._answered(handle.execute_update(name, argument, id=str(command_id)))

    async def _answered(self, call: Awaitable[Answer]) -> Answer:
        return await answered(call, self._patience, lambda _: Conflict("Đợt đã đóng hoặc chưa bắt đầu."))


def _office(person: Person) -> UUID:
    if person.authority_id is None:
        raise NotAllowed("Việc này dành cho cơ quan quản lý.")
    return person.authority_id


def _of_campaign(campaign: Campaign) -> str:
    return campaign_workflow_id(campaign.school_year, campaign.grade)
