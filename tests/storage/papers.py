"""Documents, orders and signatures as rows, for tests that look at no bytes."""

from collections.abc import Iterable
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from domain.decisions import Action
from domain.documents import DocumentKind
from storage import confirmations, orders
from storage.confirmations import RawSignatures
from storage.orders import NewOrder
from storage.paper_outcomes import Embedded, PaperFailure
from storage.papers import plan_papers
from storage.tables import (
    CertificateRow,
    Document,
    DocumentRecord,
    Enrolment,
    OrderItem,
    SignatureRow,
    SigningOrder,
    TermRecord,
)
from tests.factories import NOW, OpenBook, make_certificate


def make_document(
    book: OpenBook,
    *,
    kind: str = "class_summary",
    record: int | None = None,
    records: Iterable[str] | None = None,
    **more: object,
) -> Document:
    """A live paper of the class-term, speaking of every record, of some or of one."""
    covered = list(book.opened.record_ids if records is None else map(UUID, records))
    if record is not None:
        covered = [book.opened.record_ids[record]]
    enrolment_id = record_uid = None
    if kind == DocumentKind.YEAR_RECORD:
        enrolment_id = book.session.get_one(TermRecord, covered[0]).enrolment_id
        record_uid = book.session.get_one(Enrolment, enrolment_id).record_uid
    document = Document(
        **{
            "id": uuid4(), "kind": kind, "school_id": book.opened.school_id, "class_term_id": book.id,
            "enrolment_id": enrolment_id, "record_uid": record_uid, "lookup_code": uuid4().hex,
            "content_sha256": "a" * 64, "sha256": uuid4().hex * 2, "size": 1, **more,
        }
    )  # fmt: skip
    book.session.add(document)
    book.session.flush()
    revisions = {str(each): book.term.records[str(each)].revision for each in covered}
    lines = [DocumentRecord(document_id=document.id, record_id=each, revision=revisions[str(each)]) for each in covered]
    book.session.add_all(lines)
    book.session.flush()
    return document


def make_signature(
    session: Session, document: Document, book: OpenBook, field: str = "homeroom", slot: str = ""
) -> SignatureRow:
    """By whoever fills `slot`; else by the clerk, whoever should have signed."""
    order = make_order(book, *((Action.SIGN, slot) if slot else (Action.SEAL, "seal")), lease=False)
    row = SignatureRow(
        document_id=document.id, field=field, order_id=order.id, staff_id=order.staff_id,
        certificate_id=order.certificate_id, signed_at=NOW, sha256=document.sha256,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def new_order(
    book: OpenBook, action: Action, slot: str, records: tuple[str, ...] | None = None, more: tuple[str, ...] = ()
) -> NewOrder:
    staff_id = book.cast.who(slot)
    certificate = book.session.query(CertificateRow).filter_by(staff_id=staff_id).first()
    certificate = certificate or make_certificate(book.session, staff_id)
    return NewOrder(uuid4(), book.id, action, (slot, *more), staff_id, certificate.id, records or book.records)


def make_order(book: OpenBook, action: Action, slot: str, *more: str, lease: bool = True) -> SigningOrder:
    new = new_order(book, action, slot, more=more)
    order = orders.open_order(book.session, new, NOW)
    if not lease:
        orders.release(book.session, order)
    return order


def prepare(book: OpenBook, order: SigningOrder, *, failed: tuple[int, ...] = ()) -> list[OrderItem]:
    """Prepared papers with signatures that nobody checks; `failed` are the positions that could not be prepared."""
    papers = plan_papers(book.session, order)
    items = [
        OrderItem(
            order_id=order.id, position=at, document_id=paper.document_id, kind=paper.kind.value,
            enrolment_id=paper.enrolment_id, slot=paper.slot, part=paper.part, lookup_code=paper.lookup_code,
            covers=paper.covers,
            content_sha256="a" * 64, prepared_sha256="b" * 64, document_digest=b"digest", attrs_der=b"attrs",
            region_start=1, region_end=2,
            outcome="failed" if at in failed else "pending", error_code="TooLong" if at in failed else "",
        )
        for at, paper in enumerate(papers)
    ]  # fmt: skip
    orders.store_prepared(book.session, order, items)
    book.session.flush()
    return items


def confirm(book: OpenBook, order: SigningOrder) -> None:
    items = orders.items(book.session, order.id)
    given = RawSignatures({item.position: b"raw" for item in items}, {})
    confirmations.store_signatures(book.session, order.id, given, NOW)
    book.session.flush()


def embedded(
    order: SigningOrder, book: OpenBook, *, failed: tuple[int, ...] = ()
) -> dict[int, Embedded | PaperFailure]:
    """What embedding gives for each pending paper; some fail."""
    pending = [item for item in orders.items(book.session, order.id) if item.outcome == "pending"]
    return {
        item.position: PaperFailure("SigningFailed", "Không ghép được.")
        if item.position in failed
        else Embedded(uuid4().hex * 2, 1)
        for item in pending
    }
