"""What the pages show on which somebody signs the paper of a matter."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from activities.certificates import certificate_card
from activities.showing import look_at
from api.deps import now
from api.pages.matters.paper import UNKNOWN
from api.pages.signing.words import ACTION_NAMES, CONDITION_TODO, CONDITIONS, DOING_NAMES, DONE_NAMES
from api.services import Services
from domain.errors import DomainError, NotFound
from domain.matters import MatterKind
from domain.matters.paper_words import field_name, paper_name
from domain.matters.signing import NOTHING_SIGNED, action_of
from domain.matters.words import path_of
from domain.signing_phases import Phase, phase_of
from storage import orders
from storage.matters import paper_orders, papers
from storage.showing import Signing
from storage.staffing import Person
from storage.tables import Matter, SigningOrder

Values = dict[str, Any]
MOVING = frozenset({Phase.PREPARING, Phase.DELAYED, Phase.ASKED, Phase.SIGNING})


@dataclass(frozen=True)
class PaperHead:
    """The paper that somebody signs, and as what."""

    matter_id: UUID
    kind: str
    name: str
    field: str
    role: str
    action: str
    home: str


@dataclass(frozen=True)
class OrderCard:
    """One's order for a paper: where it is, or why it came to nothing."""

    id: UUID
    phase: Phase
    trouble: str
    warning: str
    expires_at: datetime
    sha256: str


def waiting_field(session: Session, matter_id: UUID, person: Person, asked: str) -> tuple[Matter, str]:
    """The field that is asked for, or the first that waits for the person. Raises NotFound where none does."""
    matter = session.get(Matter, matter_id)
    fields = paper_orders.fields_for(session, matter_id, person)
    if matter is None or not fields or (asked and asked not in fields):
        raise NotFound(UNKNOWN)
    return matter, asked or fields[0]


def choice(found: Services, person: Person, matter_id: UUID, asked: str, problem: DomainError | None = None) -> Values:
    """What is to be signed, before it is prepared."""
    with found.sessions() as session:
        matter, field = waiting_field(session, matter_id, person, asked)
        action = action_of(field)
        return {
            **_words(),
            "paper": _head(matter, field),
            "signings": _signings(session, matter_id),
            "look": look_at(lambda: found.showing.matter(session, matter_id, now())),
            "certificate": certificate_card(session, found.confirming, person, action, now()),
            "command_id": uuid4(),
            "problem": problem,
        }


def order(
    found: Services, person: Person, which: tuple[UUID, UUID], *, turn: int = 0, problem: DomainError | None = None
) -> Values:
    """An order as far as it is; what it will sign is shown just as it was prepared."""
    matter_id, order_id = which
    with found.sessions() as session:
        mine = paper_orders.own_order(session, order_id, matter_id, person)
        card = _card(session, mine)
        matter, action = session.get_one(Matter, matter_id), action_of(mine.slot)
        is_ready = card.phase is Phase.READY
        return {
            **_words(),
            "paper": _head(matter, mine.slot),
            "order": card,
            "signings": _signings(session, matter_id),
            "look": look_at(lambda: found.showing.prepared(session, mine)) if is_ready else None,
            "certificate": certificate_card(session, found.confirming, person, action, now()) if is_ready else None,
            "can_retry": mine.slot in paper_orders.fields_for(session, matter_id, person),
            "is_moving": card.phase in MOVING,
            "turn": turn,
            "problem": problem,
        }


def _card(session: Session, mine: SigningOrder) -> OrderCard:
    stored = orders.items(session, mine.id)
    usable = sum(item.outcome != "failed" for item in stored)
    phase = phase_of(mine.state, mine.trouble_code, usable, mine.expires_at, now())
    trouble = mine.trouble
    if phase in {Phase.DONE, Phase.FAILED} and not usable:
        phase, trouble = Phase.FAILED, next((item.error for item in stored if item.error), trouble or NOTHING_SIGNED)
    if phase is Phase.READY and paper_orders.is_stale(session, mine):
        phase = Phase.EXPIRED
    sha256 = next((item.content_sha256 or item.prepared_sha256 for item in stored), "")
    return OrderCard(mine.id, phase, trouble, mine.warning, mine.expires_at, sha256)


def _signings(session: Session, matter_id: UUID) -> tuple[tuple[str, Signing], ...]:
    paper = papers.shown(session, matter_id)
    return tuple((field_name(each.field), each) for each in paper.signings) if paper else ()


def _head(matter: Matter, field: str) -> PaperHead:
    kind, action = MatterKind(matter.kind), action_of(field).value
    home = path_of(matter.kind, matter.id)
    return PaperHead(matter.id, kind.label, paper_name(matter.kind), field, field_name(field), action, home)


def _words() -> Values:
    return {
        "action_names": ACTION_NAMES,
        "done_names": DONE_NAMES,
        "doing_names": DOING_NAMES,
        "conditions": CONDITIONS,
        "condition_todo": CONDITION_TODO,
    }
