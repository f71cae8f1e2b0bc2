"""One confirmation by a person, for one order or many: what the key is asked to sign, and who gets which signature."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import NAMESPACE_OID, UUID, uuid5

from pydantic import SecretStr
from sqlalchemy.orm import Session

from activities.keys import OWN_PROGRAM, OWN_TOKEN, certificate_of, identity_of
from domain.errors import Conflict, DomainError, NotAllowed
from signing.providers.base import KeyProvider, Pending, Refused, SignatureRequest, Signed
from signing.providers.remote.csc import CscProvider
from signing.providers.remote.gateway import HashGateway
from storage import confirmations, counting, orders
from storage.confirmations import RawSignatures
from storage.database import Sessions
from storage.tables import SigningOrder

Place = tuple[UUID, int]  # an order, and a paper's position in it


class Way(StrEnum):
    """How the owner of a key confirms: what to ask for on a page, or where else to go."""

    SECRET = "secret"  # noqa: S105 - the passphrase or PIN of a key at the server
    SERVICE = "service"  # PIN, one-time code or both, as the service wants
    PHONE = "phone"  # in the service's own app
    TOKEN = "token"  # noqa: S105 - on one's own machine
    PROGRAM = "program"
    NOWHERE = "nowhere"  # the key's place is not configured


_WAYS: Mapping[type, Way] = {HashGateway: Way.PHONE, CscProvider: Way.SERVICE}


@dataclass(frozen=True)
class Asked:
    """A request to a key, and whose signature each of its items is."""

    provider: str
    request: SignatureRequest
    order_ids: tuple[UUID, ...]
    places: tuple[Place, ...]


def compose(session: Session, wanted: Sequence[SigningOrder]) -> Asked:
    """One request for all that was prepared; the same orders make the same request.

    Raises Conflict when the orders are not all of one certificate.
    """
    if len({order.certificate_id for order in wanted}) != 1:
        raise Conflict("Các lệnh ký này dùng chứng thư số khác nhau; hãy ký riêng.")
    row = certificate_of(session, wanted[0])
    ordered = sorted(wanted, key=lambda order: order.id)
    items = [item for order in ordered for item in orders.items(session, order.id) if item.outcome == "pending"]
    to_sign = [(item, item.attrs_der) for item in items if item.attrs_der is not None]
    request = SignatureRequest(
        order_id=uuid5(NAMESPACE_OID, "/".join(str(order.id) for order in ordered)),
        key_ref=row.key_ref,
        identity=identity_of(row),
        to_be_signed=dict(enumerate(attrs for _, attrs in to_sign)),
        summary=f"Ký {len(to_sign)} văn bản học bạ số",
    )
    places = tuple((item.order_id, item.position) for item, _ in to_sign)
    return Asked(row.provider, request, tuple(order.id for order in ordered), places)


def shares(asked: Asked, answer: Signed) -> dict[UUID, RawSignatures]:
    """Each order's own signatures. What a provider neither signed nor refused counts as left out."""
    values: dict[UUID, dict[int, bytes]] = {order_id: {} for order_id in asked.order_ids}
    failed: dict[UUID, dict[int, str]] = {order_id: {} for order_id in asked.order_ids}
    for at, (order_id, position) in enumerate(asked.places):
        if at in answer.raw:
            values[order_id][position] = answer.raw[at]
        else:
            failed[order_id][position] = answer.failed.get(at, "NotSigned")
    return {order_id: RawSignatures(values[order_id], failed[order_id]) for order_id in values}


class Confirming:
    """Hands a person's confirmation to the key, and takes the answer in."""

    def __init__(self, sessions: Sessions, providers: Mapping[str, KeyProvider]) -> None:
        self._sessions = sessions
        self._providers = providers

    def way(self, provider: str) -> Way:
        """How keys of this provider are confirmed."""
        if provider in {OWN_TOKEN, OWN_PROGRAM}:
            return Way.TOKEN if provider == OWN_TOKEN else Way.PROGRAM
        found = self._providers.get(provider)
        return Way.NOWHERE if found is None else _WAYS.get(type(found), Way.SECRET)

    def begin(self, wanted: Sequence[SigningOrder], secret: SecretStr | None, now: datetime) -> dict[UUID, DomainError]:
        """Sign, or ask a service to; returns the orders that cannot go on, each with its reason.

        Orders that were confirmed before keep what they have. Raises the key's own refusals (WrongPassphrase,
        KeyLocked, KeyMissing, ProviderUnavailable), NotAllowed when the signer or the service said no.
        """
        fresh = [order for order in wanted if order.state in {"preparing", "prepared"}]
        if not fresh:
            return {}
        with self._sessions() as session:
            asked = compose(session, fresh)
        if asked.provider == OWN_PROGRAM:
            return self._each(asked.order_ids, lambda session, id_: confirmations.close_uploads(session, id_, now))
        match self._begun(asked, secret):
            case Pending() as pending:
                self._wait(asked, pending, now)
                return {}
            case Refused() as refused:
                raise NotAllowed(refused.message)
            case Signed() as signed:
                return self.take(asked, signed, now)

    def settle(self, confirmation_id: UUID, now: datetime) -> None:
        """Ask about a pending confirmation once and take in what came; does nothing when it was asked just now."""
        with self._sessions.begin() as session:
            confirmation = confirmations.due(session, confirmation_id, now)
            if confirmation is None:
                return
            asked = compose(session, confirmations.orders_of(session, confirmation_id))
            answer = self._provider(confirmation.provider).poll(asked.request, confirmation.transaction)
            if isinstance(answer, Pending):
                confirmation.transaction, confirmation.ask_after = answer.transaction, _next_question(answer, now)
            elif isinstance(answer, Refused):
                confirmation.state = "refused"
                for order in confirmations.orders_of(session, confirmation_id):
                    confirmations.give_up(session, order.id, answer.code, answer.message)
            else:
                confirmation.state = "signed"
                for order_id, given in shares(asked, answer).items():
                    confirmations.store_signatures(session, order_id, given, now)

    def take(self, asked: Asked, answer: Signed, now: datetime) -> dict[UUID, DomainError]:
        """Keep each order's signatures; returns the orders that could not take them, each with its reason."""
        given = shares(asked, answer)
        return self._each(
            asked.order_ids, lambda session, id_: confirmations.store_signatures(session, id_, given[id_], now)
        )

    def _each(self, order_ids: Sequence[UUID], work: Callable[[Session, UUID], None]) -> dict[UUID, DomainError]:
        """Do it for each order by itself: one that has expired does not hold up the others."""
        refused: dict[UUID, DomainError] = {}
        for order_id in order_ids:
            try:
                with self._sessions.begin() as session:
                    work(session, order_id)
            except DomainError as error:
                refused[order_id] = error
        return refused

    def _wait(self, asked: Asked, answer: Pending, now: datetime) -> None:
        with self._sessions.begin() as session:
            confirmations.ask(session, asked.order_ids, asked.provider, answer.transaction, _next_question(answer, now))

    def _begun(self, asked: Asked, secret: SecretStr | None) -> Pending | Refused | Signed:
        try:
            return self._provider(asked.provider).begin(asked.request, secret)
        except DomainError as error:
            counting.not_signed(error.code)
            raise

    def _provider(self, name: str) -> KeyProvider:
        if name == OWN_TOKEN:
            raise NotAllowed("Khoá ký nằm trên thiết bị của thầy/cô; hãy ký bằng chương trình cầu nối trên máy đó.")
        if name not in self._providers:
            raise NotAllowed("Nơi giữ khoá ký này chưa được cấu hình; hãy báo cán bộ quản trị.")
        return self._providers[name]


def _next_question(answer: Pending, now: datetime) -> datetime:
    return now + min(answer.ask_again, confirmations.LONGEST_PAUSE)
