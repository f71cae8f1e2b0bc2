"""What comes of a confirmed order: new revisions of documents, signature rows, and each record's outcome."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.documents import DocumentKind, SignatureField
from domain.errors import Conflict
from domain.lifecycle import Failure
from storage import orders, papers
from storage.tables import Document, DocumentRecord, OrderItem, SignatureRow, SigningOrder, TermRecord

# Whoever signs first makes the paper; the part printed on it must still be the next one.
FIRST_FIELDS = frozenset({SignatureField.SUBJECT_TEACHER, SignatureField.HOMEROOM})


@dataclass(frozen=True)
class Embedded:
    """A paper with its new signature in it, as stored."""

    sha256: str
    size: int


@dataclass(frozen=True)
class PaperFailure:
    """Why one paper could not be prepared or signed: a code, and words for the person."""

    code: str
    message: str


def complete(
    session: Session, order_id: UUID, results: Mapping[int, Embedded | PaperFailure]
) -> tuple[tuple[str, ...], tuple[Failure, ...]]:
    """Take in what was embedded; a completed order only gives its answer again.

    A class summary is taken in only when no paper of its own records failed: it would speak of a record that is not
    signed. Raises Conflict when the order lost its leases.
    """
    order = orders.get(session, order_id, lock=True)
    stored = orders.items(session, order_id)
    if order.state == "signed":
        if not orders.holds_leases(session, order):
            raise Conflict("Lệnh ký đã hết hạn; hãy bắt đầu lại.")
        revisions, part = _revisions(session, order), papers.next_part(session, order)
        for item in sorted(stored, key=lambda item: item.kind == DocumentKind.CLASS_SUMMARY):
            if item.outcome == "pending":
                result = _checked(item, results.get(item.position), revisions, stored)
                if papers.field_of(order) in FIRST_FIELDS and item.part not in {0, part}:
                    result = PaperFailure("PartTaken", "Vừa có bảng khác của lớp được ký; hãy ký lại.")
                _settle(session, order, item, result)
        orders.release(session, order)
        order.state = "completed"
        session.flush()
    return _answer(order, stored)


def _revisions(session: Session, order: SigningOrder) -> dict[str, int]:
    query = select(TermRecord.id, TermRecord.revision).where(TermRecord.class_term_id == order.class_term_id)
    return {str(record_id): revision for record_id, revision in session.execute(query)}


def _checked(
    item: OrderItem,
    result: Embedded | PaperFailure | None,
    revisions: Mapping[str, int],
    stored: Sequence[OrderItem],
) -> Embedded | PaperFailure:
    if result is None:
        return PaperFailure("NotSigned", "Văn bản chưa được ký.")
    if any(revisions.get(record_id) != revision for record_id, revision in item.covers.items()):
        return PaperFailure("RecordChanged", "Hồ sơ đã thay đổi sau khi chuẩn bị ký.")
    failed = {record_id for other in stored if other.outcome == "failed" for record_id in other.covers}
    if item.kind == DocumentKind.CLASS_SUMMARY and failed & set(item.covers):
        return PaperFailure("PaperMissing", "Bảng tổng hợp chờ các học bạ chưa ký được.")
    return result


def _settle(session: Session, order: SigningOrder, item: OrderItem, result: Embedded | PaperFailure) -> None:
    if isinstance(result, PaperFailure):
        item.outcome, item.error_code, item.error = "failed", result.code, result.message
        return
    field = papers.field_of(order)
    _store_document(session, order, item, result, field)
    signature = insert(SignatureRow).values(
        document_id=item.document_id,
        field=field.value,
        order_id=order.id,
        staff_id=order.staff_id,
        certificate_id=order.certificate_id,
        signed_at=order.signing_time,
        sha256=result.sha256,
    )
    session.execute(signature)
    item.outcome = "done"


def _store_document(
    session: Session, order: SigningOrder, item: OrderItem, result: Embedded, field: SignatureField
) -> None:
    newest = {"sha256": result.sha256, "size": result.size}
    if field in {SignatureField.PRINCIPAL, SignatureField.SEAL}:
        sealed = {"sealed_at": order.signing_time} if field is SignatureField.SEAL else {}
        session.execute(update(Document).where(Document.id == item.document_id).values(**newest, **sealed))
        return
    session.add(
        Document(
            id=item.document_id,
            kind=item.kind,
            class_term_id=order.class_term_id,
            slot=order.slot if item.kind == DocumentKind.SUBJECT_SHEET else "",
            enrolment_id=item.enrolment_id,
            part=item.part,
            lookup_code=item.lookup_code,
            content_sha256=item.content_sha256,
            **newest,
        )
    )
    session.flush()
    lines = [
        {"document_id": item.document_id, "record_id": UUID(record_id), "revision": revision}
        for record_id, revision in item.covers.items()
    ]
    session.execute(insert(DocumentRecord).values(lines))


def _answer(order: SigningOrder, stored: Sequence[OrderItem]) -> tuple[tuple[str, ...], tuple[Failure, ...]]:
    failed: dict[str, str] = {}
    for item in stored:
        if item.outcome == "failed":  # the summary comes last, so a record's own failure is the one that is told
            failed = {**dict.fromkeys(item.covers, item.error_code), **failed}
    done = tuple(record_id for record_id in order.record_ids if record_id not in failed)
    return done, tuple(Failure(record_id, code) for record_id, code in failed.items())
