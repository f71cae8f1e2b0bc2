"""People of a package: pupils of homeroom classes, staff of their schools, and the offices held there."""

from collections import Counter
from collections.abc import Mapping
from datetime import date

from domain.curriculum import HOMEROOM
from domain.errors import Invalid
from domain.identity import check_personal_id, is_personal_id, normalise_name, parse_pupil_code
from domain.rostering import Office, Period, Position, Pupil, School, StaffMember
from interchange.oneroster.incoming_classes import Lesson
from interchange.oneroster.records import Record
from interchange.oneroster.source import Source
from interchange.oneroster.vocabulary import (
    OFFICES,
    SEXES,
    SITE_ADMINISTRATOR,
    STAFF_ROLES,
    STUDENT,
    TEACHER,
    join_name,
    parse_moment,
    period_of_days,
    uid_of,
)

PERSONAL_ID = "metadata.hocba.personalId"


def pupils_of(source: Source, lessons: Mapping[str, Lesson]) -> dict[str, Pupil]:
    """Who is enrolled in a homeroom class, by sourcedId."""
    homerooms = {class_id for class_id, lesson in lessons.items() if lesson.slot == HOMEROOM}
    enrolled = dict.fromkeys(
        record.text("userSourcedId")
        for record in source.table("enrollments")
        if record.text("role") == STUDENT and record.text("classSourcedId") in homerooms
    )
    found = {user_id: _pupil(source, source.get("users", user_id)) for user_id in enrolled}
    pupils = {user_id: pupil for user_id, pupil in found.items() if pupil is not None}
    for column, code in (("identifier", "code"), (PERSONAL_ID, "personal_id")):
        _refuse_shared(source, column, {user_id: getattr(pupil, code) for user_id, pupil in pupils.items()})
    return pupils


def _pupil(source: Source, user: Record) -> Pupil | None:
    code = None
    with source.findings.refusals(user, "identifier"):
        code = parse_pupil_code(user.text("identifier"))
    if not source.has("demographics", user.id):
        source.findings.blame(user, "sourcedId", "Học sinh không có dòng nào trong demographics.csv.")
        return None
    facts = source.get("demographics", user.id)
    birth_date, sex = facts.day("birthDate"), SEXES.get(facts.text("sex"))
    if birth_date is None:
        source.findings.blame(facts, "birthDate", "Học sinh phải có ngày sinh.")
    if sex is None:
        source.findings.blame(facts, "sex", "Giới tính của học sinh phải là male (Nam) hoặc female (Nữ).")
    if code is None or birth_date is None or sex is None:
        return None
    personal_id = user.ours("personalId")
    for finding in check_personal_id(personal_id, sex, birth_date):
        message = finding.message if personal_id else "Chưa có số định danh cá nhân."
        source.findings.review(user, PERSONAL_ID, message)
    return Pupil(
        uid=uid_of(user.id),
        code=code,
        personal_id=personal_id,
        full_name=_name(user),
        birth_date=birth_date,
        sex=sex.label,
        ethnicity=normalise_name(facts.ours("ethnicity")),
        nationality=normalise_name(facts.ours("nationality")),
        place_of_birth=normalise_name(facts.ours("placeOfBirth") or facts.text("cityOfBirth")),
    )


def _name(user: Record) -> str:
    told = join_name(user.text("familyName"), user.text("middleName"), user.text("givenName"))
    return normalise_name(user.ours("fullName")) or told


def _refuse_shared(source: Source, column: str, codes: Mapping[str, str]) -> None:
    seen: dict[str, str] = {}
    for user_id, code in codes.items():
        if code and (first := seen.setdefault(code, user_id)) != user_id:
            line = source.get("users", first).line
            source.findings.blame(source.get("users", user_id), column, f"Mã {code} đã có ở dòng {line}.")


def staff_of(source: Source, schools: Mapping[str, School]) -> dict[tuple[str, str], StaffMember]:
    """Who works at a school, by the sourcedIds of school and user; without a personal id nobody can sign."""
    roles = [
        *((each.text("orgSourcedId"), each.text("userSourcedId"), each.text("role")) for each in source.table("roles")),
        *(
            (each.text("schoolSourcedId"), each.text("userSourcedId"), each.text("role"))
            for each in source.table("enrollments")
        ),
    ]
    working = dict.fromkeys((org, user) for org, user, role in roles if org in schools and role in STAFF_ROLES)
    known = dict.fromkeys(user_id for _, user_id in working)
    usable = {user_id for user_id in known if _has_personal_id(source, source.get("users", user_id))}
    _refuse_shared(source, PERSONAL_ID, {each: source.get("users", each).ours("personalId") for each in known})
    return {
        (org, user_id): StaffMember(
            uid_of(user_id), schools[org].code, user.ours("personalId"), _name(user)
        )
        for org, user_id in working
        if user_id in usable and (user := source.get("users", user_id))
    }  # fmt: skip


def _has_personal_id(source: Source, user: Record) -> bool:
    personal_id = user.ours("personalId")
    if not personal_id:
        message = "Cán bộ, giáo viên chưa có số định danh cá nhân nên chưa ghi vào danh sách và chưa phân công được."
        source.findings.review(user, PERSONAL_ID, message)
        return False
    if not is_personal_id(personal_id):
        source.findings.blame(user, PERSONAL_ID, "Số định danh cá nhân phải có đúng 12 chữ số.")
        return False
    return True


def positions_of(
    source: Source, staff: Mapping[tuple[str, str], StaffMember], first_day: date
) -> list[tuple[Record, Position]]:
    """The offices of roles.csv with their lines; one without a beginning is held from `first_day` on."""
    found: list[tuple[Record, Position]] = []
    unused: Counter[str] = Counter()
    for record in source.table("roles"):
        role = record.text("role")
        member = staff.get((record.text("orgSourcedId"), record.text("userSourcedId")))
        if role not in {*STAFF_ROLES, STUDENT}:
            unused[role] += 1
        if member is None or role in {TEACHER, STUDENT}:
            continue
        with source.findings.refusals(record, "endDate"):
            if office := _office(source, record):
                title = record.ours("title") or office.label
                period = period_of(record, first_day)
                found.append((record, Position(member.school, member.personal_id, office, title, period)))
    for role, count in unused.items():
        source.findings.skip("roles.csv", "role", f"hocba không dùng vai trò “{role}”; đã bỏ qua {count} dòng.")
    return found


def _office(source: Source, record: Record) -> Office | None:
    told = record.ours("office")
    if record.text("role") in OFFICES:
        return OFFICES[record.text("role")]
    if record.text("role") != SITE_ADMINISTRATOR:
        return None
    if told in set(Office):
        return Office(told)
    message = "Chưa rõ chức vụ (cột metadata.hocba.office) nên chưa giao chức vụ nào."
    source.findings.review(record, "metadata.hocba.office", message)
    return None


def period_of(record: Record, first_day: date) -> Period:
    """When a role or an enrolment holds: exactly where that is told, else by days. Raises Invalid."""
    if not (since := record.ours("validFrom")):
        return period_of_days(record.day("beginDate") or first_day, record.day("endDate"))
    until = record.ours("validUntil")
    period = Period(parse_moment(since), parse_moment(until) if until else None)
    if period.until is not None and period.until <= period.since:
        raise Invalid("Thời điểm kết thúc không đứng sau thời điểm bắt đầu.")
    return period
