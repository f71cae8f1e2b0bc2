"""Reads: the class-terms a person may see, their records, documents and audit trail."""

from dataclasses import asdict

from fastapi import APIRouter, Response
from sqlalchemy import select

from api.deps import CurrentPerson, ServicesDep, VisibleClassTerm, VisibleDocument, now, require_readable
from api.guard import allow
from api.v1.forms import (
    AuditView,
    ClassTermDetail,
    ClassTermView,
    DocumentView,
    RecordView,
    ReviewView,
    SlotView,
)
from domain.curriculum import HOMEROOM
from domain.duties import STAFF
from domain.errors import NotAllowed
from domain.scopes import Scope
from storage import access, board
from storage.tables import AuditEntry

router = APIRouter(tags=["class-terms"])


@router.get("/class-terms")
@allow(STAFF, Scope.READ)
def list_class_terms(person: CurrentPerson, found: ServicesDep) -> list[ClassTermView]:
    """Class-terms of the person's own school; teachers get the classes they are assigned to."""
    with found.sessions() as session:
        lines = board.school_board(session, person.school_id, access.visible_classes(session, person, now()))
    return [ClassTermView.model_validate({"id": line.class_term_id} | asdict(line), extra="ignore") for line in lines]


@router.get("/class-terms/{class_term_id}")
@allow(STAFF, Scope.READ)
def show_class_term(head: VisibleClassTerm, found: ServicesDep) -> ClassTermDetail:
    with found.sessions() as session:
        records = [RecordView.model_validate(asdict(line)) for line in board.record_lines(session, head.id)]
        slots = [SlotView.model_validate(asdict(line)) for line in board.slot_lines(session, head.id, head.class_id)]
    return ClassTermDetail(
        id=head.id,
        class_name=head.class_name,
        school_year=head.school_year,
        term=head.term,
        stage=head.stage,
        my_slots=sorted(head.my_slots),
        due_at=head.due_at,
        policy_version=head.policy_version,
        records=records,
        slots=slots,
    )


@router.get("/class-terms/{class_term_id}/documents")
@allow(STAFF, Scope.READ)
def list_documents(head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep) -> list[DocumentView]:
    with found.sessions() as session:
        lines = board.document_lines(session, head.id)
    seen = [line for line in lines if access.may_read_paper(person, head, line.slot)]
    return [DocumentView.model_validate(asdict(line)) for line in seen]


@router.get("/documents/{document_id}", response_class=Response, responses={200: {"content": {"application/pdf": {}}}})
@allow(STAFF, Scope.READ)
def download_document(head: VisibleDocument, found: ServicesDep) -> Response:
    """The newest bytes of a document, exactly as signed."""
    name = f"{head.kind}-{head.id}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(found.objects.get(head.sha256), media_type="application/pdf", headers=headers)


@router.get("/class-terms/{class_term_id}/audit")
@allow(STAFF, Scope.READ)
def list_audit(head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep) -> list[AuditView]:
    """The hash-chained trail of the class-term; for the homeroom teacher and the school's offices."""
    require_readable(head, person, HOMEROOM)
    with found.sessions() as session:
        query = select(AuditEntry).where(AuditEntry.class_term_id == head.id).order_by(AuditEntry.wf_seq)
        return [
            AuditView(seq=e.wf_seq, detail=e.detail, prev_hash=e.prev_hash, hash=e.hash, created_at=e.created_at)
            for e in session.scalars(query)
        ]


@router.get("/review-items")
@allow(STAFF, Scope.READ)
def list_review_items(person: CurrentPerson, found: ServicesDep) -> list[ReviewView]:
    """Pupils whose personal id somebody should look at; for the school's offices."""
    if not person.roles & access.SCHOOL_WIDE:
        raise NotAllowed("Danh sách này dành cho lãnh đạo, văn thư và cán bộ quản trị của trường.")
    with found.sessions() as session:
        return [ReviewView.model_validate(asdict(line)) for line in board.review_lines(session, person.school_id)]
