"""The steps of a class-term as the demo plays them: when each began and ended, and how much went through it."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

ENTER, SUBMIT, REVIEW, REWORK = "Nhập kết quả", "Giáo viên gửi", "Chủ nhiệm rà soát", "Sửa hồ sơ bị trả lại"
SIGN_SHEETS, SIGN_RECORDS = "Giáo viên bộ môn ký", "Chủ nhiệm ký"
APPROVE, SEAL_PAPERS, ISSUED = "Hiệu trưởng duyệt và ký", "Văn thư đóng dấu", "Đã phát hành"
# What the numbers beside each step count.
STEPS = {
    ENTER: "ô",
    SUBMIT: "lần gửi",
    REVIEW: "học sinh",
    REWORK: "học sinh",
    SIGN_SHEETS: "phiếu",
    SIGN_RECORDS: "văn bản",
    APPROVE: "văn bản",
    SEAL_PAPERS: "văn bản",
    ISSUED: "học sinh",
}


@dataclass
class StageLog:
    """One class-term's steps, in seconds of the machine's monotonic clock; `show` is told of each step."""

    show: Callable[[str], None]
    clock: Callable[[], float] = time.monotonic
    began: dict[str, float] = field(default_factory=dict)
    ended: dict[str, float] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    def begin(self, step: str) -> None:
        """End the step before and begin this one."""
        now = self.clock()
        if self.began:
            self.ended[list(self.began)[-1]] = now
        self.began[step] = self.ended[step] = now
        self.show(step)


@dataclass(frozen=True)
class StageLine:
    """One step of a term, over all classes: what went through, and from the first class's start to the last's end."""

    step: str
    count: int
    unit: str
    seconds: float


def stage_lines(logs: Sequence[StageLog]) -> list[StageLine]:
    lines = []
    for step, unit in STEPS.items():
        played = [log for log in logs if step in log.began]
        if played:
            seconds = max(log.ended[step] for log in played) - min(log.began[step] for log in played)
            lines.append(StageLine(step, sum(log.counts[step] for log in played), unit, seconds))
    return lines


def seconds_between(logs: Sequence[StageLog], first: str, last: str) -> float:
    """From the first class's beginning of one step to the last class's beginning of another."""
    return max(log.began[last] for log in logs) - min(log.began[first] for log in logs)
