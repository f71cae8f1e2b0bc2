"""Carries a confirmed order to its end when something else has to answer first: a key service, a time stamp.

The waiting is Temporal's: an attempt that finds the other side not ready says why on the order and ends, and the next
one begins where this one stopped. No thread, no lock and no class-term waits meanwhile; entry goes on.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from temporalio import activity
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from activities.confirming import Confirming
from activities.proving import Proving
from activities.refusals import not_yet, refusal
from domain.decisions import Action, Decision
from domain.errors import Conflict, DomainError, NotFound
from signing.errors import ProviderUnavailable, SigningFailed
from storage import confirmations, orders
from storage.database import Sessions
from storage.tables import SigningOrder

ASK_AGAIN = timedelta(seconds=2)


@dataclass(frozen=True)
class Carry:
    """A confirmed order, and the workflow of the class-term or the matter that its decision is for."""

    order_id: str
    workflow_id: str


def as_gone(error: RPCError, *, matter: bool = False) -> DomainError:
    """Why a class-term, or a matter, takes no decision any more, or not yet."""
    if matter:
        return Conflict("Việc này đã kết thúc, không ký được nữa.")
    if "completed" in error.message:
        return Conflict("Sổ của lớp đã phát hành xong, không thay đổi được nữa.")
    return NotFound("Sổ của lớp này chưa được mở.")


def decision_of(session: Session, order: SigningOrder) -> Decision:
    """What the signatures of an order stand for. Raises SigningFailed when no paper of it was signed."""
    stored = orders.items(session, order.id)
    ready = orders.standing(order, stored)
    if not ready.record_ids:
        reason = next((item.error for item in stored if item.error), "")
        raise SigningFailed(f"Chưa văn bản nào được ký. {reason}".strip(), tuple(order.record_ids))
    first, *more = ready.slots
    return Decision(
        Action(order.action),
        first,
        ready.record_ids,
        actor_id=str(order.staff_id),
        order_id=str(order.id),
        more_slots=tuple(more),
        matter_id=str(order.matter_id or ""),
    )


class CarryActivities:
    def __init__(self, sessions: Sessions, client: Client, confirming: Confirming, proving: Proving) -> None:
        self._sessions = sessions
        self._client = client
        self._confirming = confirming
        self._proving = proving

    @activity.defn
    async def carry_order(self, work: Carry) -> Any:  # noqa: ANN401 - the workflow's own answer, passed on
        """Wait for the key service, prove the time, and send the decision; returns the workflow's answer."""
        order_id = UUID(work.order_id)
        decision = await asyncio.to_thread(self._ready, order_id)
        handle = self._client.get_workflow_handle(work.workflow_id)
        try:
            return await handle.execute_update(decision.action.value, decision, id=work.order_id, result_type=dict)
        except WorkflowUpdateFailedError as error:
            raise await asyncio.to_thread(self._over, order_id, error.cause) from error
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            gone = as_gone(error, matter=bool(decision.matter_id))
            raise await asyncio.to_thread(self._never, order_id, gone) from error

    def _ready(self, order_id: UUID) -> Decision:
        """The order's decision, once all that it needs is there. Raises ApplicationError: not yet, or never."""
        try:
            self._settle(order_id)
            self._proving.prove(order_id)
            with self._sessions() as session:
                return decision_of(session, orders.get(session, order_id))
        except ProviderUnavailable as error:
            raise self._later(order_id, error) from error
        except DomainError as error:
            raise self._never(order_id, error) from error

    def _settle(self, order_id: UUID) -> None:
        with self._sessions() as session:
            order = orders.get(session, order_id)
        if order.state in {"asked", "signed"} and order.expires_at <= _now():
            raise Conflict("Lệnh ký đã hết hạn trong lúc chờ; chưa văn bản nào thay đổi, hãy ký lại.")
        if order.state == "asked" and order.confirmation_id is not None:
            self._confirming.settle(order.confirmation_id, _now())
            with self._sessions() as session:
                order = orders.get(session, order_id)
        if order.state == "asked":
            raise ProviderUnavailable("Đang chờ thầy/cô xác nhận trên ứng dụng ký số.")
        if order.state == "failed":
            raise Conflict(order.trouble)
        if order.state not in {"signed", "completed"}:
            raise Conflict("Lệnh ký chưa được xác nhận.")

    def _later(self, order_id: UUID, error: ProviderUnavailable) -> ApplicationError:
        with self._sessions.begin() as session:
            confirmations.note_trouble(session, order_id, error.code, error.message)
        return not_yet(error, self._delay(order_id))

    def _delay(self, order_id: UUID) -> timedelta | None:
        """A person who holds the phone is asked for often; a service that is down by Temporal's own pace."""
        with self._sessions() as session:
            return ASK_AGAIN if orders.get(session, order_id).state == "asked" else None

    def _never(self, order_id: UUID, error: DomainError) -> ApplicationError:
        with self._sessions.begin() as session:
            confirmations.give_up(session, order_id, error.code, error.message)
        return refusal(error)

    def _over(self, order_id: UUID, cause: BaseException | None) -> BaseException:
        """The class-term refused: the order ends, and the same refusal is its answer."""
        if isinstance(cause, ApplicationError) and cause.non_retryable:
            with self._sessions.begin() as session:
                confirmations.give_up(session, order_id, cause.type or "", cause.message)
        return cause or ApplicationError("no cause")


def _now() -> datetime:
    return datetime.now(UTC)
