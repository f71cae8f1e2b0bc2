"""What goes wrong, and when: the same seed makes the same plan."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count, cycle
from random import Random
from typing import Final

PYTHON_PARTS: Final = ("worker", "signer", "api", "authority")
PARTS: Final = ("postgres", "temporal", *PYTHON_PARTS)
EVERYTHING: Final = "everything"

# Just before a row is there, just after it, and within a batch. What the interface writes is named by its statement.
POINTS: Final = (
    "record_decision commit 1", "record_decision after",
    "prepare_order commit 1", "prepare_order commit 2", "prepare_order 5", "prepare_order after",
    "complete_order 5", "complete_order commit 1", "complete_order commit 2", "complete_order after",
    "carry_order commit 1", "carry_order after",
    "do_chore commit 1", "do_chore after",
    "api UPDATE order_items before", "api UPDATE order_items after",
    "api INSERT signing_orders before", "api INSERT signing_orders after",
    "api INSERT assessments before", "api INSERT assessments after",
    "api INSERT confirmations before", "api INSERT confirmations after",
)  # fmt: skip
# What dies at a point that somebody else has come to, and the kind of fault that is.
AT_A_POINT: Final = {"": "crash at a point", "postgres": "postgres at a point", "temporal": "temporal at a point"}
OF_WORKER: Final = frozenset({"record_decision", "note_deadline", "load_book"})
STAMPS: Final = ("slow", "refuses", "hangs", "stamps another digest", "garbage", "an old token", "cut short")
SERVICES: Final = ("loses its answer", "is asked twice", "slow", "refuses", "garbage", "signs for another")
LONG_FREEZE_CHANCE: Final = 0.25
MINUTES: Final = (-12, -5, -1, 1, 5, 12)  # a clock steps by so many


@dataclass(frozen=True)
class Fault:
    """One fault: what, to which part or in which manner, and for how many seconds (0: a death)."""

    number: int
    kind: str
    target: str
    seconds: float = 0.0
    minutes: int = 0
    victim: str = ""  # another part than the one that comes to the point

    @property
    def parts(self) -> tuple[str, ...]:
        """Whom the people who wait for its end need."""
        return _NEEDED[self.kind](self)

    def __str__(self) -> str:
        lasts = f" for {self.seconds:.1f} s" if self.seconds else ""
        return f"#{self.number} {self.kind}: {self.target}{f' {self.minutes:+d} min' if self.minutes else ''}{lasts}"


def _signing(*more: str) -> Callable[[Fault], tuple[str, ...]]:
    return lambda _: ("signer", *more)


def _of_point(fault: Fault) -> tuple[str, ...]:
    activity = fault.target.split()[0]
    if fault.victim:
        return (fault.victim,)
    return ("api",) if activity == "api" else ("worker",) if activity in OF_WORKER else ("signer",)


def _of_parts(fault: Fault) -> tuple[str, ...]:
    return PARTS if fault.target == EVERYTHING else tuple(fault.target.split("+"))


_NEEDED: Final[Mapping[str, Callable[[Fault], tuple[str, ...]]]] = {
    "kill": _of_parts,
    "kill two": _of_parts,
    **dict.fromkeys(AT_A_POINT.values(), _of_point),
    "kill a paper process": _signing(),
    "freeze": _of_parts,
    "full disk": _signing("postgres", "temporal"),
    "time stamps": _signing("stamps"),
    "signing service": _signing("service"),
    "clock step": _of_parts,
}
KINDS: Final = tuple(_NEEDED)
# Of those that are planned, so many of a hundred are of each kind.
_WEIGHTS: Final[Mapping[str, int]] = {
    "kill": 30, "kill two": 10, "kill a paper process": 6, "freeze": 16, "full disk": 8, "time stamps": 10,
    "signing service": 10, "clock step": 10,
}  # fmt: skip


class Points:
    """Deaths at points: of each kind in turn, at the point that somebody comes to first.

    Where it took place it does not again before as many other points have had their turn as half of all.
    """

    def __init__(self, seed: int, at_most: int) -> None:
        self._random = Random(seed)  # noqa: S311 - a plan that can be made again
        self._victims = cycle(AT_A_POINT)
        self._left: dict[str, list[str]] = {victim: [] for victim in AT_A_POINT}
        self._numbers = range(1, at_most + 1)

    def __iter__(self) -> Iterator[list[Fault]]:
        """Of these one shall take place, and then one of the next."""
        for number, victim in zip(self._numbers, self._victims, strict=False):
            left = self._left[victim]
            if len(left) <= len(POINTS) // 2:
                left += [each for each in self._random.sample(POINTS, len(POINTS)) if each not in left]
            yield [Fault(number, AT_A_POINT[victim], point, victim=victim) for point in left]

    def took_place(self, fault: Fault) -> None:
        self._left[fault.victim].remove(fault.target)


def plan(seed: int) -> Iterator[Fault]:
    """Each part killed once and each other kind met once, in a drawn order; then whatever is drawn."""
    random = Random(seed)  # noqa: S311 - the same
    first = [("kill", part) for part in PARTS] + [(kind, "") for kind in _WEIGHTS if kind != "kill"]
    random.shuffle(first)
    for number in count(1):
        kind, target = first[number - 1] if number <= len(first) else (_drawn(random), "")
        yield _fault(random, number, kind, target)


def _drawn(random: Random) -> str:
    return random.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]


def _fault(random: Random, number: int, kind: str, target: str) -> Fault:  # noqa: PLR0911 - a table
    match kind:
        case "kill":
            return Fault(number, kind, target or random.choice(PARTS))
        case "kill two":
            return Fault(number, kind, "+".join(random.sample(PARTS, 2)))
        case "kill a paper process":
            return Fault(number, kind, "signer")
        case "freeze":
            # One in four outlasts the heartbeats: what is under way is begun anew, and then the frozen one goes on.
            lasts = random.uniform(10, 14) if random.random() < LONG_FREEZE_CHANCE else random.uniform(0.5, 4)
            return Fault(number, kind, random.choice(PARTS), lasts)
        case "full disk":
            return Fault(number, kind, "disk", random.uniform(1, 5))
        case "time stamps":
            return Fault(number, kind, random.choice(STAMPS), random.uniform(2, 8))
        case "signing service":
            return Fault(number, kind, random.choice(SERVICES), random.uniform(2, 8))
        case _:
            target = random.choice((*PYTHON_PARTS, "+".join(PYTHON_PARTS)))
            return Fault(number, kind, target, random.uniform(3, 15), random.choice(MINUTES))
