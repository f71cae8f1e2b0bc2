"""A process of its own for each verifier: limited, blind and deaf, and replaced when a file has been its end."""

import os
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from signing.archival import MAX_BYTES
from signing.errors import Unreadable
from signing.verification.apart import ApartVerifier, Limits
from signing.verification.errors import TookTooLong, TooLarge
from signing.verification.verdicts import Standing, Verdict
from signing.verification.verify import verify
from tests.signing.verification.world import NOW, SEALED, World, evidence_over


@pytest.fixture(scope="module")
def verifier() -> Iterator[ApartVerifier]:
    with ApartVerifier() as opened:
        yield opened


def pid_of(verifier: ApartVerifier) -> int:
    assert verifier._child is not None
    return verifier._child.pid


def test_it_says_what_the_verifier_says(verifier: ApartVerifier, record: bytes, world: World) -> None:
    for pdf in (record, record + b"junk", b"%PDF-1.7"):
        assert verifier.verify(pdf, world.roots, moment=NOW) == verify(pdf, world.roots, moment=NOW)


def test_all_that_is_given_beside_the_file_reaches_it(verifier: ApartVerifier, world: World) -> None:
    pdf = world.plainly_sealed()
    evidence = evidence_over([pdf], SEALED, world.stamps)
    found = verifier.verify(
        pdf,
        world.roots,
        evidence=evidence,
        archive=world.material(SEALED),
        moment=NOW + timedelta(days=1),
        standing=Standing.RECALLED,
    )
    assert (found.verdict, found.moment, found.standing) == (
        Verdict.VALID,
        NOW + timedelta(days=1),
        Standing.RECALLED,
    )


def test_a_report_comes_with_the_verdict(verifier: ApartVerifier, record: bytes, world: World) -> None:
    found, report = verifier.verify_and_report(record, world.roots)
    assert found.holds
    assert report.startswith("<?xml")


def test_one_process_serves_many_files(verifier: ApartVerifier, record: bytes, world: World) -> None:
    verifier.verify(record, world.roots)
    first = pid_of(verifier)
    for pdf in (b"%PDF-", record[:5000], record):
        verifier.verify(pdf, world.roots)
    assert pid_of(verifier) == first != os.getpid()


def test_threads_take_turns(verifier: ApartVerifier, record: bytes, world: World) -> None:
    found = []
    threads = [threading.Thread(target=lambda: found.append(verifier.verify(record, world.roots))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each.holds for each in found] == [True] * 4


def test_what_is_no_pdf_is_refused_in_words(verifier: ApartVerifier, world: World) -> None:
    with pytest.raises(Unreadable, match="không phải là PDF"):
        verifier.verify(b"khong phai PDF", world.roots)


def test_a_file_beyond_the_limit_is_not_even_sent(record: bytes, world: World) -> None:
    with ApartVerifier(Limits(file_bytes=len(record) - 1)) as verifier, pytest.raises(TooLarge):
        verifier.verify(record, world.roots)
    assert verifier._child is None


def test_the_wall_clock_ends_it_and_the_next_file_gets_a_new_process(record: bytes, world: World) -> None:
    with ApartVerifier(Limits(seconds=0.001)) as verifier:
        with pytest.raises(TookTooLong, match="quá nhiều thời gian"):
            verifier.verify(record, world.roots)
        assert verifier._child is None
        verifier._limits = Limits()
        assert verifier.verify(record, world.roots).holds


def test_processor_time_ends_it(record: bytes, world: World) -> None:
    heavy = record + bytes(MAX_BYTES - len(record))  # takes four seconds
    with ApartVerifier(Limits(cpu_seconds=0)) as verifier:
        with pytest.raises(TookTooLong):
            verifier.verify(heavy, world.roots)
        verifier._limits = Limits()
        assert verifier.verify(record, world.roots).holds


def test_memory_ends_it(record: bytes, world: World) -> None:
    large = record + bytes(19 * 1024 * 1024)
    with ApartVerifier(Limits(memory_bytes=380 * 1024 * 1024)) as verifier:
        assert verifier.verify(record, world.roots).holds
        with pytest.raises(TooLarge):
            verifier.verify(large, world.roots)
        assert verifier.verify(record, world.roots).holds


def test_a_process_that_died_meanwhile_is_replaced(verifier: ApartVerifier, record: bytes, world: World) -> None:
    verifier.verify(record, world.roots)
    child = verifier._child
    assert child is not None
    child.kill()
    child.wait()
    assert verifier.verify(record, world.roots).holds


def test_a_file_that_kills_its_reader_twice_is_refused_in_words(
    record: bytes, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = tmp_path / "reader"
    reader.write_text("#!/bin/sh\necho ready\nread -r line\nkill -SEGV $$\n")
    reader.chmod(0o700)
    with ApartVerifier() as verifier:
        with monkeypatch.context() as patched:
            patched.setattr(sys, "executable", str(reader))
            with pytest.raises(Unreadable, match="dừng đột ngột"):
                verifier.verify(record, world.roots)
        assert verifier.verify(record, world.roots).holds


def test_a_process_that_does_not_start_is_our_own_trouble(
    record: bytes, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with ApartVerifier() as verifier, pytest.raises(RuntimeError, match="does not start: exit status"):
        verifier.verify(record, world.roots)


def test_it_has_no_secrets_and_few_rights(verifier: ApartVerifier, record: bytes, world: World) -> None:
    verifier.verify(record, world.roots)
    process = Path("/proc") / str(pid_of(verifier))
    assert (process / "environ").read_bytes() == b""
    limits = {line[:26].strip(): line[26:].split()[:2] for line in (process / "limits").read_text().splitlines()}
    assert limits["Max file size"] == ["0", "0"]
    assert limits["Max open files"] == ["32", "32"]
    assert limits["Max address space"] == [str(1 << 30)] * 2
    assert limits["Max cpu time"][0].isdigit()


def test_closing_ends_the_process(record: bytes, world: World) -> None:
    verifier = ApartVerifier()
    verifier.verify(record, world.roots)
    process = Path("/proc") / str(pid_of(verifier))
    verifier.close()
    verifier.close()
    assert not process.exists()
