"""Starting in order, stopping in reverse, and children that misbehave."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from cli.services.child import LOGS_KEPT, Part, end_leftovers, keep_small, rotate
from cli.services.services import Services, on_free_ports
from cli.trouble import Trouble
from config.settings import Settings
from tests.cli.conftest import BLOCK, READY, STUBBORN, WAIT, Said

Tiny = Callable[..., Part]


async def test_everything_stops_in_reverse_order(settings: Settings, tiny: Tiny, tmp_path: Path) -> None:
    order = tmp_path / "order"
    last_words = f"; open({str(order)!r}, 'a').write(os.environ['READY'][-7] + ' ')"
    # Whoever is ready may be told to stop at once, so it listens first.
    services = Services(settings, [tiny(name, BLOCK + READY + WAIT + last_words) for name in ("a", "b", "c")])
    async with services:
        assert all(child.is_running for child in services.children.values())
    assert order.read_text() == "c b a "
    assert list((settings.var_dir / "run").glob("*.pid")) == []


async def test_a_child_that_dies_at_the_start_is_reported_with_its_log(settings: Settings, tiny: Tiny) -> None:
    broken = tiny("broken", "import sys; print('no reason'); sys.exit(3)")
    with pytest.raises(Trouble, match=r"broken ended with status 3; its log is .*broken\.log"):
        await Services(settings, [broken]).__aenter__()
    assert (settings.var_dir / "log" / "broken.log").read_text() == "no reason\n"


async def test_a_start_that_fails_stops_what_was_started_already(settings: Settings, tiny: Tiny) -> None:
    services = Services(settings, [tiny("good"), tiny("broken", "raise SystemExit(1)")])
    with pytest.raises(Trouble):
        await services.__aenter__()
    assert not services.children["good"].is_running


async def test_a_child_that_is_never_ready_is_reported(settings: Settings, tiny: Tiny) -> None:
    with pytest.raises(Trouble, match=r"slow was not ready after 0\.2 s"):
        await Services(settings, [tiny("slow", WAIT, ready_seconds=0.2)]).__aenter__()


async def test_a_child_that_will_not_stop_is_ended_by_force(settings: Settings, tiny: Tiny, said: Said) -> None:
    deaf = tiny("deaf", STUBBORN + READY + "signal.pause()", stop_seconds=0.1)
    services = Services(settings, [deaf], said)
    async with services:
        pass
    assert said.has("deaf did not stop within 0.1 s")
    assert await services.children["deaf"].ended() == -signal.SIGKILL


IN_TURN = "import sys; sys.stdin.readline() or sys.exit('left alone'); "


async def test_a_part_that_loads_early_goes_on_in_its_turn(settings: Settings, tiny: Tiny) -> None:
    early = tiny("early", IN_TURN + READY + WAIT, loads_early=True)
    seen: list[tuple[bool, bool]] = []

    async def look() -> None:
        seen.append((services.children["early"].is_running, await early.is_ready()))

    services = Services(settings, [replace(tiny("first"), prepare=look, complete=look), early])
    async with services:
        assert seen == [(True, False), (True, False)]
        first = services.children["early"].pid
        services.kill("early")
        await services.restart("early")
        assert services.children["early"].pid != first


async def test_a_part_that_dies_while_it_loads_is_reported(settings: Settings, tiny: Tiny) -> None:
    parts = [tiny("first"), tiny("early", "raise SystemExit(3)", loads_early=True)]
    with pytest.raises(Trouble, match="early ended with status 3"):
        await Services(settings, parts).__aenter__()


@pytest.mark.parametrize(("told", "status", "says"), [(b"\n", 0, "on"), (b"", 1, "is gone")])
def test_the_interface_serves_when_it_is_told_and_ends_when_nobody_can(told: bytes, status: int, says: str) -> None:
    words = [sys.executable, "-c", "from config.process import await_turn; await_turn(); print('on')"]
    ended = subprocess.run(words, input=told, capture_output=True, check=False)
    assert ended.returncode == status
    assert says in (ended.stdout + ended.stderr).decode()


async def test_a_killed_child_comes_back_ready(settings: Settings, tiny: Tiny) -> None:
    async with Services(settings, [tiny("worker")]) as services:
        before = services.children["worker"].pid
        services.kill("worker")
        await services.restart("worker")
        await services.wait_ready("worker")
        assert services.children["worker"].pid != before


async def test_children_get_their_settings_but_no_terminal_signals(settings: Settings, tiny: Tiny) -> None:
    async with Services(settings, [tiny("own")]) as services:
        pid = services.children["own"].pid
        assert pid is not None
        assert os.getsid(pid) == pid


def test_what_a_killed_supervisor_left_behind_is_ended(settings: Settings, said: Said) -> None:
    run = settings.var_dir / "run"
    run.mkdir(parents=True)
    with subprocess.Popen([sys.executable, "-S", "-c", "import signal; signal.pause()"]) as orphan:
        (run / "orphan.pid").write_text(f"{orphan.pid} {psutil.Process(orphan.pid).create_time()}")
        end_leftovers(settings.var_dir, said)
        assert not psutil.pid_exists(orphan.pid)
    assert said.has("1 processes")


def test_another_program_with_a_used_again_process_id_is_left_alone(settings: Settings, said: Said) -> None:
    run = settings.var_dir / "run"
    run.mkdir(parents=True)
    with subprocess.Popen([sys.executable, "-S", "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        (run / "orphan.pid").write_text(f"{stranger.pid} 12345.0")
        end_leftovers(settings.var_dir, said)
        assert stranger.poll() is None
    assert said == []


def test_only_the_last_few_logs_are_kept(settings: Settings) -> None:
    log = settings.var_dir / "log" / "tiny.log"
    for number in range(LOGS_KEPT + 3):
        rotate(log)
        log.write_text(str(number))
    assert len(list(log.parent.iterdir())) == LOGS_KEPT + 1
    assert log.with_suffix(".log.1").read_text() == str(LOGS_KEPT + 1)


def test_a_log_that_grows_large_is_put_aside_while_its_process_goes_on(settings: Settings) -> None:
    log = settings.var_dir / "log" / "tiny.log"
    log.parent.mkdir(parents=True)
    with log.open("ab", buffering=0) as writing:
        for word in (b"one", b"two", b"three"):
            writing.write(word)
            keep_small(log, limit=3)
        writing.write(b"!")
    assert [path.read_text() for path in (log, log.with_suffix(".log.1"), log.with_suffix(".log.2"))] == [
        "!", "three", "onetwo",
    ]  # fmt: skip


def test_the_demo_runs_beside_another_hocba(settings: Settings) -> None:
    beside = on_free_ports(settings, settings.var_dir / "demo")
    assert beside.api_port != settings.api_port
    assert str(beside.api_port) in beside.verify_url
    assert beside.database_url != settings.database_url
