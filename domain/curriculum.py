"""What each grade is taught and assessed in: subjects, tests, qualities, competencies, and a class's slots.

The lists are data in `domain/curricula`, with their sources and what is not verified in them.
"""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any, Final

from domain.assessment import AssessmentPoint, SubjectKind
from domain.errors import Invalid, NotFound
from domain.rules.book import rule_book
from domain.rules.rule_set import RuleSet
from domain.rules.school_levels import SchoolLevel, level_of
from domain.rules.thresholds import PrimaryRules, SecondaryRules
from domain.secondary.averages import least_regular

HOMEROOM: Final = "homeroom"
PRINCIPAL: Final = "principal"
SEAL: Final = "seal"


@dataclass(frozen=True)
class Subject:
    """One row of the record: a subject or an educational activity."""

    code: str
    name: str
    short: str  # heading that fits a narrow column
    periods: int  # per year
    kind: SubjectKind = SubjectKind.LEVELLED
    tested_at: tuple[AssessmentPoint, ...] = ()
    optional: bool = False  # the school chooses whether to teach it
    elective: bool = False  # a class takes so many of these
    min_regular: int = 0  # regular assessments a term, at least (Circular 22/2021 art. 6)
    has_topic: bool = False  # the class takes its study topics, which count as one regular assessment

    def has_test(self, point: AssessmentPoint) -> bool:
        return point in self.tested_at


@dataclass(frozen=True)
class Trait:
    """A quality (phẩm chất) or competency (năng lực)."""

    code: str
    name: str
    short: str


@dataclass(frozen=True)
class Curriculum:
    """What one class is assessed in under one set of rules; rows stand in the order of the form."""

    rules: RuleSet
    grade: int
    source: str
    subjects: tuple[Subject, ...]
    qualities: tuple[Trait, ...] = ()
    general_competencies: tuple[Trait, ...] = ()
    specific_competencies: tuple[Trait, ...] = ()

    @property
    def level(self) -> SchoolLevel:
        return level_of(self.grade)

    @property
    def is_primary(self) -> bool:
        return self.level is SchoolLevel.PRIMARY

    @property
    def primary_rules(self) -> PrimaryRules:
        if self.rules.primary is None:
            raise Invalid(f"Bộ quy tắc {self.rules.version} không dành cho cấp tiểu học.")
        return self.rules.primary

    @property
    def secondary_rules(self) -> SecondaryRules:
        if self.rules.secondary is None:
            raise Invalid(f"Bộ quy tắc {self.rules.version} không dành cho cấp trung học.")
        return self.rules.secondary

    @property
    def competencies(self) -> tuple[Trait, ...]:
        return self.general_competencies + self.specific_competencies

    @property
    def traits(self) -> tuple[Trait, ...]:
        return self.qualities + self.competencies

    @property
    def slots(self) -> tuple[str, ...]:
        """Who enters and submits for a class: each subject, then the homeroom teacher."""
        return (*(subject.code for subject in self.subjects), HOMEROOM)

    def subject(self, code: str) -> Subject:
        for subject in self.subjects:
            if subject.code == code:
                return subject
        raise NotFound(f"Lớp {self.grade} không có môn học, hoạt động giáo dục “{code}”.")


# The points of Circular 27/2020 art. 7 with a test: in all tested subjects, and in some also in the middle of a term.
_ENDS: Final = (AssessmentPoint.END_HK1, AssessmentPoint.YEAR_END)
_MIDDLES: Final = (AssessmentPoint.MID_HK1, AssessmentPoint.MID_HK2)


def curriculum_for(
    grade: int, rules: RuleSet | None = None, *, optional: Collection[str] = (), topics: Collection[str] = ()
) -> Curriculum:
    """Return what a class of this grade is assessed in, by the newest rules unless told which.

    `optional` names the optional and elective subjects the class takes, `topics` the subjects whose study topics it
    takes. Raises Invalid for no grade, a subject it does not have, or a wrong number of electives or topics.
    """
    data = _data(level_of(grade))
    ruling = rules or rule_book().newest(grade)
    whole = offered(grade, ruling)
    _refuse_unknown(grade, whole, optional, topics)
    taught = [each for each in whole if not (each.optional or each.elective) or each.code in optional]
    _refuse_wrong_number(grade, data, [each for each in taught if each.elective], topics)
    return Curriculum(
        rules=ruling,
        grade=grade,
        source=data["source"],
        subjects=tuple(replace(each, has_topic=each.code in topics) for each in taught),
        qualities=_traits(data, "qualities", grade),
        general_competencies=_traits(data, "general_competencies", grade),
        specific_competencies=_traits(data, "specific_competencies", grade),
    )


def offered(grade: int, rules: RuleSet | None = None) -> tuple[Subject, ...]:
    """Every subject a class of this grade can have, chosen or not. Raises Invalid for no grade."""
    subjects = _data(level_of(grade))["subjects"]
    ruling = rules or rule_book().newest(grade)
    return tuple(_subject(each, grade, ruling) for each in subjects if str(grade) in each["periods"])


@cache
def _data(level: SchoolLevel) -> dict[str, Any]:
    return tomllib.loads(files("domain").joinpath("curricula", f"{level.value}.toml").read_text("utf-8"))


def _subject(each: Mapping[str, Any], grade: int, rules: RuleSet) -> Subject:
    periods = each["periods"][str(grade)]
    kind = SubjectKind(each.get("kind", SubjectKind.LEVELLED))
    tests = (("tested_in_middle", _MIDDLES), ("tested_at_ends", _ENDS))
    return Subject(
        code=each["code"],
        name=each["name"],
        short=each["short"],
        periods=periods,
        kind=kind,
        tested_at=tuple(point for key, points in tests if grade in each.get(key, ()) for point in points),
        optional=grade in each.get("optional_in", ()),
        elective=each.get("elective", False),
        min_regular=_min_regular(rules, kind, periods),
    )


def _min_regular(rules: RuleSet, kind: SubjectKind, periods: int) -> int:
    if rules.secondary is None:
        return 0
    if kind is SubjectKind.COMMENT:
        return rules.secondary.regular.least_comment
    return least_regular(rules.secondary, periods)


def _traits(data: Mapping[str, Any], group: str, grade: int) -> tuple[Trait, ...]:
    found = [each for each in data.get(group, ()) if grade in each.get("grades", (grade,))]
    return tuple(Trait(each["code"], each["name"], each["short"]) for each in found)


def _refuse_unknown(grade: int, whole: tuple[Subject, ...], optional: Collection[str], topics: Collection[str]) -> None:
    choices = {each.code for each in whole if each.optional or each.elective}
    if unknown := sorted(set(optional) - choices):
        raise Invalid(f"Lớp {grade} không có môn tự chọn: {', '.join(unknown)}.")
    if unknown := sorted(set(topics) - {each.code for each in whole if not each.elective or each.code in optional}):
        raise Invalid(f"Lớp {grade} không học chuyên đề của môn: {', '.join(unknown)}.")


def _refuse_wrong_number(
    grade: int, data: Mapping[str, Any], electives: list[Subject], topics: Collection[str]
) -> None:
    if len(electives) != (wanted := data.get("electives", 0)):
        raise Invalid(f"Lớp {grade} phải có đúng {wanted} môn lựa chọn, hiện có {len(electives)}.")
    if len(topics) > (most := data.get("topics", 0)):
        raise Invalid(f"Lớp {grade} học tối đa {most} cụm chuyên đề học tập, hiện có {len(topics)}.")
