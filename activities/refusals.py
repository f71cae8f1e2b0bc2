"""Turns a refusal of the rules into the error that Temporal does not retry."""

from collections.abc import Iterator
from contextlib import contextmanager

from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from domain.errors import DomainError


def refusal(error: DomainError) -> ApplicationError:
    """The same refusal as an ApplicationError: type = its code, details = the record ids it is about."""
    return ApplicationError(
        error.message,
        list(error.record_ids),
        type=error.code,
        non_retryable=True,
        category=ApplicationErrorCategory.BENIGN,
    )


@contextmanager
def refusals_are_final() -> Iterator[None]:
    """Retrying cannot cure a refusal; everything else just raises and Temporal retries."""
    try:
        yield
    except DomainError as error:
        raise refusal(error) from error
