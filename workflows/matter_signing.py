"""Signatures in the paper of a matter, as its workflow takes them: updates for the workflows of matters to inherit."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.matter_papers import MatterPaperActivities, MatterSigned
    from activities.refusals import refusal
    from domain.decisions import Action, Decision
    from domain.errors import DomainError
    from domain.matters.signing import NOTHING_SIGNED, OUTDATED, require_awaited

    from workflows.matter_work import refused_as_it_is
    from workflows.messages import Outcome
    from workflows.pending import current_command_id
    from workflows.queues import HEARTBEAT_TIMEOUT, SIGN_QUEUE, SIGN_RETRY

EMBED_TIMEOUT = timedelta(minutes=10)


@dataclass(frozen=True)
class PaperState:
    """What a workflow that continues as new carries over of its paper."""

    awaited: tuple[str, ...] = ()
    signed: dict[str, MatterSigned] = field(default_factory=dict)
    answers: dict[str, Outcome] = field(default_factory=dict)


class MatterSigning:
    """A workflow calls `begin_signing` in its `__init__`, says what its paper waits for, and watches `signed`.

    Each signature is an update (`sign`, `approve` or `seal`) whose id is the signing order's; it answers once the paper
    bears the signature. The waits for people (`matter_waits`) are the workflow's own to write, after
    `await_signatures`: whoever reads of them may sign at once. The one of a field that is signed is gone with it.
    """

    def begin_signing(self, matter_id: str, paper: PaperState | None = None) -> None:
        known = paper or PaperState()
        self.matter_id = matter_id
        self.awaited: tuple[str, ...] = known.awaited
        self.signed: dict[str, MatterSigned] = dict(known.signed)
        self.signing_answers: dict[str, Outcome] = dict(known.answers)
        self.signing_round = 0
        self.signing_lock = asyncio.Lock()

    def await_signatures(self, *fields: str) -> None:
        """These fields may be signed from now on, and no others; one that is signed is not asked for again."""
        self.awaited = fields

    def are_signed(self, *fields: str) -> bool:
        return all(each in self.signed for each in fields)

    def forget_signatures(self) -> None:
        """The paper became void (`storage.matters.papers.void_paper`): it is signed from the start again."""
        self.awaited, self.signed = (), {}
        self.signing_round += 1

    def paper_state(self) -> PaperState:
        return PaperState(self.awaited, dict(self.signed), dict(self.signing_answers))

    @workflow.update(description="Ký văn bản")
    async def sign(self, decision: Decision) -> Outcome:
        return await self._take_signature(decision)

    @workflow.update(description="Hiệu trưởng duyệt và ký văn bản")
    async def approve(self, decision: Decision) -> Outcome:
        return await self._take_signature(decision)

    @workflow.update(description="Văn thư đóng dấu văn bản")
    async def seal(self, decision: Decision) -> Outcome:
        return await self._take_signature(decision)

    @sign.validator
    def check_sign(self, decision: Decision) -> None:
        self._check_signature(decision, Action.SIGN)

    @approve.validator
    def check_approve(self, decision: Decision) -> None:
        self._check_signature(decision, Action.APPROVE)

    @seal.validator
    def check_seal(self, decision: Decision) -> None:
        self._check_signature(decision, Action.SEAL)

    def knows_what_is_awaited(self) -> bool:
        """Whether it has read what the database waits for; until then a signature is neither right nor wrong."""
        return True

    def _check_signature(self, decision: Decision, action: Action) -> None:
        """Refuse before history; an order that was already answered must get its old answer again."""
        if current_command_id() not in self.signing_answers and self.knows_what_is_awaited():
            self._require_awaited(decision, action)

    def _require_awaited(self, decision: Decision, action: Action) -> None:
        try:
            require_awaited(decision, action, self.matter_id, self.awaited, self.signed)
        except DomainError as error:
            raise refusal(error) from error

    async def _take_signature(self, decision: Decision) -> Outcome:
        """One signature at a time: whoever waited for the lock is looked at again."""
        command_id = current_command_id()
        async with self.signing_lock:
            if command_id in self.signing_answers:
                return self.signing_answers[command_id]
            if not self.knows_what_is_awaited() and workflow.patched("signatures-wait-for-the-plan"):
                await workflow.wait_condition(self.knows_what_is_awaited)
            self._require_awaited(decision, decision.action)
            try:
                return await self._embed(command_id, decision)
            except (ApplicationError, ActivityError):
                raise
            except Exception as error:  # a fault of ours must not freeze the matter
                raise ApplicationError("internal", type="InternalError", non_retryable=True) from error

    async def _embed(self, command_id: str, decision: Decision) -> Outcome:
        began_in = self.signing_round
        embedding = workflow.execute_activity_method(
            MatterPaperActivities.complete_matter_order,
            decision.order_id,
            task_queue=SIGN_QUEUE,
            start_to_close_timeout=EMBED_TIMEOUT,
            heartbeat_timeout=HEARTBEAT_TIMEOUT,
            retry_policy=SIGN_RETRY,
            summary=f"Ghép chữ ký: {decision.slot}",
        )
        result = await refused_as_it_is(embedding)
        if result.failed:
            raise ApplicationError(NOTHING_SIGNED, list(decision.record_ids), type="SigningFailed", non_retryable=True)
        if began_in != self.signing_round:  # the paper became void in this very moment
            raise ApplicationError(OUTDATED[1], list(decision.record_ids), type="Conflict", non_retryable=True)
        self.signed[decision.slot] = result
        outcome = Outcome(len(self.signed), (result.document_id,))
        self.signing_answers[command_id] = outcome
        return outcome
