"""Matters whose paper is signed: a paper of a kind that is there anyway, and people who are waited for."""

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
from tests.documents.class_samples import class_summary
from tests.factories import ClassCast

FIELDS = ("homeroom", "principal", "seal")
ROLES = {"principal": "principal", "seal": "seal_clerk"}


def write(session: Session, matter: Matter, stamp: Stamp, at: datetime) -> DocumentContent:
    made = {"document_id": str(stamp.document_id), "part": stamp.part, "lookup_code": stamp.lookup_code}
    return replace(class_summary(3), **made)  # type: ignore[arg-type]


def give_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    """Transfers have a paper that homeroom teacher, principal and clerk sign."""
    monkeypatch.setattr(contents, "CONTENTS", {MatterKind.TRANSFER: write})
    monkeypatch.setattr(contents, "KINDS", {MatterKind.TRANSFER: "class_summary"})


def make_matter(session: Session, cast: ClassCast, fields: Iterable[str] = FIELDS) -> Matter:
    """A transfer whose paper waits for these signatures."""
    at = datetime.now(UTC)
    first = Step(str(uuid4()), "opened", at, cast.school.clerk)
    matter = steps.open_matter(session, MatterKind.TRANSFER, uuid4(), cast.school.school_id, "signing", first)
    assert matter is not None
    waits.wait_for(session, matter.id, [wait(cast, field) for field in fields], at)
    session.commit()
    return matter


def wait(cast: ClassCast, field: str, due_at: datetime | None = None) -> Wait:
    """For a signature of whoever signs as that."""
    if field in ROLES:
        return Wait("sign", due_at, role=ROLES[field], school_id=cast.school.school_id, field=field)
    return Wait("sign", due_at, staff_id=cast.who(field), field=field)


def person_of(session: Session, staff_id: UUID) -> Person:
    found = person(session, datetime.now(UTC), Staff.id == staff_id)
    assert found is not None
    return found
