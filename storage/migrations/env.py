"""Runs the migrations on the connection that `storage.migrate` hands over."""

from alembic import context
from sqlalchemy import text

from storage.tables import Base

connection = context.config.attributes["connection"]
connection.execute(text("SELECT pg_advisory_xact_lock(4851)"))  # behind another migration it waits, holding nothing
# A migration must not queue behind, or in front of, people at work for long: it is given up and tried again. It gives
# up before PostgreSQL looks for deadlocks (after a second), so that of two who wait for each other people go on.
connection.execute(text("SET lock_timeout = '800ms'"))
connection.execute(text("SET statement_timeout = '60s'"))
context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True, compare_server_default=False)
with context.begin_transaction():
    context.run_migrations()
