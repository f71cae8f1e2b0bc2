"""What the storm was, how long people waited, and what did not hold."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from tests.chaos.faults import KINDS
from tests.chaos.storm import Round


def as_json(rounds: Sequence[Round]) -> dict[str, Any]:
    waits = _waits(rounds)
    return {
        "faults": sum(len(each.faults) for each in rounds),
        "by_kind": {kind: _of_kind(rounds)[kind] for kind in KINDS},
        "recovery_seconds": {kind: _summary(waits[kind]) for kind in waits},
        "actions": _actions(rounds) | _broken(rounds),
        "checked": dict(sum((each.checked for each in rounds), Counter())),
        "class_terms": sum(each.is_issued for round_ in rounds for each in round_.books),
        "seeds": [each.seed for each in rounds],
        "disk": rounds[0].disk,
        "seconds": round(sum(each.seconds for each in rounds), 1),
        "violations": [sentence for each in rounds for sentence in each.violations],
    }


def table(rounds: Sequence[Round]) -> Iterator[str]:
    found = as_json(rounds)
    yield f"{found['faults']} faults in {found['seconds']:.0f} s, seeds {found['seeds']}; disk: {found['disk']}."
    yield f"{'Fault':24}{'count':>7}{'recovered':>11}{'median':>9}{'p95':>8}{'max':>8}   seconds"
    for kind in KINDS:
        summary = found["recovery_seconds"].get(kind, {})
        numbers = "".join(
            f"{summary.get(name, 0):{width}.1f}" for name, width in (("median", 9), ("p95", 8), ("max", 8))
        )
        yield f"{kind:24}{found['by_kind'][kind]:7}{summary.get('count', 0):11}{numbers}"
    yield f"Actions: {found['actions']}. Class-terms issued: {found['class_terms']}. Checked: {found['checked']}."
    violations = found["violations"]
    yield f"{len(violations)} violations." if violations else "Everything held."
    yield from violations


def _of_kind(rounds: Sequence[Round]) -> Counter[str]:
    return Counter(fault.kind for each in rounds for fault in each.faults)


def _waits(rounds: Sequence[Round]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for each in rounds:
        for kind, waits in each.recoveries.waits().items():
            found[kind] = sorted([*found.get(kind, []), *waits])
    return found


def _summary(waits: Sequence[float]) -> dict[str, float]:
    """Of sorted seconds."""
    return {
        "count": len(waits),
        "median": round(waits[len(waits) // 2], 2),
        "p95": round(waits[min(len(waits) - 1, int(len(waits) * 0.95))], 2),
        "max": round(waits[-1], 2),
    }


def _broken(rounds: Sequence[Round]) -> dict[str, int]:
    """How many of the violations say that something was lost or done twice."""
    found = Counter(sentence.split(":")[0] for each in rounds for sentence in each.violations)
    return {"lost": found["Lost"], "twice": found["Twice"]}


def _actions(rounds: Sequence[Round]) -> dict[str, int]:
    actions = [action for each in rounds for action in each.ledger.actions]
    return {
        "acknowledged": sum(each.is_acknowledged for each in actions),
        "resent": sum(each.tries > 1 for each in actions),
        "refused": sum(bool(each.refusal) for each in actions),
    }
