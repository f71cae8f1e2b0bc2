"""The calls of the CSC API: v1.0.4.0 (2019) and v2.0.0.2 (2023), which renames fields and adds slow confirmations.

Hashes are named whenever a permission is asked for, also where the service would not insist (SCAL 1): a permission that
leaks is then good for these documents only.
"""

import base64
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel, Field, SecretStr

from signing.errors import ProviderUnavailable
from signing.mechanisms import Mechanism
from signing.providers.remote.csc_connection import CscConnection, CscSettings
from signing.providers.remote.csc_credential import Credential, CredentialShape, digest_oid
from signing.providers.remote.https import UNREADABLE

DESCRIPTION_LIMIT = 500  # characters of what the person is shown
_STILL_WORKING = 202
_PAGES = 100


@dataclass(frozen=True)
class Grant:
    """Permission to sign: the SAD, worth the signer's word until `ends_at` (time.monotonic)."""

    sad: SecretStr = field(repr=False)
    ends_at: float


class _Credentials(BaseModel):
    ids: list[str] = Field(alias="credentialIDs")
    next_page: str | None = Field(default=None, alias="nextPageToken")


class _Permission(BaseModel):
    sad: SecretStr | None = Field(default=None, alias="SAD")
    lifetime: float = Field(default=3600.0, alias="expiresIn")
    handle: str | None = None

    def granted(self) -> Grant | str:
        if self.sad is not None:
            return Grant(self.sad, time.monotonic() + self.lifetime)
        if self.handle:
            return self.handle
        raise ProviderUnavailable(UNREADABLE)


class _Signatures(BaseModel):
    signatures: list[object] = Field(default_factory=list)
    response_id: str | None = Field(default=None, alias="responseID")


class CscClient:
    """Raises what `CscConnection` does."""

    def __init__(self, settings: CscSettings) -> None:
        self._settings = settings
        self._connection = CscConnection(settings)

    def close(self) -> None:
        self._connection.close()

    def credential_ids(self, user_id: str | None = None) -> list[str]:
        """All keys of a user; of our own account's user without one (sections 11.4)."""
        found: list[str] = []
        body = {"userID": user_id} if user_id else {}
        for _ in range(_PAGES):
            page = self._connection.read("credentials/list", body).read(_Credentials)
            found += page.ids
            if not page.next_page:
                break
            body["pageToken"] = page.next_page
        return found

    def credential(self, name: str) -> Credential:
        body = {"credentialID": name, "certificates": "chain", "authInfo": True}
        return self._connection.read("credentials/info", body).read(CredentialShape).credential(name)

    def send_code(self, credential: Credential) -> bool:
        """Have a one-time password sent to the person; False if this key takes none that is sent."""
        asked = [factor.id for factor in credential.factors if factor.sent]
        for name in asked:
            if self._settings.version == "1":
                self._connection.act("credentials/sendOTP", {"credentialID": credential.id})
            else:
                body = {"credentialID": credential.id, "authObjectID": name}
                self._connection.act("credentials/getChallenge", body)
        return bool(asked)

    def authorize(
        self,
        credential: Credential,
        mechanism: Mechanism,
        digests: Sequence[bytes],
        description: str,
        secret: SecretStr | None,
    ) -> Grant | str:
        """Permission for these digests, or the handle of a confirmation that takes its time (v2)."""
        answers = credential.answers(secret)
        body = {
            "credentialID": credential.id,
            "numSignatures": len(digests),
            "description": description[:DESCRIPTION_LIMIT],
            **self._hashes(digests, mechanism),
            **self._factors(answers),
        }
        reply = self._connection.confirm("credentials/authorize", body, with_secret=any(answers.values()))
        return reply.read(_Permission).granted()

    def authorize_check(self, handle: str) -> Grant | str:
        """The permission once it is given; else the handle to ask with the next time (v2.0.0.2 section 11.7)."""
        return self._connection.read("credentials/authorizeCheck", {"handle": handle}).read(_Permission).granted()

    def extend(self, credential: Credential, mechanism: Mechanism, grant: Grant, digests: Sequence[bytes]) -> Grant:
        """The permission for the next call under the same confirmation.

        credentials/extendTransaction "shall be used" between calls of signHash (v1.0.4.0 section 11.7, v2.0.0.2
        section 11.9); where a service does not know it, the SAD goes on being good.
        """
        if "credentials/extendTransaction" not in self._connection.service().methods:
            return grant
        body = {
            "credentialID": credential.id,
            "SAD": grant.sad.get_secret_value(),
            **self._hashes(digests, mechanism),
        }
        granted = self._connection.act("credentials/extendTransaction", body).read(_Permission).granted()
        if isinstance(granted, str):
            raise ProviderUnavailable(UNREADABLE)
        return granted

    def sign(
        self, credential: Credential, mechanism: Mechanism, grant: Grant, digests: Sequence[bytes]
    ) -> list[object] | str:
        """Signatures (base64, to be checked), or the responseID to fetch them by."""
        body = {
            "credentialID": credential.id,
            "SAD": grant.sad.get_secret_value(),
            **self._hashes(digests, mechanism),
            **credential.sign_algo(mechanism),
        }
        if self._settings.version == "1":
            body["hashAlgo"] = digest_oid(mechanism)
        else:
            body["operationMode"] = "A" if self._settings.asynchronous else "S"
        answer = self._connection.act("signatures/signHash", body).read(_Signatures)
        return answer.response_id or answer.signatures

    def fetch(self, response_id: str) -> list[object] | None:
        """Signatures made meanwhile; None while the service is still at work (v2.0.0.2 section 11.12)."""
        reply = self._connection.read("signatures/signPolling", {"requestID": response_id})
        return None if reply.status == _STILL_WORKING else reply.read(_Signatures).signatures

    def _hashes(self, digests: Iterable[bytes], mechanism: Mechanism) -> dict[str, object]:
        encoded = [base64.b64encode(digest).decode() for digest in digests]
        if self._settings.version == "1":
            return {"hash": encoded}
        return {"hashes": encoded, "hashAlgorithmOID": digest_oid(mechanism)}

    def _factors(self, answers: Mapping[str, str | None]) -> dict[str, object]:
        if self._settings.version == "1":
            return dict(answers)
        values = [{"id": name} if value is None else {"id": name, "value": value} for name, value in answers.items()]
        return {"authData": values}
