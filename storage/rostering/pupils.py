"""Writes the pupils of a roster and their places in classes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.calendar import SchoolYear
from domain.identity import name_sort_key
from domain.pupils import HOME_COUNTRY
from domain.roster_changes import Changes, Fate, RosterChanges
from domain.rostering import ClassKey, Enrolment, Pupil
from storage import tables
from storage.findings import keep_findings
from storage.rostering import ids
from storage.tables import PupilRow


def write_pupils(session: Session, changes: Changes[Pupil]) -> None:
    """Add pupils under the id they come with, where nobody else has it, and take over what changed."""
    new, changed = changes.of(Fate.ADDED), {each.code: each for each in changes.of(Fate.CHANGED)}
    choose = ids.chooser(session, PupilRow.id, [each.uid for each in new])
    rows = [PupilRow(id=choose(each.uid), **_values(each)) for each in new]
    session.add_all(rows)
    session.flush()
    for row in session.scalars(select(PupilRow).where(ids.among(PupilRow.pupil_code, changed))):
        for name, value in _values(changed[row.pupil_code]).items():
            setattr(row, name, value)
        rows.append(row)
    session.flush()
    keep_findings(session, rows)


def _values(pupil: Pupil) -> dict[str, str | date]:
    return {
        "pupil_code": pupil.code,
        "personal_id": pupil.personal_id,
        "full_name": pupil.full_name,
        "birth_date": pupil.birth_date,
        "sex": pupil.sex,
        "ethnicity": pupil.ethnicity,
        "nationality": pupil.nationality or HOME_COUNTRY,
        "place_of_birth": pupil.place_of_birth,
    }


def write_enrolments(session: Session, changes: RosterChanges, first_days: Mapping[SchoolYear, date]) -> None:
    """Take over what changed, then put pupils into classes; those who left a class again come first."""
    found, pupils = changes.enrolments, {pupil.code: pupil for pupil in changes.pupils.after}
    class_ids = ids.class_ids(session, {each.group.school for each in found.after})
    for each in found.of(Fate.CHANGED):
        _update(session, class_ids[each.group], each)
    added = [
        replace(each, joined_on=each.joined_on or first_days[each.group.year]) for each in _numbered(found, pupils)
    ]
    codes = {each.pupil for each in added}
    query = select(PupilRow.pupil_code, PupilRow.id).where(ids.among(PupilRow.pupil_code, codes))
    known = dict(session.execute(query).all())
    rows = [
        {
            "id": uuid4(),
            "class_id": class_ids[each.group],
            "pupil_id": known[each.pupil],
            "school_year": str(each.group.year),
            "order_no": each.order_no,
            "register_no": each.register_no,
            "record_uid": uuid4(),
            "joined_on": each.joined_on,
            "left_on": each.left_on,
        }
        for each in sorted(added, key=lambda new: new.left_on is None)  # who left comes first: one open place a year
    ]
    if rows:
        new = insert(tables.Enrolment)
        session.execute(new.on_conflict_do_nothing(index_elements=["class_id", "pupil_id", "joined_on"]), rows)


def _update(session: Session, class_id: UUID, enrolment: Enrolment) -> None:
    """Of who came back the newest stay: the earlier one is over."""
    row = tables.Enrolment
    pupil_id = select(PupilRow.id).where(PupilRow.pupil_code == enrolment.pupil).scalar_subquery()
    stays = select(row.id).where(row.class_id == class_id, row.pupil_id == pupil_id)
    newest = stays.order_by(row.joined_on.desc()).limit(1).scalar_subquery()
    values = {"order_no": enrolment.order_no, "register_no": enrolment.register_no}
    dates = {"joined_on": enrolment.joined_on, "left_on": enrolment.left_on}
    session.execute(update(row).where(row.id == newest).values(**values, **dates))


def _numbered(changes: Changes[Enrolment], pupils: Mapping[str, Pupil]) -> list[Enrolment]:
    """The new enrolments; those without a number follow the last of their class, by name."""
    last: dict[ClassKey, int] = {}
    for each in changes.after:
        last[each.group] = max(last.get(each.group, 0), each.order_no)
    numbered = []
    for each in sorted(changes.of(Fate.ADDED), key=lambda new: name_sort_key(pupils[new.pupil].full_name)):
        if not each.order_no:
            last[each.group] += 1
        numbered.append(replace(each, order_no=each.order_no or last[each.group]))
    return numbered
