"""Class lists handed in as workbooks: what they would change is shown first, and entered on the person's word."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from activities.rosters import KeptPreview, Preview, confirm_roster, find_preview, preview_roster
from api.bodies import raw
from api.deps import CurrentPerson, ServicesDep, body_of, class_of_school, now
from api.guard import allow
from api.services import Services
from api.workbooks import XLSX
from domain.calendar import SchoolYear
from domain.duties import OFFICES
from domain.errors import NotAllowed
from domain.pupils import PupilField
from domain.scopes import Scope
from interchange.roster import Chosen, read_roster
from interchange.sheets import Severity
from interchange.spreadsheet.package import MAX_FILE, TOO_LARGE
from storage import access
from storage.rosters.shapes import ClassEffect, Effect, PupilEffect
from storage.staffing import Person

router = APIRouter(prefix="/imports/rosters", tags=["imports"])


class ProblemView(BaseModel):
    """What is wrong with a cell, row or sheet; an `error` keeps the list from being entered."""

    sheet: str
    cell: str
    row: int
    message: str
    severity: Severity


class ChangeView(BaseModel):
    field: PupilField
    label: str
    old: str
    new: str


class PupilView(BaseModel):
    """A pupil of the list, and where the list names the pupil."""

    pupil_code: str
    full_name: str
    sheet: str
    row: int
    from_class: str
    changes: list[ChangeView]


class MissingView(BaseModel):
    pupil_code: str
    full_name: str


class ClassView(BaseModel):
    """What becomes of a class; `missing` are its pupils whom the list does not name, and who stay."""

    school_year: str
    class_name: str
    grade: int
    is_new: bool
    added: list[PupilView]
    changed: list[PupilView]
    moved: list[PupilView]
    missing: list[MissingView]
    unchanged: int
    renumbered: int


class AsideView(BaseModel):
    sheet: str
    cell: str
    heading: str


class RosterPreviewView(BaseModel):
    id: UUID
    expires_at: datetime
    can_confirm: bool
    classes: list[ClassView]
    problems: list[ProblemView]
    columns_left_aside: list[AsideView] = Field(description="columns that are not known; nothing of them is kept")
    hidden_sheets: list[str]
    sheets_without_list: list[str]


class EnteredView(BaseModel):
    """How many pupils were added to a class, changed, moved to another class, or left as they were."""

    added: int
    changed: int
    moved: int
    unchanged: int


async def office(person: CurrentPerson) -> Person:
    """Class lists are for the school's offices."""
    if not person.roles & access.SCHOOL_WIDE:
        raise NotAllowed("Nhập danh sách lớp là việc của lãnh đạo, văn thư và cán bộ quản trị của trường.")
    return person


Office = Annotated[Person, Depends(office)]


@router.post("", status_code=201, openapi_extra=raw(XLSX))
@allow(OFFICES, Scope.ROSTERS, crosses_schools=True)
async def preview(
    request: Request,
    person: Office,
    found: ServicesDep,
    class_id: Annotated[UUID | None, Query(description="the class chosen on the screen")] = None,
    school_year: Annotated[str | None, Query(description="for lists that do not say theirs", max_length=20)] = None,
) -> RosterPreviewView:
    """Read a workbook (the request's body) and say what it would change. Nothing is entered."""
    chosen = await asyncio.to_thread(_chosen, found, person, class_id, school_year)
    data = await body_of(request, MAX_FILE, TOO_LARGE)
    return _view(await asyncio.to_thread(_preview, found, person, data, chosen))


@router.get("/{preview_id}")
@allow(OFFICES, Scope.READ)
def show_preview(preview_id: UUID, person: Office, found: ServicesDep) -> RosterPreviewView:
    """One's own preview again, until it is confirmed or has expired."""
    with found.sessions() as session:
        return _view(find_preview(session, person, preview_id, now()))


@router.post("/{preview_id}/confirm")
@allow(OFFICES, Scope.ROSTERS, crosses_schools=True)
def confirm(preview_id: UUID, person: Office, found: ServicesDep) -> EnteredView:
    """Enter what was previewed, all of it; asked again, it gives the same answer. 409 if the data has changed since."""
    with found.sessions.begin() as session:
        return EnteredView.model_validate(confirm_roster(session, person, preview_id, now()))


def _chosen(found: Services, person: Person, class_id: UUID | None, school_year: str | None) -> Chosen:
    year = SchoolYear.parse(school_year) if school_year else None
    if class_id is None:
        return Chosen(year)
    with found.sessions() as session:
        group = class_of_school(session, class_id, person)
    return Chosen(SchoolYear.parse(group.school_year), group.name)


def _preview(found: Services, person: Person, data: bytes, chosen: Chosen) -> KeptPreview:
    book = read_roster(data, chosen)
    with found.sessions.begin() as session:
        return preview_roster(session, person, book, now())


def _view(kept: KeptPreview) -> RosterPreviewView:
    shown = kept.preview
    return RosterPreviewView(
        id=kept.id,
        expires_at=kept.expires_at,
        can_confirm=shown.can_confirm,
        classes=[_class(shown, group) for group in shown.comparison.classes],
        problems=[ProblemView.model_validate(each, from_attributes=True) for each in shown.problems],
        columns_left_aside=[AsideView.model_validate(each, from_attributes=True) for each in shown.aside],
        hidden_sheets=list(shown.hidden),
        sheets_without_list=list(shown.without_list),
    )


def _class(shown: Preview, group: ClassEffect) -> ClassView:
    by_effect = {effect: [each for each in group.pupils if each.effect is effect] for effect in Effect}
    return ClassView(
        school_year=str(group.school_year),
        class_name=group.name,
        grade=group.grade,
        is_new=group.is_new,
        added=_pupils(by_effect[Effect.ADDED], shown.rows),
        changed=_pupils(by_effect[Effect.CHANGED], shown.rows),
        moved=_pupils(by_effect[Effect.MOVED], shown.rows),
        missing=[MissingView.model_validate(each, from_attributes=True) for each in group.missing],
        unchanged=len(by_effect[Effect.UNCHANGED]),
        renumbered=group.renumbered,
    )


def _pupils(effects: Iterable[PupilEffect], rows: Mapping[str, tuple[str, int]]) -> list[PupilView]:
    return [
        PupilView(
            pupil_code=each.pupil_code,
            full_name=each.full_name,
            sheet=rows[each.pupil_code][0],
            row=rows[each.pupil_code][1],
            from_class=each.from_class,
            changes=[
                ChangeView(field=change.field, label=change.field.label, old=change.old, new=change.new)
                for change in each.changes
            ],
        )
        for each in effects
    ]
