"""Work that is not where it should be by now: confirmed orders, proofs, matters, messages, packets, certificates."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from cli.checks.finding import Finding, fine, say_age, watch, wrong
from config.settings import Settings
from storage import health
from storage.health import Backlog

CONFIRMED_FOR: Final = timedelta(hours=1)
PREPARING_FOR: Final = timedelta(minutes=10)
PROVEN_AFTER: Final = timedelta(hours=1)
MAILED_AFTER: Final = timedelta(hours=2)
SENT_AFTER: Final = timedelta(days=1)
_CARRY: Final = "the activity carry-order/… in Temporal's pages says what it waits for"


def examine(session: Session, settings: Settings, at: datetime) -> Iterator[Finding]:
    yield confirmed_orders(health.troubles(session, at - CONFIRMED_FOR))
    yield _late("preparing", health.orders(session, at)["preparing"], PREPARING_FOR, at, _SIGNER)
    yield _late("evidence", health.unproven(session), PROVEN_AFTER, at, _EVIDENCE)
    yield _late("history log", health.unpublished(session), PROVEN_AFTER, at, _HISTORY)
    yield matters(health.stuck_matters(session), at)
    yield from _outbox(session, settings, at)
    yield drifts(health.drifts(session, at - timedelta(days=1)))
    yield from _certificates(session, at)


_SIGNER: Final = "papers are not written: see the queue hocba-sign below, and the signer's log"
_EVIDENCE: Final = "see 'time stamps' below, and the schedule upkeep/prove in Temporal's pages"
_HISTORY: Final = "see the schedule upkeep/publish in Temporal's pages, and HOCBA_HISTORY_DIR: can it be written?"
_MAIL: Final = (
    "see the schedule mail/minute in Temporal's pages; the administrator's list of messages says why each waits"
)
_STORE: Final = (
    "the record store does not take them: 'hocba' tries on; /nop shows its answers, and a file can be exported"
)


def confirmed_orders(waiting: Mapping[str, int]) -> Finding:
    """`waiting` by the code of what they wait for; empty for none that is known."""
    if not waiting:
        return fine("confirmed orders", "none waits for long")
    said = ", ".join(f"{count} for {code or 'no known reason'}" for code, count in sorted(waiting.items()))
    advice = f"see 'time stamps' and the queues below, and the key services (HOCBA_KEY_PROVIDERS); {_CARRY}"
    return wrong("confirmed orders", f"more than an hour ago, not completed: {said}", advice)


def _late(subject: str, backlog: Backlog, limit: timedelta, at: datetime, advice: str) -> Finding:
    if backlog.age(at) <= limit:
        return fine(subject, f"{backlog.count} under way")
    return wrong(subject, f"{backlog.count} wait, the first for {say_age(backlog.age(at).total_seconds())}", advice)


def matters(stuck: Mapping[str, Backlog], at: datetime) -> Finding:
    if not stuck:
        return fine("matters", "none is stuck")
    each = [f"{b.count} {kind} (since {say_age(b.age(at).total_seconds())})" for kind, b in sorted(stuck.items())]
    advice = "the matter's page says what refuses it; the principals have it among their tasks and can try again"
    return watch("matters", f"stuck: {', '.join(each)}", advice)


def _outbox(session: Session, settings: Settings, at: datetime) -> Iterator[Finding]:
    carried = {"own": True, "mail": bool(settings.smtp_host), "school": settings.apprise_config is not None}
    for channel, backlog in health.mails(session, at).items():
        if carried[channel]:
            yield _late(f"messages by {channel}", backlog, MAILED_AFTER, at, _MAIL)
    for state, backlog in health.packets(session).items():
        if state != "exported":
            yield _late(f"packets {state}", backlog, SENT_AFTER, at, _STORE)


def drifts(count: int) -> Finding:
    if not count:
        return fine("drifts", "books and workflows agree")
    advice = "read the newest rows of the table drifts: subject_id is the class-term or school; then 'hocba audit'"
    return wrong("drifts", f"{count} books or schools were unlike their workflow last night", advice)


def _certificates(session: Session, at: datetime) -> Iterator[Finding]:
    ending = health.certificates(session, at, at + health.ENDING)
    ended = health.certificates(session, at - health.ENDING, at)
    for owner, subject, advice in (
        (
            "staff",
            "staff certificates",
            "each school sees whose at /chung-thu-so; they ask their authority for new ones",
        ),
        ("school", "seal certificates", "ask the authority for new ones at once: without one a school issues nothing"),
    ):
        yield certificates(subject, ending[owner], ended[owner][0], advice)


def certificates(subject: str, ending: tuple[int, datetime | None], ended: int, advice: str) -> Finding:
    """`ending` within 30 days: how many, and when the first does; `ended` in the last 30 days, without another."""
    count, first = ending
    if not count and not ended:
        return fine(subject, "none ends within 30 days")
    soon = [f"{count} end within 30 days, the first on {first:%Y-%m-%d}"] if first else []
    over = [f"{ended} ended lately and were not replaced"] if ended else []
    return watch(subject, "; ".join([*over, *soon]), advice)
