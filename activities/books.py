"""Decisions of matters for class-terms: a workflow cannot send an update, so an activity does."""

import asyncio
from typing import Protocol
from uuid import UUID

from temporalio import activity
from temporalio.client import WorkflowUpdateFailedError

from activities.refusals import refusals_are_final
from domain.decisions import BookDecision, Decision
from storage import reopening
from storage.database import Sessions
from storage.opening import OpenedTerm
from storage.tables import Command


class Books(Protocol):
    async def decide(self, book: OpenedTerm, command_id: str, decision: Decision) -> None: ...


class BookActivities:
    def __init__(self, sessions: Sessions, books: Books) -> None:
        self._sessions = sessions
        self._books = books

    @activity.defn
    async def decide_in_book(self, work: BookDecision) -> None:
        """Have a class-term take a decision; one that it took before changes nothing. Its refusal is final."""
        with refusals_are_final():
            book = await asyncio.to_thread(self._book_for, work)
        if book is None:
            return
        try:
            await self._books.decide(book, work.command_id, work.decision)
        except WorkflowUpdateFailedError as error:
            raise error.cause or error from error

    def _book_for(self, work: BookDecision) -> OpenedTerm | None:
        """None once the command has taken effect: its book may have gone on to a new run that knows nothing of it."""
        with self._sessions() as session:
            if session.get(Command, work.command_id) is not None:
                return None
            return reopening.book(session, UUID(work.class_term_id))
