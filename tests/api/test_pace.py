"""How much a page asks of the database does not grow with the school: so many statements for any number of pupils."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from sqlalchemy.orm import sessionmaker

from bench.parts.costs import statements
from bench.parts.people import Asker, Cast, cast_of
from bench.parts.school import make_big_school
from domain.duties import Duty
from storage.database import Sessions
from tests.api.applications import CALLED
from tests.api.assembled import make_services
from tests.api.fakes import FakeApprovals
from tests.api.world import Keyring, at_desk

MOST = 32  # statements of one page
SMALL, LARGE = (11, 3), (22, 5)  # classes, pupils in each
LOOKS = {"/duyet": 10}  # until everything is remembered that the page remembers: it reads some classes each time
OWN_BOOKS = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")  # of the test's transaction
# The main pages of each room, and who has most to see there.
PAGES = [
    (Duty.SUBJECT_TEACHER, "/viec-cua-toi"),
    (Duty.HOMEROOM, "/viec-cua-toi"),
    (Duty.PRINCIPAL, "/viec-cua-toi"),
    (Duty.CLERK, "/viec-cua-toi"),
    (Duty.ADMIN, "/viec-cua-toi"),
    (Duty.SUBJECT_TEACHER, "/nhap"),
    (Duty.SUBJECT_TEACHER, "/lop/{class_term_id}/nhap/{slot}"),
    (Duty.HOMEROOM, "/lop/{class_term_id}/nhap/{slot}/du-lieu"),
    (Duty.HOMEROOM, "/lop/{class_term_id}/chu-nhiem"),
    (Duty.HOMEROOM, "/lop/{class_term_id}/danh-sach"),
    (Duty.PRINCIPAL, "/ky"),
    (Duty.PRINCIPAL, "/ky/chuan-bi"),
    (Duty.PRINCIPAL, "/ky/{batch_id}"),
    (Duty.PRINCIPAL, "/duyet"),
    (Duty.PRINCIPAL, "/lop/{class_term_id}/duyet"),
    (Duty.PRINCIPAL, "/lop/{class_term_id}/ket-qua"),
    (Duty.PRINCIPAL, "/duyet/han"),
    (Duty.PRINCIPAL, "/lop/{class_term_id}"),
    (Duty.PRINCIPAL, "/lop/{class_term_id}/lich-su"),
    (Duty.CLERK, "/hoc-ba/{record_id}/lich-su"),
    (Duty.CLERK, "/dong-dau"),
    (Duty.CLERK, "/so-phat-hanh"),
    (Duty.CLERK, "/lop/{class_term_id}/phieu-tra-cuu"),
    (Duty.ADMIN, "/hoc-ba/{record_id}/xem"),
    (Duty.PRINCIPAL, "/tien-do"),
    (Duty.PRINCIPAL, "/nguoi"),
    (Duty.ADMIN, "/nguoi-dung"),
    (Duty.ADMIN, "/phan-cong"),
    (Duty.ADMIN, "/chung-thu-so"),
    (Duty.ADMIN, "/so/mo"),
    (Duty.HOMEROOM, "/thong-bao"),
]


@pytest.fixture(scope="module")
def school_sessions(engine: Engine) -> Iterator[Sessions]:
    """One transaction for all of these tests: what they read is written once."""
    with engine.connect() as connection, connection.begin() as transaction:
        yield sessionmaker(connection, expire_on_commit=False, join_transaction_mode="create_savepoint")
        transaction.rollback()


@pytest.fixture(scope="module")
def casts(school_sessions: Sessions) -> tuple[Cast, Cast]:
    """Who asks at a small school and at one of twice as many classes, twice as large."""
    with school_sessions.begin() as session:
        small, large = (
            cast_of(session, make_big_school(session, number, classes, pupils), teachers=0)
            for number, (classes, pupils) in enumerate((SMALL, LARGE), 71)
        )
    return small, large


@pytest.fixture
def app(school_sessions: Sessions, keys: Keyring, objects_folder: Path) -> FastAPI:
    return CALLED.over(make_services(school_sessions, FakeApprovals(), keys, objects_folder))


@pytest.mark.parametrize(("duty", "path"), PAGES, ids=str)
async def test_a_page_asks_as_much_of_a_small_school_as_of_a_large_one(
    app: FastAPI, casts: tuple[Cast, Cast], duty: Duty, path: str
) -> None:
    small, large = [await _statements(app, cast.askers[duty], path) for cast in casts]
    assert len(small) == len(large)
    assert len(large) <= MOST


async def _statements(app: FastAPI, asker: Asker, path: str) -> list[str]:
    client = at_desk(app, asker.cookie)
    for _ in range(LOOKS.get(path, 2)):
        assert (await client.get(asker.address(path))).status_code == 200
    with statements() as found:
        assert (await client.get(asker.address(path))).status_code == 200
    return [text for text in found.texts if not text.startswith(OWN_BOOKS)]
