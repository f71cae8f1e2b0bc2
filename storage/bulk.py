"""Many rows with one statement: each has its triggers, plan and locks, and a class has dozens of rows."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, and_, func, inspect, literal, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import DeclarativeBase, Session

Row = Mapping[str, Any]


def insert_all(
    session: Session, table: type[DeclarativeBase], rows: Sequence[Row], *, skip_known: bool = False
) -> None:
    """Insert rows that all have the same columns; `skip_known` leaves those out that are there already."""
    if not rows:
        return
    statement = insert(table)
    if skip_known:
        statement = statement.on_conflict_do_nothing()
    # Only what returns something is sent as one statement (SQLAlchemy: "Insert Many Values").
    session.execute(statement.returning(*inspect(table).primary_key), list(rows))


def update_all(session: Session, table: type[DeclarativeBase], keys: Sequence[str], rows: Sequence[Row]) -> None:
    """Update rows, each found by its own values of `keys`; all have the same columns. Objects of the session stay."""
    if not rows:
        return
    columns, names = _table(table).c, list(rows[0])
    arrays = [literal([row[name] for row in rows], ARRAY(columns[name].type)) for name in names]
    given = func.unnest(*arrays).table_valued(*names, name="given").render_derived()
    changes = {columns[name]: given.c[name] for name in names if name not in keys}
    statement = update(table).where(and_(*(columns[key] == given.c[key] for key in keys))).values(changes)
    session.execute(statement, execution_options={"synchronize_session": False})


def columns_of(row: DeclarativeBase) -> dict[str, Any]:
    """What an object has in its columns, unless the database is to fill them."""
    return {
        column.name: value
        for column in _table(type(row)).columns
        if (value := getattr(row, column.name)) is not None or column.server_default is None
    }


def _table(table: type[DeclarativeBase]) -> Table:
    found = table.__table__
    assert isinstance(found, Table)  # noqa: S101 - every class of ours stands for a table
    return found
