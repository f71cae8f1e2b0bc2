"""Every reader of foreign bytes: it reads or refuses; it does not crash, hang or fill the memory."""

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.answers import answer_targets
from tests.fuzz.damage import damaged, looked_at
from tests.fuzz.files import file_targets
from tests.fuzz.target import Target
from tests.signing.verification.world import World, make_world

HANGS_AFTER_S: Final = 60  # of one input, on a busy machine; the slowest takes a tenth of a second
MOST_MEMORY: Final = 400 * 1024  # KiB by which the process may grow for all inputs of one reader
FILES = {target.name: target for target in file_targets()}
SLOW = {"document", "document signed elsewhere"}  # a hundred times as slow as the others


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def answers(world: World) -> dict[str, Target]:
    return {target.name: target for target in answer_targets(world)}


class Hung(BaseException):
    """No Exception: readers take those for what is wrong with their bytes."""


@contextmanager
def bounded() -> Iterator[None]:
    """Fails for what takes too much of either; SIGALRM ends even what waits for nothing."""

    def hung(_number: int, _frame: object) -> None:
        raise Hung

    before, kept = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, signal.signal(signal.SIGALRM, hung)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, kept)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_MEMORY


def fed(target: Target, examples: int) -> None:
    assert all(map(target.bears, target.genuine)), "what is genuine must be read"

    @looked_at(examples)
    @given(data=damaged(*target.genuine) | st.binary(max_size=300))
    def feed(data: bytes) -> None:
        signal.alarm(HANGS_AFTER_S)
        target.bears(data)

    with bounded():
        feed()


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_read_or_refused(name: str) -> None:
    fed(FILES[name], 25)


ANSWERS = (
    "time-stamp response", "time stamp", "container", "evidence record", "OCSP response", "CRL", "signed packet",
    "checkpoint", "verifier key", "chain", "chain file", "picture of a seal", "document signed elsewhere", "document",
)  # fmt: skip


def test_every_answer_is_fed(answers: dict[str, Target]) -> None:
    assert tuple(answers) == ANSWERS


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_believed_as_it_was_given_or_not_at_all(answers: dict[str, Target], name: str) -> None:
    fed(answers[name], 10 if name in SLOW else 25)
