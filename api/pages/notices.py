"""What a person was told: the count beside the bell."""

from fastapi import APIRouter
from sqlalchemy import func, select
from starlette.responses import HTMLResponse, Response

from api.deps import CurrentPerson, ServicesDep
from api.guard import allow
from domain.duties import STAFF
from storage.tables import Notice

router = APIRouter(include_in_schema=False, prefix="/thong-bao")


@router.get("/so-moi")
@allow(STAFF)
def count_unread(person: CurrentPerson, found: ServicesDep) -> Response:
    """How many notices wait to be read; nothing where there are none."""
    with found.sessions() as session:
        unread = select(func.count()).where(Notice.staff_id == person.staff_id, Notice.read_at.is_(None))
        return HTMLResponse(str(session.scalar(unread) or ""))
