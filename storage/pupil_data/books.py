"""Of the report book: who the pupil is, the years at the school, what was entered, changed and decided."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.assessment import AssessmentPoint, Term
from domain.entry import CellKey, cells_of
from domain.errors import DomainError
from domain.pupil_data import Cell, Section
from domain.scales import CellKind
from domain.slot_marks import slot_name
from domain.stages import STAGE_NAMES, Stage
from domain.stories import StoryEvent
from storage import access, entries, presence, stories
from storage.pupil_data.reading import OWN_TERM, enrolments, records, section
from storage.staffing import Person
from storage.tables import (
    Assessment,
    CellChange,
    ClassGroup,
    ClassTermRow,
    Enrolment,
    PromotionDecision,
    PupilRow,
    PupilTerm,
    Reason,
    ReviewItem,
    Staff,
    TermRecord,
)

_CIVIL: Final = {
    "pupil_code": "Mã học sinh", "personal_id": "Số định danh cá nhân", "full_name": "Họ và tên",
    "birth_date": "Ngày sinh", "sex": "Giới tính", "ethnicity": "Dân tộc", "nationality": "Quốc tịch",
    "place_of_birth": "Nơi sinh", "birth_province_code": "Mã tỉnh nơi sinh", "birth_commune_code": "Mã xã nơi sinh",
    "native_place": "Quê quán", "native_province_code": "Mã tỉnh quê quán", "native_commune_code": "Mã xã quê quán",
    "current_address": "Chỗ ở hiện nay", "address_province_code": "Mã tỉnh chỗ ở",
    "address_commune_code": "Mã xã chỗ ở", "father_name": "Họ tên cha", "father_occupation": "Nghề nghiệp cha",
    "mother_name": "Họ tên mẹ", "mother_occupation": "Nghề nghiệp mẹ", "guardian_name": "Họ tên người giám hộ",
    "guardian_occupation": "Nghề nghiệp người giám hộ", "policy_group": "Đối tượng chính sách",
}  # fmt: skip
_TERM: Final = {"school_year": "Năm học", "class": "Lớp", "term": "Học kì"}
_CELL: Final = {
    "slot": "Mã phần",
    "slot_name": "Phần",
    "item": "Mã mục",
    "point": "Mã lần",
    "kind": "Mã loại",
    "label": "Mục",
}
_BODY: Final = {
    "absent_excused": "Nghỉ có phép", "absent_unexcused": "Nghỉ không phép", "height_cm": "Chiều cao (cm)",
    "weight_kg": "Cân nặng (kg)", "health": "Sức khoẻ", "is_recognised": "Được tập thể ghi nhận",
    "assessment_waived": "Miễn đánh giá", "individual_plan": "Kế hoạch giáo dục cá nhân", "updated_at": "Sửa lúc",
}  # fmt: skip
_OF_TERM = (ClassGroup.school_year, ClassGroup.name, ClassTermRow.term)


def sections(session: Session, pupil_id: UUID, person: Person, at: datetime) -> Iterator[Section]:
    school_id = person.school_id
    own = Enrolment.id.in_(enrolments(pupil_id, school_id))
    # Who the pupil is, the school where he is now keeps; a former one reads no more of it.
    place = presence.place_of(session, pupil_id)
    kept = [pupil_id] if place is None or place[1] == school_id else []
    civil = select(*(getattr(PupilRow, name) for name in _CIVIL)).where(PupilRow.id.in_(kept))
    yield section(session, "pupil", "Thông tin cá nhân", _CIVIL, civil)
    items = select(ReviewItem.code, ReviewItem.created_at, ReviewItem.resolved_at)
    found = {"code": "Mã", "created_at": "Thấy lúc", "resolved_at": "Xong lúc"}
    yield section(session, "review", "Điều cần rà soát", found, items.where(ReviewItem.pupil_id.in_(kept)))
    yield _enrolments(session, pupil_id, school_id)
    terms = _Terms(session, pupil_id, school_id)
    yield terms.standing()
    yield terms.values()
    body = (
        select(*_OF_TERM, *(getattr(PupilTerm, name) for name in _BODY))
        .join(TermRecord, TermRecord.id == PupilTerm.record_id)
        .join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
        .join(ClassTermRow, OWN_TERM)
        .join(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
        .where(own)
        .order_by(*_OF_TERM)
    )
    yield section(session, "attendance_health", "Chuyên cần, sức khoẻ", _TERM | _BODY, body, term=Term)
    yield terms.changes()
    yield _decisions(session, pupil_id, person, at)
    yield _promotions(session, pupil_id, school_id)


def _enrolments(session: Session, pupil_id: UUID, school_id: UUID) -> Section:
    columns = {
        "school_year": "Năm học", "class": "Lớp", "order_no": "Số thứ tự", "register_no": "Số đăng bộ",
        "record_uid": "Mã bản ghi của năm", "joined_on": "Vào lớp", "left_on": "Rời lớp",
        "assessment_waived": "Miễn đánh giá", "individual_plan": "Kế hoạch giáo dục cá nhân",
    }  # fmt: skip
    query = (
        select(
            Enrolment.school_year, ClassGroup.name, Enrolment.order_no, Enrolment.register_no, Enrolment.record_uid,
            Enrolment.joined_on, Enrolment.left_on, Enrolment.assessment_waived, Enrolment.individual_plan,
        )
        .join(ClassGroup, ClassGroup.id == Enrolment.class_id)
        .where(Enrolment.id.in_(enrolments(pupil_id, school_id)))
        .order_by(Enrolment.school_year, Enrolment.joined_on)
    )  # fmt: skip
    return section(session, "enrolments", "Quá trình học ở trường", columns, query)


class _Terms:
    """The pupil's records at the school with the words for what can be entered in each."""

    def __init__(self, session: Session, pupil_id: UUID, school_id: UUID) -> None:
        self._session = session
        query = (
            select(TermRecord, *_OF_TERM, ClassTermRow.id)
            .join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
            .join(ClassTermRow, OWN_TERM)
            .join(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
            .where(TermRecord.id.in_(records(pupil_id, school_id)))
            .order_by(*_OF_TERM)
        )
        self._rows = [
            (row, (year, class_name, Term(term)), class_term_id)
            for row, year, class_name, term, class_term_id in session.execute(query)
        ]
        self._words = {class_term_id: _words(session, class_term_id) for *_, class_term_id in self._rows}

    def standing(self) -> Section:
        columns = {
            "stage": "Bước",
            "stage_name": "Đang ở bước",
            "revision": "Lần sửa",
            "held": "Tạm giữ",
            "issued_at": "Phát hành lúc",
        }
        rows = [
            (*term, row.stage, STAGE_NAMES[Stage(row.stage)], row.revision, row.held, row.issued_at)
            for row, term, _ in self._rows
        ]
        return Section("terms", "Học bạ từng học kì", _TERM | columns, rows)

    def values(self) -> Section:
        columns = {"value": "Kết quả, nhận xét", "updated_by": "Người nhập", "updated_at": "Nhập lúc"}
        rows = [
            (*term, *self._named(class_term_id, each), each.value, name, each.updated_at)
            for row, term, class_term_id in self._rows
            for each, name in self._entered(row.id)
        ]
        return Section("results", "Kết quả và nhận xét", _TERM | _CELL | columns, rows)

    def changes(self) -> Section:
        columns = {"before": "Trước", "after": "Sau", "by": "Người sửa", "changed_at": "Sửa lúc"}
        rows = [
            (*term, *self._named(class_term_id, each), each.before, each.after, name, each.changed_at)
            for row, term, class_term_id in self._rows
            for each, name in self._changed(row.id)
        ]
        return Section("changes", "Lịch sử sửa đổi", _TERM | _CELL | columns, rows)

    def _entered(self, record_id: UUID) -> list[tuple[Assessment, str | None]]:
        query = select(Assessment, Staff.full_name).outerjoin(Staff, Staff.id == Assessment.updated_by)
        ordered = query.order_by(Assessment.slot, Assessment.item, Assessment.point, Assessment.kind)
        return [(row, name) for row, name in self._session.execute(ordered.where(Assessment.record_id == record_id))]

    def _changed(self, record_id: UUID) -> list[tuple[CellChange, str | None]]:
        query = select(CellChange, Staff.full_name).outerjoin(Staff, Staff.id == CellChange.staff_id)
        ordered = query.where(CellChange.record_id == record_id).order_by(CellChange.id)
        return [(row, name) for row, name in self._session.execute(ordered)]

    def _named(self, class_term_id: UUID, cell: Assessment | CellChange) -> tuple[Cell, ...]:
        slots, labels = self._words[class_term_id]
        label = labels.get((cell.slot, CellKey(cell.item, AssessmentPoint(cell.point), CellKind(cell.kind))), "")
        return cell.slot, slots.get(cell.slot, cell.slot), cell.item, cell.point, cell.kind, label


def _words(session: Session, class_term_id: UUID) -> tuple[Mapping[str, str], Mapping[tuple[str, CellKey], str]]:
    """What slots, and what the cells of each, are called; what a class no longer has keeps its codes."""
    curriculum, _term = entries.curriculum_in(session, class_term_id)
    slots = {slot: slot_name(curriculum, slot) for slot in curriculum.slots}
    labels: dict[tuple[str, CellKey], str] = {}
    for slot in slots:
        for each in Term:
            try:
                labels |= {(slot, cell.key): cell.label for cell in cells_of(curriculum, each, slot)}
            except DomainError:
                continue
    return slots, labels


def _decisions(session: Session, pupil_id: UUID, person: Person, at: datetime) -> Section:
    """The story of each record, as its page tells it."""
    columns = {
        "at": "Lúc",
        "what": "Mã",
        "name": "Việc",
        "by": "Người làm",
        "slots": "Phần",
        "reason": "Lý do",
        "late": "Quá hạn",
    }
    heads = (access.record(session, each, person, at) for each in session.scalars(records(pupil_id, person.school_id)))
    told = [
        (head.class_term.school_year, head.class_term.class_name, Term(head.class_term.term), *_told(event))
        for head in heads
        if head is not None
        for event in sorted(stories.of_record(session, head, None), key=lambda each: each.at)
    ]
    return Section("decisions", "Quyết định và chữ ký", _TERM | columns, told)


def _told(event: StoryEvent) -> tuple[Cell, ...]:
    return (
        event.at, event.kind.value, event.kind.label, event.actor, ", ".join(filter(None, event.slots)), event.reason,
        event.is_late,
    )  # fmt: skip


def _promotions(session: Session, pupil_id: UUID, school_id: UUID) -> Section:
    columns = {"is_promoted": "Được lên lớp", "reason": "Lý do", "by": "Người quyết định", "decided_at": "Lúc"}
    row = PromotionDecision
    query = (
        select(row.is_promoted, Reason.text, Staff.full_name, row.decided_at)
        .join(Reason, Reason.id == row.reason_id)
        .join(Staff, Staff.id == row.decided_by)
        .where(row.record_id.in_(records(pupil_id, school_id)))
        .order_by(row.decided_at)
    )
    return section(session, "promotions", "Quyết định lên lớp", columns, query)
