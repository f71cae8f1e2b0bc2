"""Evidence records (RFC 4998): one time stamp for the documents of an order, renewed before it lapses."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from signing.evidence.records import Stamp, assemble, renewal_leaf
from signing.evidence.tree import HashTree
from signing.timestamps import TimeStampService
from storage import evidence, history
from storage.database import Sessions
from storage.evidence import NewBatch
from storage.tables import EvidenceBatch

# Decree 23/2025: a time-stamp authority's certificate lives at most 5 years; a yearly look leaves half a year to spare.
RENEW_BEFORE = timedelta(days=548)
RENEWED_AT_ONCE = 5000


def evidence_of(session: Session, sha256: str) -> bytes | None:
    """The evidence record of a file, DER; None if no time stamp covers it yet."""
    chains = evidence.chains_of(session, sha256)
    stamps = [[Stamp(each.algorithm, each.path, each.token) for each in chain] for chain in chains]
    return assemble(stamps) if stamps else None


class EvidenceKeeper:
    def __init__(self, sessions: Sessions, stamps: TimeStampService) -> None:
        self._sessions = sessions
        self._stamps = stamps

    def stamp_orders(self, files: Mapping[UUID, Sequence[str]]) -> None:
        """Prove by one time stamp that the documents of these orders (hex SHA-256) exist now; orders without any wait.

        Raises ProviderUnavailable; nothing is kept then.
        """
        leaves = {sha256: bytes.fromhex(sha256) for own in files.values() for sha256 in own}
        if not leaves:
            return
        batch, paths = self._stamped(leaves)
        with self._sessions.begin() as session:
            batch_id = evidence.add_batch(session, batch, paths)
            evidence.attach(session, [order_id for order_id, own in files.items() if own], batch_id)

    def stamp_checkpoint(self) -> None:
        """Prove that the newest state of the history log exists now; again, it changes nothing."""
        with self._sessions() as session:
            checkpoint = history.unstamped_checkpoint(session)
        if checkpoint is None:
            return
        batch, paths = self._stamped({checkpoint.sha256: bytes.fromhex(checkpoint.sha256)})
        with self._sessions.begin() as session:
            history.stamped(session, checkpoint.size, evidence.add_batch(session, batch, paths))

    def renew(self, now: datetime) -> int:
        """Stamp what lapses within `RENEW_BEFORE` anew, one token for all of a kind (section 5.2); returns how many."""
        with self._sessions() as session:
            old = evidence.lapsing(session, now + RENEW_BEFORE, RENEWED_AT_ONCE)
        for algorithm in dict.fromkeys(batch.algorithm for batch in old):  # a chain keeps to one hash function
            self._renew([batch for batch in old if batch.algorithm == algorithm], algorithm)
        return len(old)

    def _renew(self, old: Sequence[EvidenceBatch], algorithm: str) -> None:
        leaves = {str(batch.id): renewal_leaf(batch.token, algorithm) for batch in old}
        batch, paths = self._stamped(leaves, algorithm)
        with self._sessions.begin() as session:
            newer = evidence.add_batch(session, batch, {})
            for batch_id, path in paths.items():
                evidence.renew(session, UUID(batch_id), newer, path)

    def _stamped(self, leaves: Mapping[str, bytes], algorithm: str = "sha256") -> tuple[NewBatch, dict[str, bytes]]:
        """One token over all leaves, and each one's path."""
        tree = HashTree.over(leaves.values(), algorithm)
        token = self._stamps.stamp(tree.root, algorithm)
        until = token.certificates[0].not_valid_after_utc
        batch = NewBatch(tree.algorithm, tree.root, token.der, token.gen_time, until)
        return batch, {name: tree.path(leaf) for name, leaf in leaves.items()}
