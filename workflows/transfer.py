"""A pupil goes from one school to another: a saga that can be undone up to its pivot, and only goes on after it.

Handlers carry people's decisions to the database one at a time; `run` does what follows by itself, and has one timer.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.books import BookActivities, BookDecision
    from activities.refusals import refusal
    from activities.transfer_packages import TransferPackageActivities
    from activities.transfers import TransferActivities
    from domain.documents import SignatureField
    from domain.errors import DomainError
    from domain.matters import MatterKind, workflow_id
    from domain.transfers import phases
    from domain.transfers.messages import AlarmNote, BookStep, SealedPaper, TransferDeed, TransferRef, TransferStanding
    from domain.transfers.phases import Phase

    from workflows.matter_signing import MatterSigning
    from workflows.pending import current_command_id
    from workflows.queues import DATABASE_RETRY, DATABASE_TIMEOUT, MATTER_QUEUE, PACK_TIMEOUT, PROOF_QUEUE, SIGN_RETRY
    from workflows.transfer_handlers import TransferHandlers

# A book may have to wait for a signature that is being embedded, or for its worker.
BOOK_TIMEOUT = timedelta(minutes=2)
AGAIN = timedelta(seconds=10)


def transfer_workflow_id(matter_id: object) -> str:
    return workflow_id(MatterKind.TRANSFER, matter_id)


@workflow.defn
class TransferWorkflow(MatterSigning, TransferHandlers):
    """What it knows comes from the database with every step; the database's lock settles who was first."""

    @workflow.init
    def __init__(self, start: TransferStanding) -> None:
        self.standing = start
        self.lock = asyncio.Lock()
        self.attempt = 0
        self.begin_signing(start.matter_id)

    @workflow.run
    async def run(self, start: TransferStanding) -> str:
        self._take(await self._do(TransferActivities.load_transfer, TransferRef(start.matter_id)))
        while not self.standing.is_over:
            try:
                await self._go_on()
            except (asyncio.CancelledError, ActivityError) as error:
                if not is_cancelled_exception(error):
                    raise
                # Cancelled from outside: what was done is given back, or after the pivot carried to its end.
                self._take(await self._do(TransferActivities.withdraw_transfer, self._ref()))
            self._show()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self.standing.phase.value

    @workflow.query(description="Đang ở bước nào")
    def snapshot(self) -> TransferStanding:
        return self.standing

    async def _go_on(self) -> None:
        self.attempt += 1
        follows: Mapping[Phase, Callable[[], Awaitable[None]]] = {
            Phase.DETACHING: self._detach,
            Phase.WRITING: self._write,
            Phase.PACKING: self._pack,
            Phase.ATTACHING: self._attach,
            Phase.COMMITTING: self._commit,
            Phase.UNDOING: self._undo,
        }
        await follows.get(self.standing.phase, self._wait)()

    async def _detach(self) -> None:
        """The former school's books stop for the pupil; its principal and clerk then write what there is so far."""
        self.forget_signatures()
        self.await_signatures(SignatureField.PRINCIPAL)  # whom the database says to wait for may sign at once
        await self._through_books(TransferActivities.list_books_to_detach, TransferActivities.note_detached)

    async def _write(self) -> None:
        """The paper is signed by the principal, then sealed by the clerk."""
        sealed = self.signed.get(SignatureField.SEAL)
        if sealed is not None:
            paper = SealedPaper(self.standing.matter_id, sealed.document_id, workflow.now())
            self._take(await self._do(TransferActivities.note_transfer_sealed, paper))
            return
        wanted = SignatureField.SEAL if self.are_signed(SignatureField.PRINCIPAL) else SignatureField.PRINCIPAL
        if wanted not in self.awaited:
            self.await_signatures(wanted)
            if wanted is SignatureField.SEAL:
                self._take(await self._do(TransferActivities.note_transfer_signed, self._ref()))
        await self._wait(lambda: self.are_signed(wanted))

    async def _pack(self) -> None:
        self._take(await self._of_package(TransferPackageActivities.pack_transfer))

    async def _undo(self) -> None:
        self.forget_signatures()
        await self._through_books(TransferActivities.list_books_to_undo, TransferActivities.note_undone)

    async def _commit(self) -> None:
        """A book of the new class that was opened meanwhile, or that refused before, gets the pupil first."""
        for each in await self._do(TransferActivities.list_books_to_attach, self._ref()):
            await self._decide(each)
        if workflow.patched("identity pages stop"):
            await self._stop_pages()
        await self._through_books(TransferActivities.list_books_to_commit, TransferActivities.note_committed)

    async def _stop_pages(self) -> None:
        """Pages of the former school that ended with the move: whoever waits for a signature in one stops."""
        for each in await self._do(TransferActivities.list_stopped_pages, self._ref()):
            page: Any = workflow.get_external_workflow_handle(workflow_id(MatterKind.IDENTITY, each))
            with suppress(ApplicationError):  # it has ended already
                await page.signal("look_again")

    async def _attach(self) -> None:
        """The pivot: the first book that takes the pupil moves the enrolment, or a transaction where none is open.

        A book that the former school opened meanwhile stands still for the pupil first.
        """
        for each in await self._do(TransferActivities.list_books_to_detach, self._ref()):
            await self._decide(each)
        await self._through_books(TransferActivities.list_books_to_attach, TransferActivities.move_enrolment)

    async def _through_books(self, listing: Any, then: Any) -> None:  # noqa: ANN401
        """Ask every book, then note that it is done. What is refused is looked at anew a little later."""
        found: list[BookStep] = await self._do(listing, self._ref())
        decided = [await self._decide(each) for each in found]
        if all(decided):
            try:
                self._take(await self._do(then, self._ref()))
            except ActivityError as error:
                if not isinstance(error.cause, ApplicationError):
                    raise
            else:
                return
        self._take(await self._do(TransferActivities.load_transfer, self._ref()))
        await self._pause(self.standing.version)

    async def _decide(self, step: BookStep) -> bool:
        """False where the book refuses."""
        try:
            await workflow.execute_activity_method(
                BookActivities.decide_in_book,
                BookDecision(step.class_term_id, step.command_id, step.decision),
                task_queue=MATTER_QUEUE,
                start_to_close_timeout=BOOK_TIMEOUT,
                retry_policy=DATABASE_RETRY,
                summary=step.decision.action.value,
            )
        except ActivityError as error:
            if not isinstance(error.cause, ApplicationError):
                raise
            return False
        return True

    async def _pause(self, version: int) -> None:
        """Until something changes, but not long."""
        try:
            await workflow.wait_condition(lambda: self.standing.version != version, timeout=AGAIN)
        except TimeoutError:
            return

    async def _wait(self, is_done: Callable[[], bool] = lambda: False) -> None:
        """The one timer: until the next alarm, or until somebody decides something."""
        version = self.standing.version
        alarm = min(self.standing.alarms, key=lambda each: each.at, default=None)
        timeout = max(timedelta(0), alarm.at - workflow.now()) if alarm else None
        try:
            await workflow.wait_condition(
                lambda: self.standing.version != version or is_done(),
                timeout=timeout,
                timeout_summary=alarm.key if alarm else None,
            )
        except TimeoutError:
            if alarm is not None and self.standing.version == version:
                note = AlarmNote(self.standing.matter_id, alarm.key, workflow.now())
                self._take(await self._do(TransferActivities.note_transfer_alarm, note))

    async def _decided(self, deed: TransferDeed) -> TransferStanding:
        """One decision at a time; the refusal of a rule reaches the caller as it is."""
        async with self.lock:
            signed = replace(deed, command_id=current_command_id(), at=workflow.now())
            try:
                self._take(await self._do(TransferActivities.take_transfer_deed, signed))
            except ActivityError as error:
                if isinstance(error.cause, ApplicationError):
                    raise error.cause from error
                raise
            return self.standing

    async def _brought(self, deed: TransferDeed) -> TransferStanding:
        """Papers from outside are checked before anybody confirms them."""
        await self._decided(deed)
        self._take(await self._of_package(TransferPackageActivities.check_brought))
        return self.standing

    async def _of_package(self, act: Any) -> Any:  # noqa: ANN401
        return await workflow.execute_activity_method(
            act,
            self._ref(),
            task_queue=PROOF_QUEUE,
            start_to_close_timeout=PACK_TIMEOUT,
            retry_policy=SIGN_RETRY,
            summary="Đóng gói và kiểm tra hồ sơ",
        )

    def _check(self, deed: TransferDeed) -> None:
        """Refuse before history what cannot be done at this step."""
        try:
            phases.require(self.standing.direction, self.standing.phase, deed.deed)
            phases.require_reason(deed.deed, deed.reason_id)
        except DomainError as error:
            raise refusal(error) from error

    def _take(self, found: TransferStanding) -> None:
        """An older answer never overtakes a newer one."""
        if found.version >= self.standing.version:
            self.standing = found

    def _ref(self) -> TransferRef:
        return TransferRef(self.standing.matter_id, workflow.now(), self.attempt)

    async def _do(self, act: Any, argument: Any) -> Any:  # noqa: ANN401
        return await workflow.execute_activity_method(
            act,
            argument,
            task_queue=MATTER_QUEUE,
            start_to_close_timeout=DATABASE_TIMEOUT,
            retry_policy=DATABASE_RETRY,
        )

    def _show(self) -> None:
        workflow.set_current_details(self.standing.phase.label)
