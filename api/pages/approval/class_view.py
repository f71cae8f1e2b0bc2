"""What a principal sees of one class: pupils with what to look at, results of the chosen one, and who signed what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from api.pages.approval.class_queue import APPROVED
from api.pages.language import current_language, gettext
from api.pages.language import marked as _
from domain.approval_points import Point, PointKind
from domain.assessment import Term
from domain.calendar import day_of
from domain.curriculum import HOMEROOM
from domain.decisions import Action
from domain.documents import SignatureField, role_of
from domain.errors import Incomplete, Invalid
from domain.pupil_results import PupilResult
from domain.record_states import CLOSED
from domain.slot_marks import slot_name
from domain.stages import STAGE_NAMES, Stage
from signing.verification.labels import kind_name
from storage import approving, board, standing_in
from storage.access import ClassTermHead
from storage.approving import Decided, Looked
from storage.board import RecordLine
from storage.reports.reading import ClassRead, PupilRead, read_class
from storage.staffing import Person
from storage.standing_in import StandIn
from storage.tables import ClassTermRow, PupilTerm

ALL, NOTABLE, HELD, WAITING = "ca-lop", "luu-y", "tam-giu", "cho-duyet"
FILTERS: Final[Mapping[str, str]] = {
    ALL: _("Cả lớp"),
    NOTABLE: _("Cần lưu ý"),
    WAITING: _("Chờ duyệt"),
    HELD: _("Tạm giữ"),
}
DONE: Final[Mapping[str, str]] = {
    "tam-giu": _("Đã tạm giữ. Học sinh khác của bảng tổng hợp trở về bước giáo viên chủ nhiệm ký lại."),
    "tha": _("Đã thôi tạm giữ; hồ sơ đi tiếp từ bước đang dừng."),
    "tra-lai": _("Đã trả lại. Người phụ trách và những người có chữ ký bị huỷ đã được báo, kèm lý do."),
    "len-lop": _("Đã ghi quyết định lên lớp, kèm lý do."),
    "danh-gia": _("Đã ghi cách đánh giá học sinh, kèm lý do."),
}
DEED_NAMES: Final[Mapping[Action, str]] = {
    Action.RETURN: _("Trả lại"),
    Action.HOLD: _("Tạm giữ"),
    Action.UNLOCK: _("Mở khoá"),
    Action.RECALL: _("Thu hồi"),
}
_ROLES: Final[Mapping[SignatureField, str]] = {
    SignatureField.SUBJECT_TEACHER: _("Giáo viên bộ môn"),
    SignatureField.HOMEROOM: _("Giáo viên chủ nhiệm"),
    SignatureField.PRINCIPAL: _("Hiệu trưởng"),
    SignatureField.SEAL: _("Con dấu của trường"),
}


@dataclass(frozen=True)
class PupilLine:
    """A pupil of the class with the reasons to look at the record."""

    record: RecordLine
    points: tuple[Point, ...]

    @property
    def record_id(self) -> UUID:
        return self.record.record_id

    @property
    def is_waiting(self) -> bool:
        return self.record.stage is Stage.HOMEROOM_SIGNED and not self.record.held


@dataclass(frozen=True)
class Outcome:
    """The chosen pupil's results, or why there are none; `values` are of a term without a result of its own."""

    result: PupilResult | None
    pending: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SignedLine:
    paper: str
    role: str
    name: str
    at: datetime
    papers: int


@dataclass(frozen=True)
class ClassView:
    """`pupils` are all of the class, `lines` those of the filter; `parts` are the summaries that wait for approval."""

    head: ClassTermHead
    term: Term
    seq: int
    shown: str
    pupils: Sequence[PupilLine]
    lines: Sequence[PupilLine]
    counts: Mapping[str, int]
    parts: Mapping[int, Sequence[UUID]]
    slots: Sequence[tuple[str, str]]
    signed: Sequence[SignedLine]
    history: Sequence[Decided]
    look: Looked | None
    overdue: bool
    pupil: PupilLine | None
    is_chosen: bool
    outcome: Outcome | None
    assessment: str
    undecided: frozenset[UUID]
    filters: Mapping[str, str]
    deed_names: Mapping[Action, str]
    stage_names: Mapping[Stage, str]
    stand_ins: Sequence[StandIn]

    @property
    def is_open(self) -> bool:
        """Whether anything is left to decide: what is sealed is recalled elsewhere."""
        return any(each.record.stage not in CLOSED for each in self.pupils)

    @property
    def waiting(self) -> int:
        return self.counts[WAITING]

    @property
    def neighbours(self) -> tuple[PupilLine | None, PupilLine | None]:
        """Before and after the chosen pupil, within the filter."""
        chosen = self.pupil.record_id if self.pupil else None
        at = next((at for at, each in enumerate(self.lines) if each.record_id == chosen), -1)
        before = self.lines[at - 1] if at > 0 else None
        return before, self.lines[at + 1] if 0 <= at < len(self.lines) - 1 else None


def read_class_view(
    session: Session, head: ClassTermHead, person: Person, at: datetime, shown: str, chosen: UUID | None
) -> ClassView:
    read = read_class(session, head.id, day_of(at))
    pupils = _pupils(session, head, person, read)
    shown = shown if shown in FILTERS else _usual(pupils)
    lines = [each for each in pupils if _is_in(each, shown)]
    pupil = next((each for each in pupils if each.record_id == chosen), None) or _first(lines)
    reads = {each.member.record.id: each for each in read.pupils}
    row = session.get_one(ClassTermRow, head.id)
    return ClassView(
        head=head,
        term=read.facts.term,
        seq=row.wf_seq,
        shown=shown,
        pupils=pupils,
        lines=lines,
        counts={code: sum(_is_in(each, code) for each in pupils) for code in FILTERS},
        parts=approving.parts_of(session, head.id),
        slots=[(slot, slot_name(read.facts.curriculum, slot)) for slot in _homeroom_first(read)],
        signed=_signed(session, head, read),
        history=approving.decided(session, [head.id], tuple(DEED_NAMES)),
        look=approving.looks_of(session, person.staff_id, [head.id]).get(head.id),
        overdue=row.overdue,
        pupil=pupil,
        is_chosen=chosen is not None and pupil is not None and pupil.record_id == chosen,
        outcome=_outcome(read, reads[pupil.record_id]) if pupil and pupil.record_id in reads else None,
        assessment=_assessment(session, pupil),
        undecided=frozenset(_undecided(read)),
        filters=FILTERS,
        deed_names=DEED_NAMES,
        stage_names=STAGE_NAMES,
        stand_ins=standing_in.in_class_since(session, head.class_id, head.school_id, row.created_at, at),
    )


def _pupils(session: Session, head: ClassTermHead, person: Person, read: ClassRead) -> list[PupilLine]:
    points = approving.quick_points(session, person.staff_id, [head.id])[head.id]
    for record_id, texts in approving.below_in(read).items():
        points[record_id] += [Point(PointKind.BELOW, text) for text in texts]
    order = list(PointKind)
    return [
        PupilLine(each, tuple(sorted(points.get(each.record_id, ()), key=lambda point: order.index(point.kind))))
        for each in board.record_lines(session, head.id)
    ]


def _usual(pupils: Sequence[PupilLine]) -> str:
    """Where part of a class waits, that part; else the class."""
    waiting = sum(each.is_waiting for each in pupils)
    return WAITING if 0 < waiting < len(pupils) else ALL


def _first(lines: Sequence[PupilLine]) -> PupilLine | None:
    """Where to begin: with who deserves a look."""
    return next((each for each in lines if _is_in(each, NOTABLE)), lines[0] if lines else None)


def _is_in(each: PupilLine, shown: str) -> bool:
    match shown:
        case "luu-y":
            return each.record.held or (bool(each.points) and each.record.stage not in APPROVED)
        case "tam-giu":
            return each.record.held
        case "cho-duyet":
            return each.is_waiting
        case _:
            return True


def _homeroom_first(read: ClassRead) -> tuple[str, ...]:
    return (HOMEROOM, *(slot for slot in read.facts.curriculum.slots if slot != HOMEROOM))


def _signed(session: Session, head: ClassTermHead, read: ClassRead) -> list[SignedLine]:
    curriculum = read.facts.curriculum
    return [
        SignedLine(
            f"{kind_name(each.kind, current_language())}: {gettext(slot_name(curriculum, each.slot))}"
            if each.slot
            else kind_name(each.kind, current_language()),
            _ROLES[role_of(each.field)],
            each.name,
            each.at,
            each.papers,
        )
        for each in approving.signed_by(session, head.id)
    ]


def _outcome(read: ClassRead, pupil: PupilRead) -> Outcome:
    if not pupil.is_handed_in:
        return Outcome(None, _waits_for(read, pupil), ())
    try:
        if read.facts.term is Term.HK1 and read.facts.curriculum.is_primary:
            return Outcome(None, "", _values(read, pupil))
        return Outcome(read.judged(pupil), "", ())
    except (Incomplete, Invalid) as reason:
        return Outcome(None, reason.message, ())


def _waits_for(read: ClassRead, pupil: PupilRead) -> str:
    """Which parts are not handed in, in the language of the page."""
    names = [gettext(slot_name(read.facts.curriculum, slot)) for slot in (*pupil.open_before, *pupil.open_slots)]
    return gettext("Chưa gửi: %(names)s.") % {"names": ", ".join(dict.fromkeys(names))}


def _values(read: ClassRead, pupil: PupilRead) -> tuple[tuple[str, str], ...]:
    """The line of the class summary, each value with the heading of its column."""
    columns = [column for group in read.papers.form().groups for column in group.columns]
    headings = [
        f"{gettext(column.name)} ({gettext(part.lower())})" if part else gettext(column.name)
        for column in columns
        for part in column.parts or ("",)
    ]
    values, _verdicts = read.papers.summary_line(pupil.entered)
    return tuple(zip(headings, values, strict=True))


def _undecided(read: ClassRead) -> list[UUID]:
    """Pupils of the year's end whom the rules neither promote nor keep back."""
    if read.facts.term is not Term.YEAR_END:
        return []
    found = []
    for each in read.pupils:
        outcome = _outcome(read, each)
        if outcome.result is not None and outcome.result.is_promoted is None:
            found.append(each.member.record.id)
    return found


def _assessment(session: Session, pupil: PupilLine | None) -> str:
    """How the chosen pupil is assessed: waived, plan, or as usual."""
    row = session.get(PupilTerm, pupil.record_id) if pupil else None
    if row is None:
        return "usual"
    return "waived" if row.assessment_waived else "plan" if row.individual_plan else "usual"
