"""What the JSON interface and the pages share when somebody decides about records of a class-term."""

import asyncio
from collections.abc import Iterable
from uuid import UUID

from api.deps import require_slot
from api.services import Services
from domain.decisions import Action, Decision
from storage import journal
from storage.access import ClassTermHead
from storage.campaigns import dues
from storage.staffing import Person
from workflows.class_term import workflow_id
from workflows.messages import Outcome


def decision_of(
    person: Person, slot: str, action: Action, record_ids: Iterable[UUID], *, to_slot: str = "", reason_id: str = ""
) -> Decision:
    """What this person decides as whoever fills the slot."""
    ids = tuple(map(str, record_ids))
    return Decision(action, slot, ids, actor_id=str(person.staff_id), to_slot=to_slot, reason_id=reason_id)


def workflow_of(head: ClassTermHead) -> str:
    return workflow_id(head.school_year, str(head.class_id), head.term)


async def keep_reason(found: Services, person: Person, command_id: UUID, text: str) -> str:
    return await asyncio.to_thread(note_reason, found, person, command_id, text)


def note_reason(found: Services, person: Person, command_id: UUID, text: str, *, of_school: bool = True) -> str:
    school_id = person.school_id if of_school else None
    with found.sessions.begin() as session:
        return str(journal.keep_reason(session, command_id, school_id, person.staff_id, text))


def next_deadline_version(found: Services) -> int:
    """The number of a move of a deadline: above every other's, whoever made it."""
    with found.sessions() as session:
        return dues.next_version(session)


async def decide(found: Services, head: ClassTermHead, command_id: UUID, decision: Decision) -> Outcome:
    """Send a decision of whoever fills its slot now; the same command id takes effect once."""
    require_slot(head, decision.slot)
    return await found.approvals.decide(workflow_of(head), str(command_id), decision)
