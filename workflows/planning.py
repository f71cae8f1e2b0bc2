"""What a decision does to a class-term, worked out before anything is done: the projection, and the term after it."""

from dataclasses import dataclass, replace
from datetime import datetime

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.orders import OrderResult
    from domain import lifecycle
    from domain.curriculum import SEAL
    from domain.deadlines import is_late
    from domain.decisions import Action, Decision
    from domain.record_states import ClassTerm
    from storage.completion import PAPER_MISSING
    from storage.projection import Projection

    from workflows.messages import ClassTermState


@dataclass(frozen=True)
class Step:
    work: Projection
    term: ClassTerm


def plan_step(state: ClassTermState, term: ClassTerm, command_id: str, decision: Decision, now: datetime) -> Step:
    """The next numbered step of a class-term. Raises a DomainError when the rules refuse the decision."""
    changes = lifecycle.plan(term, decision)
    after = lifecycle.apply(term, decision, changes)
    work = Projection(
        class_term_id=state.class_term_id,
        seq=state.seq + 1,
        command_id=command_id,
        decision=decision,
        changes=changes,
        class_stage=lifecycle.class_stage(after),
        parts=after.parts,
        decided_at=now,
        is_late=is_late(state.deadline, now),
    )
    return Step(work, after)


def plan_issue(state: ClassTermState, step: Step) -> Step | None:
    """What bears the seal is issued at once, in the same transaction: it only needs its time and its code to open."""
    sealed = lifecycle.to_issue(step.term)
    if not sealed:
        return None
    after = replace(state, seq=step.work.seq)
    command_id = issue_id(state.class_term_id, after.seq)
    return plan_step(after, step.term, command_id, issue_of(sealed), step.work.decided_at)


def issue_of(record_ids: tuple[str, ...]) -> Decision:
    return Decision(Action.ISSUE, SEAL, record_ids)


def issue_id(class_term_id: str, seq: int) -> str:
    """The command id of what is issued after the step numbered `seq`."""
    return f"issue/{class_term_id}/{seq}"


def as_far_as_done(decision: Decision, result: OrderResult) -> Decision:
    """The part of a decision that came true: records, and of a teacher's several sheets those that were signed."""
    first, *more = result.slots or decision.slots
    return replace(decision, record_ids=result.done, slot=first, more_slots=tuple(more))


def nothing_signed(result: OrderResult) -> ApplicationError:
    """The refusal that names whose own paper failed, not those who only wait for the class summary."""
    at_fault = dict.fromkeys(failure.record_id for failure in result.failed if failure.code != PAPER_MISSING)
    return ApplicationError("Không ký được hồ sơ nào.", list(at_fault), type="SigningFailed", non_retryable=True)
