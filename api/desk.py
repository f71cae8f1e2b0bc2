"""Where a person's confirmation meets the key: digests are signed here, and the passphrase goes no further."""

from datetime import datetime
from uuid import UUID

from pydantic import SecretStr

from signing.keys import KeyStore
from storage import orders
from storage.database import Sessions
from storage.orders import Standing
from storage.tables import CertificateRow


class SigningDesk:
    def __init__(self, sessions: Sessions, keys: KeyStore) -> None:
        self._sessions = sessions
        self._keys = keys

    def confirm(self, order_id: UUID, passphrase: SecretStr, now: datetime) -> Standing:
        """Open the key once, sign every prepared digest of the order, keep the raw signatures.

        Returns what goes along; a confirmed order keeps its first signatures. Raises WrongPassphrase, or
        Conflict when the order has expired.
        """
        with self._sessions() as session:
            order = orders.get(session, order_id)
            certificate = session.get_one(CertificateRow, order.certificate_id)
            stored = orders.items(session, order_id)
        pending = [(item.position, item.attrs_der) for item in stored if item.outcome == "pending"]
        key = self._keys.open(certificate.key_ref, passphrase.get_secret_value())
        raw = [(position, key.sign(attrs)) for position, attrs in pending if attrs is not None]
        with self._sessions.begin() as session:
            orders.store_signatures(session, order_id, raw, now)
        return orders.standing(order, stored)
