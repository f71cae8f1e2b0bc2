"""Opens the books of a class for a term."""

import asyncio
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter

from api.deps import CurrentPerson, ServicesDep, class_of_school
from api.guard import allow
from api.services import Services
from api.v1.forms import OpenedView, OpenForm
from domain.assessment import Term
from domain.calendar import SchoolYear
from domain.campaigns.phases import Cohort, Step
from domain.campaigns.policies import Policy, deadline
from domain.deadlines import Deadline
from domain.duties import STAFF
from domain.errors import NotAllowed
from domain.scopes import Scope
from storage import opening
from storage.campaigns import running
from storage.opening import OpenedTerm
from storage.staffing import Person
from workflows.opening import opening_state

router = APIRouter(tags=["class-terms"])
CLOSING_STEP = {Term.HK1: Step.CLOSE_HK1, Term.YEAR_END: Step.CLOSE_YEAR}


@router.post("/class-terms", status_code=201)
@allow(STAFF, Scope.DECIDE)
async def open_class_term(form: OpenForm, person: CurrentPerson, found: ServicesDep) -> OpenedView:
    """Open a class's book for a term; opening it again gives the same book. For system admins of the school."""
    opened = await open_book(found, person, form.class_id, form.term)
    return OpenedView(id=opened.class_term_id, pupils=len(opened.record_ids), due_at=opened.due_at)


async def open_book(found: Services, person: Person, class_id: UUID, term: Term) -> OpenedTerm:
    """Open the book of a class of the person's own school and start its workflow; done again, nothing changes."""
    opened = await asyncio.to_thread(_open, found, person, class_id, term)
    await found.approvals.open_class_term(opening_state(opened))
    return opened


def due_at(school_year: str, term: Term) -> datetime:
    """When the books of a term are to be closed where no campaign says so."""
    year = SchoolYear.parse(school_year)
    return deadline(Policy.TWO_TRACK_2025, CLOSING_STEP[term], Cohort.ALL, year).at


def _open(found: Services, person: Person, class_id: UUID, term: Term) -> OpenedTerm:
    with found.sessions.begin() as session:
        group = class_of_school(session, class_id, person)
        if "system_admin" not in person.roles:
            raise NotAllowed("Chỉ cán bộ quản trị được mở sổ.")
        held = running.book_deadline(session, group.school_id, (group.school_year, group.grade, term))
        by_when = held or Deadline(1, due_at(group.school_year, term))
        return opening.open_term(session, group.id, term, by_when.due_at, by_when.policy_version)
