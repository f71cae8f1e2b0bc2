"""Policies of campaigns: those that come with hocba, and each office's own, version by version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.campaigns.phases import Phase, as_json, checked, from_json
from domain.campaigns.policies import shipped
from domain.campaigns.workdays import SHIPPED_DAYS
from domain.errors import NotFound
from domain.workdays import Workdays
from storage.tables import Holiday, PolicyRow, PolicyVersion, Staff

_NAME: Final = "Không tìm thấy kế hoạch này."


@dataclass(frozen=True)
class Plan:
    """One version of a policy; `made_by` is "" for what came with hocba."""

    policy_id: UUID
    code: str
    name: str
    authority_id: UUID | None
    version: int
    phases: tuple[Phase, ...]
    source: str
    made_by: str
    created_at: datetime

    @property
    def is_shipped(self) -> bool:
        return self.authority_id is None


def ensure_shipped(session: Session) -> None:
    """Put the policies and holidays that come with hocba into the database; what is there stays."""
    for policy in shipped().values():
        new = insert(PolicyRow).values(id=uuid4(), code=policy.code.value, name=policy.name)
        session.execute(new.on_conflict_do_nothing(index_elements=["code"]))
        policy_id = session.scalars(select(PolicyRow.id).where(PolicyRow.code == policy.code.value)).one()
        version = insert(PolicyVersion).values(
            policy_id=policy_id, version=policy.version, phases=[as_json(each) for each in policy.phases],
            source=policy.source,
        )  # fmt: skip
        session.execute(version.on_conflict_do_nothing())
    days = [vars(each) for each in SHIPPED_DAYS]
    session.execute(insert(Holiday).on_conflict_do_nothing(), days)


def workdays(session: Session) -> Workdays:
    rows = session.execute(select(Holiday.day, Holiday.is_workday)).all()
    return Workdays(frozenset(day for day, works in rows if not works), frozenset(day for day, works in rows if works))


def plans(session: Session, authority_ids: Sequence[UUID]) -> list[Plan]:
    """The newest version of every shipped policy and of these authorities' own."""
    newest = select(PolicyVersion.policy_id, func.max(PolicyVersion.version).label("version"))
    newest_of = newest.group_by(PolicyVersion.policy_id).subquery()
    query = (
        select(PolicyRow, PolicyVersion, Staff.full_name)
        .join(PolicyVersion, PolicyVersion.policy_id == PolicyRow.id)
        .join(
            newest_of,
            (newest_of.c.policy_id == PolicyVersion.policy_id) & (newest_of.c.version == PolicyVersion.version),
        )
        .outerjoin(Staff, Staff.id == PolicyVersion.made_by)
        .where(or_(PolicyRow.authority_id.is_(None), PolicyRow.authority_id.in_(authority_ids)))
        .order_by(PolicyRow.authority_id.is_not(None), PolicyRow.name)
    )
    return [_plan(*row) for row in session.execute(query)]


def versions(session: Session, policy_id: UUID) -> list[Plan]:
    """Every version of a policy, newest first; none of a policy that is not there."""
    query = (
        select(PolicyRow, PolicyVersion, Staff.full_name)
        .join(PolicyVersion, PolicyVersion.policy_id == PolicyRow.id)
        .outerjoin(Staff, Staff.id == PolicyVersion.made_by)
        .where(PolicyRow.id == policy_id)
        .order_by(PolicyVersion.version.desc())
    )
    return [_plan(*row) for row in session.execute(query)]


def plan(session: Session, policy_id: UUID, version: int | None = None) -> Plan:
    """One version, or the newest. Raises NotFound."""
    found = [each for each in versions(session, policy_id) if version in {None, each.version}]
    if not found:
        raise NotFound(_NAME)
    return found[0]


@dataclass(frozen=True)
class Edit:
    """What an office writes: of a policy of its own, or (`policy_id` None) a new one."""

    authority_id: UUID
    name: str
    phases: tuple[Phase, ...]
    source: str
    made_by: UUID
    reason_id: UUID | None = None
    policy_id: UUID | None = None


def keep(session: Session, edit: Edit) -> Plan:
    """Keep the phases as the next version; the same phases again make no new one.

    Raises Invalid for phases that no campaign can follow, NotFound for a policy that is not the authority's own.
    """
    phases = checked(edit.phases)
    policy_id = edit.policy_id or _new_policy(session, edit)
    row = session.get(PolicyRow, policy_id, with_for_update=True)
    if row is None or row.authority_id != edit.authority_id:
        raise NotFound(_NAME)
    row.name = edit.name
    earlier = versions(session, policy_id)
    if earlier and earlier[0].phases == phases and earlier[0].source == edit.source:
        return earlier[0]
    session.add(
        PolicyVersion(
            policy_id=policy_id,
            version=earlier[0].version + 1 if earlier else 1,
            phases=[as_json(each) for each in phases],
            source=edit.source,
            made_by=edit.made_by,
            reason_id=edit.reason_id,
        )
    )
    session.flush()
    return plan(session, policy_id)


def _new_policy(session: Session, edit: Edit) -> UUID:
    row = PolicyRow(id=uuid4(), code=f"office/{uuid4()}", name=edit.name, authority_id=edit.authority_id)
    session.add(row)
    session.flush()
    return row.id


def _plan(row: PolicyRow, version: PolicyVersion, made_by: str | None) -> Plan:
    phases = tuple(from_json(each) for each in version.phases)
    return Plan(
        row.id, row.code, row.name, row.authority_id, version.version, phases, version.source, made_by or "",
        version.created_at,
    )  # fmt: skip
