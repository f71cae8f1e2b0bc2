"""What the clerk begins for a pupil: a civil-status decision, or the first identity page; that also for a class."""

from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Request, status
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from api.deps import CurrentPerson, ServicesDep, VisibleClassTerm, VisibleRecord, now, today
from api.errors import Refusal, Unavailable
from api.guard import allow
from api.pages.corrections import acting
from api.pages.corrections.acting import DeedForm
from api.services import Services
from domain.duties import Duty
from domain.errors import Conflict, DomainError, NotFound
from domain.ethnicities import ETHNICITIES
from domain.identity import Sex
from domain.matters import MatterKind, civil
from domain.matters.corrections import Deed
from storage import presence
from storage.access import RecordHead
from storage.corrections import civil as kept
from storage.corrections import identities
from storage.staffing import Person
from storage.tables import Document, Enrolment, PupilRow, TermRecord

router = APIRouter(include_in_schema=False)
CLERKS = frozenset({Duty.CLERK, Duty.ADMIN})
CIVIL = "/hoc-ba/{record_id}/ho-tich"
FIRST = "/hoc-ba/{record_id}/trang-thong-tin"
OF_REGISTER = "/so-phat-hanh/{document_id}/trang-thong-tin"
WHOLE_CLASS = "/lop/{class_term_id}/trang-thong-tin"


class CivilForm(acting.CommandForm):
    """The decision, and every field as it is to be; the fields are named as the columns are."""

    so: str = ""
    ngay: str = ""
    co_quan: str = ""
    full_name: str = ""
    birth_date: str = ""
    sex: str = ""
    ethnicity: str = ""
    nationality: str = ""
    personal_id: str = ""
    place_of_birth: str = ""
    native_place: str = ""
    father_name: str = ""
    mother_name: str = ""
    guardian_name: str = ""


class PageForm(BaseModel):
    command_id: UUID = Field(default_factory=uuid4)


@router.get(CIVIL)
@allow(CLERKS, crosses_schools=True)
def civil_form(request: Request, record: VisibleRecord, person: CurrentPerson, found: ServicesDep) -> Response:
    with found.sessions() as session:
        values = kept.values_of(_pupil(session, record, person.school_id))
    return _page(request, found, record, CivilForm(**values))


@router.post(CIVIL)
@allow(CLERKS, crosses_schools=True)
async def record_change(
    request: Request,
    record: VisibleRecord,
    person: CurrentPerson,
    found: ServicesDep,
    form: Annotated[CivilForm, Form()],
) -> Response:
    """The words stay in the database; the matter that asks the principal carries its id only."""
    try:
        reason = await run_in_threadpool(_keep, found, person, record, form)
        asked = DeedForm(command_id=form.command_id, ly_do=reason)
        await acting.send(found, person, (MatterKind.IDENTITY, form.command_id), asked, deed=Deed.ASK)
    except (DomainError, Unavailable) as refused:
        return await run_in_threadpool(_page, request, found, record, form, refused)
    return RedirectResponse(f"/trang-thong-tin/{form.command_id}?xong=ask", status.HTTP_303_SEE_OTHER)


def _keep(found: Services, person: Person, record: RecordHead, form: CivilForm) -> str:
    """Returns the reason that those read whose signatures become void."""
    decision = civil.read_decision(form.so, form.ngay, form.co_quan, today())
    with found.sessions.begin() as session:
        pupil = _pupil(session, record, person.school_id)
        before = kept.values_of(pupil)
        typed = {field.value: getattr(form, field.value) for field in civil.FIELDS}
        values = {
            field.value: civil.read(field, typed[field.value], today())
            for field in civil.FIELDS
            if typed[field.value].strip() != before[field.value]
        }
        by = (person.school_id, person.staff_id)
        kept.record(session, form.command_id, pupil.id, by, values, decision)
    return f"Thông tin học sinh thay đổi theo quyết định hộ tịch số {decision.number}."


@router.post(FIRST)
@allow(CLERKS, crosses_schools=True)
async def make_page(record: VisibleRecord, person: CurrentPerson, found: ServicesDep) -> Response:
    """The pupil's page, to be signed; one that is on its way is shown."""
    pupil_id = await run_in_threadpool(_pupil_id, found, record)
    command = identities.ask_identity_page(pupil_id, person.school_id, identities.OPENED, person.staff_id, now())
    await found.approvals.decide_correction(command)
    return RedirectResponse(f"/trang-thong-tin/{command.matter_id}?xong=ask", status.HTTP_303_SEE_OTHER)


@router.post(OF_REGISTER)
@allow(CLERKS, crosses_schools=True)
async def make_page_of(document_id: UUID, person: CurrentPerson, found: ServicesDep) -> Response:
    """The same from a line of the register."""
    pupil_id = await run_in_threadpool(_pupil_on, found, person, document_id)
    command = identities.ask_identity_page(pupil_id, person.school_id, identities.OPENED, person.staff_id, now())
    await found.approvals.decide_correction(command)
    return RedirectResponse(f"/trang-thong-tin/{command.matter_id}?xong=ask", status.HTTP_303_SEE_OTHER)


def _pupil_on(found: Services, person: Person, document_id: UUID) -> UUID:
    with found.sessions() as session:
        document = session.get(Document, document_id)
        if document is None or document.school_id != person.school_id or document.enrolment_id is None:
            raise NotFound("Không tìm thấy văn bản này.")
        return session.get_one(Enrolment, document.enrolment_id).pupil_id


@router.post(WHOLE_CLASS)
@allow(CLERKS, crosses_schools=True)
async def make_pages(head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep) -> Response:
    """The page of every pupil of a class who has none yet."""
    for pupil_id in await run_in_threadpool(_pupils_of, found, head.id):
        command = identities.ask_identity_page(pupil_id, person.school_id, identities.OPENED, person.staff_id, now())
        try:
            await found.approvals.decide_correction(command)
        except (Conflict, NotFound):
            continue  # there is one, or it is on its way; or the pupil is elsewhere by now
    return RedirectResponse("/trang-thong-tin", status.HTTP_303_SEE_OTHER)


def may_change(session: Session, record: RecordHead, person: Person) -> bool:
    """Whether somebody may begin something for a pupil: at the school where the pupil is now."""
    place = presence.place_of(session, session.get_one(Enrolment, record.enrolment_id).pupil_id)
    return bool(CLERKS & person.duties) and place is not None and place[1] == person.school_id


def _pupil(session: Session, record: RecordHead, school_id: UUID) -> PupilRow:
    """Raises NotFound for who is elsewhere by now: the former school reads no more of the pupil."""
    pupil_id = session.get_one(Enrolment, record.enrolment_id).pupil_id
    kept.require_pupil(session, pupil_id, school_id)
    return session.get_one(PupilRow, pupil_id)


def _pupil_id(found: Services, record: RecordHead) -> UUID:
    with found.sessions() as session:
        return session.get_one(Enrolment, record.enrolment_id).pupil_id


def _pupils_of(found: Services, class_term_id: UUID) -> list[UUID]:
    query = (
        select(Enrolment.pupil_id)
        .join(TermRecord, TermRecord.enrolment_id == Enrolment.id)
        .where(TermRecord.class_term_id == class_term_id)
        .order_by(Enrolment.order_no)
    )
    with found.sessions() as session:
        return list(session.scalars(query))


def _page(
    request: Request, found: Services, record: RecordHead, form: CivilForm, refused: Refusal | None = None
) -> Response:
    values = {
        "record": record, "form": form, "command_id": acting.next_id(form, refused),
        "fields": civil.FIELDS, "ethnicities": list(ETHNICITIES),
        "sexes": [each.label for each in Sex],
        "typed": {field.value: getattr(form, field.value) for field in civil.FIELDS}, "today": today().isoformat(),
        "problem": refused.message if refused else "",
    }  # fmt: skip
    return acting.shown(found, request, "corrections/civil.html", values, refused)
