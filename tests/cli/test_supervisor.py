"""Dead children come back, or everything stops; a stop is a stop at any moment."""

import asyncio
import errno
import os
import signal
from collections.abc import Callable
from dataclasses import replace

import pytest

from cli.services.child import LOG_BYTES, Part, nothing
from cli.services.services import Services
from cli.supervisor import FAILED, REPLACE_WORKERS, STOPPED, Patience, Supervisor, obey_signals
from cli.trouble import Trouble
from config.settings import Settings
from tests.cli.conftest import READY, WAIT, Said, until

Tiny = Callable[..., Part]
SOON = Patience(restarts=2, within=60, first_pause=0.01)


async def test_a_dead_child_is_reported_and_started_again(settings: Settings, tiny: Tiny, said: Said) -> None:
    services = Services(settings, [tiny("worker")])
    supervisor = Supervisor(services, said, SOON)
    serving = asyncio.create_task(supervisor.run(nothing))
    await until(lambda: services.children["worker"].is_running)
    await services.wait_ready("worker")
    services.kill("worker")
    await until(lambda: said.has("worker is running again"))
    supervisor.ask_to_stop()
    assert await serving == STOPPED
    assert said.has("worker was ended by SIGKILL; its log is ")


async def test_the_log_of_a_child_that_runs_for_months_stays_small(settings: Settings, tiny: Tiny, said: Said) -> None:
    services = Services(settings, [tiny("worker")])
    supervisor = Supervisor(services, said, Patience(logs_every=0.01))
    serving = asyncio.create_task(supervisor.run(nothing))
    await until(lambda: services.children["worker"].is_running)
    log = services.children["worker"].log
    os.truncate(log, LOG_BYTES + 1)
    await until(lambda: log.stat().st_size == 0)
    supervisor.ask_to_stop()
    assert await serving == STOPPED
    assert log.with_suffix(".log.1").stat().st_size == LOG_BYTES + 1


async def test_a_child_that_keeps_dying_stops_everything(settings: Settings, tiny: Tiny, said: Said) -> None:
    program = "import os, pathlib; pathlib.Path(os.environ['READY']).touch(); os._exit(7)"
    services = Services(settings, [tiny("steady"), tiny("weak", program)])
    async with asyncio.timeout(20):
        assert await Supervisor(services, said, SOON).run(nothing) == FAILED
    assert said.has("weak ended with status 7")
    assert said.has("weak died 3 times within 60 s, so hocba stops everything.")
    assert not services.children["steady"].is_running


async def test_a_part_that_cannot_be_started_for_a_while_is_tried_again(
    settings: Settings, tiny: Tiny, said: Said
) -> None:
    """On a full disk neither the log nor the record of the process can be written."""
    obstacles = [OSError(errno.ENOSPC, "No space left on device", "/var/log")]
    part = tiny("worker")

    async def prepare() -> None:
        await part.prepare()
        if services.children["worker"].pid and obstacles:
            raise obstacles.pop()

    services = Services(settings, [replace(part, prepare=prepare)])
    supervisor = Supervisor(services, said, SOON)
    serving = asyncio.create_task(supervisor.run(nothing))
    await until(lambda: services.children["worker"].is_running)
    await services.wait_ready("worker")
    services.kill("worker")
    await until(lambda: said.has("worker is running again"))
    supervisor.ask_to_stop()
    assert await serving == STOPPED
    assert said.has("worker could not be started: No space left on device: /var/log.")


async def test_workers_are_replaced_when_asked_and_nothing_else(settings: Settings, tiny: Tiny, said: Said) -> None:
    services = Services(settings, [tiny("api"), tiny("worker"), tiny("signer")])
    supervisor = Supervisor(services, said, SOON)
    obey_signals(supervisor)
    serving = asyncio.create_task(supervisor.run(nothing))
    await until(lambda: services.children["signer"].is_running)
    await services.wait_ready("signer")
    before = {name: child.pid for name, child in services.children.items()}
    os.kill(os.getpid(), REPLACE_WORKERS)
    await until(lambda: said.has("signer was replaced."))
    after = {name: child.pid for name, child in services.children.items()}
    assert {name for name in before if before[name] != after[name]} == {"worker", "signer"}
    assert not said.has("Restarting")
    services.kill("worker")  # the new one is watched over as the old one was
    await until(lambda: said.has("worker is running again"))
    supervisor.ask_to_stop()
    assert await serving == STOPPED
    assert list((settings.var_dir / "run").glob("*.pid")) == []


async def test_a_worker_whose_successor_does_not_start_goes_on(settings: Settings, tiny: Tiny, said: Said) -> None:
    first = "import os, pathlib; first = pathlib.Path(os.environ['READY'] + '.first'); "
    program = f"{first}first.exists() and os._exit(5); first.touch(); {READY}{WAIT}"
    services = Services(settings, [tiny("worker", program)])
    supervisor = Supervisor(services, said, SOON)
    serving = asyncio.create_task(supervisor.run(nothing))
    await until(lambda: services.children["worker"].is_running)
    await services.wait_ready("worker")
    pid = services.children["worker"].pid
    supervisor.replacing.set()
    await until(lambda: said.has("worker was not replaced: worker ended with status 5"))
    assert services.children["worker"].pid == pid
    assert services.children["worker"].is_running
    supervisor.ask_to_stop()
    assert await serving == STOPPED


async def test_sigterm_stops_everything_in_order(settings: Settings, tiny: Tiny, said: Said) -> None:
    services = Services(settings, [tiny("worker")])
    supervisor = Supervisor(services, said)
    obey_signals(supervisor)

    async def ready() -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    assert await supervisor.run(ready) == STOPPED
    assert await services.children["worker"].ended() == -signal.SIGTERM


async def test_a_stop_during_the_start_is_obeyed_at_once(settings: Settings, tiny: Tiny, said: Said) -> None:
    services = Services(settings, [tiny("never", WAIT)])
    supervisor = Supervisor(services, said)
    serving = asyncio.create_task(supervisor.run(nothing))
    await until(lambda: services.children["never"].is_running)
    supervisor.ask_to_stop()
    assert await serving == STOPPED
    assert not services.children["never"].is_running


async def test_a_start_that_fails_is_trouble_and_leaves_nothing(settings: Settings, tiny: Tiny, said: Said) -> None:
    services = Services(settings, [tiny("good"), tiny("broken", "raise SystemExit(2)")])
    with pytest.raises(Trouble, match="broken ended with status 2"):
        await Supervisor(services, said).run(nothing)
    assert not services.children["good"].is_running
