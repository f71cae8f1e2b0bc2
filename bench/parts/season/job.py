"""The season's work alone: a process for each processor does what the activities do, class after class.

The same functions write, sign, prove and project as in a running hocba; only who calls them is another: no Temporal
carries the decisions, and no browser asks for them.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from multiprocessing.sharedctypes import Synchronized
from threading import Barrier
from uuid import UUID, uuid4

from pydantic import SecretStr

from activities import workbench
from activities.carrying import decision_of
from activities.confirming import Confirming
from activities.orders import OrderActivities
from activities.papers import Beat
from activities.proving import Proving
from activities.upkeep import Chore, UpkeepActivities
from activities.workbench import EmbedTask, PreparedPaper, PrepareTask
from bench.parts.season.beside import LONGEST_START_S
from bench.parts.season.copies import copy_id
from bench.parts.season.people import PASSPHRASE
from bench.parts.season.template import Template
from config.places import objects_place
from config.process import collect_rarely
from config.settings import Settings
from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.decisions import Action
from interchange.national.codes import load_codes
from storage import certificates, orders, reopening
from storage.database import Sessions, make_engine, make_sessions
from storage.grants import WORKER
from storage.orders import NewOrder
from storage.paper_outcomes import Embedded, PaperFailure
from worker.trust import make_grounds, make_trust
from workflows.messages import ClassTermState
from workflows.opening import resumed_state
from workflows.planning import Step, plan_issue, plan_step

# While one class of a process waits for a disk or for PostgreSQL, another goes on, as activities of a worker do.
AT_ONCE = 2


@dataclass(frozen=True)
class OwnHands:
    """The duty of the worker's pool, done by this process itself; bare seals carry nothing but themselves."""

    bare_seals: bool

    def prepare(self, tasks: Sequence[PrepareTask], _: Beat) -> list[PreparedPaper | PaperFailure]:
        papers = [replace(task, proof=None) for task in tasks] if self.bare_seals else tasks
        return workbench.prepare_all(papers)

    def embed(self, tasks: Sequence[EmbedTask], _: Beat) -> list[Embedded | PaperFailure]:
        return workbench.embed_all(tasks)


@dataclass(frozen=True)
class Share:
    """Schools as processes take them, one after another, so that all end together."""

    taken: "Synchronized[int]"
    schools: int

    def __iter__(self) -> Iterator[int]:
        while True:
            with self.taken.get_lock():
                number = self.taken.value
                self.taken.value += 1
            if number >= self.schools:
                return
            yield number


@dataclass(frozen=True)
class Office:
    """What one process works with."""

    sessions: Sessions
    orders: OrderActivities
    confirming: Confirming
    proving: Proving


def make_office(settings: Settings, *, bare_seals: bool) -> Office:
    workbench.start(objects_place(settings), settings.verify_url)
    sessions = make_sessions(make_engine(settings.database_url_of(WORKER)))
    grounds, hands = make_grounds(settings, sessions), OwnHands(bare_seals)
    trust = make_trust(settings, sessions, hands, grounds)  # type: ignore[arg-type] # it takes a pool for its duty
    activities = OrderActivities(sessions, hands, grounds.preflight, load_codes(None))  # type: ignore[arg-type]
    return Office(sessions, activities, trust.confirming, trust.proving)


def work(
    settings: Settings,
    template: Template,
    schools: Iterable[int],
    done: "Synchronized[int]",
    ready: Barrier,
    bare_seals: bool,  # noqa: FBT001
) -> None:
    """Sign these schools' years; `done` counts records that are issued, over all processes."""
    office, desk = make_office(settings, bare_seals=bare_seals), make_sessions(make_engine(settings.database_url))
    collect_rarely()

    def sign_some(_: int) -> None:
        for n in schools:
            issued = _school(office, desk, template, n)
            with done.get_lock():
                done.value += issued

    ready.wait(LONGEST_START_S)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(sign_some, range(AT_ONCE)))


def finish(settings: Settings) -> None:
    """Prove what has no proof yet, and put what was issued into the history log: otherwise done each minute."""
    sessions = make_sessions(make_engine(settings.database_url_of(WORKER)))
    grounds = make_grounds(settings, sessions)
    trust = make_trust(settings, sessions, OwnHands(bare_seals=False), grounds)  # type: ignore[arg-type]
    upkeep = UpkeepActivities(sessions, trust.keeper, trust.history, trust.preflight, trust.objects)
    for chore in (Chore.PROVE, Chore.PUBLISH):
        upkeep.do_chore(chore)


def _school(office: Office, desk: Sessions, template: Template, n: int) -> int:
    books = [_opened(office, copy_id(book, n)) for book in template.books]
    people = [copy_id(each, n) for each in template.homerooms]
    for who, book in zip(people, books, strict=True):
        _sign(office, desk, [book], (Action.SIGN, HOMEROOM, who))
    for action, slot, who in ((Action.APPROVE, PRINCIPAL, template.principal), (Action.SEAL, SEAL, template.clerk)):
        _sign(office, desk, books, (action, slot, copy_id(who, n)))
    return sum(len(book.state.records) for book in books)


@dataclass
class Book:
    """A class-term with the state that its workflow would hold."""

    state: ClassTermState

    def next(self, office: Office, order_id: UUID) -> tuple[Step, Step | None]:
        with office.sessions() as session:
            decision = decision_of(session, orders.get(session, order_id))
        step = plan_step(self.state, self.state.class_term(), str(order_id), decision, datetime.now(UTC))
        return step, plan_issue(self.state, step)

    def follow(self, *steps: Step | None) -> None:
        for step in steps:
            if step is not None:
                term = step.term
                self.state = replace(self.state, records=dict(term.records), parts=term.parts, seq=step.work.seq)


def _opened(office: Office, book_id: UUID) -> Book:
    with office.sessions() as session:
        state = resumed_state(reopening.book(session, book_id))
        return Book(state.loaded(reopening.standing(session, book_id, datetime.now(UTC))))


def _sign(office: Office, desk: Sessions, books: Sequence[Book], who: tuple[Action, str, UUID]) -> None:
    """One confirmation for all these classes, whose orders are opened together."""
    opened = _orders(desk, books, *who)
    for order_id in opened:
        ready = office.orders.prepare_order(str(order_id))
        if ready.failed:
            raise RuntimeError(f"not prepared: {ready.failed}")
    with desk() as session:
        wanted = [orders.get(session, order_id) for order_id in opened]
    if refused := office.confirming.begin(wanted, SecretStr(PASSPHRASE), datetime.now(UTC)):
        raise RuntimeError(f"not confirmed: {refused}")
    for book, order_id in zip(books, opened, strict=True):
        office.proving.prove(order_id)
        step, issue = book.next(office, order_id)
        result = office.orders.complete_order(step.work, issue.work if issue else None)
        if not result.recorded or result.failed:
            raise RuntimeError(f"not completed: {result}")
        book.follow(step, issue)


def _orders(desk: Sessions, books: Sequence[Book], action: Action, slot: str, staff_id: UUID) -> list[UUID]:
    now, school_id = datetime.now(UTC), UUID(books[0].state.school_id)
    with desk.begin() as session:
        certificate = certificates.certificate_for(session, action, staff_id, school_id, now)
        new = [_order(book.state, action, slot, staff_id, certificate.id) for book in books]
        return [orders.open_order(session, each, now).id for each in new]


def _order(state: ClassTermState, action: Action, slot: str, staff_id: UUID, certificate_id: UUID) -> NewOrder:
    class_term_id, record_ids = UUID(state.class_term_id), tuple(state.records)
    return NewOrder(uuid4(), class_term_id, action, (slot,), staff_id, certificate_id, record_ids)
