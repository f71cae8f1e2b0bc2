"""What the pages of the signing room show, made from what the queries give."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.pages.language import gettext
from api.pages.language import marked as _
from api.pages.signing.words import TODO, TODO_OTHERWISE
from domain.curriculum import HOMEROOM
from domain.lifecycle import HOLDERS_BACK, waiting_slots
from domain.readiness import Turn, turn_of
from domain.record_states import RecordState
from domain.signing_phases import Outlook, Phase, outlook_of
from domain.slot_marks import HOMEROOM_NAME, slot_name
from domain.stages import STAGE_NAMES
from storage.completion import PAPER_MISSING
from storage.signing_desk import Line, Standing, Task
from storage.signing_progress import ClassOf, Progress, Pupil
from storage.staffing import Holder, Person
from storage.tables import OrderItem

People = Mapping[tuple[UUID, str], str]
_SHOWN_PAPERS = 300  # in one dialog; more are on a page of their own


@dataclass(frozen=True)
class Waiting:
    """Pupils of a class who cannot be signed now: why, and who is waited for."""

    class_name: str
    why: str
    whom: tuple[str, ...]
    count: int
    record_ids: tuple[str, ...]


@dataclass(frozen=True)
class Failed:
    """Pupils whose papers failed for the same reason; `part` is the subject whose sheet it was."""

    part: str
    pupils: tuple[Pupil, ...]
    message: str
    todo: str


@dataclass(frozen=True)
class PaperCard:
    """One paper: what it is of, its short fingerprint, and the record that can be looked at."""

    title: str
    kind: str
    sha256: str
    record_id: str


@dataclass(frozen=True)
class OrderCard:
    """One order as its person sees it: a class, with what is signed there."""

    id: UUID
    class_term_id: UUID
    of: ClassOf
    slots: tuple[str, ...]
    phase: Phase
    pupils: int
    kinds: Mapping[str, int]
    papers: tuple[PaperCard, ...]
    stamped: int
    done: int
    failed: tuple[Failed, ...]
    trouble: str
    todo: str
    warning: str
    expires_at: datetime


@dataclass(frozen=True)
class Totals:
    """Over all orders of a batch."""

    classes: int
    pupils: int
    papers: int
    ready_pupils: int
    ready_classes: int
    prepared: int
    finished: int
    done: int
    failed: int


@dataclass(frozen=True)
class BatchCard:
    orders: tuple[OrderCard, ...]
    outlook: Outlook
    totals: Totals

    def of_phase(self, *phases: str) -> list[OrderCard]:
        return [each for each in self.orders if each.phase in phases]


def slot_names(of: ClassOf, slots: Iterable[str]) -> tuple[str, ...]:
    names = {"principal": "", "seal": "", HOMEROOM: HOMEROOM_NAME}
    return tuple(filter(None, (names[slot] if slot in names else slot_name(of.curriculum, slot) for slot in slots)))


def waiting(task: Task, alike: Collection[Standing], who: People) -> list[Waiting]:
    """Why records cannot be signed now, those with the same reason together."""
    grouped: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for each in alike:
        why = _("Đang tạm giữ") if each.state.held else STAGE_NAMES[each.state.stage]
        grouped.setdefault((why, _whom(task, each.state, who)), []).extend(each.record_ids)
    return [Waiting(task.class_name, why, whom, len(ids), tuple(ids)) for (why, whom), ids in grouped.items()]


def waiting_of_line(line: Line, who: People) -> list[Waiting]:
    return waiting(line.task, line.later, who)


def left_out(
    task: Task, slots: Sequence[str], alike: Collection[Standing], taken: Collection[str], who: People
) -> list[Waiting]:
    """What of a class-term is not among the records `taken`: not its turn yet, or somebody else has it."""
    later = [each for each in alike if turn_of(each.state, slots) is Turn.LATER]
    now = [
        rid for each in alike if turn_of(each.state, slots) is Turn.NOW for rid in each.record_ids if rid not in taken
    ]
    held = (
        [
            Waiting(
                task.class_name,
                _("Mới đến lượt, hoặc đang được người khác ký; ký ở lượt sau"),
                (),
                len(now),
                tuple(now),
            )
        ]
        if now
        else []
    )
    return [*waiting(task, later, who), *held]


def as_seen_by(person: Person, holders: Mapping[tuple[UUID, str], Holder]) -> People:
    """Colleagues by name; whoever reads the page is addressed."""
    you = gettext("thầy/cô")
    return {key: you if each.staff_id == person.staff_id else each.full_name for key, each in holders.items()}


def _whom(task: Task, state: RecordState, who: People) -> tuple[str, ...]:
    if state.held:  # one of the two is enough
        homeroom, principal = _named(task, HOLDERS_BACK, who)
        return (gettext("%(one)s hoặc %(other)s") % {"one": homeroom, "other": principal},)
    return tuple(_named(task, waiting_slots(state), who))


def _named(task: Task, slots: Iterable[str], who: People) -> list[str]:
    parts = [(gettext(task.name_of(slot)), who.get((task.class_id, slot), "")) for slot in slots]
    return [f"{part} ({name})" if name else part for part, name in parts]


def record_ids_of(found: Collection[Progress]) -> set[str]:
    """The records whose names a batch's page needs."""
    many = sum(len(each.items) for each in found) > _SHOWN_PAPERS
    wanted = {failure.record_id for each in found for failure in each.standing.failed}
    if not many:
        wanted |= {rid for each in found for item in each.items if item.enrolment_id for rid in item.covers}
    return wanted


def batch_card(found: Sequence[Progress], names: Mapping[str, Pupil]) -> BatchCard:
    orders = tuple(order_card(each, names) for each in found)
    return BatchCard(orders, outlook_of({each.phase for each in orders}), _totals(orders))


def order_card(each: Progress, names: Mapping[str, Pupil]) -> OrderCard:
    order, standing = each.order, each.standing
    usable = [item for item in each.items if item.outcome != "failed"]
    is_over = each.phase in {Phase.DONE, Phase.FAILED}
    return OrderCard(
        id=order.id,
        class_term_id=order.class_term_id,
        of=each.of,
        slots=tuple(map(gettext, slot_names(each.of, order.slots))),
        phase=each.phase,
        pupils=len(standing.record_ids) if each.items and not is_over else len(order.record_ids),
        kinds=Counter(item.kind for item in usable),
        papers=_papers(each.of, usable, names),
        stamped=sum(item.stamped_at is not None for item in each.items),
        done=len(each.done),
        failed=_failed(each, names),
        trouble=order.trouble,
        todo=TODO.get(order.trouble_code, TODO_OTHERWISE) if each.phase is Phase.FAILED and order.trouble_code else "",
        warning=order.warning,
        expires_at=order.expires_at,
    )


def _papers(of: ClassOf, items: Sequence[OrderItem], names: Mapping[str, Pupil]) -> tuple[PaperCard, ...]:
    return tuple(_paper(of, item, names) for item in items if not item.enrolment_id or set(item.covers) & names.keys())


def _paper(of: ClassOf, item: OrderItem, names: Mapping[str, Pupil]) -> PaperCard:
    record_id = next(iter(item.covers), "") if item.enrolment_id else ""
    pupil = names.get(record_id)
    whose = f"{pupil.order_no}. {pupil.full_name}" if pupil else ""
    title = gettext(slot_name(of.curriculum, item.slot)) if item.slot else whose
    return PaperCard(title, item.kind, item.content_sha256 or item.prepared_sha256, record_id)


def _failed(each: Progress, names: Mapping[str, Pupil]) -> tuple[Failed, ...]:
    """Whose own paper failed comes first, with its own words; who only waits for the summary after it."""
    said: dict[tuple[str, str], str] = {}
    for item in sorted(each.items, key=lambda item: item.error_code == PAPER_MISSING):
        if item.outcome == "failed":
            for record_id in item.covers:
                said.setdefault((record_id, item.slot), item.error)
    alike: dict[tuple[str, str, str], list[Pupil]] = {}
    for failure in sorted(each.standing.failed, key=lambda failure: failure.code == PAPER_MISSING):
        if failure.record_id in names:
            message = said.get((failure.record_id, failure.slot), "")
            part = gettext(slot_name(each.of.curriculum, failure.slot)) if failure.slot else ""
            alike.setdefault((part, message, failure.code), []).append(names[failure.record_id])
    return tuple(
        Failed(part, tuple(pupils), message, TODO.get(code, TODO_OTHERWISE))
        for (part, message, code), pupils in alike.items()
    )


def _totals(orders: Sequence[OrderCard]) -> Totals:
    ready = [each for each in orders if each.phase is Phase.READY]
    over = [each for each in orders if each.phase in {Phase.DONE, Phase.FAILED, Phase.EXPIRED}]
    return Totals(
        classes=len({each.of.class_id for each in orders}),
        pupils=sum(each.pupils for each in orders),
        papers=sum(sum(each.kinds.values()) for each in orders),
        ready_pupils=sum(each.pupils for each in ready),
        ready_classes=len({each.of.class_id for each in ready}),
        prepared=sum(each.pupils for each in orders if each.phase not in {Phase.PREPARING, Phase.DELAYED}),
        finished=sum(each.pupils for each in over),
        done=sum(each.done for each in orders),
        failed=sum(len({pupil.record_id for line in each.failed for pupil in line.pupils}) for each in orders)
        + sum(each.pupils for each in orders if each.phase in {Phase.FAILED, Phase.EXPIRED} and not each.failed),
    )
