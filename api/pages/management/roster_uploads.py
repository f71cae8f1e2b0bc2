"""Class lists handed in as workbooks on a page: chosen, shown cell by cell, entered on the person's word."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Request, status
from starlette.responses import RedirectResponse, Response

from activities.rosters import KeptPreview, confirm_roster, find_outcome, find_preview, preview_roster
from api.deps import CurrentPerson, ServicesDep, class_of_school, now
from api.guard import allow
from api.pages.templating import page
from api.services import Services
from api.uploads import Upload, own_upload
from api.workbooks import workbook
from domain.calendar import SchoolYear
from domain.duties import OFFICES
from domain.errors import Conflict, Incomplete, Invalid, NotFound
from interchange.reports.missing import write_ids
from interchange.reports.rosters import write_empty_list, write_problems
from interchange.roster import Chosen, read_roster
from interchange.sheets import Severity
from interchange.spreadsheet.package import MAX_FILE, TOO_LARGE
from storage import assignments, board
from storage.reports.missing import ids_of_school
from storage.rosters.shapes import ClassEffect, Effect, PupilEffect
from storage.staffing import Person

router = APIRouter(include_in_schema=False, prefix="/nhap-du-lieu")
_NO_FILE: Final = "Hãy chọn tệp danh sách lớp (.xlsx)."


@dataclass(frozen=True)
class ClassChange:
    """A class of the preview, its pupils by what becomes of them."""

    group: ClassEffect
    by_effect: dict[str, list[PupilEffect]]
    unchanged: int


@router.get("")
@allow(OFFICES)
def show_form(request: Request, person: CurrentPerson, found: ServicesDep) -> Response:
    return page(found, request, "imports/form.html", **_form_values(found, person), problem="", chosen={})


@router.post("")
@allow(OFFICES, takes_upload=True, crosses_schools=True)
async def preview(request: Request, person: CurrentPerson, found: ServicesDep) -> Response:
    """Read the workbook of the form and go to what it would change. Nothing is entered."""
    upload = Upload(b"", {})
    try:
        upload = await own_upload(request, MAX_FILE, TOO_LARGE)
        kept = await asyncio.to_thread(_preview, found, person, upload)
    except (Invalid, NotFound) as refused:
        values = await asyncio.to_thread(_form_values, found, person)
        shown = {"problem": refused.message, "chosen": upload.fields}
        return page(found, request, "imports/form.html", status=422, **values, **shown)
    return RedirectResponse(f"/nhap-du-lieu/{kept.id}", status.HTTP_303_SEE_OTHER)


@router.get("/mau")
@allow(OFFICES)
def download_template(person: CurrentPerson, found: ServicesDep) -> Response:
    """A workbook with the columns of a class list, for schools that have none of their own."""
    with found.sessions() as session:
        school = assignments.school_of(session, person.school_id)
        years = assignments.years_of(session, person.school_id)
    return workbook(write_empty_list(school.name, school.code, years[0] if years else ""), "mau-danh-sach-lop")


@router.get("/can-xem")
@allow(OFFICES)
def show_ids(request: Request, person: CurrentPerson, found: ServicesDep, nam: str = "") -> Response:
    """Personal ids that are missing or doubtful."""
    with found.sessions() as session:
        years, year = _years(assignments.years_of(session, person.school_id), nam)
        problems = ids_of_school(session, person.school_id, year)
    return page(found, request, "imports/ids.html", years=years, year=year, problems=problems)


@router.get("/can-xem/bang")
@allow(OFFICES)
def download_ids(person: CurrentPerson, found: ServicesDep, nam: str = "") -> Response:
    with found.sessions() as session:
        school = board.school_name(session, person.school_id)
        _, year = _years(assignments.years_of(session, person.school_id), nam)
        problems = ids_of_school(session, person.school_id, year)
    return workbook(write_ids(school, year, problems), "so-dinh-danh-can-xem", year)


@router.get("/{preview_id}")
@allow(OFFICES)
def show_preview(request: Request, preview_id: UUID, person: CurrentPerson, found: ServicesDep) -> Response:
    """What one's own list would change; once it is entered, how many pupils it was."""
    with found.sessions() as session:
        outcome = find_outcome(session, person, preview_id, now())
        kept = find_preview(session, person, preview_id, now()) if outcome is None else None
    if kept is None:
        return page(found, request, "imports/done.html", outcome=outcome)
    return page(found, request, "imports/preview.html", **_preview_values(kept), problem="")


@router.post("/{preview_id}")
@allow(OFFICES, crosses_schools=True)
def confirm(request: Request, preview_id: UUID, person: CurrentPerson, found: ServicesDep) -> Response:
    """Enter what was shown, all of it; sent again it changes nothing."""
    try:
        with found.sessions.begin() as session:
            confirm_roster(session, person, preview_id, now())
    except (Conflict, Incomplete, Invalid) as refused:
        with found.sessions() as session:
            kept = find_preview(session, person, preview_id, now())
        values = _preview_values(kept)
        return page(found, request, "imports/preview.html", status=422, **values, problem=refused.message)
    return RedirectResponse(f"/nhap-du-lieu/{preview_id}", status.HTTP_303_SEE_OTHER)


@router.get("/{preview_id}/can-sua")
@allow(OFFICES)
def download_problems(preview_id: UUID, person: CurrentPerson, found: ServicesDep) -> Response:
    """What is to be mended in the file, by cell."""
    with found.sessions() as session:
        kept = find_preview(session, person, preview_id, now())
    return workbook(write_problems(kept.preview.problems), "can-sua-trong-danh-sach")


def _years(years: list[str], asked: str) -> tuple[list[str], str]:
    return years, asked if asked in years or not years else years[0]


def _form_values(found: Services, person: Person) -> dict[str, Any]:
    with found.sessions() as session:
        years = assignments.years_of(session, person.school_id)
        classes = assignments.classes_of(session, person.school_id, years[0]) if years else []
        doubtful = len(ids_of_school(session, person.school_id, years[0])) if years else 0
    return {"years": years, "classes": classes, "doubtful": doubtful}


def _preview(found: Services, person: Person, upload: Upload) -> KeptPreview:
    if not upload.data:
        raise Invalid(_NO_FILE)
    book = read_roster(upload.data, _chosen(found, person, upload.fields))
    with found.sessions.begin() as session:
        return preview_roster(session, person, book, now())


def _chosen(found: Services, person: Person, fields: dict[str, str]) -> Chosen:
    """The class chosen on the page, else the year; both only where the list itself is silent."""
    class_id, year = fields.get("lop", ""), fields.get("nam", "").strip()
    if not class_id:
        return Chosen(SchoolYear.parse(year) if year else None)
    try:
        wanted = UUID(class_id)
    except ValueError as error:
        raise Invalid("Hãy chọn lại lớp.") from error
    with found.sessions() as session:
        group = class_of_school(session, wanted, person)
    return Chosen(SchoolYear.parse(group.school_year), group.name)


def _preview_values(kept: KeptPreview) -> dict[str, Any]:
    shown = kept.preview
    errors = [each for each in shown.problems if each.severity is Severity.ERROR]
    return {
        "preview_id": kept.id,
        "expires_at": kept.expires_at,
        "shown": shown,
        "errors": errors,
        "reviews": [each for each in shown.problems if each.severity is not Severity.ERROR],
        "classes": [_class(each) for each in shown.comparison.classes],
        "total": {effect.value: shown.comparison.count(effect) for effect in Effect},
        "pupils": sum(len(each.pupils) for each in shown.comparison.classes),
        "is_same": _is_same(shown.comparison.classes),
    }


def _is_same(classes: Sequence[ClassEffect]) -> bool:
    """Whether entering the list would change nothing."""
    return all(
        not group.is_new and not group.renumbered and all(each.effect is Effect.UNCHANGED for each in group.pupils)
        for group in classes
    )


def _class(group: ClassEffect) -> ClassChange:
    told = (Effect.CHANGED, Effect.MOVED, Effect.ADDED)
    by_effect = {effect.value: [each for each in group.pupils if each.effect is effect] for effect in told}
    return ClassChange(group, by_effect, sum(each.effect is Effect.UNCHANGED for each in group.pupils))
