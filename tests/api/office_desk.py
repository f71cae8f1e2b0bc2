"""People of an office at their browsers, for the tests of its rooms."""

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy.orm import Session

from tests.api.world import at_desk, sign_in
from tests.office import OfficeWorld, make_office

At = Callable[[str], AsyncClient]


@pytest.fixture
def office(db: Session, world: object) -> OfficeWorld:
    found = make_office(db)
    found.all_phases(close_hk1=-3, data_review=-1, issue=20)
    db.commit()
    return found


@pytest.fixture
def at(app: FastAPI, db: Session, office: OfficeWorld) -> At:
    """Somebody of the office: at("head"), at("officer"), at("ward head"), at("ward officer")."""
    cookies = {name: sign_in(db, staff_id) for name, staff_id in office.people.items()}
    db.commit()
    return lambda name: at_desk(app, cookies[name])
