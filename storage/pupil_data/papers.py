"""Papers about the pupil alone: what they are, who signed them, and the files; a class's sheets name others."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from domain.documents import DocumentKind
from domain.pupil_data import HeldFile, Section
from domain.transfers.contents import PaperKind
from domain.transfers.phases import Direction
from storage import presence
from storage.pupil_data.reading import enrolments, section
from storage.tables import Document, Enrolment, Extract, SignatureRow, Staff, Transfer

_OF_PUPIL = (
    DocumentKind.YEAR_RECORD, DocumentKind.IDENTITY_PAGE, DocumentKind.TRANSFER_RESULT, DocumentKind.PAPER_EXTRACT,
)  # fmt: skip
_ENDINGS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}


def sections(session: Session, pupil_id: UUID, school_id: UUID) -> Iterator[Section]:
    ids = select(_papers(session, pupil_id, school_id).subquery().c.id)
    columns = {
        "lookup_code": "Mã tra cứu", "kind": "Loại", "version": "Bản", "state": "Trạng thái", "sha256": "SHA-256",
        "sealed_at": "Đóng dấu lúc", "recalled_at": "Thu hồi lúc",
    }  # fmt: skip
    papers = select(*(getattr(Document, name) for name in columns)).where(Document.id.in_(ids))
    yield section(
        session, "papers", "Văn bản đã ký", columns, papers.order_by(Document.created_at, Document.id), kind=PaperKind
    )
    signed = {"lookup_code": "Mã tra cứu", "field": "Ký với tư cách", "by": "Người ký", "signed_at": "Lúc"}
    query = (
        select(Document.lookup_code, SignatureRow.field, Staff.full_name, SignatureRow.signed_at)
        .join(Document, Document.id == SignatureRow.document_id)
        .join(Staff, Staff.id == SignatureRow.staff_id)
        .where(Document.id.in_(ids))
        .order_by(SignatureRow.signed_at, SignatureRow.id)
    )
    yield section(session, "signatures", "Chữ ký", signed, query)


def files_of(session: Session, pupil_id: UUID, school_id: UUID) -> list[HeldFile]:
    """Signed papers, what the pupil brought along, and copies of papers that were taken over."""
    papers = session.scalars(_papers(session, pupil_id, school_id).order_by(Document.created_at, Document.id))
    found = [HeldFile(f"van-ban/{each.kind}-{each.lookup_code}.pdf", each.sha256) for each in papers]
    came = select(Transfer).where(
        Transfer.pupil_id == pupil_id, Transfer.direction == Direction.IN.value, Transfer.to_school_id == school_id
    )
    for number, transfer in enumerate(session.scalars(came.order_by(Transfer.requested_on)), start=1):
        if transfer.package_sha256:
            found.append(HeldFile(f"mang-den/ho-so-{number}.zip", transfer.package_sha256))
        for extract in session.scalars(select(Extract).where(Extract.transfer_id == transfer.matter_id)):
            found += [
                HeldFile(
                    f"mang-den/ban-chup-{each['sha256'][:12]}.{_ENDINGS.get(each['media'], 'bin')}", each["sha256"]
                )
                for each in extract.files
            ]
    return list({each.name: each for each in found}.values())


def _papers(session: Session, pupil_id: UUID, school_id: UUID) -> Select[Document]:
    """Those of the school; those of all schools as long as the pupil is here. What is void was never issued."""
    query = (
        select(Document)
        .join(Enrolment, Enrolment.id == Document.enrolment_id)
        .where(Enrolment.pupil_id == pupil_id, Document.kind.in_(_OF_PUPIL), Document.state != "void")
    )
    place = presence.place_of(session, pupil_id)
    if place is not None and place[1] == school_id:
        sealed = Document.sealed_at.is_not(None)
        return query.where(or_(sealed, Document.enrolment_id.in_(enrolments(pupil_id, school_id))))
    return query.where(or_(Document.school_id == school_id, Document.enrolment_id.in_(enrolments(pupil_id, school_id))))
