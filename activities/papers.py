"""A pool of processes that writes, prepares and embeds papers; bytes go through the object store, not through pipes."""

import multiprocessing
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from activities import workbench
from activities.workbench import EmbedTask, PreparedPaper, PrepareTask
from storage.buckets import Place
from storage.paper_outcomes import Embedded, PaperFailure

Task = TypeVar("Task")
Result = TypeVar("Result")
Beat = Callable[[int], None]
BEAT_SECONDS = 2.0
# Handing a paper to a process costs as much as signing it, so papers go by fives.
BATCH = 5


class PaperPool:
    """Embedding has a process of its own: who has confirmed need not wait until other classes' papers are written.

    Each heartbeat is a write of Temporal's server: one in `beat_every` seconds, and none for what is done before.
    """

    def __init__(self, objects: Place, verify_url: str, processes: int, beat_every: float = BEAT_SECONDS) -> None:
        self.beat_every = beat_every
        self._preparing = _Processes(processes, objects, verify_url)
        self._embedding = _Processes(1, objects, verify_url)

    def warm_up(self) -> None:
        """Start the processes now rather than at the first signer's click."""
        self._preparing.warm_up()
        self._embedding.warm_up()

    def prepare(self, tasks: Sequence[PrepareTask], beat: Beat) -> list[PreparedPaper | PaperFailure]:
        """Prepare each paper by itself; `beat` hears how many are done."""
        return self._preparing.each(workbench.prepare_all, tasks, self._paced(beat))

    def embed(self, tasks: Sequence[EmbedTask], beat: Beat) -> list[Embedded | PaperFailure]:
        """Embed each signature by itself."""
        return self._embedding.each(workbench.embed_all, tasks, self._paced(beat))

    def _paced(self, beat: Beat) -> Beat:
        last = time.monotonic()

        def paced(done: int) -> None:
            nonlocal last
            if time.monotonic() - last >= self.beat_every:
                beat(done)
                last = time.monotonic()

        return paced

    def close(self) -> None:
        self._preparing.close()
        self._embedding.close()


class _Processes:
    """A pool that is made anew when a process of it dies.

    `spawn` only: a forked child would hang in Typst once its parent has compiled.
    """

    def __init__(self, count: int, objects: Place, verify_url: str) -> None:
        self._count = count
        self._initial = (objects, verify_url)
        self._pool = self._new_pool()

    def _new_pool(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self._count,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=workbench.start,
            initargs=self._initial,
        )

    def warm_up(self) -> None:
        for ready in [self._pool.submit(workbench.is_ready) for _ in range(self._count)]:
            ready.result()

    def each(self, work: Callable[[Sequence[Task]], list[Result]], tasks: Sequence[Task], beat: Beat) -> list[Result]:
        pool = self._pool
        try:
            batches = [tasks[start : start + BATCH] for start in range(0, len(tasks), BATCH)]
            return _in_order([pool.submit(work, batch) for batch in batches], beat)
        except BrokenProcessPool:
            if self._pool is pool:  # a process died: the retry finds new ones
                self._pool = self._new_pool()
            raise

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)


def _in_order(futures: Sequence[Future[list[Result]]], beat: Beat) -> list[Result]:
    results: list[Result] = []
    for future in futures:
        while wait([future], timeout=BEAT_SECONDS).not_done:
            beat(len(results))  # alive, though perhaps queueing behind another class
        results += future.result()
        beat(len(results))
    return results
