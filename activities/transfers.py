"""What a transfer's workflow does to the database; every one may run twice."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from temporalio import activity

from activities.matter_papers import MatterSigned
from activities.refusals import refusals_are_final
from domain.curriculum import SEAL
from domain.decisions import BookDecision
from domain.matters import MatterKind
from domain.transfers.messages import (
    AlarmNote,
    SealedPaper,
    StuckNote,
    TransferDeed,
    TransferRef,
    TransferStanding,
)
from storage.corrections import leaving
from storage.database import Sessions
from storage.matters import papers
from storage.tables import Transfer
from storage.transfers import books, following, steps

Listing = Callable[[Session, Transfer, int], list[BookDecision]]


class TransferActivities:
    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def activities(self) -> list[Callable[..., Any]]:
        return [
            self.load_transfer,
            self.take_transfer_deed,
            self.list_books_to_detach,
            self.list_books_to_attach,
            self.list_books_to_commit,
            self.list_books_to_undo,
            self.note_detached,
            self.note_transfer_signed,
            self.note_transfer_sealed,
            self.move_enrolment,
            self.note_committed,
            self.list_stopped_pages,
            self.list_stopped_extracts,
            self.note_undone,
            self.withdraw_transfer,
            self.note_transfer_alarm,
            self.note_transfer_stuck,
            self.load_signatures,
        ]

    @activity.defn
    def load_transfer(self, ref: TransferRef) -> TransferStanding:
        with self._work() as session:
            return following.load(session, UUID(ref.matter_id))

    @activity.defn
    def take_transfer_deed(self, deed: TransferDeed) -> TransferStanding:
        """What somebody decided; refused by the rules as it stands, and the same command is taken once."""
        with self._work() as session:
            return steps.take(session, deed, _at(deed.at))

    @activity.defn
    def list_books_to_detach(self, ref: TransferRef) -> list[BookDecision]:
        return self._books(books.to_detach, ref)

    @activity.defn
    def list_books_to_attach(self, ref: TransferRef) -> list[BookDecision]:
        return self._books(books.to_attach, ref)

    @activity.defn
    def list_books_to_commit(self, ref: TransferRef) -> list[BookDecision]:
        return self._books(books.to_commit, ref)

    @activity.defn
    def list_books_to_undo(self, ref: TransferRef) -> list[BookDecision]:
        return self._books(books.to_undo, ref)

    @activity.defn
    def note_detached(self, ref: TransferRef) -> TransferStanding:
        with self._work() as session:
            return following.note_detached(session, UUID(ref.matter_id), _at(ref.at))

    @activity.defn
    def note_transfer_signed(self, ref: TransferRef) -> TransferStanding:
        """The head has signed: the clerk is waited for."""
        with self._work() as session:
            return following.note_signed(session, UUID(ref.matter_id), _at(ref.at))

    @activity.defn
    def note_transfer_sealed(self, paper: SealedPaper) -> TransferStanding:
        with self._work() as session:
            return following.note_sealed(session, UUID(paper.matter_id), UUID(paper.document_id), paper.at)

    @activity.defn
    def move_enrolment(self, ref: TransferRef) -> TransferStanding:
        """The pivot where no book is open that could decide it."""
        with self._work() as session:
            return following.move_enrolment(session, UUID(ref.matter_id), _at(ref.at))

    @activity.defn
    def note_committed(self, ref: TransferRef) -> TransferStanding:
        with self._work() as session:
            return following.note_committed(session, UUID(ref.matter_id), _at(ref.at))

    @activity.defn
    def list_stopped_pages(self, ref: TransferRef) -> list[str]:
        """Matters of identity pages that ended with the move; their workflows are to look again."""
        with self._work() as session:
            return [str(each) for each in leaving.stopped_by(session, UUID(ref.matter_id), MatterKind.IDENTITY)]

    @activity.defn
    def list_stopped_extracts(self, ref: TransferRef) -> list[str]:
        """Likewise, of extracts."""
        with self._work() as session:
            return [str(each) for each in leaving.stopped_by(session, UUID(ref.matter_id), MatterKind.EXTRACT)]

    @activity.defn
    def note_undone(self, ref: TransferRef) -> TransferStanding:
        with self._work() as session:
            return following.note_undone(session, UUID(ref.matter_id), _at(ref.at))

    @activity.defn
    def withdraw_transfer(self, ref: TransferRef) -> TransferStanding:
        """The engine was told to stop it: given back before the pivot, carried on after it."""
        with self._work() as session:
            return following.withdraw(session, UUID(ref.matter_id), _at(ref.at))

    @activity.defn
    def note_transfer_stuck(self, note: StuckNote) -> TransferStanding:
        """What keeps a step that follows by itself; whoever can mend it is told."""
        with self._work() as session:
            return following.note_stuck(session, note)

    @activity.defn
    def load_signatures(self, ref: TransferRef) -> list[MatterSigned]:
        """What the partial result bears: for a run that takes up another's work."""
        with self._work() as session:
            paper = papers.current(session, UUID(ref.matter_id))
            if paper is None:
                return []
            fields = sorted(papers.signed_fields(session, paper.id))
            return [MatterSigned(each, str(paper.id), paper.sha256, each == SEAL) for each in fields]

    @activity.defn
    def note_transfer_alarm(self, note: AlarmNote) -> TransferStanding:
        with self._work() as session:
            return following.note_alarm(session, note, note.at)

    def _books(self, listing: Listing, ref: TransferRef) -> list[BookDecision]:
        with self._work() as session:
            return listing(session, session.get_one(Transfer, UUID(ref.matter_id)), ref.attempt)

    @contextmanager
    def _work(self) -> Iterator[Session]:
        with refusals_are_final(), self._sessions.begin() as session:
            yield session


def _at(at: datetime | None) -> datetime:
    return at or datetime.now(UTC)
