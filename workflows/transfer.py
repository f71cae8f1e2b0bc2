"""A pupil goes from one school to another: a saga that can be undone up to its pivot, and only goes on after it.

Handlers carry people's decisions to the database one at a time; `run` does what follows by itself, and has one timer.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.refusals import refusal
    from activities.transfer_packages import TransferPackageActivities
    from activities.transfers import TransferActivities
    from domain.decisions import BookDecision
    from domain.documents import SignatureField
    from domain.errors import DomainError
    from domain.matters import MatterKind, workflow_id
    from domain.transfers import phases
    from domain.transfers.messages import (
        AlarmNote,
        SealedPaper,
        StuckNote,
        TransferDeed,
        TransferRef,
        TransferStanding,
    )
    from domain.transfers.phases import Deed, Phase

    from workflows.matter_signing import MatterSigning
    from workflows.matter_work import in_database, refusal_of, refused_as_it_is, tell_book
    from workflows.pending import current_command_id
    from workflows.queues import PACK_TIMEOUT, PROOF_QUEUE, SIGN_RETRY
    from workflows.transfer_handlers import TransferHandlers
    from workflows.transfer_runs import TOLD_AFTER, Carried, Refused, TransferRun, pause_after, run_of


def transfer_workflow_id(matter_id: object) -> str:
    return workflow_id(MatterKind.TRANSFER, matter_id)


@workflow.defn
class TransferWorkflow(MatterSigning, TransferHandlers):
    """What it knows comes from the database with every step; the database's lock settles who was first."""

    @workflow.init
    def __init__(self, start: TransferRun) -> None:
        known = start.carried or Carried()
        self.standing: TransferStanding = start
        self.refusals = known.refusals
        self.followed = start.phase
        self.lock = asyncio.Lock()
        # Books answer a known number as they did before, so each run begins above all those of the runs before it.
        self.attempt = int(workflow.info().start_time.timestamp() * 1000)
        self.begin_signing(start.matter_id, known.paper)
        self.has_read = start.carried is not None

    @workflow.run
    async def run(self, start: TransferRun) -> str:
        self._take(await in_database(TransferActivities.load_transfer, TransferRef(start.matter_id)))
        if start.carried is None and self.standing.phase is Phase.WRITING:
            await self._take_up_paper()
        self.has_read = True
        while not self.standing.is_over:
            if self._may_continue_as_new():
                workflow.continue_as_new(run_of(self.standing, Carried(self.refusals, self.paper_state())))
            try:
                await self._go_on()
            except (asyncio.CancelledError, ActivityError) as error:
                if not is_cancelled_exception(error):
                    raise
                # Cancelled from outside: what was done is given back, or after the pivot carried to its end.
                self._take(await in_database(TransferActivities.withdraw_transfer, self._ref()))
            self._show()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self.standing.phase.value

    @workflow.query(description="Đang ở bước nào")
    def snapshot(self) -> TransferStanding:
        return self.standing

    def knows_what_is_awaited(self) -> bool:
        """Not before it has read how far it came: the run before it may have been lost in the middle of the paper."""
        return self.has_read

    async def _take_up_paper(self) -> None:
        """The run before this one ended while the paper was being signed."""
        for each in await in_database(TransferActivities.load_signatures, self._ref()):
            self.signed[each.field] = each

    async def _go_on(self) -> None:
        self.attempt += 1
        self.followed = self.standing.phase
        follows: Mapping[Phase, Callable[[], Coroutine[Any, Any, None]]] = {
            Phase.DETACHING: self._detach,
            Phase.PACKING: self._pack,
            Phase.ATTACHING: self._attach,
            Phase.COMMITTING: self._commit,
            Phase.UNDOING: self._undo,
        }
        step = follows.get(self.standing.phase)
        if step is not None:
            await self._beside_alarms(step)
        else:
            await (self._write() if self.standing.phase is Phase.WRITING else self._wait(self.is_asked_to_continue))

    async def _beside_alarms(self, step: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """What follows by itself may be long in coming, too: people are told when it is late."""
        if not self.standing.alarms or not workflow.patched("alarms-beside-steps"):
            await step()
            return
        task = asyncio.create_task(step())
        try:
            while not task.done():
                await self._wait(task.done)
            await task
        finally:
            task.cancel()

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
            self._take(await in_database(TransferActivities.note_transfer_sealed, paper))
            return
        wanted = SignatureField.SEAL if self.are_signed(SignatureField.PRINCIPAL) else SignatureField.PRINCIPAL
        if wanted not in self.awaited:
            self.await_signatures(wanted)
            if wanted is SignatureField.SEAL:
                self._take(await in_database(TransferActivities.note_transfer_signed, self._ref()))
                if self._is_overtaken():
                    return
        await self._wait(lambda: self.are_signed(wanted) or self.is_asked_to_continue())

    async def _pack(self) -> None:
        refused = await self._take_or_refuse(self._of_package(TransferPackageActivities.pack_transfer))
        if refused is not None:
            await self._pause(refused)

    async def _undo(self) -> None:
        self.forget_signatures()
        await self._through_books(TransferActivities.list_books_to_undo, TransferActivities.note_undone)

    async def _commit(self) -> None:
        """A book of the new class that was opened meanwhile, or that refused before, gets the pupil first."""
        earlier = await self._ask_books(TransferActivities.list_books_to_attach)
        if workflow.patched("identity pages stop"):
            await self._stop_papers(TransferActivities.list_stopped_pages, MatterKind.IDENTITY)
        if workflow.patched("extracts stop"):
            await self._stop_papers(TransferActivities.list_stopped_extracts, MatterKind.EXTRACT)
        await self._through_books(TransferActivities.list_books_to_commit, TransferActivities.note_committed, earlier)

    async def _stop_papers(self, listing: Any, kind: MatterKind) -> None:  # noqa: ANN401
        """Papers of the former school that ended with the move: whoever waits for a signature in one stops."""
        for each in await in_database(listing, self._ref()):
            paper: Any = workflow.get_external_workflow_handle(workflow_id(kind, each))
            with suppress(ApplicationError):  # it has ended already
                await paper.signal("look_again")

    async def _attach(self) -> None:
        """The pivot: the first book that takes the pupil moves the enrolment, or a transaction where none is open.

        A book that the former school opened meanwhile stands still for the pupil first.
        """
        earlier = await self._ask_books(TransferActivities.list_books_to_detach)
        await self._through_books(TransferActivities.list_books_to_attach, TransferActivities.move_enrolment, earlier)

    async def _through_books(self, listing: Any, then: Any, earlier: Sequence[Refused] = ()) -> None:  # noqa: ANN401
        """Ask every book, then note that it is done. What is refused is looked at anew later."""
        refused = await self._ask_books(listing)
        if not refused:
            last = await self._take_or_refuse(in_database(then, self._ref()))
            if last is None:
                return
            refused = [last]
        self._take(await in_database(TransferActivities.load_transfer, self._ref()))
        await self._pause([*earlier, *refused][0])

    async def _ask_books(self, listing: Any) -> list[Refused]:  # noqa: ANN401
        found: list[BookDecision] = await in_database(listing, self._ref())
        answers = [(each, await refusal_of(tell_book(each))) for each in found]
        return [Refused(error.message, each.class_term_id) for each, error in answers if error is not None]

    async def _take_or_refuse(self, call: Awaitable[TransferStanding]) -> Refused | None:
        """Take where a step leads; or why it was refused."""

        async def taken() -> None:
            self._take(await call)

        error = await refusal_of(taken())
        return Refused(error.message) if error is not None else None

    async def _pause(self, refused: Refused) -> None:
        """Longer each time, until something changes; whoever can mend it is told if it lasts."""
        self.refusals += 1
        if self.refusals == TOLD_AFTER and workflow.patched("stuck-is-told"):
            note = StuckNote(self.standing.matter_id, workflow.now(), refused.why, refused.class_term_id)
            self._take(await in_database(TransferActivities.note_transfer_stuck, note))
        if self._is_overtaken():
            self.refusals = 0
            return
        version = self.standing.version
        try:
            await workflow.wait_condition(lambda: self.standing.version != version, timeout=pause_after(self.refusals))
        except TimeoutError:
            return

    def _is_overtaken(self) -> bool:
        """Whether somebody decided otherwise while a step was under way: a wait that begins now would not see it."""
        return self.standing.phase is not self.followed and workflow.patched("overtaken-steps-end")

    async def _wait(self, is_done: Callable[[], bool]) -> None:
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
                self._take(await in_database(TransferActivities.note_transfer_alarm, note))

    async def _decided(self, deed: TransferDeed) -> TransferStanding:
        """One decision at a time; the refusal of a rule reaches the caller as it is."""
        async with self.lock:
            signed = replace(deed, command_id=current_command_id(), at=workflow.now())
            self._take(await refused_as_it_is(in_database(TransferActivities.take_transfer_deed, signed)))
            if deed.deed is Deed.RETRY:
                self.refusals = 0
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
        """Refuse before history what cannot be done at this step; one that goes on by itself may just have ended."""
        try:
            if self.standing.phase not in phases.AUTOMATIC:
                phases.require(self.standing.direction, self.standing.phase, deed.deed)
            phases.require_reason(deed.deed, deed.reason_id)
        except DomainError as error:
            raise refusal(error) from error

    def _take(self, found: TransferStanding) -> None:
        """An older answer never overtakes a newer one."""
        if found.version < self.standing.version:
            return
        if found.phase is not self.standing.phase:
            self.refusals = 0
        self.standing = found

    def _may_continue_as_new(self) -> bool:
        if workflow.info().is_continue_as_new_suggested() and workflow.patched("transfer-continues-as-new"):
            self.continue_asked = True
        return self.is_asked_to_continue()

    def _ref(self) -> TransferRef:
        return TransferRef(self.standing.matter_id, workflow.now(), self.attempt)

    def _show(self) -> None:
        workflow.set_current_details(self.standing.phase.label)
