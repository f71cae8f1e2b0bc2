"""Matters whose papers are signed, with contents that say nothing true, and the people who are waited for."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from domain.matters import MatterKind
from domain.year_records import DocumentContent
from storage.matters import contents, steps, waits
from storage.matters.steps import Step
from storage.matters.waits import Wait
from storage.paper_facts import Stamp
from storage.staffing import Person, person
from storage.tables import Matter, Staff
from tests.documents.matter_samples import handover_minutes, transfer_result
from tests.factories import ClassCast

SEALED = ("principal", "seal")
MINUTES = ("giver", "taker_1", "taker_2", "principal")
ROLES = {"principal": "principal", "seal": "seal_clerk"}


def _of_transfer(_session: Session, _matter: Matter, stamp: Stamp, _at: datetime) -> DocumentContent:
    return replace(transfer_result(), document_id=str(stamp.document_id), lookup_code=stamp.lookup_code)


def _of_handover(_session: Session, _matter: Matter, stamp: Stamp, _at: datetime) -> DocumentContent:
    minutes = handover_minutes(4, takers=2)
    return replace(minutes, document_id=str(stamp.document_id), lookup_code=stamp.lookup_code)


@pytest.fixture
def papers_of_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    """A transfer's paper is sealed; the minutes of a handover are signed by a giver, two takers and the principal."""
    written = {MatterKind.TRANSFER: _of_transfer, MatterKind.HANDOVER: _of_handover}
    monkeypatch.setattr(contents, "CONTENTS", written)


def who(cast: ClassCast, field: str) -> UUID:
    """The teachers of the class hand over and take over."""
    people = {"giver": cast.homeroom, "taker_1": cast.music, "taker_2": cast.school.clerk, "seal": cast.school.clerk}
    return people.get(field, cast.school.principal)


def make_matter(session: Session, cast: ClassCast, fields: Iterable[str] = SEALED) -> Matter:
    """A transfer, or a handover if a giver is among them, whose paper waits for these signatures."""
    at, fields = datetime.now(UTC), tuple(fields)
    first = Step(str(uuid4()), "opened", at, cast.school.clerk)
    kind = MatterKind.HANDOVER if "giver" in fields else MatterKind.TRANSFER
    matter = steps.open_matter(session, kind, uuid4(), cast.school.school_id, "signing", first)
    assert matter is not None
    waits.wait_for(session, matter.id, [wait(cast, field) for field in fields], at)
    return matter


def wait(cast: ClassCast, field: str, due_at: datetime | None = None) -> Wait:
    """For the signature of whoever signs as that."""
    if field in ROLES:
        return Wait("sign", due_at, role=ROLES[field], school_id=cast.school.school_id, field=field)
    return Wait("sign", due_at, staff_id=who(cast, field), field=field)


def person_of(session: Session, staff_id: UUID) -> Person:
    found = person(session, datetime.now(UTC), Staff.id == staff_id)
    assert found is not None
    return found
