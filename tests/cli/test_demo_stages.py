"""What the demo reports of its stages: counts and times over all classes."""

from cli.demo_stages import ISSUED, REVIEW, REWORK, SEAL_PAPERS, STEPS, StageLog, seconds_between, stage_lines


def played(steps: dict[str, float]) -> StageLog:
    """A class that began these steps at these times."""
    shown: list[str] = []
    times = iter(steps.values())
    log = StageLog(shown.append, lambda: next(times))
    for step in steps:
        log.begin(step)
        log.counts[step] += 35
    assert shown == list(steps)
    return log


def test_a_stage_lasts_from_the_first_class_to_the_last() -> None:
    logs = [played({REVIEW: 0, SEAL_PAPERS: 2, ISSUED: 5}), played({REVIEW: 1, SEAL_PAPERS: 3, ISSUED: 4})]
    lines = {line.step: line for line in stage_lines(logs)}
    assert list(lines) == [REVIEW, SEAL_PAPERS, ISSUED]
    assert (lines[REVIEW].count, lines[REVIEW].unit, lines[REVIEW].seconds) == (70, STEPS[REVIEW], 3)
    assert (lines[SEAL_PAPERS].seconds, lines[ISSUED].seconds) == (3, 1)
    assert seconds_between(logs, REVIEW, ISSUED) == 5


def test_a_stage_that_one_class_went_through_is_told() -> None:
    logs = [played({REVIEW: 0, REWORK: 1, ISSUED: 2}), played({REVIEW: 0, ISSUED: 9})]
    assert [(line.step, line.count, line.seconds) for line in stage_lines(logs)][1] == (REWORK, 35, 1)
