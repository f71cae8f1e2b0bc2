"""The checks of the storm find what is lost, done twice or half done; without that, "everything held" says nothing."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.curriculum import HOMEROOM
from domain.decisions import Action
from domain.scales import CellKind
from storage import journal, saving
from storage.tables import CellChange, ClassTermRow, Command
from tests.chaos.checks import database_findings
from tests.chaos.ledger import Ledger
from tests.chaos.report import as_json
from tests.chaos.storm import Round
from tests.factories import OpenBook, edit, fill, open_book

ELSE = "11111111-2222-4333-8444-555555555555"


@pytest.fixture
def book(db: Session) -> OpenBook:
    """Everything is entered and one subject is submitted."""
    book = open_book(db)
    fill(book)
    book.act(Action.SUBMIT, "toan")
    return book


@pytest.fixture
def found(book: OpenBook) -> Round:
    """A round in which this submission was sent and acknowledged."""
    found = Round(seed=0)
    for command in book.session.scalars(select(Command)):
        tell(found.ledger, book, "submit", command.id)
    return found


def tell(ledger: Ledger, book: OpenBook, kind: str, command_id: str, done: list[str] | None = None) -> None:
    action = ledger.begin(f"/class-terms/{book.id}/{kind}", {"command_id": command_id})
    ledger.acknowledge(action, {"done": list(book.records) if done is None else done})


def findings(found: Round, session: Session) -> list[str]:
    session.flush()
    return list(database_findings(session, found))


def test_what_was_said_and_is_there_is_no_finding(found: Round, db: Session) -> None:
    assert findings(found, db) == []
    assert found.checked["decisions"] == 1


def test_an_acknowledged_decision_that_is_not_there_is_lost(found: Round, book: OpenBook, db: Session) -> None:
    tell(found.ledger, book, "review", ELSE)
    found.violations += findings(found, db)
    assert found.violations == [f"Lost: review {ELSE} was acknowledged and is not there."]
    assert as_json([found])["actions"] == {"acknowledged": 2, "resent": 0, "refused": 0, "lost": 1, "twice": 0}


def test_an_order_that_was_said_to_be_done_and_is_not_there_is_lost(found: Round, db: Session) -> None:
    action = found.ledger.begin("/orders/confirm", {"order_ids": [ELSE]})
    found.ledger.acknowledge(action, [{"order_id": ELSE, "outcome": {"done": []}, "problem": None}])
    assert findings(found, db) == [f"Lost: confirm {ELSE} was acknowledged and is not there."]


def test_a_record_that_the_journal_does_not_name_is_lost(found: Round, book: OpenBook, db: Session) -> None:
    tell(found.ledger, book, "submit", found.ledger.actions[0].key, [ELSE])
    assert [each.split(":")[0] for each in findings(found, db)] == ["Lost"]


def test_a_decision_in_the_journal_twice_is_found(found: Round, book: OpenBook, db: Session) -> None:
    entry = {"command": found.ledger.actions[0].key, "records": dict.fromkeys(book.records, "submitted")}
    journal.add_audit_entry(db, book.id, book.seq + 1, entry)
    assert [each.split(":")[0] for each in findings(found, db)] == ["Twice"]


def test_what_nobody_sent_is_found(found: Round, book: OpenBook, db: Session) -> None:
    work = book.act(Action.SUBMIT, HOMEROOM)
    assert findings(found, db) == [f"Nobody sent submit {work.command_id}, and it took effect."]


def test_what_was_refused_and_done_nevertheless_is_found(found: Round, book: OpenBook, db: Session) -> None:
    action = found.ledger.begin(f"/class-terms/{book.id}/submit", {"command_id": found.ledger.actions[0].key})
    found.ledger.refuse(action, "urn:hocba:Conflict")
    assert [each.split(":")[0] for each in findings(found, db)] == ["Refused and done"]


def test_a_class_term_that_stands_elsewhere_than_its_commands_is_found(
    found: Round, book: OpenBook, db: Session
) -> None:
    db.get_one(ClassTermRow, book.id).wf_seq += 1
    assert f"Class-term {book.id} stands at 2 and has 1 commands." in findings(found, db)


def test_a_cell_that_is_not_as_it_was_acknowledged_is_lost(db: Session) -> None:
    found, book = Round(seed=0), open_book(db)
    write(book, "8", found.ledger)
    assert findings(found, db) == []
    [action] = found.ledger.acknowledged("cells")
    action.answer["saved"][0]["value"] = "9"
    assert [each.split(":")[0] for each in findings(found, db)] == ["Lost"]


def test_a_cell_written_once_more_than_somebody_did_is_found(db: Session) -> None:
    found, book = Round(seed=0), open_book(db)
    write(book, "8", found.ledger)
    write(book, "9", Ledger())
    assert findings(found, db) == ["Twice: a cell of toan has 2 versions after 1 edits."]


def write(book: OpenBook, value: str, ledger: Ledger) -> None:
    """A teacher writes a mark, and the ledger keeps what was answered."""
    cell = edit(book, "toan", CellKind.SCORE, value)
    saving.save_cells(book.session, book.id, "toan", [cell], book.cast.who("toan")).require_all()
    newest = select(CellChange).order_by(CellChange.version.desc()).limit(1)
    row = book.session.scalars(newest).one()
    saved: dict[str, Any] = {name: getattr(row, name) for name in ("item", "point", "kind", "version")}
    action = ledger.begin(f"/class-terms/{book.id}/cells/toan", {"cells": []})
    ledger.acknowledge(action, {"saved": [{**saved, "record_id": str(row.record_id), "value": value}]})
