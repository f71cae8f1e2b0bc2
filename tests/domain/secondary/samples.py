"""The shipped rules of Circular 22/2021, and short ways to say a pupil's subjects."""

from collections.abc import Sequence
from decimal import Decimal

from domain.assessment import SubjectKind
from domain.rules.book import rule_book
from domain.rules.thresholds import SecondaryRules
from domain.secondary.levels import MeritLevel, PassLevel, SubjectMark

GOOD, FAIR, PASS, NOT_PASS = MeritLevel
OK, FAILED, EXEMPT = PassLevel
SCORED = (
    "Ngữ văn",
    "Toán",
    "Ngoại ngữ 1",
    "Giáo dục công dân",
    "Lịch sử và Địa lí",
    "Khoa học tự nhiên",
    "Công nghệ",
    "Tin học",
)
COMMENT = ("Giáo dục thể chất", "Nghệ thuật", "Hoạt động trải nghiệm, hướng nghiệp", "Nội dung giáo dục của địa phương")


def _shipped() -> SecondaryRules:
    rules = rule_book().by_version("tt22-2021/1").secondary
    assert rules is not None
    return rules


RULES = _shipped()


def decimals(text: str) -> list[Decimal]:
    """Read "8 8 7.5*3" as five scores."""
    scores: list[Decimal] = []
    for word in text.split():
        score, _, times = word.partition("*")
        scores += [Decimal(score)] * int(times or 1)
    return scores


def subjects(averages: str | Sequence[Decimal], failed: int = 0, comments: int = 4) -> tuple[SubjectMark, ...]:
    """Scored subjects with these averages, and comment subjects, the first of which failed."""
    scores = decimals(averages) if isinstance(averages, str) else averages
    return (
        *(scored(place, average) for place, average in enumerate(scores)),
        *(comment(place, FAILED if place < failed else OK) for place in range(comments)),
    )


def scored(place: int, average: Decimal | None) -> SubjectMark:
    name = SCORED[place] if place < len(SCORED) else f"Môn {place + 1}"
    return SubjectMark(f"s{place:02}", name, SubjectKind.SCORED, average)


def comment(place: int, passed: PassLevel | None) -> SubjectMark:
    return SubjectMark(f"c{place:02}", COMMENT[place], SubjectKind.COMMENT, passed=passed)
