"""What workflows of matters have done outside of themselves: steps in the database, and decisions of class-terms."""

from collections.abc import Awaitable
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.books import BookActivities
    from domain.decisions import BookDecision

    from workflows.queues import BOOK_TIMEOUT, DATABASE_RETRY, DATABASE_TIMEOUT, MATTER_QUEUE

Answer = TypeVar("Answer")


async def in_database(act: Any, argument: Any) -> Any:  # noqa: ANN401
    return await workflow.execute_activity_method(
        act,
        argument,
        task_queue=MATTER_QUEUE,
        start_to_close_timeout=DATABASE_TIMEOUT,
        retry_policy=DATABASE_RETRY,
    )


async def tell_book(work: BookDecision) -> None:
    """Have a class-term take a decision. Raises ActivityError, with what it refused as the cause."""
    await workflow.execute_activity_method(
        BookActivities.decide_in_book,
        work,
        task_queue=MATTER_QUEUE,
        start_to_close_timeout=BOOK_TIMEOUT,
        retry_policy=DATABASE_RETRY,
        summary=work.decision.action.value,
    )


async def refused_as_it_is(work: Awaitable[Answer]) -> Answer:
    """The refusal of a rule reaches the caller in its own words."""
    try:
        return await work
    except ActivityError as error:
        if isinstance(error.cause, ApplicationError):
            raise error.cause from error
        raise


async def refusal_of(work: Awaitable[None]) -> ApplicationError | None:
    """What a rule refused; anything else is raised."""
    try:
        await work
    except ActivityError as error:
        if not isinstance(error.cause, ApplicationError):
            raise
        return error.cause
    return None
