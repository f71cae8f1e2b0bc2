"""One request being signed at a CSC service, in as many calls and under as many permissions as it takes."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import SecretStr

from domain.errors import DomainError
from signing.providers.base import SignatureRequest, Signed
from signing.providers.remote.csc_client import CscClient, Grant
from signing.providers.remote.csc_credential import Credential
from signing.providers.remote.fitting import Progress
from signing.providers.remote.refusals import CONFIRM_AGAIN, NOT_SUPPORTED, ServiceRefusal


@dataclass
class CscOrder:
    client: CscClient
    credential: Credential
    request: SignatureRequest
    progress: Progress = field(init=False)

    def __post_init__(self) -> None:
        self.progress = Progress(self.request)

    def batch(self) -> list[int]:
        """The positions that the next permission is for."""
        return self.progress.left()[: self.credential.multisign]

    def authorize(self, batch: Sequence[int], secret: SecretStr | None) -> Grant | str:
        """A permission, or the handle of a confirmation that takes its time."""
        if not self.credential.supported:
            raise ServiceRefusal(NOT_SUPPORTED)
        self.credential.sign_algo(self.request.mechanism)  # refuses before the secret is used up
        digests = self.progress.digests(batch)
        return self.client.authorize(self.credential, self.request.mechanism, digests, self.request.summary, secret)

    def sign(self, batch: Sequence[int], grant: Grant, per_call: int, *, alone: bool) -> Signed:
        """Sign the batch under its permission; what is left under further ones, unless it is to stand `alone`.

        Raises when nothing was signed; after that, whatever goes wrong only leaves the rest for another confirmation.
        """
        permission: Grant | None = grant
        while batch:
            before = self.progress.left()
            try:
                self._sign_batch(batch, permission or self._further(batch, alone=alone), per_call)
            except DomainError:
                if before == self.progress.left():
                    if len(before) == len(self.request.to_be_signed):
                        raise
                    break
            # A permission that ran out half-way is no reason to stop: the next one is for what it left.
            permission, batch = None, self.batch()
        return self.progress.signed(CONFIRM_AGAIN)

    def sign_later(self, batch: Sequence[int], grant: Grant) -> Signed | str:
        """Have the batch signed; the responseID to fetch it by, unless the service is quicker than asked."""
        answer = self.client.sign(self.credential, self.request.mechanism, grant, self.progress.digests(batch))
        if isinstance(answer, str):
            return answer
        self.progress.take(batch, answer)
        return self.progress.signed(CONFIRM_AGAIN)

    def _sign_batch(self, batch: Sequence[int], grant: Grant, per_call: int) -> None:
        mechanism = self.request.mechanism
        for start in range(0, len(batch), per_call):
            part = batch[start : start + per_call]
            digests = self.progress.digests(part)
            if start:
                grant = self.client.extend(self.credential, mechanism, grant, digests)
            self.progress.take(part, self.client.sign(self.credential, mechanism, grant, digests))

    def _further(self, batch: Sequence[int], *, alone: bool) -> Grant:
        """A permission that takes nothing from the person and is given at once."""
        granted = CONFIRM_AGAIN if alone or self.credential.factors else self.authorize(batch, None)
        if isinstance(granted, str):
            raise ServiceRefusal(CONFIRM_AGAIN)
        return granted
