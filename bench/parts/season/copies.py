"""A school, written many times by SQL: every row again with other ids, other codes and other texts."""

from collections import defaultdict
from collections.abc import Mapping
from hashlib import md5
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, Connection, Table, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from domain.assessment import Term
from domain.curriculum import curriculum_for
from domain.suggestion import suggestions
from storage.tables import Base

# What all schools share, and what a school of this kind has no use for.
SHARED: Final = frozenset({
    "school_years", "managing_authorities", "policies", "policy_versions", "holidays", "cell_changes", "notices",
    "audit_entries", "commands", "log_events",
    "evidence_batches",
})  # fmt: skip
# Numbers instead of what must be no one else's; {n} is the copy, {row} the row within the school, from 1.
OWN: Final[Mapping[str, str]] = {
    "schools.code": "'79' || lpad(({n} + 100000)::text, 6, '0')",
    "schools.name": "'Trường Tiểu học Mẫu số ' || ({n} + 1)",
    "pupils.pupil_code": "'79' || lpad(({n} * 1000 + {row})::text, 8, '0')",
    "pupils.personal_id": "'001' || substr(personal_id, 4, 3) || lpad(({n} * 1000 + {row})::text, 6, '0')",
    "pupils.full_name": "pg_temp.drawn_name({n} * 1000 + {row})",
    "staff.personal_id": "'001' || substr(personal_id, 4, 3) || lpad(({n} * 1000 + {row})::text, 6, '0')",
    "staff.full_name": "pg_temp.drawn_name({n} * 1000 + {row} + 500)",
    "certificates.sha256": "encode(sha256((sha256 || {n})::bytea), 'hex')",
    "documents.sha256": "encode(sha256((sha256 || {n})::bytea), 'hex')",
    "signatures.sha256": "encode(sha256((sha256 || {n})::bytea), 'hex')",
    "documents.lookup_code": "md5(lookup_code || {n})",
    "assessments.value": "coalesce(CASE WHEN kind = 'comment' THEN pg_temp.said(item, {n} * 7919 + {row}) END, value)",
}
NAMES: Final = """
    CREATE FUNCTION pg_temp.drawn_name(n int) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT (ARRAY['Nguyễn', 'Trần', 'Lê', 'Phạm', 'Huỳnh', 'Phan', 'Vũ', 'Võ', 'Đặng', 'Bùi'])[1 + n % 10] || ' '
        || (ARRAY['Thị Minh', 'Văn', 'Ngọc', 'Thị Thu', 'Hoàng', 'Quốc', 'Thị Kim', 'Thanh'])[1 + n / 7 % 8] || ' '
        || (ARRAY['An', 'Bình', 'Châu', 'Dung', 'Giang', 'Hà', 'Hạnh', 'Khoa', 'Lan', 'Linh'])[1 + n / 3 % 10] $$"""
# A third of the texts are two suggestions, the others one.
SAID: Final = """
    CREATE FUNCTION pg_temp.said(item text, n int) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT string_agg(text, ' ' ORDER BY id) FROM sentences, (SELECT count(*)::int AS most FROM sentences s
        WHERE s.item = said.item) counted
    WHERE sentences.item = said.item AND id IN (1 + n % most, CASE WHEN n % 3 = 0 THEN 1 + n / 13 % most END) $$"""


def copy_id(original: UUID, n: int) -> UUID:
    """The id that a row has in a copy; the original is 0."""
    return original if n == 0 else UUID(md5(f"{original}/{n}".encode(), usedforsecurity=False).hexdigest())


def write_copies(connection: Connection, copies: int) -> None:
    """Copies 1 to `copies` of the only school that is there."""
    connection.execute(text("CREATE TEMPORARY TABLE sentences (item text, id int, text text)"))
    connection.execute(text("INSERT INTO sentences VALUES (:item, :id, :text)"), _sentences())
    for statement in (NAMES, SAID):
        connection.execute(text(statement))
    # What was checked for the original needs no check for each copy.
    connection.execute(text("SET LOCAL session_replication_role = replica"))
    for table in Base.metadata.sorted_tables:
        if table.name not in SHARED and _is_of_a_school(table):
            connection.execute(text(_statement(table)), {"copies": copies})
    connection.execute(text("SET LOCAL session_replication_role = origin"))


def _sentences() -> list[dict[str, object]]:
    """The product's own suggestions for the grade, by what is commented on: what teachers click on."""
    found: dict[str, list[str]] = defaultdict(list)
    for slot in curriculum_for(1).slots:
        for each in suggestions(1, slot, term=Term.YEAR_END):
            if each.level != "C":
                found[each.item].append(each.text)
    return [{"item": item, "id": at, "text": each} for item, texts in found.items() for at, each in enumerate(texts, 1)]


def _is_of_a_school(table: Table) -> bool:
    return any(_value(table, column) != f'"{column.name}"' for column in table.columns)


def _statement(table: Table) -> str:
    columns = [column for column in table.columns if not _is_counted(column)]
    names = ", ".join(f'"{column.name}"' for column in columns)
    values = ", ".join(_value(table, column) for column in columns)
    order = ", ".join(f'"{column.name}"' for column in table.primary_key.columns)
    return (
        f'INSERT INTO "{table.name}" ({names}) SELECT {values}'  # noqa: S608 -- names of our own tables
        f' FROM (SELECT *, row_number() OVER (ORDER BY {order})::int AS row_no FROM "{table.name}") template,'
        " generate_series(1, CAST(:copies AS int)) n"
    )


def _is_counted(column: Column[Any]) -> bool:
    """Numbers that the database gives by itself."""
    return column.identity is not None or column.computed is not None


def _value(table: Table, column: Column[Any]) -> str:
    if own := OWN.get(f"{table.name}.{column.name}"):
        return own.format(n="n", row="row_no")
    name = f'"{column.name}"'
    points_to_shared = any(key.column.table.name in SHARED for key in column.foreign_keys)
    if isinstance(column.type, Uuid) and not points_to_shared:
        return f"md5({name}::text || '/' || n)::uuid"
    if isinstance(column.type, JSONB) and column.name == "record_ids":
        own = "SELECT jsonb_agg(md5(e || '/' || n)::uuid) FROM jsonb_array_elements_text"
        return f"coalesce(({own}({name}) e), '[]')"
    return name
