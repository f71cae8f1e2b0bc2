"""What a person was told: notices in words, with the task that each of them leads to."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from domain import notices as said
from domain.assessment import Term
from domain.curriculum import Curriculum
from domain.errors import DomainError
from domain.notices import MY_ACCOUNT, MY_TASKS, Kind, Told
from domain.slot_marks import slot_name
from domain.waiting import Waiting
from domain.work import Work
from storage.campaigns import notices as campaign_notices
from storage.entries import curriculum_of
from storage.matters import notices as matter_notices
from storage.staffing import in_force
from storage.tables import CertificateRow, ClassGroup, ClassTermRow, Notice, Position, Reason, School, Staff
from storage.waiting import waiting

LONGEST_LIST = 200


@dataclass(frozen=True)
class _Background:
    """What the sentences need, read at once for all of them."""

    places: Mapping[UUID, tuple[ClassTermRow, ClassGroup]]
    tasks: Mapping[tuple[UUID, UUID], Sequence[Waiting]]  # by person and class-term
    reasons: Mapping[UUID, str]
    owners: Mapping[str, tuple[UUID | None, str]]  # of certificates: the person, and what to call the owner
    senders: Mapping[UUID, str]  # of nudges
    settled: Collection[str] = frozenset()  # subjects of campaigns and matters in which nothing is left to do

    def place(self, notice: Notice) -> dict[str, object]:
        """The names of the class and the term; empty for what is about the person."""
        if notice.class_term_id is None:
            return {}
        row, group = self.places[notice.class_term_id]
        return {"name": group.name, "term": Term(row.term).label}

    def tasks_of(self, notice: Notice) -> Sequence[Waiting]:
        return self.tasks.get((notice.staff_id, notice.class_term_id), ()) if notice.class_term_id else ()


def of_person(
    session: Session, staff_id: UUID, at: datetime, kind: Kind | None = None, *, only_new: bool = False
) -> list[Told]:
    """The newest of a person's notices, what was not read yet first."""
    query = select(Notice).where(Notice.staff_id == staff_id)
    if kind is not None:
        query = query.where(Notice.kind == kind)
    if only_new:
        query = query.where(Notice.read_at.is_(None))
    newest = query.order_by(Notice.read_at.is_not(None), Notice.created_at.desc(), Notice.id).limit(LONGEST_LIST)
    return in_words(session, session.scalars(newest).all(), at)


def of_mail(session: Session, mail_key: str, at: datetime) -> list[Told]:
    """What a message tells: nothing of what was read or done by now."""
    query = select(Notice).where(Notice.mail_key == mail_key, Notice.read_at.is_(None)).order_by(Notice.created_at)
    return [each for each in in_words(session, session.scalars(query).all(), at) if each.is_open]


def unread(session: Session, staff_id: UUID) -> int:
    query = select(func.count()).where(Notice.staff_id == staff_id, Notice.read_at.is_(None))
    return session.scalar(query) or 0


def one(session: Session, staff_id: UUID, notice_id: UUID, at: datetime) -> Told | None:
    row = session.scalars(select(Notice).where(Notice.id == notice_id, Notice.staff_id == staff_id)).first()
    return in_words(session, [row], at)[0] if row else None


def mark_read(session: Session, staff_id: UUID, ids: Collection[UUID] | None, at: datetime) -> None:
    """Mark some of a person's own notices as read, or all of them; those of others are left alone."""
    mine = update(Notice).where(Notice.staff_id == staff_id, Notice.read_at.is_(None))
    if ids is not None:
        mine = mine.where(Notice.id.in_(_whole_matters(session, staff_id, ids)))
    session.execute(mine.values(read_at=at), execution_options={"synchronize_session": False})


def in_words(session: Session, rows: Sequence[Notice], at: datetime) -> list[Told]:
    """Each matter once: the signatures of a class that one return made void are one."""
    background = _background(session, rows, at)
    found: dict[tuple[UUID, str, str], Told] = {}
    for row in rows:
        told = _WORDS[Kind(row.kind)](row, background)
        if row.reason_id is not None:
            told = replace(told, reason=background.reasons.get(row.reason_id, ""))
        key = (row.staff_id, row.kind, _matter(row))
        found[key] = _with(found[key], told) if key in found else told
    return list(found.values())


def _matter(row: Notice) -> str:
    if row.kind == Kind.SIGNATURE_VOID:
        return f"{row.class_term_id}:{row.subject_ref.rpartition(':')[2]}"
    return row.subject_ref


def _with(one: Told, another: Told) -> Told:
    ids = one.ids + another.ids
    return replace(one, ids=ids, values=one.values | {"count": len(ids)}, is_new=one.is_new or another.is_new)


def _whole_matters(session: Session, staff_id: UUID, ids: Collection[UUID]) -> set[UUID]:
    """The notices themselves, and those that the page shows as one with them."""
    rows = session.scalars(select(Notice).where(Notice.staff_id == staff_id, Notice.id.in_(ids))).all()
    found = {row.id for row in rows}
    for row in rows:
        if row.kind == Kind.SIGNATURE_VOID:
            same = select(Notice.id, Notice.subject_ref).where(
                Notice.staff_id == staff_id, Notice.kind == row.kind, Notice.class_term_id == row.class_term_id
            )
            seq = row.subject_ref.rpartition(":")[2]
            found |= {each for each, ref in session.execute(same) if ref.rpartition(":")[2] == seq}
    return found


def _background(session: Session, rows: Sequence[Notice], at: datetime) -> _Background:
    class_terms = {row.class_term_id for row in rows if row.class_term_id is not None}
    places = (
        select(ClassTermRow, ClassGroup)
        .join(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
        .where(ClassTermRow.id.in_(class_terms))
    )
    tasks: dict[tuple[UUID, UUID], list[Waiting]] = {}
    people = {row.staff_id for row in rows}
    for task in waiting(session, ClassTermRow.id.in_(class_terms), at, people) if class_terms else ():
        tasks.setdefault((task.staff_id, task.place.class_term_id), []).append(task)
    reasons = select(Reason.id, Reason.text).where(Reason.id.in_({row.reason_id for row in rows if row.reason_id}))
    return _Background(
        {row[0].id: (row[0], row[1]) for row in session.execute(places)} if class_terms else {},
        tasks,
        dict(session.execute(reasons).all()),
        _owners(session, {row.subject_ref.partition("/")[0] for row in rows if row.kind == Kind.CERTIFICATE}),
        _senders(session, {row.sent_by for row in rows if row.sent_by}, at),
        campaign_notices.settled(session, [row.subject_ref for row in rows if row.kind == Kind.CAMPAIGN])
        | matter_notices.settled(session, [row.subject_ref for row in rows if row.kind == Kind.MATTER]),
    )


def _senders(session: Session, ids: Collection[UUID], at: datetime) -> dict[UUID, str]:
    """By name and office: whoever is nudged knows who expects the work."""
    if not ids:
        return {}
    office = (Position.staff_id == Staff.id) & in_force(Position, at)
    query = select(Staff.id, Staff.full_name, Position.title).outerjoin(Position, office).where(Staff.id.in_(ids))
    return {
        staff_id: f"{name} ({title})" if title else name
        for staff_id, name, title in session.execute(query.order_by(Position.valid_from.desc()))
    }


def _owners(session: Session, ids: Collection[str]) -> dict[str, tuple[UUID | None, str]]:
    if not ids:
        return {}
    query = (
        select(CertificateRow.id, CertificateRow.staff_id, func.coalesce(Staff.full_name, School.name))
        .outerjoin(Staff, Staff.id == CertificateRow.staff_id)
        .outerjoin(School, School.id == CertificateRow.school_id)
        .where(CertificateRow.id.in_(map(UUID, ids)))
    )
    return {str(each): (staff_id, name) for each, staff_id, name in session.execute(query)}


def _told(row: Notice, words: str, values: dict[str, object], path: str, **more: object) -> Told:
    told = Told((row.id,), row.staff_id, Kind(row.kind), words, values, path, row.created_at, row.read_at is None)
    return replace(told, **more)  # type: ignore[arg-type]


def _returned(row: Notice, known: _Background) -> Told:
    _, slot, _, count = row.subject_ref.split("/")
    is_open = any(task.work is Work.ENTER and slot in task.slots for task in known.tasks_of(row))
    curriculum = _curriculum(row, known)
    values = known.place(row) | {"part": _part(curriculum, slot), "count": int(count)}
    path = f"/lop/{row.class_term_id}/nhap/{slot}" if is_open else MY_TASKS
    return _told(row, said.RETURNED, values, path, is_open=is_open, due_at=_due(row, known) if is_open else None)


def _turn(row: Notice, known: _Background) -> Told:
    step = row.subject_ref.split("/")[1]
    task = next((each for each in known.tasks_of(row) if each.code == step), None)
    if task is None:
        return _told(row, said.DONE, known.place(row), MY_TASKS, is_open=False)
    return _told(row, task.words, task.values, task.path, due_at=task.place.due_at)


def _deadline(row: Notice, known: _Background) -> Told:
    hook = row.subject_ref.split("/")[1]
    path = _first_path(row, known) if hook != "escalation" else "/tien-do"
    return _told(row, said.DEADLINES.get(hook, said.NUDGE), known.place(row), path, due_at=_due(row, known))


def _nudge(row: Notice, known: _Background) -> Told:
    if row.class_term_id is None:
        return _told(row, said.NUDGE_ALONE, {}, MY_TASKS)
    who = known.senders.get(row.sent_by) if row.sent_by else None
    words, values = (said.NUDGE_BY, {"who": who}) if who else (said.NUDGE, {})
    is_open = bool(known.tasks_of(row))
    path = _first_path(row, known)
    return _told(row, words, known.place(row) | values, path, is_open=is_open, due_at=_due(row, known))


def _signature_void(row: Notice, known: _Background) -> Told:
    return _told(row, said.SIGNATURE_VOID, known.place(row) | {"count": 1}, MY_TASKS)


def _certificate(row: Notice, known: _Background) -> Told:
    certificate_id, condition, day = row.subject_ref.split("/")
    owner_id, owner = known.owners.get(certificate_id, (None, ""))
    found, on = condition.partition("-")[0], date.fromisoformat(day).strftime("%d/%m/%Y")
    if found in said.APPROVALS:
        return _told(row, said.APPROVALS[found], {"owner": owner, "day": on}, "/nop")
    if owner_id == row.staff_id:
        return _told(row, said.OWN_CERTIFICATE[found], {"day": on}, MY_ACCOUNT)
    return _told(row, said.CERTIFICATE[found], {"owner": owner, "day": on}, "/chung-thu-so")


def _new_device(row: Notice, known: _Background) -> Told:  # noqa: ARG001 - the same as the others
    return _told(row, said.NEW_DEVICE, {}, MY_ACCOUNT)


def _campaign(row: Notice, known: _Background) -> Told:
    words, values, path = campaign_notices.words(row.subject_ref)
    return _told(row, words, values, path, is_open=row.subject_ref not in known.settled)


def _matter_told(row: Notice, known: _Background) -> Told:
    words, path = matter_notices.words(row.subject_ref)
    return _told(row, words, {}, path, is_open=row.subject_ref not in known.settled)


def _first_path(row: Notice, known: _Background) -> str:
    return next((task.path for task in known.tasks_of(row)), MY_TASKS)


def _due(row: Notice, known: _Background) -> datetime | None:
    return known.places[row.class_term_id][0].due_at if row.class_term_id else None


def _curriculum(row: Notice, known: _Background) -> Curriculum | None:
    if row.class_term_id is None:
        return None
    class_term, group = known.places[row.class_term_id]
    return curriculum_of(group, Term(class_term.term))


def _part(curriculum: Curriculum | None, slot: str) -> str:
    try:
        return slot_name(curriculum, slot) if curriculum else slot
    except DomainError:  # a subject that the class no longer takes
        return slot


_WORDS = {
    Kind.RETURNED: _returned,
    Kind.TURN: _turn,
    Kind.DEADLINE: _deadline,
    Kind.NUDGE: _nudge,
    Kind.SIGNATURE_VOID: _signature_void,
    Kind.CERTIFICATE: _certificate,
    Kind.NEW_DEVICE: _new_device,
    Kind.CAMPAIGN: _campaign,
    Kind.MATTER: _matter_told,
}
