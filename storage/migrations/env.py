"""Runs the migrations on the connection that `storage.migrate` hands over."""

from alembic import context
from sqlalchemy import text

from storage.tables import Base

connection = context.config.attributes["connection"]
# A migration must not queue behind, or in front of, people at work for long.
connection.execute(text("SET lock_timeout = '4s'"))
connection.execute(text("SET statement_timeout = '60s'"))
connection.execute(text("SELECT pg_advisory_xact_lock(4851)"))
context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True, compare_server_default=False)
with context.begin_transaction():
    context.run_migrations()
