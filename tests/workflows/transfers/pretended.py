"""Activities that render, sign and pack nothing; what follows of it in the database is real."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

from temporalio import activity

from activities.matter_papers import MatterSigned
from activities.orders import OrderResult
from domain.curriculum import SEAL
from domain.documents import DocumentKind
from domain.transfers.messages import TransferRef, TransferStanding
from storage import orders, projection
from storage.database import Sessions
from storage.matters import steps
from storage.matters.steps import Step
from storage.projection import Projection
from storage.tables import Document, Matter, SignatureRow, Transfer
from storage.transfers import following


@dataclass
class Pretended:
    """Papers that nobody renders or signs; what follows of them in the database is real."""

    sessions: Sessions
    is_sound: bool = True
    packed: int = 0

    @activity.defn
    def complete_order(self, work: Projection, issue: Projection | None = None) -> OrderResult:
        with self.sessions.begin() as session:
            for each in (work, issue):
                if each is not None:
                    projection.project(session, each)
        return OrderResult(work.decision.record_ids, slots=work.decision.slots, recorded=True, issued=issue is not None)

    @activity.defn
    def complete_matter_order(self, order_id: str) -> MatterSigned:
        with self.sessions.begin() as session:
            order = orders.get(session, UUID(order_id))
            assert order.matter_id is not None
            matter, [document_id] = session.get_one(Matter, order.matter_id), order.record_ids
            paper = session.get(Document, UUID(document_id)) or Document(
                id=UUID(document_id), kind=DocumentKind.TRANSFER_RESULT, matter_id=matter.id,
                school_id=matter.school_id, lookup_code=uuid4().hex, content_sha256="a" * 64,
                sha256=uuid4().hex * 2, size=1,
            )  # fmt: skip
            if order.slot == SEAL:
                paper.sealed_at = datetime.now(UTC)
            session.add(paper)
            session.flush()
            session.add(
                SignatureRow(
                    document_id=paper.id, field=order.slot, order_id=order.id, staff_id=order.staff_id,
                    certificate_id=order.certificate_id, signed_at=order.signing_time, sha256=paper.sha256,
                )
            )  # fmt: skip
            steps.lock(session, matter.id)
            deed = Step(order_id, f"signed.{order.slot}", datetime.now(UTC), order.staff_id)
            steps.note(session, matter.id, deed)
            order.state = "completed"
        return MatterSigned(order.slot, document_id, "b" * 64, is_sealed=order.slot == SEAL)

    @activity.defn
    def check_brought(self, ref: TransferRef) -> TransferStanding:
        matter_id = UUID(ref.matter_id)
        with self.sessions.begin() as session:
            sha256 = session.get_one(Transfer, matter_id).package_sha256
            assert sha256 is not None
            found: dict[str, object] = {"members": [], "problem": "Tệp không phải gói chuyển trường."}
            return following.note_checked(session, matter_id, (sha256, self.is_sound, found), datetime.now(UTC))

    @activity.defn
    def pack_transfer(self, ref: TransferRef) -> TransferStanding:
        self.packed += 1
        report: dict[str, object] = {"members": []}
        package = (f"{self.packed:064x}", self.is_sound, report)
        with self.sessions.begin() as session:
            return following.note_packed(session, UUID(ref.matter_id), package, ref.at or datetime.now(UTC))
