"""Signed and sealed papers as rows, without bytes: what registers, queues and stories show."""

from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import insert, select, update

from domain.assessment import Term
from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.decisions import Action
from domain.documents import DocumentKind
from storage import history
from storage.tables import (
    CertificateRow,
    ClassTermRow,
    Document,
    DocumentRecord,
    Enrolment,
    SignatureRow,
    SigningOrder,
    TermRecord,
)
from tests.factories import NOW, OpenBook, make_certificate

SEALED_AT = NOW + timedelta(days=2)


def signed(book: OpenBook) -> list[UUID]:
    """The class's papers with the signature of its homeroom teacher."""
    papers = _papers(book)
    _signed(book, papers, Action.SIGN, HOMEROOM)
    return papers


def approved(book: OpenBook) -> list[UUID]:
    """The same, approved by the principal."""
    papers = signed(book)
    _signed(book, papers, Action.APPROVE, PRINCIPAL)
    return papers


def issued(book: OpenBook) -> None:
    """The same, sealed, in the register and in the history log."""
    papers = approved(book)
    _signed(book, papers, Action.SEAL, SEAL)
    book.session.execute(update(Document).where(Document.id.in_(papers)).values(sealed_at=SEALED_AT))
    history.add_issued(book.session, book.opened.record_ids, SEALED_AT)
    book.session.execute(
        update(TermRecord).where(TermRecord.class_term_id == book.id).values(stage="issued", issued_at=SEALED_AT)
    )
    book.session.execute(update(ClassTermRow).where(ClassTermRow.id == book.id).values(stage="issued"))


def _papers(book: OpenBook) -> list[UUID]:
    """A summary of the class in the first term, a record of each pupil at the end of the year."""
    covers: list[tuple[Enrolment | None, tuple[UUID, ...]]] = [(None, book.opened.record_ids)]
    if book.opened.term is Term.YEAR_END:
        query = (
            select(Enrolment, TermRecord.id)
            .join(TermRecord, TermRecord.enrolment_id == Enrolment.id)
            .where(TermRecord.class_term_id == book.id)
        )
        covers = [(enrolment, (record,)) for enrolment, record in book.session.execute(query)]
    kind = DocumentKind.CLASS_SUMMARY if book.opened.term is Term.HK1 else DocumentKind.YEAR_RECORD
    rows = [
        {
            "id": uuid4(), "kind": kind.value, "class_term_id": book.id, "school_id": book.opened.school_id,
            "enrolment_id": enrolment and enrolment.id, "record_uid": enrolment and enrolment.record_uid, "part": 1,
            "lookup_code": uuid4().hex, "content_sha256": "a" * 64, "sha256": uuid4().hex * 2, "size": 1,
        }
        for enrolment, _ in covers
    ]  # fmt: skip
    book.session.execute(insert(Document), rows)
    lines = [
        {"document_id": row["id"], "record_id": record, "revision": 1}
        for row, (_, records) in zip(rows, covers, strict=True)
        for record in records
    ]
    book.session.execute(insert(DocumentRecord), lines)
    return [UUID(str(row["id"])) for row in rows]


def _signed(book: OpenBook, papers: list[UUID], action: Action, slot: str) -> None:
    """One order of the one who fills the slot, with a signature in every paper."""
    staff_id = book.cast.who(slot)
    found = book.session.scalars(select(CertificateRow).where(CertificateRow.staff_id == staff_id)).first()
    certificate = found or make_certificate(book.session, staff_id)
    order = SigningOrder(
        id=uuid4(), class_term_id=book.id, action=action.value, slot=slot, staff_id=staff_id,
        certificate_id=certificate.id, record_ids=list(book.records), nonce=b"bench", state="completed",
        signing_time=NOW, expires_at=NOW,
    )  # fmt: skip
    book.session.add(order)
    book.session.flush()
    signatures = [
        {
            "document_id": paper, "field": slot, "order_id": order.id, "staff_id": staff_id,
            "certificate_id": certificate.id, "signed_at": NOW, "sha256": "b" * 64,
        }
        for paper in papers
    ]  # fmt: skip
    book.session.execute(insert(SignatureRow), signatures)
