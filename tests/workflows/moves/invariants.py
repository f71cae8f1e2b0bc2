"""The invariants of guide/domain.md section 9, read from what is stored: whatever happened, they hold."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from domain.curriculum import HOMEROOM
from domain.decisions import SIGNING_ACTIONS
from domain.documents import DocumentKind, SignatureField, in_signing_order
from domain.stages import STAGES, Stage
from storage import journal
from storage.corrections.on_the_way import is_recalled
from storage.matters import steps
from storage.tables import (
    AuditEntry,
    ClassGroup,
    ClassTermRow,
    Command,
    Document,
    DocumentRecord,
    Enrolment,
    LogEvent,
    Matter,
    RecordSlot,
    SignatureRow,
    SigningOrder,
    Submission,
    TermRecord,
)
from tests.workflows.moves.entitlement import without_entitlement
from tests.workflows.moves.world import World

SUMMARY_PLAN = (SignatureField.HOMEROOM, SignatureField.PRINCIPAL, SignatureField.SEAL)


@dataclass
class Watch:
    """What was seen before: what must not change any more."""

    sealed: dict[UUID, tuple[str, str, int]] = field(default_factory=dict)
    signatures: set[UUID] = field(default_factory=set)
    school_ids: tuple[UUID, ...] = ()
    dues: Mapping[UUID, Sequence[datetime]] = field(default_factory=dict)

    def see(self, world: World) -> list[str]:
        """What is broken, in words; nothing when all is well. Of one moment: people go on meanwhile."""
        with world.stage.sessions() as session:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            return self.look(session, world)

    def look(self, session: Session, world: World) -> list[str]:
        self.school_ids, self.dues = world.schools, world.dues
        return [
            *self._signed_in_order(session),
            *self._sealed_stays(session),
            *self._one_in_force(session),
            *without_entitlement(session, self.school_ids),
            *self._signatures_stay(session),
            *self._only_touched_ones_are_void(session),
            *self._one_school(session),
            *self._nothing_twice(session),
            *self._late_by_the_clock(session),
            *self._chains_hold(session),
        ]

    def _documents(self, session: Session) -> list[Document]:
        return list(session.scalars(select(Document).where(Document.school_id.in_(self.school_ids))))

    def _signed_in_order(self, session: Session) -> list[str]:
        """1: no seal without the principal, no principal before the homeroom teacher, none of them before subjects."""
        broken = []
        fields: dict[UUID, list[str]] = defaultdict(list)
        query = (
            select(SignatureRow.document_id, SignatureRow.field)
            .join(Document, Document.id == SignatureRow.document_id)
            .join(SigningOrder, SigningOrder.id == SignatureRow.order_id)
            .where(Document.school_id.in_(self.school_ids))
            .order_by(SigningOrder.created_at, SigningOrder.id)
        )
        for document_id, name in session.execute(query):
            fields[document_id].append(name)
        for document in self._documents(session):
            if document.kind in {DocumentKind.CLASS_SUMMARY, DocumentKind.YEAR_RECORD}:
                if not in_signing_order(fields[document.id], SUMMARY_PLAN):
                    broken.append(f"1: {document.kind} was signed as {fields[document.id]}")
                if (document.sealed_at is not None) != ("seal" in fields[document.id]):
                    broken.append(f"1: {document.kind} is sealed without a seal")
        return broken + self._stages_are_signed(session)

    def _stages_are_signed(self, session: Session) -> list[str]:
        """A record that stands behind its subjects' signatures has all of them."""
        query = (
            select(TermRecord.id, TermRecord.stage, func.count().filter(~RecordSlot.is_signed))
            .join(RecordSlot, and_(RecordSlot.record_id == TermRecord.id, RecordSlot.slot != HOMEROOM))
            .join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
            .join(ClassGroup, ClassGroup.id == Enrolment.class_id)
            .where(ClassGroup.school_id.in_(self.school_ids), TermRecord.class_term_id.is_not(None))
            .group_by(TermRecord.id)
        )
        behind = STAGES[STAGES.index(Stage.SUBJECT_SIGNED) :]
        return [
            f"1: record at {stage} lacks {n} subjects"
            for _, stage, n in session.execute(query)
            if stage in behind and n
        ]

    def _sealed_stays(self, session: Session) -> list[str]:
        """2: after the seal neither bytes nor content change."""
        broken = []
        for document in self._documents(session):
            now = (document.sha256, document.content_sha256, document.version)
            if document.sealed_at is not None and self.sealed.setdefault(document.id, now) != now:
                broken.append(f"2: sealed {document.kind} changed")
        gone = set(self.sealed) - {each.id for each in self._documents(session)}
        return broken + [f"2: {len(gone)} sealed papers are gone" for _ in gone]

    def _one_in_force(self, session: Session) -> list[str]:
        """2, 3: one record in force per pupil and year; a version follows a recalled one, told in the log."""
        versions: dict[UUID | None, list[Document]] = defaultdict(list)
        for document in self._documents(session):
            if document.kind == DocumentKind.YEAR_RECORD and document.sealed_at is not None:
                versions[document.record_uid].append(document)
        broken = []
        for found in versions.values():
            found.sort(key=lambda each: each.version)
            if [each.version for each in found] != list(range(1, len(found) + 1)):
                broken.append(f"3: versions {[each.version for each in found]}")
            if any(each.state != "recalled" for each in found[:-1]):
                broken.append("3: a former version is in force")
        told = dict(
            session.execute(
                select(LogEvent.document_id, func.array_agg(LogEvent.kind)).group_by(LogEvent.document_id)
            ).all()
        )
        recalled = [each for found in versions.values() for each in found if each.state == "recalled"]
        return broken + [
            "3: a recall is not in the log" for each in recalled if "recalled" not in told.get(each.id, [])
        ]

    def _signatures_stay(self, session: Session) -> list[str]:
        """5: a signature that was given is never taken away."""
        query = (
            select(SignatureRow.id)
            .join(Document, Document.id == SignatureRow.document_id)
            .where(Document.school_id.in_(self.school_ids))
        )
        now, before = set(session.scalars(query)), self.signatures
        self.signatures = now
        return ["5: signatures are gone"] if before - now else []

    def _only_touched_ones_are_void(self, session: Session) -> list[str]:
        """6: what is void says why, and what is signed and speaks of unchanged content is not void."""
        void = select(Document).where(Document.school_id.in_(self.school_ids), Document.state == "void")
        broken = [
            f"6: {each.kind} is void without a reason" for each in session.scalars(void) if each.void_reason_id is None
        ]
        lines = (
            select(DocumentRecord.record_id, Document.slot)
            .join(Document, Document.id == DocumentRecord.document_id)
            .join(RecordSlot, and_(RecordSlot.record_id == DocumentRecord.record_id, RecordSlot.slot == Document.slot))
            .join(TermRecord, TermRecord.id == DocumentRecord.record_id)
            .where(
                Document.school_id.in_(self.school_ids), Document.kind == DocumentKind.SUBJECT_SHEET,
                Document.state == "live", DocumentRecord.voided_at.is_(None), TermRecord.class_term_id.is_not(None),
                or_(~RecordSlot.is_signed, RecordSlot.state == "open"),
            )
        )  # fmt: skip
        return broken + [f"6: {slot} counts as unsigned, but its sheet stands" for _, slot in session.execute(lines)]

    def _one_school(self, session: Session) -> list[str]:
        """8: a pupil belongs to one school's open year, and one school at most can sign it.

        A term that was issued is corrected by the school that issued it, also while the year goes on elsewhere.
        """
        query = (
            select(Enrolment.record_uid, ClassGroup.school_id, ClassTermRow.term, is_recalled())
            .join(TermRecord, TermRecord.enrolment_id == Enrolment.id)
            .join(ClassTermRow, ClassTermRow.id == TermRecord.class_term_id)
            .join(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
            .where(
                ClassGroup.school_id.in_(self.school_ids), ~TermRecord.moving, TermRecord.stage != Stage.ISSUED.value
            )
        )
        able: dict[UUID, set[UUID]] = defaultdict(set)
        terms: Counter[tuple[UUID, str]] = Counter()
        for uid, school_id, term, is_corrected in session.execute(query):
            terms[uid, term] += 1
            if not is_corrected:
                able[uid].add(school_id)
        open_years = (
            select(Enrolment.pupil_id, func.count())
            .join(ClassGroup, ClassGroup.id == Enrolment.class_id)
            .where(ClassGroup.school_id.in_(self.school_ids), Enrolment.left_on.is_(None))
        )
        twice = [count for _, count in session.execute(open_years.group_by(Enrolment.pupil_id)) if count != 1]
        return [
            *("8: two schools can sign a pupil's year" for schools in able.values() if len(schools) > 1),
            *("8: a pupil has two records of one term" for count in terms.values() if count > 1),
            *("8: a pupil is enrolled twice" for _ in twice),
        ]

    def _nothing_twice(self, session: Session) -> list[str]:
        """10: one signature per field, one line in the outbox per version and event, none missing."""
        fields = Counter(
            session.execute(
                select(SignatureRow.document_id, SignatureRow.field)
                .join(Document, Document.id == SignatureRow.document_id)
                .where(Document.school_id.in_(self.school_ids))
            ).all()
        )
        sent = {
            (uid, version): event
            for uid, version, event in session.execute(
                select(Submission.record_uid, Submission.version, Submission.event).where(
                    Submission.school_id.in_(self.school_ids), Submission.store == "city"
                )
            )
        }
        broken = ["10: a field was signed twice" for count in fields.values() if count > 1]
        issued = (
            select(Document.record_uid, Document.version, Document.state)
            .join(LogEvent, and_(LogEvent.document_id == Document.id, LogEvent.kind == "issued"))
            .where(Document.school_id.in_(self.school_ids), Document.kind == DocumentKind.YEAR_RECORD)
        )
        for uid, version, state in session.execute(issued):
            if sent.get((uid, 2 * version - 1)) != "NEW":  # type: ignore[arg-type]
                broken.append("10: what was issued does not wait for the store")
            if state == "recalled" and sent.get((uid, 2 * version)) != "CANCEL":  # type: ignore[arg-type]
                broken.append("10: what was recalled is not cancelled at the store")
        return broken

    def _late_by_the_clock(self, session: Session) -> list[str]:
        """11: a decision is late by a deadline that the book had, never before all of them nor on time after all."""
        query = select(AuditEntry.class_term_id, AuditEntry.detail).where(AuditEntry.class_term_id.in_(self.dues))
        broken = []
        for class_term_id, detail in session.execute(query):
            at, dues = datetime.fromisoformat(str(detail["at"])), self.dues[class_term_id]
            if at < min(dues) if detail["late"] else at >= max(dues):
                broken.append(f"11: {detail['action']} at {at} is late: {detail['late']}")
        return broken

    def _chains_hold(self, session: Session) -> list[str]:
        """Nothing was changed or taken out of the diaries, and signing decisions have their orders."""
        own = select(ClassTermRow.id).join(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
        class_terms = list(session.scalars(own.where(ClassGroup.school_id.in_(self.school_ids))))
        matters = session.scalars(select(Matter.id).where(Matter.school_id.in_(self.school_ids)))
        unsigned = select(Command.id).where(
            Command.class_term_id.in_(class_terms), Command.action.in_([each.value for each in SIGNING_ACTIONS]),
            Command.order_id.is_(None),
        )  # fmt: skip
        return [
            *("a class's chain is broken" for each in class_terms if journal.first_broken_link(session, each)),
            *("a matter's chain is broken" for each in matters if steps.first_broken_step(session, each)),
            *("a signature has no order" for _ in session.scalars(unsigned)),
        ]
