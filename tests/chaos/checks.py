"""What must hold once the storm is over; each finding is one sentence."""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from activities.upkeep import Chore
from cli.database import opened
from config.settings import PROJECT
from config.temporal import connect
from storage import journal
from storage.tables import (
    AuditEntry,
    CellChange,
    ClassTermRow,
    Command,
    Confirmation,
    LogEvent,
    SigningLease,
    SigningOrder,
)
from tests.chaos.check_engine import engine_findings
from tests.chaos.check_papers import paper_findings
from tests.chaos.ledger import Action, Ledger
from tests.chaos.world import World
from workflows.upkeep import schedule_id

if TYPE_CHECKING:
    from tests.chaos.storm import Round

PROOF_SECONDS: Final = 300.0
# What a verb of the interface is called in the journal.
_ACTIONS: Final = {"return": "return_for_rework"}
_DECISIONS: Final = ("submit", "review", "return", "hold", "release")
Findings = Iterator[str]


async def check(world: World, found: "Round") -> None:
    """Add what does not hold to the round's violations, and count what was looked at."""
    found.violations += await _prove(world)
    found.violations += [f"Somebody was told of a broken system: {what}" for _, what in found.ledger.broken]
    with opened(world.settings.database_url) as sessions:
        with sessions() as session:
            found.violations += await asyncio.to_thread(lambda: list(database_findings(session, found)))
        found.violations += await paper_findings(world, sessions, found.checked)
        found.violations += await engine_findings(world, sessions, found.checked)
    found.violations += await _audit(world)


async def _prove(world: World) -> list[str]:
    """Have the chores of the next minute done now, as often as it takes."""
    client = await connect(world.settings)
    until = time.monotonic() + PROOF_SECONDS
    with opened(world.settings.database_url) as sessions:
        while (left := await asyncio.to_thread(_unproven, sessions)) and time.monotonic() < until:
            for chore in (Chore.PROVE, Chore.PUBLISH):
                await client.get_schedule_handle(schedule_id(chore)).trigger()
            await asyncio.sleep(1)
    return [f"Not proven in {PROOF_SECONDS:g} s: {left}."] if left else []


def _unproven(sessions: object) -> str:
    with sessions() as session:  # type: ignore[operator]
        orders = (
            select(func.count())
            .select_from(SigningOrder)
            .where(
                SigningOrder.state == "completed",
                SigningOrder.evidence_id.is_(None) | SigningOrder.rechecked_at.is_(None),
            )
        )
        events = select(func.count()).select_from(LogEvent).where(LogEvent.position.is_(None))
        counts = session.scalar(orders), session.scalar(events)
    return f"{counts[0]} orders, {counts[1]} events of the log" if any(counts) else ""


def database_findings(session: Session, found: "Round") -> Findings:
    """What people were told, beside what the rows say."""
    yield from _decisions(session, found)
    yield from _cells(session, found)
    yield from _chains(session, found)
    yield from _leftovers(session)


def _decisions(session: Session, found: "Round") -> Findings:
    """Every decision that was acknowledged stands in the journal once, and nothing does that nobody sent."""
    commands = {row.id: row for row in session.scalars(select(Command))}
    audited = Counter(str(detail["command"]) for detail in session.scalars(select(AuditEntry.detail)))
    entries = {str(detail["command"]): detail for detail in session.scalars(select(AuditEntry.detail))}
    for action, command_id, done in _acknowledged(found.ledger):
        found.checked["decisions"] += 1
        if command_id not in commands:
            yield f"Lost: {action.kind} {command_id} was acknowledged and is not there."
            continue
        if audited[command_id] != 1:
            yield f"Twice: {action.kind} {command_id} is in the journal {audited[command_id]} times."
        if not set(done) <= set(entries.get(command_id, {}).get("records", {})):  # type: ignore[call-overload]
            yield f"Lost: {action.kind} {command_id} was acknowledged for records that the journal does not name."
    sent = {each.key for each in found.ledger.actions}
    yield from (
        f"Nobody sent {row.action} {row.id}, and it took effect."
        for row in commands.values()
        if row.id not in sent and not row.id.startswith("issue/")
    )
    yield from _refused_and_done(found.ledger, commands)


def _refused_and_done(ledger: Ledger, commands: dict[str, Command]) -> Findings:
    for each in ledger.actions:
        if each.refusal and each.kind in _DECISIONS and each.key in commands:
            yield f"Refused and done: {each.kind} {each.key} ({each.refusal}), sent {each.tries} times."


def _acknowledged(ledger: Ledger) -> Iterator[tuple[Action, str, Sequence[str]]]:
    """Acknowledged decisions: the action, its command id, and the records that it was said to be done for."""
    for action in ledger.acknowledged(*_DECISIONS):
        yield action, action.key, action.answer["done"]
    for action in ledger.acknowledged("confirm"):
        for line in action.answer:
            if line["outcome"]:
                yield action, line["order_id"], line["outcome"]["done"]


def _cells(session: Session, found: "Round") -> Findings:
    """Every value that was acknowledged was written once: as the version that the answer gave, and no other after."""
    changes = {
        (str(each.record_id), each.slot, each.item, each.point, each.kind, each.version): each.after
        for each in session.scalars(select(CellChange))
    }
    versions = Counter(key[:-1] for key in changes)
    edits: Counter[tuple[str, str, str, str, str]] = Counter()
    for action in found.ledger.acknowledged("cells"):
        slot = action.path.rsplit("/", 1)[-1]
        for cell in action.answer["saved"]:
            found.checked["cells"] += 1
            place = (cell["record_id"], slot, cell["item"], cell["point"], cell["kind"])
            edits[place] += 1
            if changes.get((*place, cell["version"])) != cell["value"]:
                yield f"Lost: a cell of {slot} was acknowledged as version {cell['version']} and is not so."
    yield from (
        f"Twice: a cell of {place[1]} has {versions[place]} versions after {count} edits."
        for place, count in edits.items()
        if versions[place] != count
    )


def _chains(session: Session, found: "Round") -> Findings:
    for row in session.scalars(select(ClassTermRow)):
        found.checked["chains"] += 1
        if (broken := journal.first_broken_link(session, row.id)) is not None:
            yield f"The journal of class-term {row.id} is broken at {broken}."
        count = session.scalar(select(func.count()).select_from(Command).where(Command.class_term_id == row.id))
        if count != row.wf_seq:
            yield f"Class-term {row.id} stands at {row.wf_seq} and has {count} commands."


def _leftovers(session: Session) -> Findings:
    """Orders that nobody confirmed stay as they are, and run out; no other is under way."""
    under_way = select(SigningOrder).where(SigningOrder.state.in_(("preparing", "asked", "signed")))
    yield from (f"Order {each.id} is still {each.state}: {each.trouble}" for each in session.scalars(under_way))
    leases = (
        select(SigningLease.order_id, SigningOrder.state)
        .join(SigningOrder, SigningOrder.id == SigningLease.order_id)
        .where(SigningOrder.state != "prepared")
        .distinct()
    )
    yield from (f"Order {order_id} is {state} and holds leases." for order_id, state in session.execute(leases))
    pending = select(Confirmation.id).where(Confirmation.state == "pending")
    asked = select(SigningOrder.confirmation_id).where(SigningOrder.state == "asked")
    yield from (
        f"Confirmation {each} is pending." for each in session.scalars(pending.where(Confirmation.id.in_(asked)))
    )


async def _audit(world: World) -> list[str]:
    """What `hocba audit` finds."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cli.main", "audit", "--from-start", "--json",
        env=_environment(world), cwd=PROJECT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, trouble = await process.communicate()
    if not out:
        return [f"hocba audit failed: {trouble.decode()[-300:]}"]
    return [
        f"hocba audit: {each['fault']} {each['subject']}: {each['sentence']}" for each in json.loads(out)["findings"]
    ]


def _environment(world: World) -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin"} | world.settings.environment()
