"""What was noted a moment ago, so that it need not be written again."""

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Final

from storage.sights import Seen

NOTED_EVERY: Final = 300.0  # seconds: how exactly a school is told when somebody looked last
_MOST: Final = 20_000


class Lately:
    """Of who looked at what: a page fetches its parts one by one."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._noted: OrderedDict[Seen, float] = OrderedDict()
        self._lock = Lock()
        self._clock = clock

    def is_new(self, seen: Seen) -> bool:
        now = self._clock()
        with self._lock:
            if now - self._noted.get(seen, -NOTED_EVERY) < NOTED_EVERY:
                return False
            self._noted[seen] = now
            self._noted.move_to_end(seen)
            while len(self._noted) > _MOST:
                self._noted.popitem(last=False)
            return True
