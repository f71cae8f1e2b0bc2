"""Whether the class a pupil enters teaches what he learned in the class he leaves (guide/domain.md 7.1).

In grades 10 to 12 the receiving school must see to it: compulsory and chosen subjects and study topics. In grades 1 to
9 only what a school may choose to teach can differ, which keeps nobody away.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from domain.curriculum import Curriculum, Subject, offered
from domain.errors import Invalid
from domain.rules.school_levels import SchoolLevel


@dataclass(frozen=True)
class SubjectMatch:
    """What differs, in the order of the form: `new` are taught only in the class he enters, `old` only in his former.

    `new_topics` and `old_topics` are subjects whose study topics only one of the classes takes.
    """

    level: SchoolLevel
    new: tuple[Subject, ...] = ()
    old: tuple[Subject, ...] = ()
    new_topics: tuple[Subject, ...] = ()
    old_topics: tuple[Subject, ...] = ()

    @property
    def must_be_settled(self) -> bool:
        """Whether the receiving school has to decide how he makes up for something."""
        return self.level is SchoolLevel.UPPER_SECONDARY and bool(self.new or self.new_topics)

    def sentences(self) -> tuple[str, ...]:
        """For people; empty if the classes match."""
        return tuple(self._choices() if self.level is SchoolLevel.UPPER_SECONDARY else self._notes())

    def _choices(self) -> Iterator[str]:
        if self.new:
            yield f"Lớp mới học môn mà học sinh chưa học, cần bổ sung kiến thức: {_names(self.new)}."
        if self.old:
            yield f"Học sinh đang học môn mà lớp mới không dạy: {_names(self.old)}."
        if self.new_topics:
            yield f"Lớp mới học chuyên đề mà học sinh chưa học: {_names(self.new_topics)}."
        if self.old_topics:
            yield f"Học sinh đang học chuyên đề mà lớp mới không học: {_names(self.old_topics)}."

    def _notes(self) -> Iterator[str]:
        if self.new:
            yield f"Lưu ý: lớp mới có học thêm {_names(self.new)}."
        if self.old:
            yield f"Lưu ý: lớp mới không dạy {_names(self.old)}."


def match_subjects(leaves: Curriculum, enters: Curriculum) -> SubjectMatch:
    """Compare two classes of one level; below grade 10 only what a school may choose. Raises Invalid for two levels."""
    if leaves.level is not enters.level:
        raise Invalid(
            f"Không chuyển trường từ lớp {leaves.grade} sang lớp {enters.grade}: hai lớp thuộc hai cấp học khác nhau."
        )
    return SubjectMatch(
        leaves.level,
        new=_without(_comparable(enters), leaves.subjects),
        old=_without(_comparable(leaves), enters.subjects),
        new_topics=_without(_topics(enters), _topics(leaves)),
        old_topics=_without(_topics(leaves), _topics(enters)),
    )


def learned(enters: Curriculum, optional: Collection[str], topics: Collection[str]) -> Curriculum:
    """What somebody from outside has learned, as far as the class that he enters could have taught it.

    The compulsory subjects, and of the others those named; any number of them.
    """
    whole = offered(enters.grade, enters.rules)
    taught = [each for each in whole if not (each.optional or each.elective) or each.code in optional]
    return replace(enters, subjects=tuple(replace(each, has_topic=each.code in topics) for each in taught))


def _comparable(curriculum: Curriculum) -> tuple[Subject, ...]:
    """What grades of a lower level have all alike changes from grade to grade, and is nobody's choice."""
    is_chosen = curriculum.level is SchoolLevel.UPPER_SECONDARY
    return tuple(subject for subject in curriculum.subjects if is_chosen or subject.optional)


def _topics(curriculum: Curriculum) -> tuple[Subject, ...]:
    return tuple(subject for subject in curriculum.subjects if subject.has_topic)


def _without(subjects: tuple[Subject, ...], others: tuple[Subject, ...]) -> tuple[Subject, ...]:
    codes = {subject.code for subject in others}
    return tuple(subject for subject in subjects if subject.code not in codes)


def _names(subjects: tuple[Subject, ...]) -> str:
    return ", ".join(subject.name for subject in subjects)
