"""Results that many look at and that only a decision can change: read once, remembered until the next one."""

import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from threading import Lock
from uuid import UUID

from sqlalchemy.orm import Session

from storage import approving

Below = Mapping[UUID, tuple[str, ...]]
MOST = 500


@dataclass(frozen=True)
class Reading:
    """What is known of the class-terms that were asked for, and how many are still to be read."""

    below: Mapping[UUID, Below]
    unread: int


class Remembered:
    """Results below the standard by class-term. Reading a class takes about 30 ms, and a school has dozens of them."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[UUID, int], Below] = OrderedDict()
        self._lock = Lock()

    def below(self, session: Session, versions: Mapping[UUID, int], day: date, seconds: float) -> Reading:
        """As many as can be had in this time; whoever asks again gets more."""
        until = time.monotonic() + seconds
        found: dict[UUID, Below] = {}
        may_read = True  # at least one, however long it takes
        for class_term_id, version in versions.items():
            known = self._get(class_term_id, version)
            if known is None and may_read:
                known = approving.below(session, class_term_id, day)
                self._keep(class_term_id, version, known)
                may_read = time.monotonic() < until
            if known is not None:
                found[class_term_id] = known
        return Reading(found, len(versions) - len(found))

    def _get(self, class_term_id: UUID, version: int) -> Below | None:
        with self._lock:
            return self._known.get((class_term_id, version))

    def _keep(self, class_term_id: UUID, version: int, below: Below) -> None:
        with self._lock:
            self._known[class_term_id, version] = below
            while len(self._known) > MOST:
                self._known.popitem(last=False)
