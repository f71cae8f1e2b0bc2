"""Keys that only their owner's own device can use: digests handed out and raw signatures brought back, or documents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cryptography.x509 import Certificate
from sqlalchemy.orm import Session

from activities.confirming import Confirming, compose
from activities.keys import OWN_PROGRAM, OWN_TOKEN, certificate_of, identity_of
from domain.errors import Conflict, DomainError, NotAllowed, NotFound
from signing.providers.base import SignatureRequest, Signed
from signing.uploaded import require_signed_by
from storage import confirmations, orders, papers
from storage.database import Sessions
from storage.objects import Objects
from storage.tables import OrderItem, SigningOrder

MISFIT = "SignatureMismatch"


@dataclass(frozen=True)
class Handed:
    """What a person's own token is to sign: the request, and each item's position in the order."""

    request: SignatureRequest
    positions: tuple[int, ...]
    certificate_sha256: str


class OwnDevice:
    def __init__(
        self, sessions: Sessions, objects: Objects, confirming: Confirming, roots: Sequence[Certificate] = ()
    ) -> None:
        """`roots` may come along in a document that was signed elsewhere."""
        self._roots = roots
        self._sessions = sessions
        self._objects = objects
        self._confirming = confirming

    def digests(self, order: SigningOrder) -> Handed:
        """What the token has to sign. Raises NotAllowed for a key elsewhere, Conflict before the papers are ready."""
        with self._sessions() as session:
            _require(session, order, OWN_TOKEN)
            asked, row = compose(session, [order]), certificate_of(session, order)
        return Handed(asked.request, tuple(position for _, position in asked.places), row.sha256)

    def give(self, order: SigningOrder, raw: Mapping[int, bytes], now: datetime) -> DomainError | None:
        """Take raw signatures by position; each is checked, and what does not fit fails by itself.

        Returns why the order cannot go on, if it cannot; given again, the first ones stay.
        """
        with self._sessions() as session:
            _require(session, order, OWN_TOKEN)
            asked = compose(session, [order])
        numbered = {at: raw[position] for at, (_, position) in enumerate(asked.places) if position in raw}
        fits = {at: value for at, value in numbered.items() if asked.request.fits(at, value)}
        answer = Signed(fits, dict.fromkeys(set(numbered) - set(fits), MISFIT))
        return self._confirming.take(asked, answer, now).get(order.id)

    def paper(self, order: SigningOrder, position: int) -> bytes:
        """A document for the person's own program to sign. Raises NotFound for another position."""
        with self._sessions() as session:
            _require(session, order, OWN_PROGRAM)
            return self._objects.prepared.get(_item(session, order.id, position).prepared_sha256)

    def bring(self, order: SigningOrder, position: int, uploaded: bytes) -> None:
        """Take a signed document. Raises SigningRefused or Unreadable, and then nothing is kept."""
        with self._sessions() as session:
            _require(session, order, OWN_PROGRAM)
            item = _item(session, order.id, position)
            original = self._objects.prepared.get(item.prepared_sha256)
            identity = identity_of(certificate_of(session, order))
        field = papers.field_of(order, item.kind)
        require_signed_by(original, uploaded, field, identity.certificates, self._roots)
        sha256 = self._objects.put(uploaded)
        with self._sessions.begin() as session:
            confirmations.keep_upload(session, order.id, position, (sha256, len(uploaded)))


def _require(session: Session, order: SigningOrder, provider: str) -> None:
    if certificate_of(session, order).provider != provider:
        raise NotAllowed("Khoá ký của thầy/cô không ở thiết bị này.")
    if order.state == "preparing":
        raise Conflict("Lệnh ký chưa sẵn sàng.")


def _item(session: Session, order_id: UUID, position: int) -> OrderItem:
    found = next((item for item in orders.items(session, order_id) if item.position == position), None)
    if found is None or found.outcome == "failed":
        raise NotFound("Không tìm thấy văn bản này trong lệnh ký.")
    return found
