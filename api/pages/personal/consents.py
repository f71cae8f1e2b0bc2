"""What families said to uses of pupils' data that need their consent: of one pupil, and of a class with tick boxes."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, status
from pydantic import Field
from starlette.responses import RedirectResponse, Response

from api.deps import CurrentVisitor, ServicesDep, VisibleClassTerm, VisibleRecord, now, today
from api.guard import allow
from api.pages.corrections.acting import CommandForm, next_id
from api.pages.language import counted
from api.pages.language import marked as _
from api.pages.templating import page
from api.services import Services
from domain.assessment import Term
from domain.consents import Giver, Side, Standing, consent_rules
from domain.duties import MANAGERS, Duty
from domain.errors import DomainError, Invalid
from storage import consents, journal
from storage.access import ClassTermHead, RecordHead
from storage.consents import Recording, Word
from storage.visitors import Visitor

router = APIRouter(include_in_schema=False)
CLERKS: Final = frozenset({Duty.CLERK, Duty.ADMIN})
READERS: Final = CLERKS | MANAGERS
OF_PUPIL, OF_CLASS = "/hoc-ba/{record_id}/dong-y", "/lop/{class_term_id}/dong-y"
GIVEN, REFUSED = "co", "khong"
TONES: Final = {
    Standing.GIVEN: "good", Standing.WITHDRAWN: "trouble", Standing.WAITS_FOR_CHILD: "warning",
    Standing.WAITS_FOR_REPRESENTATIVE: "warning",
}  # fmt: skip
_ODD: Final = "Biểu mẫu không còn đúng; thầy/cô hãy tải lại trang."
_NOBODY: Final = "Thầy/cô hãy chọn người nói và điều người ấy nói."


class SaidForm(CommandForm):
    """One word: for what (`viec`), who (`nguoi`), yes or no (`noi`), on which day."""

    viec: str = ""
    nguoi: str = ""
    noi: str = ""
    ngay: str = ""


class SheetForm(CommandForm):
    """The boxes that are ticked (`co`), and those that were when the page was made (`da`): "pupil:side", each."""

    viec: str = ""
    nguoi: str = ""
    ngay: str = ""
    co: list[str] = Field(default_factory=list, max_length=500)
    da: list[str] = Field(default_factory=list, max_length=500)


Asked = Annotated[str, Query(alias="viec", max_length=40)]


@router.get(OF_PUPIL)
@allow(READERS)
def show_pupil(request: Request, record: VisibleRecord, visitor: CurrentVisitor, found: ServicesDep) -> Response:
    return _pupil_page(request, found, record, visitor, SaidForm())


@router.post(OF_PUPIL)
@allow(CLERKS)
def say(
    request: Request,
    record: VisibleRecord,
    visitor: CurrentVisitor,
    found: ServicesDep,
    form: Annotated[SaidForm, Form()],
) -> Response:
    try:
        if form.noi not in {GIVEN, REFUSED}:
            raise Invalid(_NOBODY)
        word = Word(record.pupil_id, form.viec, _giver(form.nguoi), form.noi == GIVEN)
        _record(found, visitor, form, form.ngay, [word])
    except DomainError as refused:
        return _pupil_page(request, found, record, visitor, form, refused)
    return RedirectResponse(f"/hoc-ba/{record.id}/dong-y", status.HTTP_303_SEE_OTHER)


@router.get(OF_CLASS)
@allow(READERS)
def show_class(
    request: Request, head: VisibleClassTerm, visitor: CurrentVisitor, found: ServicesDep, purpose: Asked = ""
) -> Response:
    return _class_page(request, found, head, visitor, SheetForm(viec=purpose))


@router.post(OF_CLASS)
@allow(CLERKS)
def say_for_class(
    request: Request, head: VisibleClassTerm, visitor: CurrentVisitor, found: ServicesDep,
    form: Annotated[SheetForm, Form()],
) -> Response:  # fmt: skip
    """Only what was ticked, or no longer is, is written: what somebody else wrote meanwhile stays."""
    try:
        count = _record(found, visitor, form, form.ngay, list(_words(form)))
    except DomainError as refused:
        return _class_page(request, found, head, visitor, form, refused)
    return RedirectResponse(f"/lop/{head.id}/dong-y?viec={form.viec}&xong={count}", status.HTTP_303_SEE_OTHER)


def _words(form: SheetForm) -> Iterator[Word]:
    ticked, before = set(form.co), set(form.da)
    for each in sorted(ticked ^ before):
        pupil, _colon, side = each.partition(":")
        try:
            giver = Giver.CHILD if Side(side) is Side.CHILD else _representative(form.nguoi)
            yield Word(UUID(pupil), form.viec, giver, each in ticked)
        except ValueError as error:
            raise Invalid(_ODD) from error


def _representative(code: str) -> Giver:
    giver = _giver(code)
    if giver.side is not Side.REPRESENTATIVE:
        raise Invalid(_NOBODY)
    return giver


def _giver(code: str) -> Giver:
    try:
        return Giver(code)
    except ValueError as error:
        raise Invalid(_NOBODY) from error


def _record(found: Services, visitor: Visitor, form: CommandForm, day: str, words: list[Word]) -> int:
    try:
        said_on = date.fromisoformat(day)
    except ValueError as error:
        raise Invalid(_ODD) from error
    person = visitor.person
    new = Recording(form.command_id, person.school_id, person.staff_id, said_on)
    with found.sessions.begin() as session:
        journal.add_origin(session, str(form.command_id), person.staff_id, visitor.device, visitor.network)
        return consents.record(session, new, words, now())


def _pupil_page(
    request: Request, found: Services, record: RecordHead, visitor: Visitor, form: SaidForm,
    refused: DomainError | None = None,
) -> Response:  # fmt: skip
    school_id = record.class_term.school_id
    with found.sessions() as session:
        standing = consents.of_pupil(session, school_id, record.pupil_id, today())
        history = consents.history(session, school_id, record.pupil_id)
    values = {
        **_shared(visitor, form, refused), "record": record, "standing": standing, "history": history,
        "names": {each.code: each.name for each in consent_rules().purposes},
        "asks_child": any(each.asks_child for each in standing.values()),
    }  # fmt: skip
    return page(found, request, "consents/pupil.html", status=422 if refused else 200, **values)


def _class_page(
    request: Request, found: Services, head: ClassTermHead, visitor: Visitor, form: SheetForm,
    refused: DomainError | None = None,
) -> Response:  # fmt: skip
    rules = consent_rules()
    purpose = next((each for each in rules.purposes if each.code == form.viec), rules.purposes[0])
    with found.sessions() as session:
        pupils = consents.of_class(session, head.school_id, head.class_id, purpose.code, today())
        records = consents.records_of(session, head.id)
    values = {
        **_shared(visitor, form, refused), "head": head, "term": Term(head.term), "purpose": purpose, "pupils": pupils,
        "records": records, "ticked": set(form.co) if refused else None,
        "done": _done(request.query_params.get("xong", "")),
    }  # fmt: skip
    return page(found, request, "consents/class.html", status=422 if refused else 200, **values)


def _done(count: str) -> str:
    """After a sheet was sent; an address that somebody typed says nothing."""
    return counted(_("Đã ghi %(count)s thay đổi."), int(count)) if count in map(str, range(501)) else ""


def _shared(visitor: Visitor, form: SaidForm | SheetForm, refused: DomainError | None) -> dict[str, Any]:
    return {
        "rules": consent_rules(), "form": form, "command_id": next_id(form, refused),
        "problem": refused.message if refused else "", "today": today().isoformat(),
        "may_record": bool(CLERKS & visitor.person.duties), "tones": TONES, "sides": Side, "givers": Giver,
    }  # fmt: skip
