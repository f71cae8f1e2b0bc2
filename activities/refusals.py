"""Turns a refusal of the rules into the error that Temporal does not retry."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from domain.errors import DomainError
from signing.errors import ProviderUnavailable


def refusal(error: DomainError) -> ApplicationError:
    """The same refusal as an ApplicationError: type = its code, details = the record ids it is about."""
    return ApplicationError(
        error.message,
        list(error.record_ids),
        type=error.code,
        non_retryable=True,
        category=ApplicationErrorCategory.BENIGN,
    )


def not_yet(error: ProviderUnavailable, again: timedelta | None = None) -> ApplicationError:
    """Something has to answer first; the next attempt comes by itself, after `again` or at the retry policy's pace."""
    return ApplicationError(
        error.message, type="NotYet", next_retry_delay=again, category=ApplicationErrorCategory.BENIGN
    )


@contextmanager
def refusals_are_final() -> Iterator[None]:
    """Retrying cannot cure a refusal; everything else just raises and Temporal retries.

    A service that does not answer now is no refusal: it will.
    """
    try:
        yield
    except ProviderUnavailable as error:
        raise not_yet(error) from error
    except DomainError as error:
        raise refusal(error) from error
