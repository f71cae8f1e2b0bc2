"""What each step of the signing dialog shows, read in one go."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from activities.certificates import certificate_card
from api.deps import now
from api.pages.signing import cards
from api.pages.signing.asking import AskForm
from api.pages.signing.words import (
    ACTION_NAMES,
    CONDITION_TODO,
    CONDITIONS,
    DOING_NAMES,
    DONE_NAMES,
    HOMES,
    PAPER_NAMES,
)
from api.services import Services
from domain.decisions import Action
from domain.errors import DomainError
from domain.signing_phases import MOVING, Outlook
from storage import signing_batches, signing_desk, signing_progress
from storage.signing_batches import Opening, Wish
from storage.signing_progress import Progress, Pupil
from storage.staffing import Person
from storage.tables import SigningBatch, SigningOrder

Values = dict[str, Any]
_WORDS: Values = {
    "action_names": ACTION_NAMES,
    "done_names": DONE_NAMES,
    "doing_names": DOING_NAMES,
    "homes": HOMES,
    "paper_names": PAPER_NAMES,
    "conditions": CONDITIONS,
    "condition_todo": CONDITION_TODO,
}


def wishes(found: Services, person: Person, ask: AskForm) -> tuple[Action, Sequence[Wish]]:
    """What is asked for: in so many words, or what an earlier batch left unsigned."""
    if ask.tu is None:
        return ask.action, ask.wishes()
    with found.sessions() as session:
        earlier = signing_batches.batch_of(session, ask.tu, person)
        return Action(earlier.action), signing_progress.unfinished(signing_progress.progress(session, earlier, now()))


def choice(found: Services, person: Person, ask: AskForm, refusal: DomainError | None = None) -> Values:
    """What would be signed, and what cannot be yet."""
    (action, asked), moment = wishes(found, person, ask), now()
    with found.sessions() as session:
        openings = signing_batches.openings(session, person, action, asked, moment)
        certificate = certificate_card(session, found.confirming, person, action, moment)
        ready = [each for each in openings if each.sheaves]
        taken = {record_id for each in ready for sheaf in each.sheaves for record_id in sheaf.record_ids}
        left = _left_out(session, person, openings, taken, moment)
    return {
        **_WORDS,
        "action": action,
        "openings": ready,
        "pupils": len(taken),
        "left_out": left,
        "certificate": certificate,
        "fields": _fields(ask),
        "command_id": uuid4(),
        "problem": refusal,
    }


def batch(
    found: Services, person: Person, batch_id: UUID, *, problem: DomainError | None = None, look: int = 0
) -> Values:
    """A batch as far as it is; before the confirmation what to know, after it what is left."""
    with found.sessions() as session:
        mine = signing_batches.batch_of(session, batch_id, person)
        orders = signing_progress.progress(session, mine, now())
        card = cards.batch_card(orders, signing_progress.pupils(session, cards.record_ids_of(orders)))
        values = {"batch": mine, "card": card, "problem": problem, "look": look, "is_moving": card.outlook in MOVING}
        still = _standing_still(session, found, person, mine, orders, card.outlook)
        return {**_WORDS, **values, **_NOTHING, **still}


def require_own(found: Services, person: Person, batch_id: UUID) -> None:
    """Raises NotFound for anybody else's batch."""
    with found.sessions() as session:
        signing_batches.batch_of(session, batch_id, person)


def moved(found: Services, person: Person, batch_id: UUID) -> Values:
    """Who was returned or held since the papers were prepared."""
    with found.sessions() as session:
        mine = signing_batches.batch_of(session, batch_id, person)
        return {"batch": mine, "moved": _moved(session, _waiting(session, mine))}


def papers(found: Services, person: Person, batch_id: UUID) -> Values:
    with found.sessions() as session:
        mine = signing_batches.batch_of(session, batch_id, person)
        orders = signing_progress.progress(session, mine, now())
        names = signing_progress.pupils(session, {rid for each in orders for rid in each.order.record_ids})
    return {"batch": mine, "card": cards.batch_card(orders, names)}


_NOTHING: Values = {"certificate": None, "left_out": [], "changed": [], "card_names": {}, "moved": [], "retry": 0}


def _standing_still(  # what one page says, read together
    session: Session, found: Services, person: Person, mine: SigningBatch, orders: list[Progress], outlook: Outlook
) -> Values:
    action = Action(mine.action)
    match outlook:
        case Outlook.READY:
            card = certificate_card(session, found.confirming, person, action, now())
            return {"certificate": card, **_to_know(session, person, mine, orders)}
        case Outlook.OVER:
            ended = [each.order for each in orders if each.order.trouble_code in _ENDED_BY_OTHERS]
            return {"retry": _retry(session, person, action, orders), "moved": _moved(session, ended)}
        case _:
            return {}


_ENDED_BY_OTHERS = {"RecordChanged", "Conflict"}


def _to_know(session: Session, person: Person, mine: SigningBatch, orders: list[Progress]) -> Values:
    changed = signing_progress.changed(session, orders, person.staff_id)
    return {
        "changed": changed,
        "card_names": signing_progress.pupils(session, {each.record_id for each in changed}),
        "moved": _moved(session, _waiting(session, mine)),
        "left_out": _others(session, person, mine, orders),
    }


def _others(session: Session, person: Person, mine: SigningBatch, orders: list[Progress]) -> list[cards.Waiting]:
    """Pupils of the same classes who are not in the batch; none where the classes are another's by now."""
    taken = {record_id for each in orders for record_id in each.order.record_ids}
    moment = now()
    try:
        asked = signing_batches.wishes_of(mine)
        openings = signing_batches.openings(session, person, Action(mine.action), asked, moment)
    except DomainError:
        return []
    return _left_out(session, person, openings, taken, moment)


def _left_out(
    session: Session, person: Person, openings: Collection[Opening], taken: set[str], moment: datetime
) -> list[cards.Waiting]:
    by_class = {(each.task.class_term_id, each.slots): each for each in openings}
    found = signing_desk.standings(session, {each.task.class_term_id for each in openings})
    holders = signing_desk.people(session, {each.task.class_id for each in openings}, moment)
    who = cards.as_seen_by(person, holders)
    return [
        line
        for each in by_class.values()
        for line in cards.left_out(each.task, each.slots, found.get(each.task.class_term_id, ()), taken, who)
    ]


def _waiting(session: Session, mine: SigningBatch) -> list[SigningOrder]:
    return [order for order in signing_batches.orders_of(session, mine.id) if order.state == "prepared"]


def _moved(session: Session, orders: Sequence[SigningOrder]) -> list[Pupil]:
    gone = signing_batches.moved(session, orders) if orders else {}
    return list(signing_progress.pupils(session, {rid for ids in gone.values() for rid in ids}).values())


def _retry(session: Session, person: Person, action: Action, orders: Sequence[Progress]) -> int:
    """How many of those left unsigned could be signed now."""
    again = signing_progress.unfinished(orders)
    if not again:
        return 0
    try:
        found = signing_batches.openings(session, person, action, again, now())
    except DomainError:  # the class is another's by now
        return 0
    return len({record_id for each in found for sheaf in each.sheaves for record_id in sheaf.record_ids})


def _fields(ask: AskForm) -> list[tuple[str, str]]:
    """The same wishes as fields of a form."""
    asked = ask.model_dump(mode="json", exclude_defaults=True, exclude={"command_id"})
    return [(name, each) for name, value in asked.items() for each in (value if isinstance(value, list) else [value])]
