"""What one version of a plan changes against another, phase by phase."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.campaigns.phases import Cohort, Phase, Step
from domain.labelled import Labelled


class Change(Labelled):
    ADDED = "added", "thêm bước"
    REMOVED = "removed", "bỏ bước"
    DUE = "due", "đổi hạn"
    OWNER = "owner", "đổi người lo"
    REMIND = "remind", "đổi ngày nhắc"
    ESCALATE = "escalate", "đổi cách báo lên"
    SOURCE = "source", "đổi căn cứ"


@dataclass(frozen=True)
class Difference:
    """One thing of one phase; of an added phase there is no `before`, of a removed one no `after`."""

    step: Step
    cohort: Cohort
    change: Change
    before: Phase | None
    after: Phase | None


def differences(before: Sequence[Phase], after: Sequence[Phase]) -> list[Difference]:
    """In the order of the newer plan; what was removed comes last."""
    old, new = {each.key: each for each in before}, {each.key: each for each in after}
    found: list[Difference] = []
    for key, phase in new.items():
        earlier = old.get(key)
        kinds = [Change.ADDED] if earlier is None else _kinds(earlier, phase)
        found += [Difference(*key, kind, earlier, phase) for kind in kinds]
    return found + [Difference(*key, Change.REMOVED, phase, None) for key, phase in old.items() if key not in new]


def _kinds(before: Phase, after: Phase) -> list[Change]:
    compared = {
        Change.DUE: ((before.month, before.day), (after.month, after.day)),
        Change.OWNER: (before.owner, after.owner),
        Change.REMIND: (before.remind, after.remind),
        Change.ESCALATE: (before.escalate, after.escalate),
        Change.SOURCE: (before.source, after.source),
    }
    return [kind for kind, (old, new) in compared.items() if old != new]
