"""Which papers an order signs: those to be written now, and those that already bear earlier signatures."""

from collections.abc import Collection, Mapping
from uuid import UUID, uuid5

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.curriculum import HOMEROOM
from domain.decisions import Action
from domain.documents import DocumentKind, SignatureField, subject_field
from domain.errors import Conflict, Incomplete, Invalid
from storage import contents, entries, orders, pupil_results
from storage.among import among
from storage.contents import ClassReading
from storage.matters import papers as matter_papers
from storage.paper_facts import Member, Stamp, class_facts, with_year_record
from storage.planned_papers import Paper
from storage.tables import (
    ClassTermRow,
    Document,
    DocumentRecord,
    SignatureRow,
    SigningOrder,
    TermRecord,
)

UNDECIDED = (
    "Chưa rõ học sinh này có được lên lớp hay không: cần đánh giá bổ sung, kiểm tra lại hoặc rèn luyện trong hè, "
    "hoặc chờ hiệu trưởng quyết định. Các học sinh khác vẫn ký được."
)
FIELD_OF_ACTION = {Action.APPROVE: SignatureField.PRINCIPAL, Action.SEAL: SignatureField.SEAL}


def role_of(order: SigningOrder) -> SignatureField:
    """As whom an order signs the papers of a class."""
    action = Action(order.action)
    if action is Action.SIGN:
        return SignatureField.HOMEROOM if order.slot == HOMEROOM else SignatureField.SUBJECT_TEACHER
    return FIELD_OF_ACTION[action]


def field_of(order: SigningOrder, kind: str) -> str:
    """The signature field that an order fills on a paper of this kind; an order for a matter's paper names it."""
    if order.matter_id is not None:
        return order.slot
    role = role_of(order)
    is_own_row = role is SignatureField.SUBJECT_TEACHER and kind == DocumentKind.YEAR_RECORD
    return subject_field(order.slot) if is_own_row else role.value


def plan_papers(session: Session, order: SigningOrder) -> list[Paper]:
    """The papers of an order; the class summary comes last, so that it speaks only of what is there."""
    if order.matter_id is not None:
        return [matter_papers.plan(session, order)]
    match role_of(order):
        case SignatureField.SUBJECT_TEACHER:
            return _subject_papers(session, order)
        case SignatureField.HOMEROOM:
            return _homeroom_papers(session, order)
        case _:
            return _signed_papers(session, order)


def _records(session: Session, order: SigningOrder) -> list[TermRecord]:
    wanted = [UUID(record_id) for record_id in order.record_ids]
    query = select(TermRecord).where(TermRecord.class_term_id == order.class_term_id, among(TermRecord.id, wanted))
    found = list(session.scalars(query))
    if len(found) != len(wanted):
        raise Conflict(entries.FOREIGN)
    return found


def _covers(records: list[TermRecord]) -> dict[str, int]:
    return {str(record.id): record.revision for record in records}


def _subject_papers(session: Session, order: SigningOrder) -> list[Paper]:
    """The class's sheets, for records that are on no sheet in force; where the plan asks for it, each record, too."""
    asked = _records(session, order)
    waiting = _waiting(session, order, asked)
    records = [record for record in asked if record.id not in waiting]
    obstacles = [_held(order, record, waiting[record.id]) for record in asked if record.id in waiting]
    if not records:
        return obstacles
    if not order.signs_records:
        return [*_sheets(session, order, records), *obstacles]
    listed = _listed(session, order)
    unlisted = [record for record in records if record.id not in listed]
    papers = _sheets(session, order, unlisted) if unlisted else []
    reading = contents.read_class(session, order, records)
    new, live = _new_year_records(session, order, reading), _live_records(session, order, reading)
    return [*papers, *new, *live, *obstacles]


def _waiting(session: Session, order: SigningOrder, records: list[TermRecord]) -> Mapping[UUID, list[str]]:
    """Records for which the order's subjects have not handed in the first term, which their sheets speak of, too."""
    curriculum, _ = entries.curriculum_in(session, order.class_term_id)
    others = set(curriculum.slots) - set(order.slots)
    return pupil_results.unsent(session, curriculum, [record.id for record in records], own=others)


def _held(order: SigningOrder, record: TermRecord, unsent: list[str]) -> Paper:
    """In the place of a sheet, for a record that has to stay out of it."""
    document_id = uuid5(order.id, f"held/{record.id}")
    code, why = orders.lookup_code(order, document_id), pupil_results.waits_for(unsent)
    return Paper(document_id, DocumentKind.SUBJECT_SHEET, None, 1, code, _covers([record]), obstacle=why)


def _listed(session: Session, order: SigningOrder) -> set[UUID]:
    """Records that stand on a sheet of the order's subject: what a return of another subject left in force."""
    query = (
        select(DocumentRecord.record_id)
        .join(Document, Document.id == DocumentRecord.document_id)
        .where(
            Document.class_term_id == order.class_term_id,
            Document.kind == DocumentKind.SUBJECT_SHEET,
            Document.slot == order.slot,
            Document.state == "live",
            DocumentRecord.voided_at.is_(None),
        )
    )
    return set(session.scalars(query))


def _sheets(session: Session, order: SigningOrder, records: list[TermRecord]) -> list[Paper]:
    stamps = {slot: _sheet_stamp(order, slot, part) for slot, part in next_parts(session, order).items()}
    facts = class_facts(session, order)
    written = contents.subject_sheets(session, facts, stamps, records, order.signing_time)
    return [
        Paper(
            stamp.document_id,
            DocumentKind.SUBJECT_SHEET,
            None,
            stamp.part,
            stamp.lookup_code,
            _covers(records),
            written[slot],
            slot=slot,
        )
        for slot, stamp in stamps.items()
    ]


def _sheet_stamp(order: SigningOrder, slot: str, part: int) -> Stamp:
    document_id = uuid5(order.id, f"sheet/{slot}")
    return Stamp(document_id, part, orders.lookup_code(order, document_id))


def next_parts(session: Session, order: SigningOrder) -> dict[str, int]:
    """The number of the next sheet of each subject of the order, or ("") of the next class summary; all from 1."""
    if role_of(order) is SignatureField.HOMEROOM:
        return {"": session.get_one(ClassTermRow, order.class_term_id).parts + 1}
    newest = (
        select(Document.slot, func.max(Document.part))
        .where(
            Document.class_term_id == order.class_term_id,
            Document.kind == DocumentKind.SUBJECT_SHEET,
            Document.slot.in_(order.slots),
        )
        .group_by(Document.slot)
    )
    parts: dict[str, int] = dict(session.execute(newest).all())
    return {slot: parts.get(slot, 0) + 1 for slot in order.slots}


def _homeroom_papers(session: Session, order: SigningOrder) -> list[Paper]:
    reading = contents.read_class(session, order, _records(session, order))
    if reading.facts.term is Term.HK1:
        return [_summary(session, order, reading)]
    papers = [*_new_year_records(session, order, reading), *_live_records(session, order, reading)]
    fit = reading.without({record_id for paper in papers if paper.obstacle for record_id in paper.covers})
    return [*papers, _summary(session, order, fit)] if fit.members else papers


def _live_records(session: Session, order: SigningOrder, reading: ClassReading) -> list[Paper]:
    """Year records that subject teachers signed and this order has to; those of a dissolved summary are signed."""
    is_record = Document.kind == DocumentKind.YEAR_RECORD
    of_reading = among(Document.enrolment_id, [member.enrolment.id for member in reading.members])
    return _unsigned(session, field_of(order, DocumentKind.YEAR_RECORD), is_record, of_reading)


def _new_year_records(session: Session, order: SigningOrder, reading: ClassReading) -> list[Paper]:
    """Year records that nobody has signed yet."""
    signed = with_year_record(session, [member.enrolment.id for member in reading.members])
    new = [member for member in reading.members if member.enrolment.id not in signed]
    waiting = pupil_results.unsent(session, reading.facts.curriculum, [member.record.id for member in new], own=())
    return [_year_record(order, reading, member, waiting.get(member.record.id, [])) for member in new]


def _year_record(order: SigningOrder, reading: ClassReading, member: Member, unsent: list[str]) -> Paper:
    document_id = uuid5(order.id, f"record/{member.record.id}")
    code = orders.lookup_code(order, document_id)
    obstacle = pupil_results.waits_for(unsent) if unsent else _obstacle(reading, member)
    content = None if obstacle else reading.year_record(member, code)
    covers = _covers([member.record])
    return Paper(
        document_id, DocumentKind.YEAR_RECORD, member.enrolment.id, 0, code, covers, content, obstacle=obstacle
    )


def _obstacle(reading: ClassReading, member: Member) -> str:
    """Why a pupil's year is not over yet; the class goes on without this pupil."""
    try:
        result = pupil_results.judged(contents.term_papers(reading.facts), reading.entered[member.record.id])
    except (Incomplete, Invalid) as reason:
        return reason.message
    return UNDECIDED if result.is_promoted is None else ""


def new_summary(session: Session, order: SigningOrder, left_out: Collection[str]) -> Paper:
    """The class summary of a homeroom order without the records that cannot be signed now."""
    records = [record for record in _records(session, order) if str(record.id) not in left_out]
    return _summary(session, order, contents.read_class(session, order, records))


def _summary(session: Session, order: SigningOrder, reading: ClassReading) -> Paper:
    document_id, part = uuid5(order.id, "summary"), next_parts(session, order)[""]
    code = orders.lookup_code(order, document_id)
    content = reading.summary(Stamp(document_id, part, code))
    covers = _covers([member.record for member in reading.members])
    return Paper(document_id, DocumentKind.CLASS_SUMMARY, None, part, code, covers, content)


def _signed_papers(session: Session, order: SigningOrder) -> list[Paper]:
    """Live papers of the records' parts that lack this order's signature, year records first."""
    records = {record.id: record for record in _records(session, order)}
    speaks_of = select(DocumentRecord.document_id).where(
        among(DocumentRecord.record_id, records), DocumentRecord.voided_at.is_(None)
    )
    is_later = Document.kind != DocumentKind.SUBJECT_SHEET
    return _unsigned(session, role_of(order), is_later, Document.id.in_(speaks_of))


def _unsigned(session: Session, field: str, *which: ColumnElement[bool]) -> list[Paper]:
    """Live papers that have no signature in a field yet, year records first."""
    # Not `not_in`: for that PostgreSQL reads the signatures of the whole city.
    has_field = exists().where(SignatureRow.document_id == Document.id, SignatureRow.field == field)
    query = select(Document).where(*which, Document.state == "live", ~has_field)
    found = session.scalars(query.order_by(Document.kind.desc(), Document.created_at, Document.id)).all()
    covers = _covers_of(session, [document.id for document in found])
    return [_existing(document, covers[document.id]) for document in found]


def _covers_of(session: Session, document_ids: Collection[UUID]) -> dict[UUID, dict[str, int]]:
    lines = select(DocumentRecord.document_id, DocumentRecord.record_id, DocumentRecord.revision)
    covers: dict[UUID, dict[str, int]] = {document_id: {} for document_id in document_ids}
    for document_id, record_id, revision in session.execute(
        lines.where(among(DocumentRecord.document_id, document_ids))
    ):
        covers[document_id][str(record_id)] = revision
    return covers


def _existing(document: Document, covers: dict[str, int]) -> Paper:
    return Paper(
        document.id,
        DocumentKind(document.kind),
        document.enrolment_id,
        document.part,
        document.lookup_code,
        covers,
        sha256=document.sha256,
    )
