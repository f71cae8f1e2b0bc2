"""What comes of a confirmed order: new revisions of documents, signature rows, and each record's outcome."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from domain.documents import DocumentKind, SignatureField
from domain.errors import Conflict
from domain.matters.signing import OVERTAKEN
from storage import counting, orders, papers, recalling
from storage.among import among
from storage.bulk import insert_all, update_all
from storage.matters import papers as matter_papers
from storage.orders import Standing
from storage.paper_outcomes import Embedded, PaperFailure, Result
from storage.tables import (
    ClassGroup,
    ClassTermRow,
    Document,
    DocumentRecord,
    Enrolment,
    OrderItem,
    SignatureRow,
    SigningOrder,
    TermRecord,
)

# Whoever signs first makes the paper; the part printed on it must still be the next one.
FIRST_FIELDS = frozenset({SignatureField.SUBJECT_TEACHER, SignatureField.HOMEROOM})

PAPER_MISSING = "PaperMissing"  # the summary waits; what is at fault is told beside it


NOT_SIGNED = PaperFailure("NotSigned", "Văn bản chưa được ký.")
SignedPaper = tuple[OrderItem, Embedded]


def complete(session: Session, order_id: UUID, results: Mapping[int, Result]) -> Standing:
    """Take in what was embedded; a completed order only gives its answer again.

    A class summary is taken in only when no paper of its own records failed: it would speak of a record that is not
    signed. Raises Conflict when the order lost its leases.
    """
    order = orders.get(session, order_id, lock=True)
    stored = orders.items(session, order_id)
    if order.state == "signed":
        _store(session, order, _settled(session, order, stored, results))
        orders.release(session, order)
        order.state = "completed"
        session.flush()
    return orders.standing(order, stored)


def _settled(
    session: Session, order: SigningOrder, stored: Sequence[OrderItem], results: Mapping[int, Result]
) -> list[SignedPaper]:
    if order.matter_id is not None:
        return [paper for item in stored for paper in _settle_matter(session, item, results.get(item.position))]
    if not orders.holds_leases(session, order):
        raise Conflict("Lệnh ký đã hết hạn; hãy bắt đầu lại.")
    return _settle(session, order, stored, results)


def _settle_matter(session: Session, item: OrderItem, result: Result | None) -> list[SignedPaper]:
    """A matter's paper has no lease: it fails where somebody else's signature came first. The matter is locked."""
    if item.outcome != "pending":
        return []
    if result is None:
        result = NOT_SIGNED
    elif matter_papers.is_overtaken(session, item.document_id, item.covers[str(item.document_id)]):
        result = PaperFailure(*OVERTAKEN)
    return _outcome(item, result)


def _outcome(item: OrderItem, result: Result) -> list[SignedPaper]:
    """The paper if it is signed."""
    if isinstance(result, PaperFailure):
        item.outcome, item.error_code, item.error = "failed", result.code, result.message
        counting.not_signed(result.code)
        return []
    return [(item, result)]


def _settle(
    session: Session, order: SigningOrder, stored: Sequence[OrderItem], results: Mapping[int, Result]
) -> list[SignedPaper]:
    """Give each paper its outcome, summaries last; returns those that are signed."""
    revisions = _revisions(session, order)
    parts = papers.next_parts(session, order) if papers.role_of(order) in FIRST_FIELDS else {}
    signed: list[SignedPaper] = []
    for item in sorted(stored, key=lambda item: item.kind == DocumentKind.CLASS_SUMMARY):
        if item.outcome != "pending":
            continue
        result = _checked(item, results.get(item.position), revisions, stored)
        if parts and item.part not in {0, parts.get(item.slot)}:
            result = PaperFailure("PartTaken", "Vừa có bảng khác của lớp được ký; hãy ký lại.")
        signed += _outcome(item, result)
    return signed


def _revisions(session: Session, order: SigningOrder) -> dict[str, int]:
    query = select(TermRecord.id, TermRecord.revision).where(TermRecord.class_term_id == order.class_term_id)
    return {str(record_id): revision for record_id, revision in session.execute(query)}


def _checked(
    item: OrderItem, result: Result | None, revisions: Mapping[str, int], stored: Sequence[OrderItem]
) -> Result:
    if result is None:
        return NOT_SIGNED
    if any(revisions.get(record_id) != revision for record_id, revision in item.covers.items()):
        return PaperFailure("RecordChanged", "Hồ sơ đã thay đổi sau khi chuẩn bị ký.")
    if item.kind == DocumentKind.CLASS_SUMMARY:
        failed = {record_id for other in stored if other.outcome == "failed" for record_id in other.covers}
        if failed & set(item.covers):
            return PaperFailure(PAPER_MISSING, "Bảng tổng hợp chờ các học bạ chưa ký được.")
    return result


def _store(session: Session, order: SigningOrder, signed: Sequence[SignedPaper]) -> None:
    """Write documents and signatures of a whole class with one statement each, not paper by paper."""
    if not signed:
        return
    ids = [item.document_id for item, _ in signed]
    known = set(session.scalars(select(Document.id).where(among(Document.id, ids))))  # these bear earlier signatures
    new = [(item, result) for item, result in signed if item.document_id not in known]
    if new:
        of_whom = _whose(session, order, [item for item, _ in new])
        insert_all(session, Document, [_new_document(order, *paper) | of_whom(paper[0]) for paper in new])
        if order.matter_id is None:  # what a matter's paper covers is the paper itself
            insert_all(session, DocumentRecord, list(_lines(item for item, _ in new)))
    if revised := [(item, result) for item, result in signed if item.document_id in known]:
        update_all(session, Document, ["id"], [_new_revision(order, *paper) for paper in revised])
    insert_all(session, SignatureRow, [_signature(order, *paper) for paper in signed])
    for field, count in Counter(papers.field_of(order, item.kind) for item, _ in signed).items():
        counting.signed(field, count)
    done = among(OrderItem.position, [item.position for item, _ in signed])
    session.execute(update(OrderItem).where(OrderItem.order_id == order.id, done).values(outcome="done"))


def _whose(session: Session, order: SigningOrder, new: Sequence[OrderItem]) -> Callable[[OrderItem], dict[str, Any]]:
    """What a new document says of its school, and a year record of its pupil's year: its id and version."""
    if order.matter_id is not None:
        of_matter = matter_papers.whose(session, order)
        return lambda _: of_matter
    group = select(ClassGroup.school_id).join(ClassTermRow, ClassTermRow.class_id == ClassGroup.id)
    school_id = session.scalars(group.where(ClassTermRow.id == order.class_term_id)).one()
    owners = select(Enrolment.id, Enrolment.record_uid).where(
        among(Enrolment.id, {item.enrolment_id for item in new if item.enrolment_id})
    )
    uids: dict[UUID | None, UUID] = dict(session.execute(owners).all())
    versions = recalling.next_versions(session, uids.values())

    def of_whom(item: OrderItem) -> dict[str, Any]:
        uid = uids.get(item.enrolment_id)
        return {"school_id": school_id, "record_uid": uid, "version": versions[uid] if uid else 1}

    return of_whom


def _new_document(order: SigningOrder, item: OrderItem, result: Embedded) -> dict[str, Any]:
    return {
        "id": item.document_id,
        "kind": item.kind,
        "class_term_id": order.class_term_id,
        "matter_id": order.matter_id,
        "slot": item.slot,
        "enrolment_id": item.enrolment_id,
        "part": item.part,
        "lookup_code": item.lookup_code,
        "content_sha256": item.content_sha256,
        "sha256": result.sha256,
        "size": result.size,
    }


def _lines(items: Iterable[OrderItem]) -> Iterable[dict[str, Any]]:
    for item in items:
        for record_id, revision in item.covers.items():
            yield {"document_id": item.document_id, "record_id": UUID(record_id), "revision": revision}


def _new_revision(order: SigningOrder, item: OrderItem, result: Embedded) -> dict[str, Any]:
    is_seal = papers.field_of(order, item.kind) == SignatureField.SEAL
    sealed = {"sealed_at": order.signing_time} if is_seal else {}
    return {"id": item.document_id, "sha256": result.sha256, "size": result.size, **sealed}


def _signature(order: SigningOrder, item: OrderItem, result: Embedded) -> dict[str, Any]:
    return {
        "document_id": item.document_id,
        "field": papers.field_of(order, item.kind),
        "order_id": order.id,
        "staff_id": order.staff_id,
        "certificate_id": order.certificate_id,
        "signed_at": order.signing_time,
        "level": order.level,
        "stamped_at": item.stamped_at,
        "sha256": result.sha256,
    }
