"""Many rows with one statement: each has its triggers, plan and locks, and a class has dozens of rows."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import Any

from sqlalchemy import Table, TableValuedAlias, Update, and_, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, Insert, insert
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.sql.schema import CallableColumnDefault

Row = Mapping[str, Any]


def insert_all(
    session: Session, table: type[DeclarativeBase], rows: Sequence[Row], *, skip_known: bool = False
) -> None:
    """Insert rows, one statement for all that have the same columns; `skip_known` leaves out what is there already."""
    alike: dict[frozenset[str], list[Row]] = defaultdict(list)
    for row in rows:
        made = {name: make() for name, make in _defaults(table_of(table), frozenset(row))}
        alike[frozenset(row)].append({**made, **row})
    session.flush()
    for whole in alike.values():
        session.execute(_insertion(table_of(table), tuple(whole[0]), skip_known), _arrays(whole))


def update_all(session: Session, table: type[DeclarativeBase], keys: Sequence[str], rows: Sequence[Row]) -> None:
    """Update rows, each found by its own values of `keys`; all have the same columns. Objects of the session stay."""
    if rows:
        session.flush()
        session.execute(_change(table_of(table), tuple(keys), tuple(rows[0])), _arrays(rows))


@cache
def _insertion(table: Table, names: tuple[str, ...], skip_known: bool) -> Insert:  # noqa: FBT001 - cached
    given = _given(table, names)
    statement = insert(table).from_select(
        list(names), select(*(given.c[name] for name in names)), include_defaults=False
    )
    return statement.on_conflict_do_nothing() if skip_known else statement


@cache
def _change(table: Table, keys: tuple[str, ...], names: tuple[str, ...]) -> Update:
    given = _given(table, names)
    found = and_(*(table.c[key] == given.c[key] for key in keys))
    return update(table).where(found).values({table.c[name]: given.c[name] for name in names if name not in keys})


@cache
def _defaults(table: Table, said: frozenset[str]) -> list[tuple[str, Callable[[], Any]]]:
    """What the application gives to columns that a row says nothing of: new ids."""
    made = {column.name: column.default for column in table.columns if column.name not in said}
    given = {name: default for name, default in made.items() if isinstance(default, CallableColumnDefault)}
    return [(name, partial(default.arg, None)) for name, default in given.items()]  # type: ignore[arg-type] # none of ours reads it


def _given(table: Table, names: tuple[str, ...]) -> TableValuedAlias:
    """The rows as a table; a column goes as one array, so that the statement is the same for any number of rows."""
    arrays = [bindparam(f"each_{name}", type_=ARRAY(table.c[name].type)) for name in names]
    return func.unnest(*arrays).table_valued(*names, name="given").render_derived()


def _arrays(rows: Sequence[Row]) -> dict[str, list[Any]]:
    return {f"each_{name}": [row[name] for row in rows] for name in rows[0]}


def columns_of(row: DeclarativeBase) -> dict[str, Any]:
    """What an object has in its columns, unless the database is to fill them."""
    return {
        column.name: value
        for column in table_of(type(row)).columns
        if (value := getattr(row, column.name)) is not None or column.server_default is None
    }


def table_of(table: type[DeclarativeBase]) -> Table:
    """For statements that are told their values as they are run: of a class, the ORM would take these for rows."""
    found = table.__table__
    assert isinstance(found, Table)  # noqa: S101 - every class of ours stands for a table
    return found
