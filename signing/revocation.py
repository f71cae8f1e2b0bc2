"""Status of certificates, asked of those who issued them, and the data that proves it later."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from cryptography import x509

from signing.coroutines import run_coroutine
from signing.dss import ValidationMaterial
from signing.errors import ProviderUnavailable
from signing.status_checks import Judge, Source, Status, StatusCheck, Subject
from signing.web_services import AnswerWrong, ServiceKind, ServiceTooSlow, ServiceUnreachable, WebServices, host_of

_KNOWN, _SHORT = 500, 100_000  # proofs that may be used again; bytes of the longest
_LASTS = timedelta(minutes=15)
MAX_CRL_BYTES = 20 * 1024 * 1024
_KINDS = {
    Source.OCSP: ServiceKind("Dịch vụ tra cứu trạng thái chứng thư số", 100_000, "application/ocsp-request"),
    Source.CRL: ServiceKind("Nơi công bố danh sách chứng thư số bị thu hồi", MAX_CRL_BYTES),
}


class StatusUnavailable(ProviderUnavailable):
    """Nobody could say how a certificate stands now; the message says who was asked and what went wrong."""


@dataclass(frozen=True)
class Collected:
    """`checks` has one entry a certificate, each chain's leaf before what is above it."""

    material: ValidationMaterial
    checks: tuple[StatusCheck, ...]

    @property
    def fresh_until(self) -> datetime:
        """The first moment at which an answer is no longer current."""
        return min(check.fresh_until for check in self.checks)


class RevocationService:
    """Keeps its connections open; may be used by several threads at once. `close` ends them."""

    def __init__(
        self,
        roots: Sequence[x509.Certificate],
        is_allowed_host: Callable[[str], bool],
        *,
        timeout_s: float = 10,
        parallel: int = 4,
    ) -> None:
        """Only addresses in the certificates themselves are asked, and of these only allowed hosts."""
        self._roots, self._is_allowed_host, self._parallel = tuple(roots), is_allowed_host, parallel
        self._web, self._known = WebServices(timeout_s), _Known()

    def collect(
        self, chains: Sequence[Sequence[x509.Certificate]], at: datetime, since: datetime | None = None
    ) -> Collected:
        """How every certificate of the chains stands, and all that proves it, in the same order whatever theirs.

        Chains (at least one) are leaf first, without the root; `at` is aware, the moment of asking: now. OCSP is asked
        first, then the CRL. Revoked, suspended and unknown are results. What this service found good not before
        `since` is not asked again: papers that are signed together share it. Raises StatusUnavailable, and
        SigningRefused for a chain that leads to no root or is not valid at that moment.
        """
        judge = Judge(self._roots, at)
        inquiry = _Inquiry(self._web, self._is_allowed_host, judge, asyncio.Semaphore(self._parallel))
        return run_coroutine(inquiry.collected(chains, self._known, since))

    def check(self, chain: Sequence[x509.Certificate], at: datetime) -> StatusCheck:
        """How the signer's certificate stands; if it is good but not all above it, that one. Raises as `collect`."""
        checks = self.collect([chain], at).checks
        return next((check for check in checks if check.status is not Status.GOOD), checks[0])

    def close(self) -> None:
        self._web.close()


@dataclass(frozen=True)
class _Proof:
    check: StatusCheck
    der: bytes


class _Known:
    """The newest proof about each certificate, of any thread; long lists are not kept."""

    def __init__(self) -> None:
        self._proofs, self._lock = OrderedDict[bytes, _Proof](), Lock()

    def good(self, subject: Subject, since: datetime, at: datetime) -> _Proof | None:
        """The proof if it says good, came not before `since` and lasts long enough to be signed and stamped with."""
        with self._lock:
            proof = self._proofs.get(subject.own_key)
        if proof is None or proof.check.status is not Status.GOOD:
            return None
        return proof if since <= proof.check.checked_at and at + _LASTS < proof.check.fresh_until else None

    def keep(self, subject: Subject, proof: _Proof) -> None:
        with self._lock:
            newest = max(self._proofs.pop(subject.own_key, proof), proof, key=lambda each: each.check.checked_at)
            if len(newest.der) <= _SHORT:
                self._proofs[subject.own_key] = newest
            if len(self._proofs) > _KNOWN:
                self._proofs.popitem(last=False)


class _Inquiry:
    """One collection: each certificate and each list is asked for once, and nobody twice who did not answer."""

    def __init__(
        self, web: WebServices, is_allowed_host: Callable[[str], bool], judge: Judge, slots: asyncio.Semaphore
    ) -> None:
        self._web, self._is_allowed_host, self._judge, self._slots = web, is_allowed_host, judge, slots
        self._answers: dict[tuple[str, bytes | None], asyncio.Task[bytes]] = {}
        self._silent: dict[str, ProviderUnavailable] = {}

    async def collected(
        self, chains: Sequence[Sequence[x509.Certificate]], known: _Known, since: datetime | None
    ) -> Collected:
        found = [subject for chain in chains for subject in await self._judge.subjects(chain)]
        subjects = {subject.sha256: subject for subject in found}.values()

        async def proven(subject: Subject) -> _Proof:
            proof = known.good(subject, since, self._judge.at) if since else None
            if proof is None:
                proof = await self._proof(subject)
                known.keep(subject, proof)
            return proof

        proofs = await _all_or_first_error([proven(subject) for subject in subjects])
        material = ValidationMaterial(
            certificates=tuple(sorted(subject.certificate.dump() for subject in subjects)),
            ocsps=_distinct(proofs, Source.OCSP),
            crls=_distinct(proofs, Source.CRL),
        )
        return Collected(material, tuple(proof.check for proof in proofs))

    async def _proof(self, subject: Subject) -> _Proof:
        reasons = []
        for source, url in subject.addresses():
            host = host_of(url)
            if not self._is_allowed_host(host):
                reasons.append(f"Địa chỉ {host} không nằm trong danh sách được phép hỏi.")
                continue
            try:
                return await self._asked(subject, source, url)
            except ProviderUnavailable as error:
                reasons.append(error.message)
        said = " ".join(dict.fromkeys(reasons)) or "Chứng thư số không ghi địa chỉ tra cứu."
        serial = f"{subject.certificate.serial_number:x}"[:16]
        raise StatusUnavailable(f"Chưa tra cứu được trạng thái chứng thư số có số sê-ri {serial}…: {said}")

    async def _asked(self, subject: Subject, source: Source, url: str) -> _Proof:
        question = subject.ocsp_request() if source is Source.OCSP else None
        if (url, question) not in self._answers:
            self._answers[url, question] = asyncio.create_task(self._answer(source, url, question))
        der, host = await self._answers[url, question], host_of(url)
        with _believable(source, host):
            return _Proof(await self._judge.check(subject, source, der, host), der)

    async def _answer(self, source: Source, url: str, question: bytes | None) -> bytes:
        async with self._slots:
            if url in self._silent:
                raise self._silent[url]
            try:
                return await asyncio.to_thread(self._web.ask, _KINDS[source], url, question)
            except (ServiceUnreachable, ServiceTooSlow) as error:
                self._silent[url] = error
                raise


async def _all_or_first_error(asking: Sequence[Coroutine[None, None, _Proof]]) -> list[_Proof]:
    # Whoever fails first depends on the network; the first in order is the same every time.
    results = await asyncio.gather(*asking, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return [result for result in results if isinstance(result, _Proof)]


@contextmanager
def _believable(source: Source, host: str) -> Iterator[None]:
    # Bytes made to deceive make parsers raise anything.
    try:
        yield
    except Exception as error:
        is_stale = getattr(error, "suspect_stale", None) is not None
        called = f"{_KINDS[source].name.lower()} {host}"
        wrong = f"Câu trả lời của {called} không đúng, hoặc không phải của nơi cấp chứng thư số."
        raise AnswerWrong(f"Câu trả lời của {called} đã quá hạn dùng." if is_stale else wrong) from error


def _distinct(proofs: Sequence[_Proof], source: Source) -> tuple[bytes, ...]:
    return tuple(sorted({proof.der for proof in proofs if proof.check.source is source}))
