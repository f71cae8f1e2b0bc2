"""Keys at a remote signing service that speaks the CSC API; a key reference is the service's credentialID.

One confirmation signs as much as the service allows (`multisign`). What is over is signed under further permissions if
those take nothing from the person; else it has failed with `ConfirmAgain`, for a new order to go on with.

A transaction is `kind:count:name`, and nothing in it is a secret:

- `check`: the person confirms elsewhere. The name is the service's handle, useless without our own access.
- `held`: confirmed, but the service did not answer when signatures were asked for. The permission (SAD) is worth the
  signer's word, so it is kept in this object's memory alone; where that is gone, `poll` refuses with `ConfirmAgain`.
- `fetch`: the service is signing. The name is its responseID.

`poll` may answer Pending with another transaction than it was asked about, which is the one to ask about from then on.
"""

import time
from dataclasses import dataclass, replace
from typing import Self

from pydantic import SecretStr

from signing.errors import KeyLocked, KeyMissing, ProviderUnavailable, WrongPassphrase
from signing.mechanisms import Mechanism, default_mechanism
from signing.providers.base import Answer, Pending, Refused, SignatureRequest, SigningIdentity
from signing.providers.remote.csc_client import CscClient, Grant
from signing.providers.remote.csc_connection import CscSettings
from signing.providers.remote.csc_order import CscOrder
from signing.providers.remote.fitting import Progress
from signing.providers.remote.refusals import CONFIRM_AGAIN, ServiceRefusal


@dataclass(frozen=True)
class _Transaction:
    kind: str
    count: int  # how many documents were confirmed, counted from the first
    name: str

    @classmethod
    def parse(cls, text: str) -> Self:
        kind, count, name = text.split(":", 2)
        return cls(kind, int(count), name)

    def __str__(self) -> str:
        return f"{self.kind}:{self.count}:{self.name}"

    def pending(self) -> Pending:
        return Pending(str(self))


@dataclass
class _Held:
    """A permission in memory, and what came of it: asking again must not use it twice."""

    grant: Grant
    answer: Answer | None = None


class CscProvider:
    """See `KeyProvider`; beside its errors SigningFailed for a key that cannot sign as the request wants."""

    def __init__(self, settings: CscSettings) -> None:
        self._settings = settings
        self._client = CscClient(settings)
        self._held: dict[_Transaction, _Held] = {}

    def close(self) -> None:
        self._client.close()

    def key_refs(self, user_id: str | None = None) -> list[str]:
        """The keys that the service knows of a user."""
        return self._client.credential_ids(user_id)

    def identity(self, key_ref: str) -> SigningIdentity:
        credential = self._client.credential(key_ref)
        mechanism = default_mechanism(credential.certificates[0])
        if mechanism is Mechanism.RSA_PKCS1 and self._settings.rsa_padding == "pss":
            mechanism = Mechanism.RSA_PSS
        credential.sign_algo(mechanism)
        return SigningIdentity(credential.certificates, mechanism, credential.multisign)

    def send_code(self, key_ref: str) -> bool:
        """Have the service send the person a one-time password; False if this key takes none that is sent."""
        return self._client.send_code(self._client.credential(key_ref))

    def begin(self, request: SignatureRequest, secret: SecretStr | None) -> Answer:
        """The secret is the PIN or one-time password; where a key takes both, the PIN, a space, the password."""
        try:
            order = self._order(request)
            batch = order.batch()
            granted = order.authorize(batch, secret)
            if isinstance(granted, str):
                return _Transaction("check", len(batch), granted).pending()
            transaction = _Transaction("held", len(batch), str(request.order_id))
            self._held[transaction] = _Held(granted)
            return self._use(order, transaction)
        except ServiceRefusal as refusal:
            return refusal.answer()

    def poll(self, request: SignatureRequest, transaction: str) -> Answer:
        asked = _Transaction.parse(transaction)
        try:
            if asked.kind == "fetch":
                return self._fetch(request, asked)
            if asked.kind == "check" and asked not in self._held:
                granted = self._client.authorize_check(asked.name)
                if isinstance(granted, str):
                    return replace(asked, name=granted).pending()
                self._held[asked] = _Held(granted)
            return self._use(self._order(request), asked)
        except (ServiceRefusal, WrongPassphrase, KeyLocked, KeyMissing) as error:
            return Refused(error.code, error.message)

    def _order(self, request: SignatureRequest) -> CscOrder:
        return CscOrder(self._client, self._client.credential(request.key_ref), request)

    def _use(self, order: CscOrder, transaction: _Transaction) -> Answer:
        self._forget()
        held = self._held.get(transaction)
        if held is None:
            raise ServiceRefusal(CONFIRM_AGAIN)
        if isinstance(held.answer, Pending):
            return self.poll(order.request, held.answer.transaction)
        if held.answer is None:
            try:
                held.answer = self._sign(order, transaction, held.grant)
            except ProviderUnavailable:
                return transaction.pending()
        return held.answer

    def _sign(self, order: CscOrder, transaction: _Transaction, grant: Grant) -> Answer:
        batch = order.progress.left()[: transaction.count]
        if not self._settings.asynchronous:
            # Who confirms elsewhere is not asked again by surprise.
            return order.sign(batch, grant, self._settings.hashes_per_call, alone=transaction.kind == "check")
        answer = order.sign_later(batch, grant)
        return replace(transaction, kind="fetch", name=answer).pending() if isinstance(answer, str) else answer

    def _fetch(self, request: SignatureRequest, transaction: _Transaction) -> Answer:
        signatures = self._client.fetch(transaction.name)
        if signatures is None:
            return transaction.pending()
        progress = Progress(request)
        progress.take(progress.left()[: transaction.count], signatures)
        return progress.signed(CONFIRM_AGAIN)

    def _forget(self) -> None:
        """Drop permissions that have run out. Entry by entry, since other threads put theirs in meanwhile."""
        now = time.monotonic()
        for transaction, held in list(self._held.items()):
            if held.grant.ends_at < now:
                self._held.pop(transaction, None)
