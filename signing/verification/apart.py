"""Verifies in a process of its own, so that a file made to crash, to swell or to run on harms only that process."""

import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Event, Lock, Timer
from types import TracebackType
from typing import IO, Self, Unpack

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from signing.archival import MAX_BYTES
from signing.errors import Unreadable
from signing.verification.errors import TookTooLong, TooLarge
from signing.verification.messages import OUT_OF_MEMORY, QUESTION, READY, REPLY, Question, Reply
from signing.verification.verdicts import Verification
from signing.verification.verify import Beside

_MAX_REPLY = 4 * MAX_BYTES
_CRASHES = "Tệp làm chương trình đọc dừng đột ngột: tệp bị hỏng hoặc được tạo ra để gây lỗi."


@dataclass(frozen=True)
class Limits:
    """For one file: its size, wall-clock and processor time; `memory_bytes` is all address space of the process."""

    file_bytes: int = MAX_BYTES
    seconds: float = 30
    cpu_seconds: int = 20
    memory_bytes: int = 1 << 30


class ApartVerifier:
    """One child verifies many files in a row; when it dies or exceeds a limit, the next file gets a new one.

    Threads may share it, they take turns. `close` ends the child.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._child: subprocess.Popen[bytes] | None = None
        self._turn = Lock()

    def verify(self, pdf: bytes, trust_roots: Sequence[x509.Certificate], **beside: Unpack[Beside]) -> Verification:
        """As `signing.verification.verify.verify`; also raises TooLarge (an Unreadable) and TookTooLong."""
        return self._asked(pdf, trust_roots, beside)[0]

    def verify_and_report(
        self, pdf: bytes, trust_roots: Sequence[x509.Certificate], **beside: Unpack[Beside]
    ) -> tuple[Verification, str]:
        """As `verify`, with the report of ETSI TS 119 102-2 in XML."""
        verification, reply = self._asked(pdf, trust_roots, beside, wants_report=True)
        return verification, reply.report

    def verify_and_read(
        self, pdf: bytes, trust_roots: Sequence[x509.Certificate], **beside: Unpack[Beside]
    ) -> tuple[Verification, bytes]:
        """As `verify`, with the attached record.json; b"" if there is none of ours."""
        verification, reply = self._asked(pdf, trust_roots, beside, wants_record=True)
        return verification, reply.record

    def close(self) -> None:
        with self._turn:
            if self._child:
                _ended(self._child)
            self._child = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _asked(
        self,
        pdf: bytes,
        trust_roots: Sequence[x509.Certificate],
        beside: Beside,
        *,
        wants_report: bool = False,
        wants_record: bool = False,
    ) -> tuple[Verification, Reply]:
        if len(pdf) > self._limits.file_bytes:
            raise TooLarge
        archive = beside.get("archive")
        question = Question(
            pdf=pdf,
            roots=tuple(root.public_bytes(Encoding.DER) for root in trust_roots),
            evidence=tuple(beside.get("evidence", ())),
            archive=archive.dumps() if archive else None,
            moment=beside.get("moment"),
            standing=beside.get("standing"),
            wants_report=wants_report,
            cpu_seconds=self._limits.cpu_seconds,
            wants_record=wants_record,
        )
        line = QUESTION.dump_json(question) + b"\n"
        with self._turn:
            # A child may have died of something else, before it saw this file: only two deaths tell against the file.
            reply = self._exchanged(line) or self._exchanged(line)
        if reply is None or reply.verification is None:
            raise Unreadable(reply.refusal if reply else _CRASHES)
        return reply.verification, reply

    def _exchanged(self, line: bytes) -> Reply | None:
        """None if the child died, but of no limit."""
        child = self._child or self._started()
        # Not to be used again until its reply is read whole: the rest of it would be taken for the next file's.
        self._child = None
        is_late = Event()

        def stop() -> None:
            is_late.set()
            child.kill()

        timer = Timer(self._limits.seconds, stop)
        timer.start()
        try:
            reply = _sent_and_received(child, line)
        finally:
            timer.cancel()
            timer.join()
        if is_late.is_set() or not reply.endswith(b"\n"):
            _refuse_if_over_limit(_ended(child), is_late=is_late.is_set())
            return None
        self._child = child
        return REPLY.validate_json(reply)

    def _started(self) -> subprocess.Popen[bytes]:
        # A new interpreter, never a fork of this one: no locks, no connections, no secrets of the environment.
        command = [sys.executable, "-I", "-B", "-m", "signing.verification.child", str(self._limits.memory_bytes)]
        child = subprocess.Popen(
            command, env={}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        if _output(child).readline() != READY:
            raise RuntimeError(f"the verifying process does not start: exit status {_ended(child)}")
        return child


def _sent_and_received(child: subprocess.Popen[bytes], line: bytes) -> bytes:
    """The child's reply; nothing, or a part of one, if it died."""
    try:
        _input(child).write(line)
        _input(child).flush()
        return _output(child).readline(_MAX_REPLY)
    except BrokenPipeError:
        return b""


def _ended(child: subprocess.Popen[bytes]) -> int:
    """Exit status; of a child that still ran, that it was killed."""
    child.kill()
    child.communicate()
    return child.returncode


def _refuse_if_over_limit(status: int, *, is_late: bool) -> None:
    if is_late or status == -signal.SIGXCPU:
        raise TookTooLong
    if status == OUT_OF_MEMORY:
        raise TooLarge


def _input(child: subprocess.Popen[bytes]) -> IO[bytes]:
    assert child.stdin is not None  # noqa: S101 - asked for as a pipe
    return child.stdin


def _output(child: subprocess.Popen[bytes]) -> IO[bytes]:
    assert child.stdout is not None  # noqa: S101 - asked for as a pipe
    return child.stdout
