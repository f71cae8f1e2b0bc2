"""Which queues a worker serves, as its command line says it."""

import re

import pytest

from cli.services.services import everything
from config.settings import Settings
from worker.__main__ import DEFAULT, named
from worker.serving import QUEUES
from workflows import queues


def test_every_queue_has_a_name() -> None:
    there = [value for name, value in vars(queues).items() if re.fullmatch("[A-Z]+_QUEUE", name)]
    assert len(there) == len(QUEUES)


def test_several_are_served_in_their_own_order() -> None:
    assert named("proof,main") == ("main", "proof")
    assert named("sign") == ("sign",)


@pytest.mark.parametrize("listed", ["", "main,", "all", "main,hocba"])
def test_a_queue_that_nobody_knows_is_refused(listed: str) -> None:
    with pytest.raises(ValueError, match=f"^{listed}$"):
        named(listed)


def test_on_one_machine_two_processes_serve_all_of_them() -> None:
    commands = [child.part.command for child in everything(Settings()).children.values()]
    asked = [named(command[-1]) for command in commands if "--queue" in command]
    served = [*DEFAULT, *(name for each in asked for name in each)]
    assert sorted(served) == sorted(QUEUES)
