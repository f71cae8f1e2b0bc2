"""Whether the process lives, and whether it can do its work."""

import asyncio

from fastapi import APIRouter, status
from pydantic import BaseModel
from sqlalchemy import text

from api.deps import ServicesDep
from api.errors import Problem
from api.guard import everybody
from api.services import Services

router = APIRouter(tags=["health"])


class Health(BaseModel):
    status: str


@router.get("/healthz")
@everybody
async def healthz() -> Health:
    return Health(status="ok")


@router.get("/readyz", responses={status.HTTP_503_SERVICE_UNAVAILABLE: {"model": Problem}})
@everybody
async def readyz(found: ServicesDep) -> Health:
    """Answers 503 until the database and Temporal answer."""
    await asyncio.to_thread(_ask_database, found)
    await found.approvals.ping()
    return Health(status="ready")


def _ask_database(found: Services) -> None:
    with found.sessions() as session:
        session.execute(text("SELECT 1"))
