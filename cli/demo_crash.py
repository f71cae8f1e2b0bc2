"""`--kill-worker`: kills a worker at three named points of the demo, and starts it again."""

import asyncio
from collections.abc import Callable

from cli.demo_play import TermPlay
from cli.demo_stages import REVIEW, SEAL_PAPERS, SIGN_RECORDS
from cli.services.services import Services
from cli.trouble import Trouble
from domain.assessment import Term

# Term and step at which a request is laid down, the part it is for, and the point (see worker/crash.py):
# between a commit and its activity's completion; inside a batch of signatures; during sealing.
KILLS = {
    (Term.HK1, REVIEW): ("worker", "record_decision after"),
    (Term.YEAR_END, SIGN_RECORDS): ("signer", "complete_order 5"),
    (Term.YEAR_END, SEAL_PAPERS): ("signer", "complete_order 5"),
}


class Crasher:
    def __init__(self, services: Services, *, enabled: bool) -> None:
        self._services = services
        self._enabled = enabled
        self._restarts: list[asyncio.Task[None]] = []

    def watch(self, play: TermPlay) -> None:
        """Lay the requests down as this class-term reaches their steps."""
        if self._enabled:
            play.stages.show = self._stepping(play.term, play.stages.show)

    def _stepping(self, term: Term, show: Callable[[str], None]) -> Callable[[str], None]:
        def step(name: str) -> None:
            show(name)
            if (term, name) in KILLS:
                self._ask(*KILLS[term, name])

        return step

    def _ask(self, part: str, point: str) -> None:
        request = self._services.settings.crash_file
        if request is None:
            raise Trouble("The demo's workers were started without a crash file.")
        request.write_text(point)
        self._restarts.append(asyncio.create_task(self._services.restart(part)))

    async def finish(self) -> int:
        """How many kills happened; raises Trouble when one that was asked for did not."""
        done = [task for task in self._restarts if task.done()]
        for task in done:
            await task
        if self._enabled and len(done) != len(KILLS):
            raise Trouble(f"Only {len(done)} of {len(KILLS)} kills happened.")
        return len(done)
