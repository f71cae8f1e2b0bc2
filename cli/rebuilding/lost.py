"""What ought to run by the database, each with the way to begin it: from its rows, as far as it had come."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session
from temporalio.client import Client
from temporalio.common import ActivityIDConflictPolicy
from temporalio.exceptions import ActivityAlreadyStartedError, WorkflowAlreadyStartedError

from activities.matter_papers import MatterSigned
from domain.documents import SignatureField
from domain.matters import MatterKind
from domain.matters.handovers import next_turn
from storage import rebuilding, reopening
from storage.database import Sessions
from storage.handovers import taking_up
from storage.rebuilding import ConfirmedOrder, LostCampaign, LostCorrection, LostSchool
from storage.transfers import dues
from workflows.campaign import CampaignState, CampaignWorkflow
from workflows.class_term import ClassTermWorkflow
from workflows.handover import SEEN_LIMIT, HandoverRun, HandoverWorkflow
from workflows.matter_signing import PaperState
from workflows.matter_starting import WORKFLOWS, matter_options
from workflows.opening import resumed_state
from workflows.order_starting import carry_unless_carried, carrying_id, preparing_id, start_preparing
from workflows.school_campaign import SchoolCampaignState, SchoolCampaignWorkflow
from workflows.starting import campaign_options, class_term_options, school_options, transfer_options
from workflows.submission import SubmissionInput, SubmissionWorkflow, submission_options
from workflows.transfer import TransferWorkflow
from workflows.transfer_runs import run_of

# Every school and class hears its deadline once more: of the last move not all may have heard.
_ALL_DEADLINES: Final = 0


@dataclass(frozen=True)
class Lost:
    """A workflow, or an activity by itself, that ought to run; `begin` is False where it does, or is over by now."""

    id: str
    begin: Callable[[Client], Awaitable[bool]] = field(compare=False)
    is_activity: bool = False


def kinds(sessions: Sessions) -> dict[str, Callable[[Session], Iterator[Lost]]]:
    """In the order in which they are begun: who sends decisions comes after those who take them."""
    return {
        "class-terms": _books,
        "transfers": _transfers,
        "handovers": partial(_handovers, sessions),
        "corrections": _corrections,
        "schools in campaigns": _schools,
        "campaigns": _campaigns,
        "packets": _packets,
        "orders to prepare": _preparing,
        "orders to carry": _confirmed,
    }


def _books(session: Session) -> Iterator[Lost]:
    for class_term_id in reopening.open_books(session):
        state = resumed_state(reopening.book(session, class_term_id))
        yield _workflow(ClassTermWorkflow, state, class_term_options(state))


def _transfers(session: Session) -> Iterator[Lost]:
    for standing in dues.under_way(session):
        yield _workflow(TransferWorkflow, run_of(standing), transfer_options(standing))


def _handovers(sessions: Sessions, session: Session) -> Iterator[Lost]:
    for matter_id in rebuilding.handovers(session):
        options = matter_options(MatterKind.HANDOVER, str(matter_id))
        yield Lost(options["id"], partial(_begin_handover, sessions, matter_id, options))


async def _begin_handover(sessions: Sessions, matter_id: UUID, options: dict[str, Any], client: Client) -> bool:
    run = await asyncio.to_thread(_handover_run, sessions, matter_id)
    return not run.standing.is_over and await _started(client, HandoverWorkflow, run, options)


def _handover_run(sessions: Sessions, matter_id: UUID) -> HandoverRun:
    with sessions.begin() as session:
        found = taking_up.take_up(session, matter_id, datetime.now(UTC))
    document_id, sha256 = found.paper
    signed = {
        each: MatterSigned(each, document_id, sha256, each == SignatureField.SEAL) for each in found.fields
    }  # fmt: skip
    paper = PaperState(next_turn(found.standing.unsigned), signed)
    return HandoverRun(str(matter_id), found.standing, seen=found.commands[-SEEN_LIMIT:], paper=paper)


def _corrections(session: Session) -> Iterator[Lost]:
    return map(_correction, rebuilding.corrections(session))


def _correction(lost: LostCorrection) -> Lost:
    matter_id = str(lost.matter_id)
    signal = {"start_signal": "take_up"} if lost.goes_on else {}
    return _workflow(WORKFLOWS[lost.kind], matter_id, matter_options(lost.kind, matter_id), **signal)


def _schools(session: Session) -> Iterator[Lost]:
    for campaign in rebuilding.campaigns(session):
        for school in campaign.schools:
            state = _school_state(campaign, school)
            yield _workflow(SchoolCampaignWorkflow, state, school_options(state))


def _school_state(campaign: LostCampaign, school: LostSchool) -> SchoolCampaignState:
    key = str(campaign.campaign_id), str(school.school_id), school.code, campaign.school_year, campaign.grade
    begun = SchoolCampaignState.begin(*key)
    return SchoolCampaignState(
        begun.school, begun.school_code, begun.school_year, begun.grade,
        fired=school.fired, exceptions=school.exceptions,
    )  # fmt: skip


def _campaigns(session: Session) -> Iterator[Lost]:
    """One that has no school yet had not begun."""
    for each in rebuilding.campaigns(session):
        waiting = (_ALL_DEADLINES, *each.unspread)
        state = CampaignState(
            str(each.campaign_id), each.school_year, each.grade, (), each.spread, waiting, has_begun=bool(each.schools)
        )
        yield _workflow(CampaignWorkflow, state, campaign_options(state))


def _packets(session: Session) -> Iterator[Lost]:
    for packet_id, urgency in rebuilding.packets(session):
        yield _workflow(
            SubmissionWorkflow, SubmissionInput(str(packet_id), urgency), submission_options(str(packet_id))
        )


def _preparing(session: Session) -> Iterator[Lost]:
    for order_id, queues in rebuilding.preparing(session, datetime.now(UTC)):
        yield Lost(preparing_id(str(order_id)), partial(_prepare, str(order_id), queues), is_activity=True)


async def _prepare(order_id: str, queues: bool, client: Client) -> bool:  # noqa: FBT001 - given by position
    with suppress(ActivityAlreadyStartedError):
        await start_preparing(client, order_id, queues=queues, conflict=ActivityIDConflictPolicy.FAIL)
        return True
    return False


def _confirmed(session: Session) -> Iterator[Lost]:
    found = [*rebuilding.confirmed(session, datetime.now(UTC)), *rebuilding.unheard(session)]
    return map(_carried, found)


def _carried(order: ConfirmedOrder) -> Lost:
    async def begin(client: Client) -> bool:
        return await carry_unless_carried(client, order)

    return Lost(carrying_id(str(order.order_id)), begin, is_activity=True)


def _workflow(workflow: Any, start: object, options: dict[str, Any], **more: str) -> Lost:  # noqa: ANN401
    async def begin(client: Client) -> bool:
        return await _started(client, workflow, start, options | more)

    return Lost(options["id"], begin)


async def _started(client: Client, workflow: Any, start: object, options: dict[str, Any]) -> bool:  # noqa: ANN401
    with suppress(WorkflowAlreadyStartedError):
        await client.start_workflow(workflow.run, start, **options)
        return True
    return False
