"""Time stamps from an RFC 3161 service, checked before anybody relies on them."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

from cryptography import x509
from pyhanko.sign.timestamps import TimeStamper

from signing.errors import ProviderUnavailable
from signing.tokens import (
    CLOCK_SKEW,
    DIGEST_BYTES,
    MAX_TOKEN_BYTES,
    Token,
    TokenFault,
    TokenInvalid,
    check_token,
    token_of_response,
)
from signing.web_services import AnswerWrong, ClockWrong, ServiceKind, ServiceRefused, WebServices, host_of

_SERVICE = ServiceKind("Dịch vụ cấp dấu thời gian", limit=MAX_TOKEN_BYTES, asks="application/timestamp-query")


class TimeStampService:
    """Keeps its connection open; may be used by several threads at once. `close` ends it."""

    def __init__(
        self,
        url: str,
        roots: Sequence[x509.Certificate],
        timeout_s: float = 180,
        *,
        policy: str | None = None,
        intermediates: Sequence[x509.Certificate] = (),
    ) -> None:
        """`policy` (dotted OID) is asked for and insisted on; `intermediates` are those the service leaves out."""
        self._url, self._roots, self._policy = url, tuple(roots), policy
        self._intermediates = tuple(intermediates)
        self._web = WebServices(timeout_s)

    def stamp(self, digest: bytes, algorithm: str = "sha256") -> Token:
        """A token over the digest, proven genuine and of this moment.

        Raises subclasses of ProviderUnavailable: ServiceUnreachable, ServiceTooSlow, ServiceRefused, AnswerWrong,
        ClockWrong (more than two minutes before the question or after the answer).
        """
        nonce, request = TimeStamper().request_cms(digest, algorithm)  # type: ignore[no-untyped-call]
        if self._policy:
            request["req_policy"] = self._policy
        asked_at = datetime.now(UTC)
        answer = self._web.ask(_SERVICE, self._url, request.dump())
        answered_at = datetime.now(UTC)
        token = self._proven(answer, digest, answered_at)
        if token.nonce != nonce:
            raise self._wrong("Câu trả lời thuộc về một yêu cầu khác.")
        if self._policy not in {None, token.policy}:
            raise self._wrong("Dấu thời gian được cấp theo chính sách khác với chính sách đã yêu cầu.")
        if not asked_at - CLOCK_SKEW <= token.gen_time <= answered_at + CLOCK_SKEW:
            raise self._clock_wrong()
        return token

    def service_certificates(self) -> tuple[x509.Certificate, ...]:
        """The service's certificates, its own first, learnt from one stamp. Raises what `stamp` raises."""
        token = self.stamp(secrets.token_bytes(DIGEST_BYTES["sha256"]))
        return (*token.certificates, *self._intermediates)

    def close(self) -> None:
        self._web.close()

    def _proven(self, answer: bytes, digest: bytes, at: datetime) -> Token:
        try:
            token = token_of_response(answer)
            return check_token(token, digest, self._roots, at=at, certificates=self._intermediates)
        except TokenInvalid as error:
            match error.fault:
                case TokenFault.REFUSED:
                    raise ServiceRefused(f"{error.message} ({host_of(self._url)})") from error
                case TokenFault.TIME:
                    raise self._clock_wrong() from error
                case _:
                    raise self._wrong(error.message) from error

    def _wrong(self, reason: str) -> AnswerWrong:
        return AnswerWrong(f"{_SERVICE.name} {host_of(self._url)} trả lời không tin được. {reason}")

    def _clock_wrong(self) -> ClockWrong:
        return ClockWrong(
            f"Đồng hồ của máy chủ này và của dịch vụ cấp dấu thời gian {host_of(self._url)} lệch nhau quá 2 phút."
        )


class NoTimeStampService(TimeStampService):
    """Stands where no service is configured: whatever needs a stamp waits, and says why."""

    def __init__(self) -> None:
        super().__init__("", ())

    def stamp(self, digest: bytes, algorithm: str = "sha256") -> Token:  # noqa: ARG002 - as where there is one
        raise ProviderUnavailable("Chưa cấu hình dịch vụ cấp dấu thời gian; hãy báo cán bộ quản trị.")
