"""Opens a transfer: the guardian's application, as the clerk of one of the schools enters it."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from domain.calendar import day_of
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from domain.identity import Sex, normalise_name
from domain.matters import MatterKind
from domain.matters.transfers import News
from domain.provinces import is_same_province
from domain.pupils import HOME_COUNTRY
from domain.transfers.phases import CLERK, Deed, Direction, first_phase
from domain.transfers.windows import refuse_outside_window
from storage import journal, presence
from storage.findings import keep_findings
from storage.matters import steps, waits
from storage.matters.steps import Step
from storage.presence import lock_pupil
from storage.staffing import Person
from storage.tables import ClassGroup, Enrolment, Matter, PupilRow, School, Transfer
from storage.transfers import dues, telling

# The same words whatever did not fit: nobody finds out who learns at another school.
NOBODY: Final = (
    "Không có học sinh nào đang học ở trường khác trong hệ thống khớp với mã (hoặc số định danh) và ngày sinh đã nhập. "
    "Thầy/cô hãy đối chiếu lại với đơn và giấy tờ của gia đình."
)
# Whether the number is somebody else's, or the pupil is at another school: nobody learns which.
NOT_FROM_OUTSIDE: Final = (
    "Chưa nhập được đơn này với mã (hoặc số định danh) và ngày sinh đã ghi. Thầy/cô hãy đối chiếu với giấy tờ; nếu học "
    "sinh đến từ một trường trong hệ thống thì chọn chiều “từ một trường trong hệ thống”."
)
_NOT_OURS: Final = "Không tìm thấy học sinh này trong trường; thầy/cô hãy kiểm tra mã học sinh và ngày sinh."
_UNDER_WAY: Final = "Học sinh này đang có một đơn chuyển trường chưa xong."
SEXES: Final = frozenset(each.label for each in Sex)
_TOO_OLD: Final = 366  # days
EXCEPTED: Final = "excepted"  # in the first step: the department allowed a day outside the windows


@dataclass(frozen=True)
class Outside:
    """A school that is not in the system, as the papers name it; of one abroad the country instead of the province."""

    name: str = ""
    code: str = ""
    province: str = ""
    country: str = ""


@dataclass(frozen=True)
class Newcomer:
    """A pupil whom the system does not know yet; `personal_id` may be empty."""

    full_name: str
    sex: str
    ethnicity: str
    personal_id: str = ""
    place_of_birth: str = ""
    nationality: str = HOME_COUNTRY


@dataclass(frozen=True)
class Application:
    """What the clerk typed. `pupil` is a pupil code or a personal id; with `birth_date` it names one pupil.

    `arrives`: the clerk's school receives. Of the other school there is a code, or, outside, its name. `optional` and
    `topics` are codes of subjects that who comes from outside to grades 10 to 12 has learned.
    """

    matter_id: UUID
    command_id: str
    arrives: bool
    pupil: str
    birth_date: date
    requested_on: date
    reason: str
    school_code: str = ""
    outside: Outside | None = None
    newcomer: Newcomer | None = None
    grade: int = 0
    is_excepted: bool = False
    optional: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Ways:
    """Who goes from where to where."""

    pupil: PupilRow
    direction: Direction
    from_school: UUID | None
    to_school: UUID | None
    enrolment: Enrolment | None
    grade: int


def open_transfer(session: Session, person: Person, application: Application, at: datetime) -> Matter:
    """Open it, or give the one that this command opened.

    Raises NotAllowed for who is no clerk, NotFound in neutral words, Conflict for a pupil who is on the way already.
    """
    known = session.get(Matter, application.matter_id)
    if known is not None:
        return known
    if CLERK not in person.roles:
        raise NotAllowed("Đơn chuyển trường do văn thư của trường nhập.")
    _refuse_dates(application, day_of(at))
    ways = _ways(session, person, application)
    _refuse_second(session, ways.pupil.id)
    return _open(session, person, application, ways, at)


def _refuse_dates(application: Application, today: date) -> None:
    if application.requested_on > today:
        raise Invalid("Ngày nhận đơn không thể ở sau hôm nay.")
    if (today - application.requested_on).days > _TOO_OLD:
        raise Invalid("Ngày nhận đơn đã quá một năm; hãy kiểm tra lại.")


def _refuse_second(session: Session, pupil_id: UUID) -> None:
    lock_pupil(session, pupil_id)
    other = select(Transfer.matter_id).join(Matter, Matter.id == Transfer.matter_id)
    if session.scalars(other.where(Transfer.pupil_id == pupil_id, Matter.settled_at.is_(None))).first():
        raise Conflict(_UNDER_WAY)


def _ways(session: Session, person: Person, application: Application) -> _Ways:
    pupil, enrolment, school_id = _found(session, application)
    if application.arrives:
        return _arriving(session, person, application, pupil, enrolment, school_id)
    if pupil is None or enrolment is None or school_id != person.school_id:
        raise NotFound(_NOT_OURS)
    grade = session.get_one(ClassGroup, enrolment.class_id).grade
    if application.outside is not None:
        _require_outside(application.outside)
        return _Ways(pupil, Direction.OUT, person.school_id, None, enrolment, grade)
    other = session.scalars(select(School.id).where(School.code == application.school_code)).first()
    if other is None:
        raise NotFound("Không có trường nào trong hệ thống mang mã này.")
    if other == person.school_id:
        raise Invalid("Trường nơi đến phải là trường khác.")
    return _Ways(pupil, Direction.WITHIN, person.school_id, other, enrolment, grade)


def _arriving(
    session: Session,
    person: Person,
    application: Application,
    pupil: PupilRow | None,
    enrolment: Enrolment | None,
    school_id: UUID | None,
) -> _Ways:
    if application.outside is not None:
        return _from_outside(person, application, pupil or _add(session, application), school_id)
    if pupil is None or enrolment is None or school_id is None or school_id == person.school_id:
        raise NotFound(NOBODY)
    grade = session.get_one(ClassGroup, enrolment.class_id).grade
    return _Ways(pupil, Direction.WITHIN, school_id, person.school_id, enrolment, grade)


def _from_outside(person: Person, application: Application, pupil: PupilRow, school_id: UUID | None) -> _Ways:
    """A pupil whom the system does not know as another school's."""
    _require_outside(application.outside or Outside())
    if school_id is not None and school_id != person.school_id:
        raise NotFound(NOT_FROM_OUTSIDE)
    if school_id is not None:
        raise Conflict("Học sinh này đang học ở trường.")
    return _Ways(pupil, Direction.IN, None, person.school_id, None, application.grade)


def _add(session: Session, application: Application) -> PupilRow:
    """Enter a newcomer. Raises Invalid for what is missing, NotFound for a number that is somebody else's."""
    new, code = application.newcomer, application.pupil.strip()
    if new is None or not code or not new.full_name or new.sex not in SEXES or not new.ethnicity:
        raise Invalid("Học sinh từ ngoài hệ thống phải có mã học sinh, họ và tên, giới tính và dân tộc.")
    numbers = [each for each in (code, new.personal_id) if each]
    taken = select(PupilRow.id).where(or_(PupilRow.pupil_code.in_(numbers), PupilRow.personal_id.in_(numbers)))
    if session.scalars(taken).first() is not None:
        raise NotFound(NOT_FROM_OUTSIDE)
    row = PupilRow(
        pupil_code=code, personal_id=new.personal_id, full_name=normalise_name(new.full_name),
        birth_date=application.birth_date, sex=new.sex, ethnicity=new.ethnicity, nationality=new.nationality,
        place_of_birth=new.place_of_birth,
    )  # fmt: skip
    session.add(row)
    session.flush()
    keep_findings(session, [row])
    return row


def _require_outside(outside: Outside) -> None:
    if not outside.name.strip() or not (outside.province.strip() or outside.country.strip()):
        raise Invalid("Trường ngoài hệ thống phải có tên và tỉnh, thành phố (trường ở nước ngoài: tên và nước).")


def _found(session: Session, application: Application) -> tuple[PupilRow | None, Enrolment | None, UUID | None]:
    """The pupil with this number and birth date, and where he learns now."""
    asked = application.pupil.strip()
    query = select(PupilRow).where(
        or_(PupilRow.pupil_code == asked, PupilRow.personal_id == asked),
        PupilRow.birth_date == application.birth_date,
    )
    pupil = session.scalars(query).first() if asked else None
    if pupil is None:
        return None, None, None
    return pupil, *(presence.place_of(session, pupil.id) or (None, None))


def _open(session: Session, person: Person, application: Application, ways: _Ways, at: datetime) -> Matter:
    row = _row(session, application, ways)
    has_plan = ways.enrolment is not None and ways.enrolment.individual_plan
    case = replace(dues.case_of(row), has_individual_plan=has_plan)
    refuse_outside_window(case, is_excepted=application.is_excepted)
    journal.add_reason(session, application.matter_id, person.school_id, person.staff_id, application.reason)
    detail = {"direction": ways.direction.value, "rule": case.rule.version, "on": str(application.requested_on)}
    if application.is_excepted:
        detail[EXCEPTED] = "yes"
    first = Step(application.command_id, Deed.REQUEST, at, person.staff_id, application.matter_id, detail)
    # Of the school whose papers these are: until it releases them the other one sees none.
    whose = ways.from_school or person.school_id
    matter = steps.open_matter(session, MatterKind.TRANSFER, application.matter_id, whose, row.phase, first)
    if matter is None:
        return session.get_one(Matter, application.matter_id)
    row.rule_version = case.rule.version
    session.add(row)
    session.flush()
    due_at = dues.keep_due(session, row)
    waits.wait_for(session, matter.id, dues.waits(session, row, due_at, at), at)
    telling.tell_other_clerks(session, row, person.school_id, News.REQUESTED, at)
    return matter


def _row(session: Session, application: Application, ways: _Ways) -> Transfer:
    outside = application.outside or Outside()
    learned = {"optional": list(application.optional), "topics": list(application.topics)}
    return Transfer(
        matter_id=application.matter_id, pupil_id=ways.pupil.id, direction=ways.direction.value,
        from_school_id=ways.from_school, to_school_id=ways.to_school, other_name=outside.name.strip(),
        other_code=outside.code.strip(), other_province=outside.province.strip(),
        other_country=outside.country.strip(), requested_on=application.requested_on, grade=ways.grade,
        is_same_province=_is_same_province(session, ways, application.outside),
        learned=learned if ways.direction is Direction.IN else {},
        application_reason_id=application.matter_id, from_enrolment_id=ways.enrolment.id if ways.enrolment else None,
        phase=first_phase(ways.direction).value, counted_from=application.requested_on,
    )  # fmt: skip


def _is_same_province(session: Session, ways: _Ways, outside: Outside | None) -> bool:
    own = session.get_one(School, ways.from_school or ways.to_school)
    if outside is not None:
        return not outside.country and is_same_province(own.province, outside.province)
    return is_same_province(own.province, session.get_one(School, ways.to_school).province)
