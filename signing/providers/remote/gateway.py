"""Keys at services that take hashes and ask the owner on a phone: send, keep the transaction, ask until it is settled.

VNPT SmartCA, Viettel MySign and the NEAC gateway work so, and differ in addresses, field names and status words. All of
those are configuration: they are known from integrators' documents only, and may differ from one contract to the next.

A key reference is the user's id at the service, or `id/serial` (the certificate's serial number, hex) for users with
several certificates. The order's id is our name for the transaction, so an order begun twice is one transaction at a
service that takes our name. The person confirms in the service's own app: no PIN or password of theirs passes here.
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Literal
from urllib.parse import quote
from uuid import uuid4

from cryptography import x509
from pydantic import BaseModel, ConfigDict, PositiveFloat, PositiveInt, SecretStr

from domain.errors import DomainError
from signing.errors import KeyLocked, KeyMissing, ProviderUnavailable
from signing.mechanisms import default_mechanism
from signing.providers.base import Answer, Pending, Refused, SignatureRequest, SigningIdentity
from signing.providers.remote.fitting import Progress, certificate_chain
from signing.providers.remote.https import UNREADABLE, Https, HttpsUrl
from signing.providers.remote.refusals import CONFIRM_AGAIN, CONFIRMATION_EXPIRED, SIGNER_REFUSED, ServiceRefusal


class Meaning(StrEnum):
    """What a status word of a service says."""

    WAITING = "waiting"
    SIGNED = "signed"
    REFUSED = "refused"
    EXPIRED = "expired"
    MISSING = "missing"
    LOCKED = "locked"


_FINAL: Mapping[Meaning, Callable[[], DomainError]] = {
    Meaning.REFUSED: partial(ServiceRefusal, SIGNER_REFUSED),
    Meaning.EXPIRED: partial(ServiceRefusal, CONFIRMATION_EXPIRED),
    Meaning.MISSING: KeyMissing,
    Meaning.LOCKED: KeyLocked,
}


class GatewaySettings(BaseModel):
    """One service. Names ending in `_at` are places in an answer, dots between levels; `_field` are names in a request.

    `account` and `headers` go with every request. `certificate_fields` are places in an entry of the list at
    `certificates_at`, the person's own certificate first, then those above it. `status_path` may hold `{transaction}`;
    the body names it anyway. `words` explain what is found at `status_at`. Times are seconds.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    base_url: HttpsUrl
    certificate_path: str
    sign_path: str
    status_path: str
    account: Mapping[str, SecretStr]
    headers: Mapping[str, SecretStr] = {}

    user_field: str
    transaction_field: str
    summary_field: str
    serial_field: str
    documents_field: str
    document_id_field: str
    digest_field: str
    digest_encoding: Literal["hex", "base64"]
    document_constants: Mapping[str, str] = {}

    certificates_at: str
    certificate_fields: tuple[str, ...]
    status_at: str
    words: Mapping[str, Meaning]
    transaction_at: str
    signatures_at: str
    signature_field: str

    batch_limit: PositiveInt | None = None
    ask_again: PositiveFloat = 3.0
    timeout: PositiveFloat = 30.0
    ca_bundle: Path | None = None


class HashGateway:
    """See `KeyProvider`; `begin` and `poll` do not raise WrongPassphrase, as there is none."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._settings = settings
        self._https = Https(settings.ca_bundle, settings.timeout)

    def close(self) -> None:
        self._https.close()

    def identity(self, key_ref: str) -> SigningIdentity:
        """The certificate of that serial number, or the first; SigningFailed for other keys than RSA and EC."""
        settings = self._settings
        user, _, serial = key_ref.partition("/")
        asked = {settings.user_field: user, settings.transaction_field: str(uuid4())}
        body = self._post(settings.certificate_path, asked, repeat=True)
        self._meaning(body)
        for entry in _entries(body, settings.certificates_at):
            values = [_at(entry, place) for place in settings.certificate_fields]
            chain = certificate_chain([value for value in values if isinstance(value, str)])
            if not serial or serial.lower().lstrip("0") == _serial(chain[0]).lstrip("0"):
                return SigningIdentity(chain, default_mechanism(chain[0]), settings.batch_limit)
        raise KeyMissing

    def begin(self, request: SignatureRequest, secret: SecretStr | None) -> Answer:  # noqa: ARG002 - see the module
        settings, progress = self._settings, Progress(request)
        batch = progress.left()[: settings.batch_limit]
        asked = {
            settings.user_field: request.key_ref.partition("/")[0],
            settings.transaction_field: str(request.order_id),
            settings.summary_field: request.summary,
            settings.serial_field: _serial(request.identity.certificates[0]),
            settings.documents_field: self._documents(batch, progress.digests(batch)),
        }
        body = self._post(settings.sign_path, asked)
        try:
            self._meaning(body)
        except ServiceRefusal as refusal:
            return refusal.answer()
        except ProviderUnavailable:
            # An order that the service has already may be answered with a word of its own; its status tells.
            return self.poll(request, str(request.order_id))
        return self._pending(str(_at(body, settings.transaction_at) or request.order_id))

    def poll(self, request: SignatureRequest, transaction: str) -> Answer:
        settings = self._settings
        path = settings.status_path.replace("{transaction}", quote(transaction, safe=""))
        body = self._post(path, {settings.transaction_field: transaction}, repeat=True)
        try:
            meaning = self._meaning(body)
        except (ServiceRefusal, KeyMissing, KeyLocked) as error:
            return Refused(error.code, error.message)
        if meaning is Meaning.WAITING:
            return self._pending(transaction)
        name, value = settings.document_id_field, settings.signature_field
        values = {str(_at(each, name)): _at(each, value) for each in _entries(body, settings.signatures_at)}
        progress = Progress(request)
        for at in progress.left()[: settings.batch_limit]:
            progress.take([at], [values.get(_document_id(at))])
        return progress.signed(CONFIRM_AGAIN)

    def _documents(self, batch: Sequence[int], digests: Sequence[bytes]) -> list[dict[str, str]]:
        settings, name = self._settings, self._settings.document_id_field
        encode = bytes.hex if settings.digest_encoding == "hex" else lambda each: base64.b64encode(each).decode()
        constants, field = settings.document_constants, settings.digest_field
        pairs = zip(batch, digests, strict=True)
        return [{**constants, name: _document_id(at), field: encode(digest)} for at, digest in pairs]

    def _post(self, path: str, asked: Mapping[str, object], *, repeat: bool = False) -> Mapping[str, object]:
        settings = self._settings
        account = {name: value.get_secret_value() for name, value in settings.account.items()}
        headers = {name: value.get_secret_value() for name, value in settings.headers.items()}
        url = f"{str(settings.base_url).rstrip('/')}/{path}"
        return self._https.json(url, {**asked, **account}, headers, repeat=repeat).body

    def _meaning(self, body: Mapping[str, object]) -> Meaning:
        """Waiting or signed. Raises what the other words say; ProviderUnavailable for words that are not known."""
        word = _at(body, self._settings.status_at)
        meaning = self._settings.words.get(word) if isinstance(word, str) else None
        if meaning is None:
            raise ProviderUnavailable(UNREADABLE)
        if meaning in _FINAL:
            error = _FINAL[meaning]()
            raise error
        return meaning

    def _pending(self, transaction: str) -> Pending:
        return Pending(transaction, timedelta(seconds=self._settings.ask_again))


def _at(body: object, place: str) -> object:
    """What stands at a place in an answer; None if there is no such place."""
    for name in place.split("."):
        body = body.get(name) if isinstance(body, dict) else None
    return body


def _entries(body: object, place: str) -> list[object]:
    found = _at(body, place)
    return found if isinstance(found, list) else []


def _document_id(position: int) -> str:
    """As the person sees it in the app: documents count from 1."""
    return str(position + 1)


def _serial(certificate: x509.Certificate) -> str:
    """Hex in whole bytes, small letters, as X.509 tools print it."""
    digits = f"{certificate.serial_number:x}"
    return digits.rjust(len(digits) + len(digits) % 2, "0")
