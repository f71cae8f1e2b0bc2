"""What a list would add, change and move; nothing is written."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from domain.pupils import LONGEST, ListedPupil, PupilField
from storage.rosters.known import Known
from storage.rosters.shapes import Clash, ClassEffect, Comparison, Effect, FieldChange, ListedClass, Member, PupilEffect
from storage.tables import Enrolment, PupilRow

_ELSEWHERE: Final = (
    "{} này đã thuộc một học sinh của trường khác; hãy kiểm tra lại. Nếu em mới chuyển đến thì làm thủ tục tiếp nhận "
    "chuyển trường trước."
)
_TOO_LONG: Final = "{} dài {} ký tự, quá giới hạn {} ký tự."
_HIDDEN_ID: Final = "Mã học sinh này đang đi với số định danh khác. Hãy kiểm tra lại cả hai số."
_OTHER_ID: Final = "Mã học sinh này đang đi với số định danh {}; danh sách ghi số khác. Hãy kiểm tra lại cả hai số."
_OTHER_CODE: Final = "Số định danh này đã là của {} (mã học sinh {})."
_HAS_RECORD: Final = "Học sinh đã có hồ sơ trong sổ đang mở của lớp {}; chưa chuyển lớp bằng danh sách được."
_TAKEN_OVER: Final = (
    "Học sinh đã có hồ sơ từ năm học trước ở trường khác; thông tin của em sẽ được sửa theo danh sách. "
    "Hãy kiểm tra lại mã học sinh."
)
_ASSESSMENT_STAYS: Final = "Cách đánh giá học sinh khuyết tật do hiệu trưởng quyết định; danh sách không thay đổi."
_DIGITS_OF_ID: Final = 12


def compare(known: Known, listed: Sequence[ListedClass], today: date) -> Comparison:
    """Compare lists, in which nobody comes twice, with what is stored of the school."""
    clashes = tuple(clash for each in listed for pupil in each.pupils if (clash := _clash(known, each, pupil, today)))
    refused = {clash.pupil_code for clash in clashes}
    named = {pupil.pupil_code for each in listed for pupil in each.pupils}
    notes = tuple(
        note
        for each in listed
        for pupil in each.pupils
        if pupil.pupil_code not in refused
        for note in _notes(known, each, pupil)
    )
    return Comparison(tuple(_class_effect(known, each, refused, named) for each in listed), clashes, notes)


def _clash(known: Known, listed: ListedClass, pupil: ListedPupil, today: date) -> Clash | None:
    return _too_long(pupil) or _taken(known, listed, pupil, today) or _in_book(known, listed, pupil.pupil_code)


def _too_long(pupil: ListedPupil) -> Clash | None:
    for field in PupilField:
        if (length := len(pupil.text(field))) > LONGEST:
            return Clash(pupil.pupil_code, field, _TOO_LONG.format(field.label, length, LONGEST))
    return None


def _taken(known: Known, listed: ListedClass, pupil: ListedPupil, today: date) -> Clash | None:
    """Why a code or personal id is not free; of a pupil who is not the school's own nothing is told."""
    code, personal_id = pupil.pupil_code, pupil.personal_id
    row, owner = known.by_code.get(code), known.by_personal_id.get(personal_id)
    if row is not None and not known.may_list(row, listed.school_year, today):
        return Clash(code, PupilField.PUPIL_CODE, _ELSEWHERE.format("Mã học sinh"))
    if owner is not None and owner is not row:
        told = _OTHER_CODE.format(owner.full_name, owner.pupil_code)
        words = told if known.is_own(owner) else _ELSEWHERE.format("Số định danh")
        return Clash(code, PupilField.PERSONAL_ID, words)
    if row is not None and personal_id and row.personal_id != personal_id and len(row.personal_id) == _DIGITS_OF_ID:
        words = _OTHER_ID.format(row.personal_id) if known.is_own(row) else _HIDDEN_ID
        return Clash(code, PupilField.PERSONAL_ID, words)
    return None


def _in_book(known: Known, listed: ListedClass, code: str) -> Clash | None:
    place = known.coming_from(listed, code)
    if place is not None and place.enrolment.id in known.enrolments_with_record:
        return Clash(code, PupilField.PUPIL_CODE, _HAS_RECORD.format(place.class_name))
    return None


def _notes(known: Known, listed: ListedClass, pupil: ListedPupil) -> Iterator[Clash]:
    """What of a pupil who is entered a person should look at."""
    row = known.by_code.get(pupil.pupil_code)
    if row is None:
        return
    if not known.is_own(row) and _changes(known, listed, pupil):
        yield Clash(pupil.pupil_code, PupilField.PUPIL_CODE, _TAKEN_OVER)
    group = known.group(listed.school_year, listed.name)
    enrolment = known.enrolment_for(row, listed.school_year, group.id if group else None)
    if pupil.assessment_waived and enrolment is not None and not enrolment.assessment_waived:
        yield Clash(pupil.pupil_code, PupilField.ASSESSMENT_WAIVED, _ASSESSMENT_STAYS)


def _class_effect(known: Known, listed: ListedClass, refused: set[str], named: set[str]) -> ClassEffect:
    group = known.group(listed.school_year, listed.name)
    members = known.members.get(group.id, []) if group else []
    missing = tuple(Member(row.pupil_code, row.full_name) for _, row in members if row.pupil_code not in named)
    has_book = group is not None and group.id in known.classes_with_book
    numbers = {row.pupil_code: enrolment.order_no for enrolment, row in members}
    after = _numbers(listed.pupils, numbers, keep=has_book or bool(missing))
    pupils = [pupil for pupil in listed.pupils if pupil.pupil_code not in refused]
    return ClassEffect(
        school_year=listed.school_year,
        grade=listed.grade,
        name=group.name if group else listed.name,
        is_new=group is None,
        has_book=has_book,
        pupils=tuple(_pupil_effect(known, listed, each, after[each.pupil_code]) for each in pupils),
        missing=missing,
        renumbered=sum(after.get(code, number) != number for code, number in numbers.items()),
    )


def _numbers(pupils: Sequence[ListedPupil], numbers: Mapping[str, int], *, keep: bool) -> dict[str, int]:
    """The list's own numbers; but once a book is open, or the list is not the whole class, newcomers go to the end."""
    if not keep:
        return {pupil.pupil_code: pupil.order_no for pupil in pupils}
    after = dict(numbers)
    for pupil in pupils:
        after.setdefault(pupil.pupil_code, max(after.values(), default=0) + 1)
    return after


def _pupil_effect(known: Known, listed: ListedClass, pupil: ListedPupil, order_no: int) -> PupilEffect:
    row = known.by_code.get(pupil.pupil_code)
    place = known.place_in(row, listed.school_year) if row else None
    changes = _changes(known, listed, pupil)
    came_from = known.coming_from(listed, pupil.pupil_code)
    if place is None:
        effect = Effect.ADDED
    elif came_from is not None:
        effect = Effect.MOVED
    else:
        effect = Effect.CHANGED if changes else Effect.UNCHANGED
    from_class = came_from.class_name if came_from else ""
    return PupilEffect(pupil.pupil_code, pupil.full_name, effect, order_no, changes, from_class)


def _changes(known: Known, listed: ListedClass, pupil: ListedPupil) -> tuple[FieldChange, ...]:
    """The fields in which the list says something, and something else than what is stored."""
    row = known.by_code.get(pupil.pupil_code)
    if row is None:
        return ()
    place, is_shown, found = known.place_in(row, listed.school_year), known.is_own(row), []
    for field in PupilField:
        new, old = pupil.text(field), _stored(row, place.enrolment if place else None, field)
        if new and old is not None and new != old:
            found.append(FieldChange(field, old if is_shown else "", new))
    return tuple(found)


def _stored(row: PupilRow, enrolment: Enrolment | None, field: PupilField) -> str | None:
    """As people read it; None for what is not there yet at all, or is not for a list to change."""
    if field is PupilField.ASSESSMENT_WAIVED:
        return None
    if field is PupilField.REGISTER_NO:
        return enrolment.register_no if enrolment else None
    if field is PupilField.BIRTH_DATE:
        return f"{row.birth_date:%d/%m/%Y}"
    return str(getattr(row, field.value))
