"""The process in which unknown files are read: few rights, one file after another, until its input ends."""

import os
import resource
import sys
from typing import IO

from cryptography import x509

from signing.dss import ValidationMaterial
from signing.errors import Unreadable
from signing.verification.litter import Litter
from signing.verification.messages import OUT_OF_MEMORY, QUESTION, READY, REPLY, Question, Reply
from signing.verification.reports import etsi_report
from signing.verification.verify import examine

_OPEN_FILES = 32
# What a parser never does: it has everything it needs.
_FORBIDDEN = frozenset(
    {
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.system",
        "socket.bind",
        "socket.connect",
        "socket.getaddrinfo",
        "socket.gethostbyname",
        "socket.sendmsg",
        "socket.sendto",
        "subprocess.Popen",
    }
)


def main(memory_bytes: int) -> None:
    """Answer questions on standard input, one a line."""
    replies = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # whoever prints does not write into a reply
    _give_up_rights(memory_bytes)
    litter = Litter()
    replies.write(READY)
    try:
        for line in sys.stdin.buffer:
            litter.left(len(line), is_ordinary=_answer(line, replies))
    except MemoryError:
        os._exit(OUT_OF_MEMORY)


def _answer(line: bytes, replies: IO[bytes]) -> bool:
    """Whether the document was found valid."""
    question = QUESTION.validate_json(line)
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + 1 + question.cpu_seconds
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))
    reply = _reply(question)
    replies.write(REPLY.dump_json(reply) + b"\n")
    return reply.verification is not None and reply.verification.holds


def _reply(question: Question) -> Reply:
    try:
        found = examine(
            question.pdf,
            [x509.load_der_x509_certificate(root) for root in question.roots],
            evidence=question.evidence,
            archive=ValidationMaterial.loads(question.archive) if question.archive else None,
            moment=question.moment,
            standing=question.standing,
        )
    except Unreadable as error:
        return Reply(None, refusal=error.message)
    return Reply(
        found.verification,
        etsi_report(found) if question.wants_report else "",
        record=found.record if question.wants_record else b"",
    )


def _give_up_rights(memory_bytes: int) -> None:
    sys.addaudithook(_refuse)  # for good: there is no way to take a hook back
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))


def _refuse(event: str, _arguments: tuple[object, ...]) -> None:
    if event in _FORBIDDEN:
        raise PermissionError(event)


if __name__ == "__main__":
    main(int(sys.argv[1]))
