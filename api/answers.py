"""How the API waits for Temporal: not longer than people do, and every refusal in the words of whoever refused."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from pydantic import ValidationError
from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from api.errors import Unavailable
from domain.errors import Conflict, DomainError, Incomplete, Invalid, NotAllowed, NotFound
from signing.errors import SigningFailed

Answer = TypeVar("Answer")
_USED = "Mã thao tác này đã dùng cho một việc khác; hãy gửi lại với mã mới."
PATIENCE = timedelta(seconds=40)
REFUSALS: dict[str, type[DomainError]] = {
    error.code: error for error in (NotAllowed, NotFound, Conflict, Incomplete, Invalid, SigningFailed)
}


async def answered(call: Awaitable[Answer], patience: timedelta, gone: Callable[[RPCError], Exception]) -> Answer:
    """Raises the refusal, Unavailable when nobody answered in time, and `gone` for a workflow that is not there.

    Conflict for a command id under which something else was decided: its answer is kept, and is of another form.
    """
    try:
        return await asyncio.wait_for(call, patience.total_seconds())
    except ValidationError as error:
        raise Conflict(_USED) from error
    except WorkflowUpdateFailedError as error:
        raise as_refusal(error.cause) from error
    except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError) as error:
        raise Unavailable from error
    except asyncio.CancelledError as error:
        # The SDK raises it also for a call that a dying server broke off, and then nobody has cancelled us.
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        raise Unavailable from error
    except RPCError as error:
        raise (gone(error) if error.status is RPCStatusCode.NOT_FOUND else Unavailable()) from error


def as_refusal(cause: BaseException | None) -> Exception:
    """What a workflow or an activity refused, by its code."""
    if not isinstance(cause, ApplicationError):
        return Unavailable()
    kind = REFUSALS.get(cause.type or "")
    if kind is None:
        return Conflict(cause.message) if cause.non_retryable else Unavailable()
    named = cause.details[0] if cause.details else ()
    return kind(cause.message, tuple(str(record_id) for record_id in named))
