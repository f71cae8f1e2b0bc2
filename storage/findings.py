"""What of pupils' ids a person should look at: noted while it is so, settled once it is mended."""

from collections.abc import Collection

from sqlalchemy import ARRAY, Uuid, any_, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.identity import check_personal_id, parse_sex
from storage.tables import PupilRow, ReviewItem


def keep_findings(session: Session, pupils: Collection[PupilRow]) -> None:
    """Look at pupils who are new or have changed: whether their ids fit sex and birth date."""
    if not pupils:
        return
    found = {(row.id, code) for row in pupils for code in _codes(row)}
    # One value for all: a statement takes 65,535 at most.
    of_these = ReviewItem.pupil_id == any_(literal([row.id for row in pupils], ARRAY(Uuid)))
    for item in session.scalars(select(ReviewItem).where(of_these, ReviewItem.resolved_at.is_(None))):
        if (item.pupil_id, item.code) not in found:
            item.resolved_at = func.now()
    if rows := [{"pupil_id": pupil_id, "code": code} for pupil_id, code in sorted(found)]:
        session.execute(insert(ReviewItem).on_conflict_do_nothing(), rows)


def _codes(pupil: PupilRow) -> set[str]:
    findings = check_personal_id(pupil.personal_id, parse_sex(pupil.sex), pupil.birth_date)
    return {each.code.value for each in findings}
