"""When a class-term came to where it stands: read from the decisions that brought it there."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.curriculum import HOMEROOM
from domain.decisions import Action
from domain.stages import Stage
from storage.among import among
from storage.tables import Command

# An action, and whether the homeroom teacher took it: a signature of the homeroom teacher leads elsewhere.
_Step: TypeAlias = tuple[Action, bool]
_LEADS_TO: Final[Mapping[Stage, frozenset[_Step]]] = {
    Stage.ENTRY: frozenset(
        {(Action.RETURN, True), (Action.RETURN, False), (Action.UNLOCK, False), (Action.RECALL, False)}
    ),
    Stage.SUBMITTED: frozenset({(Action.SUBMIT, True), (Action.SUBMIT, False)}),
    Stage.REVIEWED: frozenset({(Action.REVIEW, True)}),
    Stage.SUBJECT_SIGNED: frozenset({(Action.SIGN, False), (Action.REVIEW, True)}),
    Stage.HOMEROOM_SIGNED: frozenset({(Action.SIGN, True)}),
    Stage.APPROVED: frozenset({(Action.APPROVE, False)}),
    Stage.SEALED: frozenset({(Action.SEAL, False)}),
    Stage.ISSUED: frozenset({(Action.ISSUE, False)}),
}


@dataclass(frozen=True)
class Arrivals:
    """The newest decision of each kind, by class-term."""

    newest: Mapping[tuple[UUID, _Step], datetime]

    def came(self, class_term_id: UUID, stage: Stage) -> datetime | None:
        """When the last of its records came to a stage; None for entry into which none was sent back."""
        known = (self.newest.get((class_term_id, step)) for step in _LEADS_TO[stage])
        return max((at for at in known if at), default=None)

    def held_since(self, class_term_id: UUID) -> datetime | None:
        known = (self.newest.get((class_term_id, (Action.HOLD, is_homeroom))) for is_homeroom in (True, False))
        return max((at for at in known if at), default=None)


def of_class_terms(session: Session, ids: Collection[UUID]) -> Arrivals:
    is_homeroom = Command.slot == HOMEROOM
    query = (
        select(Command.class_term_id, Command.action, is_homeroom, func.max(Command.created_at))
        .where(among(Command.class_term_id, ids))
        .group_by(Command.class_term_id, Command.action, is_homeroom)
    )
    return Arrivals(
        {(each, (Action(action), by_homeroom)): at for each, action, by_homeroom, at in session.execute(query)}
    )
