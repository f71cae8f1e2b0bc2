"""Before anything is prepared: is this the signer's own certificate, allowed, and neither revoked nor suspended?

Decree 23/2025 art. 15 and Circular 15/2025/TT-BKHCN annex II: the signer's software asks for the status at signing,
keeps the answer, and warns the signer when there is none. A seal is stricter: it waits until everybody's status and the
time-stamp service have answered, because what it carries inside has to last. The classes of one confirmation share the
answers that came since it was asked for.
"""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from sqlalchemy.orm import Session

from activities.keys import OWN_PROGRAM, certificate_of, identity_of
from activities.workbench import ProofTask
from domain.decisions import Action
from domain.errors import NotAllowed
from signing.authority import subject_id
from signing.mechanisms import is_allowed_at
from signing.providers.base import SigningIdentity
from signing.revocation import Collected, RevocationService, StatusUnavailable
from signing.status_checks import Status, StatusCheck
from signing.timestamps import TimeStampService
from signing.tokens import Token, read_token
from storage import checks, orders
from storage.checks import EarlierSignature, FoundStatus
from storage.database import Sessions
from storage.objects import Objects
from storage.tables import CertificateRow, SigningOrder

SealTimestamp = Literal["record", "batch"]
# Signing thirty classes in a row asks the authority once, not thirty times.
ANSWER_LASTS = timedelta(minutes=5)
# Tokens of one service differ by a few bytes, in serial numbers and signatures.
SLACK = 64


class Preflight:
    def __init__(
        self,
        sessions: Sessions,
        objects: Objects,
        revocation: RevocationService,
        stamps: TimeStampService,
        seal_timestamp: SealTimestamp = "record",
    ) -> None:
        self._sessions = sessions
        self._objects = objects
        self._revocation = revocation
        self._stamps = stamps
        self._seal_timestamp = seal_timestamp
        self._probe: tuple[datetime, Token] | None = None

    def clear(self, order_id: UUID) -> ProofTask | None:
        """Let an order pass; for a seal, what it has to carry. Again, it asks again, but for what is shared.

        Raises NotAllowed when the certificate is not the signer's, not allowed, revoked or suspended; SigningRefused
        when it leads to no trusted root; ProviderUnavailable while a seal cannot have what it needs.
        """
        with self._sessions() as session:
            order = orders.get(session, order_id)
            row = certificate_of(session, order)
            owner = checks.owner_id(session, row)
            now = datetime.now(UTC)
            is_known = checks.is_known_good(session, row.id, now - ANSWER_LASTS, now)
        identity = identity_of(row)
        _require_own(identity, owner)
        _require_allowed(identity, now)
        if order.action == Action.SEAL:
            return self._clear_seal(order, row, identity)
        if not is_known:
            self._clear_person(order, row)
        return None

    def ask(self, row: CertificateRow, order_id: UUID | None = None, since: datetime | None = None) -> Collected:
        """Ask how a certificate stands, and keep the answer with what proves it. Raises StatusUnavailable.

        What was found good since then, also of the authorities above it, is not asked again.
        """
        collected = self._revocation.collect([identity_of(row).certificates], datetime.now(UTC), since)
        self._keep(order_id, collected)
        return collected

    def archive(self, row: CertificateRow, token: bytes) -> str:
        """Ask about a signer and the authority of the stamp that proves the signature; the object with all of it.

        Asked after the stamp, the answers are younger than what it proves, as verifiers want them in later years.
        """
        chains = [identity_of(row).certificates, read_token(token).certificates]
        collected = self._revocation.collect(chains, datetime.now(UTC))
        self._keep(None, collected)
        return self._objects.put(collected.material.dumps())

    def _clear_person(self, order: SigningOrder, row: CertificateRow) -> None:
        try:
            with self._sessions() as session:
                since = _shared_since(session, [row])
            collected = self.ask(row, order.id, since)
        except StatusUnavailable as error:
            with self._sessions.begin() as session:
                checks.keep_checks(session, [_no_answer(row, error, datetime.now(UTC))], order.id)
                checks.warn(session, order.id, error.message)
            return
        _require_good(collected.checks)

    def _clear_seal(self, order: SigningOrder, row: CertificateRow, identity: SigningIdentity) -> ProofTask:
        probe = self._probed(order.created_at)
        with self._sessions() as session:
            below = checks.signatures_below(session, order)
            shared_since = _shared_since(session, [row, *(each.certificate for each in below)])
        signers = {each.certificate.id: each.certificate for each in below if each.certificate.id != row.id}
        own = [identity.certificates, probe.certificates]
        chains = [*own, *(identity_of(each).certificates for each in signers.values())]
        collected = self._revocation.collect(chains, datetime.now(UTC), max(order.created_at, shared_since))
        self._keep(order.id, collected)
        found = {check.sha256: check for check in collected.checks}
        _require_good([found[_sha256(each)] for chain in own for each in chain if _sha256(each) in found])
        for each in below:
            _require_proven(each, found)
        # A program of the clerk's own puts nothing of ours into its signature: the evidence proves its time.
        is_each = self._seal_timestamp == "record" and row.provider != OWN_PROGRAM
        return self._carried(order, collected, len(probe.der) + SLACK if is_each else 0)

    def _probed(self, since: datetime) -> Token:
        """A stamp that the service has given since, and a moment ago: it works, and so long are its tokens."""
        known, now = self._probe, datetime.now(UTC)
        if known is None or known[0] < max(since, now - ANSWER_LASTS):
            known = self._probe = now, self._stamps.stamp(secrets.token_bytes(32))
        return known[1]

    def _carried(self, order: SigningOrder, collected: Collected, token_bytes: int) -> ProofTask:
        kept = self._objects.put(collected.material.dumps())
        with self._sessions.begin() as session:
            level = "B-LT" if token_bytes else "B-B+ERS"
            checks.keep_proof(session, order.id, level, kept, collected.fresh_until)
            picture = checks.seal_image(session, order)
        return ProofTask(kept, token_bytes, picture)

    def _keep(self, order_id: UUID | None, collected: Collected) -> None:
        material = collected.material
        with self._sessions.begin() as session:
            checks.keep_checks(session, [_found(check) for check in collected.checks], order_id)
            kinds = {"certificate": material.certificates, "ocsp": material.ocsps, "crl": material.crls}
            checks.keep_objects(session, kinds)


def _shared_since(session: Session, rows: Sequence[CertificateRow]) -> datetime:
    """Answers about these are shared for a moment, unless somebody, perhaps elsewhere, heard otherwise since."""
    refused, since = checks.last_refusal(session, {row.id for row in rows}), datetime.now(UTC) - ANSWER_LASTS
    return max(since, refused) if refused else since


def _require_own(identity: SigningIdentity, owner: str) -> None:
    if subject_id(identity.certificates[0]) != owner:
        raise NotAllowed("Chứng thư số này không mang mã định danh của người ký (hoặc mã của trường).")


def _require_allowed(identity: SigningIdentity, now: datetime) -> None:
    if not is_allowed_at(identity.certificates[0], identity.mechanism, now):
        raise NotAllowed("Thuật toán hoặc độ dài khoá của chứng thư số này không còn được phép dùng để ký.")


def _require_good(found: Sequence[StatusCheck]) -> None:
    for check in found:
        match check.status:
            case Status.GOOD:
                continue
            case Status.SUSPENDED:
                raise NotAllowed("Chứng thư số đang bị tạm dừng; chưa ký được cho đến khi được mở lại.")
            case Status.REVOKED:
                raise NotAllowed("Chứng thư số đã bị thu hồi; hãy dùng chứng thư số mới.")
            case _:
                raise NotAllowed("Nơi cấp không nhận ra chứng thư số này; hãy liên hệ nơi cấp.")


def _require_proven(signature: EarlierSignature, found: dict[str, StatusCheck]) -> None:
    """A signer whose certificate was revoked since has signed in time only if that is proven."""
    check = found.get(signature.certificate.sha256)
    if check is None or check.status is Status.GOOD:
        return
    ended = check.revoked_at
    if ended is None or signature.proven_at is None or signature.proven_at >= ended:
        raise NotAllowed(
            "Chứng thư số của một người đã ký bị thu hồi hoặc tạm dừng, và chưa có bằng chứng người đó ký trước lúc ấy;"
            " hãy trả lại để ký lại."
        )


def _found(check: StatusCheck) -> FoundStatus:
    return FoundStatus(
        certificate_sha256=check.sha256,
        status=check.status.value,
        source=check.source.value,
        host=check.host,
        reason=check.reason or "",
        revoked_at=check.revoked_at,
        this_update=check.this_update,
        next_update=check.next_update,
        checked_at=check.checked_at,
    )


def _no_answer(row: CertificateRow, error: StatusUnavailable, now: datetime) -> FoundStatus:
    return FoundStatus(row.sha256, "unknown", "", "", error.message, None, None, None, now)


def _sha256(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex()
