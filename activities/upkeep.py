"""What is done by itself, again and again: proofs, the history log, states of certificates, renewals, sweeping."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from temporalio import activity

from activities.evidence import EvidenceKeeper
from activities.history import HistoryKeeper
from activities.preflight import Preflight
from activities.refusals import refusals_are_final
from domain.retention import RetentionPolicy, read_policy
from signing.errors import ProviderUnavailable
from storage import evidence, orders, retention, watching
from storage.database import Sessions
from storage.objects import Objects

AT_ONCE = 200
# A paper is prepared, and its order kept, within one attempt of an activity; retries of a whole day find it still.
PREPARED_KEPT = timedelta(days=7)


class Chore(StrEnum):
    """Each is a schedule of its own."""

    PROVE = "prove"
    PUBLISH = "publish"
    WATCH = "watch"
    RENEW = "renew"
    SWEEP = "sweep"
    CARRY = "carry"  # done by `activities.forgotten`


class UpkeepActivities:
    def __init__(
        self,
        sessions: Sessions,
        keeper: EvidenceKeeper,
        history_keeper: HistoryKeeper,
        preflight: Preflight,
        objects: Objects,
        policy: RetentionPolicy | None = None,
    ) -> None:
        self._sessions = sessions
        self._keeper = keeper
        self._history = history_keeper
        self._preflight = preflight
        self._objects = objects
        self._policy = policy or read_policy()
        retention.require_complete(self._policy)

    @activity.defn
    def do_chore(self, chore: Chore) -> int:
        """Do all of it that is due now; returns how much that was. What one attempt did the next one finds done."""
        chores: Mapping[Chore, Callable[[], int]] = {
            Chore.PROVE: self._prove,
            Chore.PUBLISH: self._publish,
            Chore.WATCH: self._watch,
            Chore.RENEW: lambda: self._keeper.renew(datetime.now(UTC)),
            Chore.SWEEP: self._sweep,
        }
        with refusals_are_final():
            return chores[chore]()

    def _prove(self) -> int:
        """Stamp what has been signed, then ask about its signers again: the answer must be younger than the stamp."""
        done = 0
        while any((due := self._unproven()).values()):
            self._keeper.stamp_orders(due)
            done += len(due)
        with self._sessions() as session:
            waiting = evidence.to_recheck(session, AT_ONCE)
        for each in waiting:
            archive = self._preflight.archive(each.certificate, each.token)
            with self._sessions.begin() as session:
                evidence.rechecked(session, each.order_ids, datetime.now(UTC), archive)
        return done + len(waiting)

    def _unproven(self) -> dict[UUID, list[str]]:
        with self._sessions() as session:
            return evidence.files_of(session, evidence.unproven(session, AT_ONCE))

    def _sweep(self) -> int:
        """Delete what has been kept as long as the policy says, and papers prepared for orders that are over."""
        now = datetime.now(UTC)
        gone = retention.sweep(self._sessions, self._policy, now)
        with self._sessions() as session:
            needed = orders.prepared_papers(session)
        return gone + self._objects.prepared.delete_older(now - PREPARED_KEPT, needed)

    def _publish(self) -> int:
        size = self._history.publish()
        self._keeper.stamp_checkpoint()
        return size

    def _watch(self) -> int:
        """Ask about every certificate in use, a few at a time, and tell whose is about to end or has been stopped."""
        now, silent = datetime.now(UTC), []
        with self._sessions() as session:
            watched = watching.in_use(session, now)
        for row in watched:
            try:
                self._preflight.ask(row)
            except ProviderUnavailable as error:
                silent.append(error)
        with self._sessions.begin() as session:
            watching.tell(session, now, now + watching.EXPIRING)
        if silent:
            raise silent[0]
        return len(watched)
