"""One school whose classes have everything but the last three signatures of the year: written as any school is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from bench.parts.documents import issued
from domain.assessment import Term
from domain.curriculum import HOMEROOM
from domain.decisions import Action
from domain.documents import DocumentKind, SignatureField
from storage.tables import (
    ClassTermRow,
    Document,
    DocumentRecord,
    EvidenceBatch,
    RecordSlot,
    SignatureRow,
    SigningOrder,
    TermRecord,
)
from tests.factories import NOW, OpenBook, fill, make_certificate, make_class, make_school, open_book

PUPILS: Final = (35, 35, 35, 35, 34)  # of each class
FAR: Final = NOW + timedelta(days=3650)


@dataclass(frozen=True)
class Template:
    """Ids that the copies' ids come from; homeroom teachers and books in the order of the classes."""

    school_id: UUID
    code: str
    name: str
    principal: UUID
    clerk: UUID
    homerooms: Sequence[UUID]
    books: Sequence[UUID]

    @property
    def pupils(self) -> int:
        return sum(PUPILS)


def make_template(session: Session) -> Template:
    school = make_school(session)
    casts = [make_class(session, school, f"1A{number}", pupils=size) for number, size in enumerate(PUPILS, 1)]
    years = []
    for cast in casts:
        _first_term(open_book(session, cast))
        years.append(open_book(session, cast, Term.YEAR_END))
        _at_homeroom(years[-1])
    _prove(session)
    return Template(
        school.school_id, "79760001", "Trường Tiểu học Mẫu số 1", school.principal, school.clerk,
        [cast.homeroom for cast in casts], [book.id for book in years],
    )  # fmt: skip


def _prove(session: Session) -> None:
    """What others signed before is proven: it is not what is measured."""
    session.add(batch := EvidenceBatch(algorithm="sha256", root=b"", token=b"", stamped_at=NOW, proves_until=FAR))
    session.flush()
    session.execute(update(SigningOrder).values(evidence_id=batch.id, rechecked_at=NOW))


def _reviewed(book: OpenBook) -> None:
    fill(book)
    for slot in book.cast.curriculum.slots:
        book.act(Action.SUBMIT, slot)
    book.act(Action.REVIEW, HOMEROOM)


def _first_term(book: OpenBook) -> None:
    _reviewed(book)
    session, mine = book.session, TermRecord.class_term_id == book.id
    session.execute(update(TermRecord).where(mine).values(stage="sealed", part=1))
    session.execute(update(ClassTermRow).where(ClassTermRow.id == book.id).values(stage="sealed", parts=1))
    issued(book)


def _at_homeroom(book: OpenBook) -> None:
    """The subjects' sheets are signed, by rows alone: nobody reads their bytes here, only their hashes."""
    _reviewed(book)
    session = book.session
    for slot in book.cast.curriculum.slots[:-1]:
        _signed_sheet(book, slot)
    mine = RecordSlot.record_id.in_(book.opened.record_ids)
    session.execute(update(RecordSlot).where(mine, RecordSlot.slot != HOMEROOM).values(is_signed=True))
    for table, own in ((TermRecord, TermRecord.class_term_id), (ClassTermRow, ClassTermRow.id)):
        session.execute(update(table).where(own == book.id).values(stage="subject_signed"))


def _signed_sheet(book: OpenBook, slot: str) -> None:
    session, sheet, teacher = book.session, uuid4(), book.cast.who(slot)
    order = SigningOrder(
        id=uuid4(), class_term_id=book.id, action=Action.SIGN.value, slot=slot, staff_id=teacher,
        certificate_id=make_certificate(session, teacher).id, record_ids=[], nonce=b"bench", state="completed",
        signing_time=NOW, expires_at=NOW,
    )  # fmt: skip
    session.add(order)
    session.flush()
    file = {"content_sha256": sha256(slot.encode()).hexdigest(), "sha256": sha256(sheet.bytes).hexdigest(), "size": 1}
    session.execute(
        insert(Document).values(
            id=sheet,
            kind=DocumentKind.SUBJECT_SHEET.value,
            class_term_id=book.id,
            slot=slot,
            part=1,
            school_id=book.opened.school_id,
            lookup_code=uuid4().hex,
            **file,
        )
    )
    lines = [{"document_id": sheet, "record_id": each, "revision": 1} for each in book.opened.record_ids]
    session.execute(insert(DocumentRecord), lines)
    session.execute(
        insert(SignatureRow).values(
            document_id=sheet,
            field=SignatureField.SUBJECT_TEACHER.value,
            order_id=order.id,
            staff_id=teacher,
            certificate_id=order.certificate_id,
            signed_at=NOW,
            sha256=file["sha256"],
        )
    )
