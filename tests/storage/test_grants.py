"""Least privilege: each process may do in the database what it needs, and sees rows of the school it answers for."""
# ruff: noqa: S608 - the names of tables are ours

from collections.abc import Iterator
from contextvars import copy_context
from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine, make_url, select, text
from sqlalchemy.exc import ProgrammingError

from storage import grants, scope
from storage.database import make_engine, make_sessions
from storage.grants import API, WORKER
from storage.migrate import upgrade
from storage.tables import Base, ClassGroup, PupilRow
from tests.database import migrated_database
from tests.factories import ClassCast, make_class, make_school, open_book

# By table, how to reach every row that tells of a school's pupils.
HELD = (
    "class_groups", "class_terms", "enrolments", "term_records", "record_slots", "pupil_terms", "assessments", "pupils",
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A database of its own, with two schools in it, as its owner and as each of the processes."""

    owner: Engine
    engines: dict[str, Engine]
    ours: ClassCast
    theirs: ClassCast

    def refused(self, role: str, statement: str) -> str:
        """Why PostgreSQL does not do this for a process of the role."""
        scope.lift()
        with self.engines[role].connect() as connection, pytest.raises(ProgrammingError) as refusal:
            connection.execute(text(statement))
        return str(refusal.value.orig)


@pytest.fixture(scope="module")
def place(postgres_url: str) -> Iterator[Place]:
    url = migrated_database(postgres_url, "granted")
    owner = make_engine(url)
    with make_sessions(owner).begin() as session:
        casts = [make_class(session, make_school(session, number), "1A1") for number in (41, 42)]
        for cast in casts:
            open_book(session, cast)
    as_role = {role: make_url(url).set(username=role).render_as_string(hide_password=False) for role in (API, WORKER)}
    engines = {role: make_engine(address, scoped=True) for role, address in as_role.items()}
    yield Place(owner, engines, casts[0], casts[1])
    for engine in (owner, *engines.values()):
        engine.dispose()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE term_records SET stage = 'issued'",
        "UPDATE class_terms SET stage = 'issued'",
        "UPDATE record_slots SET state = 'signed'",
        "UPDATE class_terms SET wf_seq = 9",
        "INSERT INTO audit_entries (class_term_id) VALUES (gen_random_uuid())",
        "INSERT INTO commands (id) VALUES (gen_random_uuid())",
        "INSERT INTO signatures (id) VALUES (gen_random_uuid())",
        "INSERT INTO documents (id) VALUES (gen_random_uuid())",
        "UPDATE documents SET state = 'live'",
        "INSERT INTO log_events (kind) VALUES ('issued')",
        "INSERT INTO evidence_batches (id) VALUES (gen_random_uuid())",
        "UPDATE certificates SET state = 'valid'",
        "DELETE FROM term_records",
    ],
)
def test_the_interface_writes_no_stage_and_no_proof(place: Place, statement: str) -> None:
    assert "permission denied" in place.refused(API, statement)


@pytest.mark.parametrize("column", ["id", "class_term_id"])
def test_what_it_may_lock_it_cannot_change(place: Place, column: str) -> None:
    with place.engines[API].connect() as connection:
        assert connection.execute(text("SELECT id FROM term_records FOR UPDATE")).all()
    if column == "id":
        assert "row-level security" in place.refused(API, "UPDATE term_records SET id = gen_random_uuid()")
    else:
        assert "permission denied" in place.refused(API, "UPDATE term_records SET class_term_id = class_term_id")


@pytest.mark.parametrize("role", [API, WORKER])
@pytest.mark.parametrize("table", sorted(grants.ADDED_ONLY))
def test_what_must_stay_is_added_to_and_never_changed(place: Place, role: str, table: str) -> None:
    column = next(iter(Base.metadata.tables[table].primary_key)).name
    for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        assert "permission denied" in place.refused(role, statement), statement


@pytest.mark.parametrize("role", [API, WORKER])
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "DROP TABLE drifts",
        "ALTER TABLE audit_entries DISABLE TRIGGER append_only",
        "ALTER TABLE pupils DISABLE ROW LEVEL SECURITY",
        "DROP POLICY school ON pupils",
        "UPDATE alembic_version SET version_num = 'x'",
        "GRANT hocba TO hocba_api",
    ],
)
def test_no_process_changes_the_form_of_anything(place: Place, role: str, statement: str) -> None:
    assert any(word in place.refused(role, statement) for word in ("permission denied", "must be owner"))


@pytest.mark.parametrize("table", ["recovery_codes", "account_sessions", "api_tokens", "sign_in_attempts"])
def test_workers_do_not_read_how_people_sign_in(place: Place, table: str) -> None:
    assert "permission denied" in place.refused(WORKER, f"SELECT * FROM {table}")
    assert "permission denied" in place.refused(WORKER, "SELECT password_hash FROM accounts")
    assert "permission denied" in place.refused(WORKER, "SELECT totp_locked FROM accounts")


def counts(place: Place, role: str = API) -> dict[str, int]:
    with place.engines[role].connect() as connection:
        return {table: connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0 for table in HELD}


def test_a_request_sees_the_rows_of_its_school_only(place: Place) -> None:
    scope.limit_to(place.ours.school.school_id)
    ours = counts(place)
    scope.limit_to(place.theirs.school.school_id)
    theirs = counts(place)
    scope.lift()
    assert counts(place) == {table: ours[table] + theirs[table] for table in HELD}
    for table in set(HELD) - {"pupil_terms", "assessments"}:
        assert ours[table] > 0, table


def test_without_a_scope_nothing_is_seen(place: Place) -> None:
    def forgetful() -> dict[str, int]:
        scope.limit_to(UUID(int=0))
        with scope.across_schools():
            assert any(counts(place).values())
        return counts(place)

    assert not any(copy_context().run(forgetful).values())


def test_workers_see_every_school(place: Place) -> None:
    scope.limit_to(UUID(int=0))
    assert counts(place, WORKER)["class_groups"] == 2


def test_no_row_is_written_for_another_school(place: Place) -> None:
    scope.limit_to(place.ours.school.school_id)
    with place.engines[API].connect() as connection:
        changed = connection.execute(
            text("UPDATE class_groups SET name = 'x' WHERE school_id = :school"),
            {"school": place.theirs.school.school_id},
        )
        assert changed.rowcount == 0
        with pytest.raises(ProgrammingError, match="row-level security"):
            connection.execute(text("UPDATE class_groups SET school_id = :s"), {"s": place.theirs.school.school_id})


def test_a_connection_is_told_the_scope_of_whoever_takes_it(place: Place) -> None:
    """One connection, taken by turns; a reading session says each statement by itself, a writing one rolls back."""
    address = place.engines[API].url.render_as_string(hide_password=False)
    engine = make_engine(address, pool_size=1, scoped=True)
    sessions, names = make_sessions(engine), select(ClassGroup.school_id)
    for cast in (place.ours, place.theirs, place.ours):
        scope.limit_to(cast.school.school_id)
        with sessions() as session:
            assert session.scalars(names).all() == [cast.school.school_id]
        with sessions.begin() as session:
            assert session.scalars(names).all() == [cast.school.school_id]
            session.rollback()
        with sessions() as session:
            assert session.scalars(select(PupilRow.id)).all()
    engine.dispose()


def test_every_upgrade_takes_back_what_was_given_by_hand(place: Place) -> None:
    with place.owner.begin() as connection:
        connection.execute(text("GRANT UPDATE ON documents TO hocba_api"))
    assert can_update_documents(place)
    upgrade(place.owner.url.render_as_string(hide_password=False))
    assert not can_update_documents(place)


def can_update_documents(place: Place) -> bool:
    connection: Connection
    with place.owner.connect() as connection:
        return bool(connection.scalar(text("SELECT has_table_privilege('hocba_api', 'documents', 'UPDATE')")))
