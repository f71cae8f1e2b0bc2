"""What each process may do in the database, table by table; applied after every migration.

`hocba` owns the tables and alone changes their form. The interface writes what people enter and ask for; where a record
stands, what was signed, sealed and logged is written by the workers alone. What must stay is added to and never
changed, by grant as well as by trigger. A row lock needs the right to change some column (PostgreSQL, "GRANT"): where
the interface locks what it must not change, a row policy refuses the change (migration 20261210), or a foreign key
holds the column that is named here.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from sqlalchemy import Connection, text

from storage.tables import Base

API: Final = "hocba_api"
WORKER: Final = "hocba_worker"

_READ, _ADD = "SELECT", "SELECT, INSERT"
_WRITE = "SELECT, INSERT, UPDATE, DELETE"

# Written once, by whichever process; a trigger of the table says the same.
ADDED_ONLY: Final = frozenset({
    "account_events", "audit_entries", "campaign_events", "cell_changes", "commands", "consents", "decision_origins",
    "matter_events", "phase_events", "policy_versions", "signatures",
})  # fmt: skip
# What follows the workflow, and what proves: the interface reads it.
_OF_WORKERS: Final = frozenset({
    "audit_entries", "commands", "deadline_events", "document_records", "documents", "drifts", "evidence_batches",
    "evidence_paths", "holidays", "log_checkpoints", "log_events", "phase_events", "phase_forecasts", "progress_days",
    "record_stores", "signatures", "validation_objects",
})  # fmt: skip
_PARTLY: Final = {
    "certificates": "SELECT, UPDATE (id)",
    "schools": "SELECT, UPDATE (id, seal_image_sha256)",
    "record_views": "SELECT, INSERT, UPDATE (last_at)",
    "class_terms": "SELECT, INSERT (id, class_id, term, due_at, policy_version), UPDATE (id)",
    "term_records": "SELECT, INSERT (id, class_term_id, enrolment_id, detached_from, issued_at), UPDATE (id)",
    "record_slots": "SELECT, INSERT (record_id, slot), UPDATE (record_id)",
}
# How people sign in: no worker needs it, but for where their mail goes, and to delete what is over (storage.retention).
_OF_ACCOUNTS: Final = {
    "account_sessions": "SELECT (id, expires_at), DELETE",
    "api_tokens": "SELECT (id, expires_at), DELETE",
    "known_devices": "SELECT (account_id, device_sha256, seen_at), DELETE",
    "sign_in_attempts": "SELECT (id, attempted_at), DELETE",
    "recovery_codes": "",
}
_MAILED: Final = (
    "id", "login", "email", "language", "wants_digest", "wants_mail", "quiet_from", "quiet_until", "channel_locked",
    "created_at", "disabled_at",
)  # fmt: skip


def of_api() -> Mapping[str, str]:
    """The rights of the interface's processes, by table."""
    rights = {name: _ADD if name in ADDED_ONLY else _WRITE for name in _tables()}
    rights |= dict.fromkeys(_OF_WORKERS, _READ)
    return rights | _PARTLY


def of_workers() -> Mapping[str, str]:
    """The rights of the workers, by table; a table without any is not named."""
    rights = {name: _ADD if name in ADDED_ONLY else _WRITE for name in _tables()}
    rights["accounts"] = f"SELECT ({', '.join(_MAILED)})"
    return {name: right for name, right in (rights | _OF_ACCOUNTS).items() if right}


def apply(connection: Connection) -> None:
    """Give each role exactly these rights; what is no table of ours (alembic's own) is nobody's but the owner's."""
    for role, rights in ((API, of_api()), (WORKER, of_workers())):
        for statement in _statements(role, rights):
            connection.execute(text(statement))


def _statements(role: str, rights: Mapping[str, str]) -> Iterator[str]:
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}"
    yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}"
    by_right: dict[str, list[str]] = {}
    for name, right in rights.items():
        by_right.setdefault(right, []).append(name)
    for right, names in by_right.items():
        yield f"GRANT {right} ON {', '.join(sorted(names))} TO {role}"


def _tables() -> list[str]:
    return list(Base.metadata.tables)
