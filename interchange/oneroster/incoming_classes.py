"""Classes of a package: homeroom classes become classes here, the others a subject of one of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from domain.curriculum import HOMEROOM, Subject
from domain.identity import normalise_name
from domain.rostering import ClassKey, Group, School
from domain.signature_plans import SignaturePlan
from interchange.oneroster.incoming_organisations import year_of
from interchange.oneroster.records import Record
from interchange.oneroster.source import Source
from interchange.oneroster.subjects import subjects_of
from interchange.oneroster.vocabulary import parse_grade

_UNKNOWN = "Không xác định được lớp chủ nhiệm của lớp môn học này; đã bỏ qua."


@dataclass(frozen=True)
class Lesson:
    """What a OneRoster class is here: a slot of a class."""

    group: ClassKey
    slot: str


@dataclass(frozen=True)
class Classes:
    """The classes, and by sourcedId what each OneRoster class is here."""

    groups: tuple[Group, ...]
    lessons: Mapping[str, Lesson]


def classes_of(source: Source, schools: Mapping[str, School]) -> Classes:
    """Read classes.csv and courses.csv; subjects that a grade does not have here are left out and noted."""
    groups = _groups(source, schools)
    lessons = {class_id: Lesson(group.key, HOMEROOM) for class_id, group in groups.items()}
    optional: dict[ClassKey, set[str]] = {}
    for record in source.table("classes"):
        if record.text("classType") != "homeroom" and (found := _subject(source, record, groups)):
            group, subject = found
            lessons[record.id] = Lesson(group.key, subject.code)
            if subject.optional or subject.elective:
                optional.setdefault(group.key, set()).add(subject.code)
    chosen = (replace(group, optional=tuple(sorted(optional.get(group.key, ())))) for group in groups.values())
    return Classes(tuple(chosen), lessons)


def _groups(source: Source, schools: Mapping[str, School]) -> dict[str, Group]:
    found: dict[str, Group] = {}
    seen: dict[ClassKey, int] = {}
    for record in source.table("classes"):
        school = schools.get(record.text("schoolSourcedId"))
        if record.text("classType") != "homeroom" or school is None:
            continue
        with source.findings.refusals(record, "grades"):
            found[record.id] = group = _group(source, record, school)
            if (first := seen.setdefault(group.key, record.line)) != record.line:
                source.findings.blame(record, "title", f"Lớp {group.key.name} đã có ở dòng {first}.")
    return found


def _group(source: Source, record: Record, school: School) -> Group:
    sessions = [source.get("academicSessions", each) for each in record.many("termSourcedIds")]
    years = {year_of(session) for session in sessions}
    if len(years) > 1:
        source.findings.blame(record, "termSourcedIds", "Các kì của lớp thuộc nhiều năm học.")
    course = source.get("courses", record.text("courseSourcedId"))
    grade = parse_grade(record.many("grades") or course.many("grades"))
    key = ClassKey(school.code, min(years), normalise_name(record.text("title")))
    topics = {topic for each in record.ours("studyTopics").split(",") if (topic := each.strip())}
    return Group(key, grade, topics=tuple(sorted(topics)), plan=_plan(source, record))


def _plan(source: Source, record: Record) -> SignaturePlan | None:
    told = record.ours("signaturePlan")
    if told in {"", *SignaturePlan}:
        return SignaturePlan(told) if told else None
    message = f"“{told}” không phải là cách kí; chỉ nhận: {', '.join(SignaturePlan)}."
    source.findings.blame(record, "metadata.hocba.signaturePlan", message)
    return None


def _subject(source: Source, record: Record, groups: Mapping[str, Group]) -> tuple[Group, Subject] | None:
    """The class and what it is taught; None if either is none of ours."""
    code = source.get("courses", record.text("courseSourcedId")).text("courseCode")
    home = _homeroom(source, record, groups)
    group = groups.get(home)
    if group is None or source.get("classes", home).text("schoolSourcedId") != record.text("schoolSourcedId"):
        source.findings.review(record, "", _UNKNOWN)
        return None
    if (subject := subjects_of(group.grade).get(code)) is None:
        message = f"Mã môn “{code}” không có trong chương trình lớp {group.grade}; đã bỏ qua lớp môn học này."
        source.findings.review(record, "courseSourcedId", message)
        return None
    return group, subject


def _homeroom(source: Source, record: Record, groups: Mapping[str, Group]) -> str:
    """The sourcedId of the homeroom class: the one that is named, else the only one that all its pupils share."""
    if named := record.ours("homeroom"):
        return named
    shared = source.classes_shared(record.id) & groups.keys()
    return shared.pop() if len(shared) == 1 else ""
