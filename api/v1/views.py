"""Turns what the workflow and the queries give into what clients get."""

from collections.abc import Iterable
from uuid import UUID

from api.errors import Refusal, problem_of
from api.v1.forms import FailureView, OutcomeView
from api.v1.order_forms import ConfirmedView, OrderView, TroubleView
from domain.decisions import Failure
from storage.orders import Standing
from storage.tables import SigningOrder
from workflows.messages import Outcome


def outcome_view(outcome: Outcome) -> OutcomeView:
    return OutcomeView(seq=outcome.seq, done=list(outcome.done), failed=_failures(outcome.failed), stage=outcome.stage)


def confirmed_view(order_id: UUID, answer: Outcome | Refusal | None) -> ConfirmedView:
    if answer is None:
        return ConfirmedView(order_id=order_id, waits=True)
    if isinstance(answer, Outcome):
        return ConfirmedView(order_id=order_id, outcome=outcome_view(answer))
    return ConfirmedView(order_id=order_id, problem=problem_of(answer))


def order_view(order: SigningOrder, ready: Standing) -> OrderView:
    return OrderView(
        order_id=order.id,
        state=order.state,
        level=order.level,
        papers=ready.papers,
        record_ids=list(ready.record_ids) if ready.papers else [],
        slots=list(ready.slots),
        failed=_failures(ready.failed),
        expires_at=order.expires_at,
        trouble=TroubleView(code=order.trouble_code, message=order.trouble) if order.trouble_code else None,
        warning=order.warning,
    )


def _failures(failed: Iterable[Failure]) -> list[FailureView]:
    return [FailureView(record_id=each.record_id, code=each.code, slot=each.slot) for each in failed]
