"""The engine and sessions of the database."""

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session, sessionmaker

Sessions = sessionmaker[Session]


def make_engine(database_url: str, pool_size: int = 5) -> Engine:
    """An engine for psycopg 3; `database_url` may be a plain `postgresql://` URL."""
    url = database_url.replace("postgresql://", "postgresql+psycopg://", 1)
    # Errors are logged and kept in workflow histories: the values of rows must not be in them.
    return create_engine(url, pool_size=pool_size, max_overflow=2, pool_pre_ping=True, hide_parameters=True)


def make_sessions(engine: Engine) -> Sessions:
    return sessionmaker(engine, expire_on_commit=False)
