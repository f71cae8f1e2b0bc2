"""Turns what the workflow and the queries give into what clients get."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from activities.orders import PreparedOrder
from api.errors import Refusal, problem_of
from api.v1.forms import ConfirmedView, FailureView, OrderView, OutcomeView
from domain.decisions import Failure
from workflows.messages import Outcome


def outcome_view(outcome: Outcome) -> OutcomeView:
    return OutcomeView(seq=outcome.seq, done=list(outcome.done), failed=_failures(outcome.failed), stage=outcome.stage)


def confirmed_view(order_id: UUID, answer: Outcome | Refusal) -> ConfirmedView:
    if isinstance(answer, Outcome):
        return ConfirmedView(order_id=order_id, outcome=outcome_view(answer))
    return ConfirmedView(order_id=order_id, problem=problem_of(answer))


def order_view(prepared: PreparedOrder, expires_at: datetime) -> OrderView:
    return OrderView(
        order_id=prepared.order_id,
        papers=prepared.papers,
        record_ids=list(prepared.record_ids),
        slots=list(prepared.slots),
        failed=_failures(prepared.failed),
        expires_at=expires_at,
    )


def _failures(failed: Iterable[Failure]) -> list[FailureView]:
    return [FailureView(record_id=each.record_id, code=each.code, slot=each.slot) for each in failed]
