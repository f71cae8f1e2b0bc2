"""Looking up a record in the store, and the permission to recall a frozen one; no address says whose it is."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Final
from uuid import UUID, uuid5

from fastapi import APIRouter, Form, Request, status
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel
from starlette.responses import Response

from api import sights
from api.deps import CurrentPerson, ServicesDep, now, today
from api.errors import Refusal, Unavailable, problem_of
from api.guard import allow
from api.pages.corrections import acting as corrections
from api.pages.corrections.acting import DeedForm
from api.pages.language import marked as _
from api.pages.office import acting
from api.pages.office.season import office_of
from api.pages.submission.store import PATH
from api.pages.templating import page
from api.services import Services
from domain.duties import AUTHORITY
from domain.errors import DomainError, NotFound
from domain.matters import MatterKind
from domain.matters.corrections import Deed
from domain.reasons import LONGEST, in_one_line
from domain.sights import Sight
from storage.campaigns import authorities
from storage.corrections import freezes
from storage.sights import Seen
from storage.staffing import Person
from storage.submission import freezing, kept, looking
from storage.submission.freezing import Permission
from storage.submission.looking import Holder, KeptRecord

router = APIRouter(include_in_schema=False, prefix=PATH)
EVENTS: Final[Mapping[str, str]] = {
    "NEW": _("Cấp học bạ"),
    "UPDATE": _("Cập nhật học bạ"),
    "CANCEL": _("Thu hồi học bạ"),
}
_ALLOWED: Final = _("Đã cho phép thu hồi. Trường thu hồi được học bạ này và cấp lại.")
_BEFORE: Final = _("Học bạ này đã được cho phép thu hồi từ trước; không có gì thay đổi.")


class SearchForm(BaseModel):
    """An IdBanGhi, or the code of a pupil."""

    tim: str = ""


class PermissionForm(BaseModel):
    """Which record (`ma`), and why."""

    ma: str = ""
    reason: str = ""


@router.get("/tra-cuu")
@allow(AUTHORITY)
def show_lookup(request: Request, person: CurrentPerson, found: ServicesDep) -> Response:
    return _page(request, person, found, "")


@router.post("/tra-cuu")
@allow(AUTHORITY)
def look_up(
    request: Request, person: CurrentPerson, found: ServicesDep, form: Annotated[SearchForm, Form()]
) -> Response:
    """Every record that fits; another authority's is as unknown as one that never was."""
    return _page(request, person, found, form.tim.strip())


@router.post("/thu-hoi")
@allow(acting.HEADS)
async def allow_recall(
    request: Request, person: CurrentPerson, found: ServicesDep, form: Annotated[PermissionForm, Form()]
) -> Response:
    """Let a frozen record be recalled; the answer shows it, as no address may name it. Sent twice, the first counts.

    A school that has asked for it goes on at once.
    """
    done: str = ""
    problem: Refusal | None = None
    try:
        done, waiting = await run_in_threadpool(_allow, found, person, form)
        if waiting is not None:
            allowed = DeedForm(viec=Deed.ALLOW.value, ly_do=form.reason, command_id=uuid5(waiting, form.ma))
            await corrections.send(found, person, (MatterKind.RECALL, waiting), allowed)
    except (DomainError, Unavailable) as refusal:
        problem = refusal
    return await run_in_threadpool(_page, request, person, found, form.ma, done=done, problem=problem)


def _allow(found: Services, person: Person, form: PermissionForm) -> tuple[str, UUID | None]:
    """What became of it, and the school's own request for just this record."""
    permission = Permission(form.ma, person.staff_id, in_one_line(form.reason)[: LONGEST + 1])
    with found.sessions.begin() as session:
        schools = session.scalars(authorities.schools_under(office_of(person), today())).all()
        done = _ALLOWED if freezing.allow_recall(session, permission, schools, now()) else _BEFORE
        return done, freezes.waiting_for(session, form.ma)


def _records(request: Request, found: Services, person: Person, asked: str) -> list[KeptRecord]:
    """Noted for the school of each, which is told of it; one that works with another system has no list here."""
    with found.sessions() as session:
        records = looking.records(session, office_of(person), asked, now())
    for school_id, pupil_id in {(each.school.id, each.holder.pupil_id) for each in records if each.holder.pupil_id}:
        sights.note_shown(request, found, Seen(person.staff_id, Sight.STORE, school_id, pupil_id=pupil_id))
    return [each if each.holder.full_name else _read(found, each) for each in records]


def _read(found: Services, record: KeptRecord) -> KeptRecord:
    """With the pupil as its packet names him: the school works with another system. Without, if it is read no more."""
    try:
        content = found.exchange.receiving.content(record.newest.row.packet_sha256, record.record_uid, now())
    except DomainError:
        return record
    fields = next(iter(content.values()), {})
    said = fields if isinstance(fields, Mapping) else {}
    words = (str(said.get(name) or "") for name in ("hovaten", "mahocsinh", "tenlop"))
    return replace(record, holder=Holder(*words))


def _page(
    request: Request,
    person: Person,
    found: Services,
    asked: str,
    *,
    done: str = "",
    problem: Refusal | None = None,
) -> Response:
    records = _records(request, found, person, asked)
    if asked and not records:
        problem = problem or NotFound(kept.UNKNOWN)
    return page(
        found,
        request,
        "submission/lookup.html",
        status=problem_of(problem).status if problem else status.HTTP_200_OK,
        asked=asked,
        records=records,
        events=EVENTS,
        may_decide=acting.may_decide(person),
        done=done,
        problem=problem.message if problem else "",
    )
