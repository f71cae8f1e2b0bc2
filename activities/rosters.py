"""Class lists from workbooks: previewed for a person, entered on that person's word; or both in one go."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from domain.calendar import day_of
from domain.errors import Conflict, Incomplete, Invalid, NotFound
from interchange.roster import Aside, RosterBook, RosterHeader
from interchange.sheets import Problem, Severity
from storage import registration
from storage.registration import SchoolFacts
from storage.rosters import entering, previews
from storage.rosters.comparing import compare
from storage.rosters.differences import differences
from storage.rosters.known import read_known
from storage.rosters.shapes import Comparison, Effect, ListedClass
from storage.staffing import Person
from storage.tables import RosterPreview, School

# The level that manages primary schools changed on this day (guide: domain 6.6).
COMMUNE_LEVEL_FROM: Final = date(2025, 7, 1)
_IN_BOOK: Final = "Lớp {} đã mở sổ: học sinh thêm bây giờ chưa có hồ sơ trong sổ đang mở, số thứ tự cũ được giữ nguyên."


@dataclass(frozen=True)
class Preview:
    """What a workbook would do to its school; `rows` are sheet and row of each pupil by code."""

    listed: tuple[ListedClass, ...]
    comparison: Comparison
    problems: tuple[Problem, ...]
    aside: tuple[Aside, ...] = ()
    hidden: tuple[str, ...] = ()
    without_list: tuple[str, ...] = ()
    rows: Mapping[str, tuple[str, int]] = field(default_factory=dict)

    @property
    def can_confirm(self) -> bool:
        """All of it or nothing: a list with an error in it is corrected first."""
        return bool(self.listed) and not any(each.severity is Severity.ERROR for each in self.problems)


@dataclass(frozen=True)
class KeptPreview:
    id: UUID
    expires_at: datetime
    preview: Preview


_CONTENT: Final = TypeAdapter(Preview)


def preview_roster(session: Session, person: Person, book: RosterBook, now: datetime) -> KeptPreview:
    """Compare a workbook with the person's own school and keep what was found for that person; enters nothing."""
    listed = _listed(book)
    comparison = compare(read_known(session, person.school_id, listed), listed, day_of(now))
    school = session.get_one(School, person.school_id)
    preview = Preview(
        listed=listed,
        comparison=comparison,
        problems=(
            *book.problems,
            *_of_another_school(book, school),
            *_unfit(listed, comparison),
            *_at_pupils(book, comparison),
            *_notes(comparison),
        ),
        aside=book.aside,
        hidden=book.hidden,
        without_list=book.without_list,
        rows={pupil.pupil_code: (pupil.sheet, pupil.row) for pupil in book.pupils},
    )
    return _kept(previews.keep(session, person, _CONTENT.dump_python(preview, mode="json"), now))


def find_preview(session: Session, person: Person, preview_id: UUID, now: datetime) -> KeptPreview:
    """A person's own preview. Raises NotFound for any other, and for one that is confirmed or has expired."""
    row = previews.find(session, preview_id, person, now)
    if row.content is None:
        raise NotFound(previews.GONE)
    return _kept(row)


def find_outcome(session: Session, person: Person, preview_id: UUID, now: datetime) -> Mapping[str, int] | None:
    """How many pupils by effect a confirmed preview of this person entered; None while it waits. Raises NotFound."""
    row = previews.find(session, preview_id, person, now)
    return None if row.content is not None else row.outcome or {}


def confirm_roster(session: Session, person: Person, preview_id: UUID, now: datetime) -> Mapping[str, int]:
    """Enter a previewed list; returns how many pupils by effect, and the same again when asked again.

    Raises NotFound like `find_preview`, Incomplete for a list with errors, and Conflict, saying what, if anything that
    the person was shown has changed since.
    """
    row = previews.find(session, preview_id, person, now, lock=True)
    if row.content is None:
        return row.outcome or {}
    preview = _CONTENT.validate_python(row.content)
    if not preview.can_confirm:
        raise Incomplete("Danh sách còn lỗi; hãy sửa trong tệp rồi tải lên lại.")
    registration.lock_school(session, person.school_id)
    known = read_known(session, person.school_id, preview.listed)
    comparison = compare(known, preview.listed, day_of(now))
    if told := differences(preview.comparison, comparison):
        raise Conflict(f"Từ lúc xem trước, dữ liệu đã thay đổi: {told}. Hãy tải tệp lên để xem trước lại.")
    entering.enter(session, known, preview.listed, comparison, day_of(now))
    row.content, row.outcome = None, {effect.value: comparison.count(effect) for effect in Effect}
    return row.outcome


def import_roster(session: Session, book: RosterBook) -> dict[str, UUID]:
    """Register a school with its classes and pupils; returns the ids of the classes by name.

    Raises Invalid while the workbook has errors or does not say enough of the school, Conflict when a pupil clashes
    with one who is registered.
    """
    headers = [roster.header for roster in book.rosters]
    if book.has_errors or not headers or headers[0] is None:
        raise Invalid("Danh sách lớp còn lỗi, chưa nhập được.")
    school_id = registration.add_school(session, _school(headers[0]))
    return entering.register(session, school_id, _listed(book), date.min)


def _kept(row: RosterPreview) -> KeptPreview:
    return KeptPreview(row.id, row.expires_at, _CONTENT.validate_python(row.content))


def _listed(book: RosterBook) -> tuple[ListedClass, ...]:
    return tuple(
        ListedClass(
            roster.header.school_year,
            roster.header.grade,
            roster.header.class_name,
            roster.pupils,
            roster.header.optional,
            roster.header.topics,
            roster.header.plan,
        )
        for roster in book.rosters
        if roster.header is not None
    )


def _of_another_school(book: RosterBook, school: School) -> Iterator[Problem]:
    """A list that names another school's code is not taken for one's own."""
    for roster in book.rosters:
        code = roster.header.school_code if roster.header else ""
        if code not in {"", school.code}:
            sheet = roster.pupils[0].sheet if roster.pupils else ""
            yield Problem(sheet, "", 0, f"Danh sách ghi mã trường {code}; mã trường của thầy/cô là {school.code}.")


def _unfit(listed: Sequence[ListedClass], comparison: Comparison) -> Iterator[Problem]:
    """New classes that cannot be as the list says."""
    for each, effect in zip(listed, comparison.classes, strict=True):
        try:
            if effect.is_new and each.pupils:
                registration.rules_of(each.school_year, entering.class_facts(each, effect.name))
        except Invalid as refused:
            yield Problem("", "", 0, refused.message)


def _at_pupils(book: RosterBook, comparison: Comparison) -> Iterator[Problem]:
    pupils = {pupil.pupil_code: pupil for pupil in book.pupils}
    for clash in comparison.clashes:
        yield book.problem_at(pupils[clash.pupil_code], clash.field, clash.message)
    for note in comparison.notes:
        at = book.problem_at(pupils[note.pupil_code], note.field, note.message)
        yield replace(at, severity=Severity.REVIEW)


def _notes(comparison: Comparison) -> Iterator[Problem]:
    for group in comparison.classes:
        if group.has_book and any(pupil.effect in {Effect.ADDED, Effect.MOVED} for pupil in group.pupils):
            yield Problem("", "", 0, _IN_BOOK.format(group.name), Severity.REVIEW)


def _school(header: RosterHeader) -> SchoolFacts:
    first_day = date(header.school_year.start, 9, 5)
    needed = {
        "Cơ quan quản lý": header.authority,
        "Trường": header.school_name,
        "Mã trường": header.school_code,
        "Phường/Xã": header.commune,
        "Tỉnh/Thành phố": header.province,
    }
    if missing := [label for label, value in needed.items() if not value]:
        raise Invalid(f"Phần đầu trang thiếu: {', '.join(missing)}.")
    return SchoolFacts(
        code=header.school_code,
        name=header.school_name,
        commune=header.commune,
        district=header.district,
        province=header.province,
        authority=header.authority,
        authority_kind="commune_authority" if first_day >= COMMUNE_LEVEL_FROM else "district_office",
        managed_from=first_day,
    )
