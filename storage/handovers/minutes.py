"""The minutes of a handover, written from the data as it is when the first of them signs."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.calendar import TIMEZONE, SchoolYear, day_of
from domain.curriculum import HOMEROOM
from domain.documents import SignatureField, SignerContent
from domain.errors import Conflict
from domain.matter_papers import HandoverLine, HandoverMinutesContent, OfficeLine, Party, SignedSheet
from domain.matters.handovers import HandoverState
from storage.handovers import counting
from storage.handovers.counting import WorkLine
from storage.handovers.deciding import Case, case_of
from storage.handovers.signers import MinutesSigner, signers
from storage.paper_facts import Stamp, school_content
from storage.staffing import within
from storage.tables import HandoverItem, Matter, Position, Reason, Staff, TeachingAssignment

TEACHER, HOMEROOM_TEACHER = "Giáo viên", "Giáo viên chủ nhiệm"
NOBODY, GIVEN = "Chưa có người nhận", "Đã giao cho người khác"


def content(session: Session, matter: Matter, stamp: Stamp, at: datetime) -> HandoverMinutesContent:
    """Raises Conflict while not everybody has accepted."""
    case = case_of(session, matter.id)
    if case.state is not HandoverState.SIGNING:
        raise Conflict("Biên bản được lập khi mọi người đã nhận việc.")
    moment = case.row.moment or case.row.effective_at
    names = _Names(session)
    lines = counting.lines_of(session, case, at)
    return HandoverMinutesContent(
        document_id=str(stamp.document_id),
        lookup_code=stamp.lookup_code,
        number="",
        school_year=max((each.school_year for each in lines), default=str(SchoolYear.of(day_of(at)))),
        school=school_content(session, matter.school_id, day_of(at)),
        kind_name=case.kind.label,
        reason=names.reason(case.row.reason_id),
        effective_at=_moment(moment),
        until=_moment(case.row.until) if case.row.until else "",
        giver=Party(names.of(case.giver), _position(session, case.giver, case.matter.opened_at)),
        takers=tuple(Party(names.of(each), _position(session, each, moment)) for each in case.takers),
        without_giver=_without_giver(case, names),
        lines=tuple(_line(each, names) for each in lines),
        offices=tuple(OfficeLine(each.title, names.taker(each)) for each in case.items if each.role),
        remarks="",
        signers=tuple(_signer(session, each, case, moment) for each in signers(session, case)),
        date=day_of(at).isoformat(),
    )


class _Names:
    """Of people and reasons, as the page says them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, staff_id: UUID | None) -> str:
        return self._session.get_one(Staff, staff_id).full_name if staff_id else NOBODY

    def taker(self, item: HandoverItem) -> str:
        """What was given to somebody else before hands changed is nobody's to take over here."""
        if item.applied_at is not None:
            return self.of(item.successor_id)
        return GIVEN if item.accepted_at else NOBODY

    def reason(self, reason_id: UUID | None) -> str:
        return self._session.get_one(Reason, reason_id).text if reason_id else ""


def _without_giver(case: Case, names: _Names) -> str:
    if not case.row.giver_left_out:
        return ""
    return f"{names.reason(case.row.override_reason_id)} (theo quyết định của {names.of(case.row.overridden_by)})"


def _line(line: WorkLine, names: _Names) -> HandoverLine:
    waiting = "; ".join(f"{each.work.label} ({each.pupils} học sinh)" for each in line.open)
    return HandoverLine(
        class_name=line.class_name,
        subject=line.item.slot,
        subject_name="Chủ nhiệm" if line.item.slot == HOMEROOM else line.slot_name,
        term_name=line.term.label if line.term else "Chưa mở sổ",
        taker=names.taker(line.item),
        cells_filled=line.filled,
        cells_required=line.required,
        records_sent=line.sent,
        records=line.records,
        sheets=tuple(SignedSheet(each.lookup_code, day_of(each.signed_at).isoformat()) for each in line.sheets),
        open=waiting,
    )


def _signer(session: Session, signer: MinutesSigner, case: Case, moment: datetime) -> SignerContent:
    person = session.get_one(Staff, signer.staff_id)
    at = case.matter.opened_at if signer.field == SignatureField.GIVER else moment
    return SignerContent(signer.field, person.full_name, person.personal_id, _position(session, person.id, at))


def _position(session: Session, staff_id: UUID, at: datetime) -> str:
    """The office at a moment, else what kind of teacher; also of somebody who is on leave then."""
    titles = select(Position.title).where(Position.staff_id == staff_id, within(Position, at))
    title = session.scalars(titles.order_by(Position.valid_from, Position.id)).first()
    if title:
        return title
    own_class = select(TeachingAssignment.id).where(
        TeachingAssignment.staff_id == staff_id, TeachingAssignment.slot == HOMEROOM, within(TeachingAssignment, at)
    )
    return HOMEROOM_TEACHER if session.scalars(own_class).first() else TEACHER


def _moment(at: datetime) -> str:
    return at.astimezone(TIMEZONE).strftime("%Y-%m-%dT%H:%M")
