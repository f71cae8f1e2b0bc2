"""One former year as the clerk copies it: a form that keeps whatever is there, and offers the subjects of the grade."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Request, status
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from api.deps import CurrentPerson, ServicesDep, now, today
from api.errors import problem_of
from api.guard import allow
from api.pages.corrections import acting
from api.pages.extracts.showing import CLERKS, KIND, PATH
from api.pages.templating import page
from api.services import Services
from domain.calendar import SchoolYear
from domain.curriculum import offered
from domain.errors import DomainError, Invalid
from domain.identity import normalise_name
from domain.transfers.extracts import ExtractedSubject, ExtractSource, PaperExtract
from storage.extracts import drafts
from storage.extracts.drafts import KeptYear
from storage.staffing import Person
from storage.tables import Extract, PupilRow, Transfer

router = APIRouter(include_in_schema=False, prefix=PATH + "/{extract_id}/nam/{year_id}")
_YEARS: Final = 15
_BLANK: Final = 3  # rows for what the grade's list does not have
_GRADES: Final = range(1, 13)
_Row = tuple[str, str, str]


class YearForm(BaseModel):
    """Fields as they were typed; of each subject a name, a result and a comment."""

    nam_hoc: str = ""
    khoi: str = ""
    lop: str = Field(default="", max_length=60)
    truong: str = Field(default="", max_length=250)
    tinh: str = Field(default="", max_length=150)
    ket_qua: str = Field(default="", max_length=250)
    ren_luyen: str = Field(default="", max_length=250)
    len_lop: str = ""
    nguon: str = ExtractSource.PAPER.value
    tep: str = ""
    ghi_chu: str = Field(default="", max_length=1000)
    mon: list[str] = []
    kq: list[str] = []
    nx: list[str] = []
    tiep: str = ""

    def rows(self) -> Iterator[_Row]:
        for row in zip(self.mon, self.kq, self.nx, strict=False):
            name, result, comment = (" ".join(each.split()) for each in row)
            yield name, result, comment


@router.get("")
@allow(CLERKS)
def show_form(request: Request, extract_id: UUID, year_id: UUID, person: CurrentPerson, found: ServicesDep) -> Response:
    """A year that was kept, or the one that follows the last."""
    return _page(request, found, person, (extract_id, year_id))


@router.post("")
@allow(CLERKS)
def keep(
    request: Request,
    extract_id: UUID,
    year_id: UUID,
    person: CurrentPerson,
    found: ServicesDep,
    form: Annotated[YearForm, Form()],
) -> Response:
    """Keep the year as far as it is typed; a refusal shows beside it."""
    acting.visible(found, extract_id, person, KIND)
    try:
        kept = KeptYear(year_id, person.staff_id, _year(form))
        with found.sessions.begin() as session:
            drafts.save_year(session, extract_id, kept, now())
    except DomainError as refused:
        return _page(request, found, person, (extract_id, year_id), form, refused)
    onward = f"/nam/{uuid4()}" if form.tiep else "?xong=saved"
    return RedirectResponse(f"{PATH}/{extract_id}{onward}", status.HTTP_303_SEE_OTHER)


@router.post("/bo")
@allow(CLERKS)
async def remove(extract_id: UUID, year_id: UUID, person: CurrentPerson, found: ServicesDep) -> Response:
    await run_in_threadpool(_remove, found, person, extract_id, year_id)
    return RedirectResponse(f"{PATH}/{extract_id}", status.HTTP_303_SEE_OTHER)


def _remove(found: Services, person: Person, extract_id: UUID, year_id: UUID) -> None:
    acting.visible(found, extract_id, person, KIND)
    with found.sessions.begin() as session:
        drafts.remove_year(session, extract_id, year_id, person.staff_id, now())


def _year(form: YearForm) -> PaperExtract:
    """Raises Invalid for what cannot be meant; what is missing is said of the whole extract."""
    if form.len_lop not in {"co", "khong"}:
        raise Invalid("Hãy chọn học sinh có được lên lớp hay không.")
    if form.nguon not in set(ExtractSource):
        raise Invalid("Hãy chọn loại bản gốc.")
    year, grade = SchoolYear.parse(form.nam_hoc), _grade(form.khoi)
    expected = set(_subjects_of(grade))
    rows = [row for row in form.rows() if row[1] or row[2] or (row[0] and row[0] not in expected)]
    return PaperExtract(
        school_year=str(year),
        grade=grade,
        class_name=normalise_name(form.lop),
        school=normalise_name(form.truong),
        province=normalise_name(form.tinh),
        result=normalise_name(form.ket_qua),
        promoted=form.len_lop == "co",
        subjects=tuple(ExtractedSubject(*row) for row in rows),
        source=ExtractSource(form.nguon),
        checked_by=(),
        conduct=normalise_name(form.ren_luyen),
        sha256=form.tep,
        note=" ".join(form.ghi_chu.split()),
    )


def _grade(text: str) -> int:
    return int(text) if text.isdecimal() and int(text) in _GRADES else 0


def _subjects_of(grade: int) -> tuple[str, ...]:
    return tuple(each.name for each in offered(grade)) if grade in _GRADES else ()


def _page(
    request: Request,
    found: Services,
    person: Person,
    which: tuple[UUID, UUID],
    form: YearForm | None = None,
    refused: DomainError | None = None,
) -> Response:
    extract_id, year_id = which
    with found.sessions() as session:
        acting.require(session, extract_id, person, KIND)
        row = session.get_one(Extract, extract_id)
        transfer = session.get_one(Transfer, row.transfer_id)
        typed = form or _known(row, transfer, year_id)
        values: dict[str, Any] = {
            "form": typed,
            "subjects": _rows(typed),
            "extract_id": extract_id,
            "year_id": year_id,
            "is_kept": any(each.id == year_id for each in drafts.years(row)),
            "pupil": session.get_one(PupilRow, transfer.pupil_id),
            "files": drafts.files(row),
            "years": _school_years(),
            "grades": _GRADES,
            "sources": list(ExtractSource),
        }
    code, problem = (problem_of(refused).status, refused.message) if refused else (200, "")
    return page(found, request, "extracts/year.html", status=code, problem=problem, **values)


def _school_years() -> list[str]:
    this = SchoolYear.of(today()).start
    return [str(SchoolYear(this - back)) for back in range(_YEARS)]


def _rows(form: YearForm) -> list[_Row]:
    """What was copied, then the subjects of the grade that are not there yet, then room for others."""
    copied = [row for row in form.rows() if any(row)]
    names = {row[0] for row in copied}
    return [*copied, *((name, "", "") for name in _subjects_of(_grade(form.khoi)) if name not in names), *_blank()]


def _blank() -> Sequence[_Row]:
    return [("", "", "")] * _BLANK


def _known(row: Extract, transfer: Transfer, year_id: UUID) -> YearForm:
    kept = {each.id: each.year for each in drafts.years(row)}
    if year_id in kept:
        return _typed(kept[year_id])
    if kept:
        return _after(list(kept.values())[-1])
    return YearForm(
        khoi=str(max(1, transfer.grade - 1)), truong=transfer.other_name,
        tinh=transfer.other_country or transfer.other_province,
    )  # fmt: skip


def _typed(year: PaperExtract) -> YearForm:
    return YearForm(
        nam_hoc=year.school_year, khoi=str(year.grade or ""), lop=year.class_name, truong=year.school,
        tinh=year.province, ket_qua=year.result, ren_luyen=year.conduct, len_lop="co" if year.promoted else "khong",
        nguon=year.source.value, tep=year.sha256, ghi_chu=year.note,
        mon=[each.name for each in year.subjects], kq=[each.result for each in year.subjects],
        nx=[each.comment for each in year.subjects],
    )  # fmt: skip


def _after(year: PaperExtract) -> YearForm:
    """The year that follows, at the same school, from the same original."""
    following = str(SchoolYear(SchoolYear.parse(year.school_year).start + 1))
    grade = min(year.grade + 1, _GRADES[-1]) if year.promoted else year.grade
    return YearForm(
        nam_hoc=following, khoi=str(grade or ""), truong=year.school, tinh=year.province, nguon=year.source.value,
        tep=year.sha256,
    )  # fmt: skip
