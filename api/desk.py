"""Where a person's confirmation meets the key: digests are signed here, and the passphrase goes no further."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import SecretStr

from domain.errors import Conflict
from signing.keys import KeyStore, OpenKey
from storage import orders
from storage.database import Sessions
from storage.orders import Standing
from storage.tables import CertificateRow, SigningOrder


class SigningDesk:
    def __init__(self, sessions: Sessions, keys: KeyStore) -> None:
        self._sessions = sessions
        self._keys = keys

    def open(self, wanted: Sequence[SigningOrder], passphrase: SecretStr) -> OpenKey:
        """Open the key of these orders, once for all of them.

        Raises WrongPassphrase, or Conflict when the orders are not all of one certificate.
        """
        if len({order.certificate_id for order in wanted}) != 1:
            raise Conflict("Các lệnh ký này dùng chứng thư số khác nhau; hãy ký riêng.")
        with self._sessions() as session:
            key_ref = session.get_one(CertificateRow, wanted[0].certificate_id).key_ref
        return self._keys.open(key_ref, passphrase.get_secret_value())

    def sign(self, order: SigningOrder, key: OpenKey, now: datetime) -> Standing:
        """Sign every prepared digest of an order and keep the raw signatures; a confirmed order keeps its first ones.

        Returns what goes along. Raises Conflict when the order has expired or was not prepared.
        """
        with self._sessions() as session:
            stored = orders.items(session, order.id)
        pending = [(item.position, item.attrs_der) for item in stored if item.outcome == "pending"]
        raw = [(position, key.sign(attrs)) for position, attrs in pending if attrs is not None]
        with self._sessions.begin() as session:
            orders.store_signatures(session, order.id, raw, now)
        return orders.standing(order, stored)
