"""What was done with the pupil's data: civil changes, matters, cases, submissions, who looked, and consents."""

import json
from collections.abc import Iterator
from typing import Final
from uuid import UUID

from sqlalchemy import CompoundSelect, or_, select
from sqlalchemy.orm import Session

from domain.campaigns.cases import CaseState
from domain.consents import consent_rules
from domain.matters import MatterKind
from domain.pupil_data import Cell, Section
from domain.sights import SIGHT_NAMES
from domain.submission.states import SubmissionState
from domain.transfers.phases import Direction, Phase
from storage import consents, sights
from storage.pupil_data.reading import enrolments, section
from storage.sights import ViewChoice
from storage.tables import (
    CivilChange,
    Enrolment,
    Extract,
    IdentityPage,
    Matter,
    MatterEvent,
    PupilCase,
    Reason,
    Recall,
    Staff,
    Submission,
    Transfer,
)

_MOST_VIEWS: Final = 20_000


def sections(session: Session, pupil_id: UUID, school_id: UUID) -> Iterator[Section]:
    yield _civil(session, pupil_id, school_id)
    matter_ids = _matters(pupil_id, school_id)
    yield _transfers(session, pupil_id, school_id)
    columns = {"kind": "Loại việc", "deed": "Bước", "by": "Người làm", "reason": "Lý do", "happened_at": "Lúc"}
    events = (
        select(Matter.kind, MatterEvent.deed, Staff.full_name, Reason.text, MatterEvent.happened_at)
        .join(Matter, Matter.id == MatterEvent.matter_id)
        .outerjoin(Staff, Staff.id == MatterEvent.staff_id)
        .outerjoin(Reason, Reason.id == MatterEvent.reason_id)
        .where(Matter.id.in_(matter_ids))
        .order_by(MatterEvent.happened_at, MatterEvent.id)
    )
    yield section(session, "matters", "Các việc đã làm cho học sinh", columns, events, kind=MatterKind)
    yield _extracts(session, pupil_id, school_id)
    yield _cases(session, pupil_id, school_id)
    yield _submissions(session, pupil_id, school_id)
    yield _views(session, pupil_id, school_id)
    yield _consents(session, pupil_id, school_id)


def _matters(pupil_id: UUID, school_id: UUID) -> CompoundSelect[UUID]:
    """Of the school's own about this pupil, and transfers in which it is one of two."""
    own = select(Matter.id).where(Matter.school_id == school_id)
    transfers = select(Transfer.matter_id).where(
        Transfer.pupil_id == pupil_id, or_(Transfer.from_school_id == school_id, Transfer.to_school_id == school_id)
    )
    pages = select(IdentityPage.matter_id).where(IdentityPage.pupil_id == pupil_id, IdentityPage.matter_id.in_(own))
    recalls = select(Recall.matter_id).where(Recall.enrolment_id.in_(enrolments(pupil_id, school_id)))
    extracts = select(Extract.matter_id).where(Extract.transfer_id.in_(transfers), Extract.matter_id.in_(own))
    return transfers.union(pages, recalls, extracts)


def _civil(session: Session, pupil_id: UUID, school_id: UUID) -> Section:
    columns = {
        "field": "Mục", "before": "Trước", "after": "Sau", "decision_no": "Số quyết định", "decided_on": "Ngày",
        "office": "Cơ quan", "by": "Người ghi", "recorded_at": "Ghi lúc", "applied_at": "Áp dụng lúc",
    }  # fmt: skip
    query = (
        select(CivilChange, Staff.full_name)
        .join(Staff, Staff.id == CivilChange.recorded_by)
        .where(CivilChange.pupil_id == pupil_id, CivilChange.school_id == school_id)
        .order_by(CivilChange.recorded_at)
    )
    rows: list[tuple[Cell, ...]] = [
        (
            name, row.before.get(name, ""), value, row.decision_no, row.decided_on, row.office, by, row.recorded_at,
            row.applied_at,
        )
        for row, by in session.execute(query)
        for name, value in row.after.items()
    ]  # fmt: skip
    return Section("civil_changes", "Thay đổi hộ tịch", columns, rows)


def _transfers(session: Session, pupil_id: UUID, school_id: UUID) -> Section:
    columns = {
        "direction": "Chiều", "phase": "Bước", "other_name": "Trường kia", "requested_on": "Ngày đơn",
        "reason": "Đơn", "moved_on": "Chuyển từ ngày",
    }  # fmt: skip
    row = Transfer
    query = (
        select(row.direction, row.phase, row.other_name, row.requested_on, Reason.text, row.moved_on)
        .join(Reason, Reason.id == row.application_reason_id)
        .where(row.pupil_id == pupil_id, or_(row.from_school_id == school_id, row.to_school_id == school_id))
        .order_by(row.requested_on)
    )
    return section(session, "transfers", "Chuyển trường", columns, query, direction=Direction, phase=Phase)


def _extracts(session: Session, pupil_id: UUID, school_id: UUID) -> Section:
    """Past years that were copied from papers, each as it was typed."""
    came = select(Transfer.matter_id).where(Transfer.pupil_id == pupil_id, Transfer.to_school_id == school_id)
    query = select(Extract).where(Extract.transfer_id.in_(came)).order_by(Extract.version)
    rows: list[tuple[Cell, ...]] = [
        (row.version, row.state, str(name), _text(value))
        for row in session.scalars(query)
        for year in row.years
        for name, value in year.items()
    ]
    columns = {"version": "Bản", "state": "Trạng thái", "field": "Mục", "value": "Nội dung"}
    return Section("extracts", "Trích lục các năm học trước", columns, rows)


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _cases(session: Session, pupil_id: UUID, school_id: UUID) -> Section:
    columns = {
        "state": "Trạng thái", "reason": "Lý do", "reported_at": "Báo lúc", "document": "Giấy tờ thay thế",
        "decision_no": "Số quyết định", "until": "Đến ngày", "decided_at": "Quyết định lúc",
    }  # fmt: skip
    row = PupilCase
    query = (
        select(row.state, Reason.text, row.reported_at, row.document, row.decision_no, row.until, row.decided_at)
        .join(Reason, Reason.id == row.reason_id)
        .where(row.enrolment_id.in_(enrolments(pupil_id, school_id)))
        .order_by(row.reported_at)
    )
    return section(session, "cases", "Trường hợp chưa có số định danh", columns, query, state=CaseState)


def _submissions(session: Session, pupil_id: UUID, school_id: UUID) -> Section:
    columns = {
        "store": "Kho", "event": "Sự kiện", "version": "Bản", "state": "Trạng thái", "reason": "Lý do",
        "updated_at": "Lúc",
    }  # fmt: skip
    row = Submission
    records = select(Enrolment.record_uid).where(Enrolment.id.in_(enrolments(pupil_id, school_id)))
    query = (
        select(row.store, row.event, row.version, row.state, row.reason, row.updated_at)
        .where(row.school_id == school_id, row.record_uid.in_(records))
        .order_by(row.updated_at)
    )
    return section(session, "submissions", "Đã nộp về kho", columns, query, state=SubmissionState)


def _views(session: Session, pupil_id: UUID, school_id: UUID) -> Section:
    columns = {
        "day": "Ngày", "who": "Người xem", "whence": "Nơi làm việc", "system": "Qua hệ thống", "what": "Xem gì",
        "first_at": "Từ lúc", "last_at": "Đến lúc",
    }  # fmt: skip
    lines = sights.of_school(session, school_id, ViewChoice(pupil_id=pupil_id), 0, _MOST_VIEWS)
    rows = [
        (each.day, each.who, each.whence, each.key_name, SIGHT_NAMES[each.sight], each.first_at, each.last_at)
        for each in lines
    ]
    return Section("views", "Ai đã xem", columns, rows)


def _consents(session: Session, pupil_id: UUID, school_id: UUID) -> Section:
    names = {each.code: each.name for each in consent_rules().purposes}
    columns = {
        "purpose": "Mã việc", "name": "Việc", "giver": "Ai nói", "is_given": "Đồng ý", "said_on": "Ngày nói",
        "recorded_by": "Người ghi", "recorded_at": "Ghi lúc",
    }  # fmt: skip
    rows = [
        (
            each.purpose, names.get(each.purpose, ""), each.giver.label, each.is_given, each.said_on, each.recorded_by,
            each.recorded_at,
        )
        for each in consents.history(session, school_id, pupil_id)
    ]  # fmt: skip
    return Section("consents", "Đồng ý xử lý dữ liệu", columns, rows)
