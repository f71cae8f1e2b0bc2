"""The stream that tells a page when to fetch its moving parts anew: what kind of thing changed, never what it says."""

import time
from collections.abc import AsyncIterator
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from api.deps import CurrentVisitor, ServicesDep, now
from api.guard import allow
from api.live import Listener, Live
from api.services import Services
from domain.duties import EVERYBODY
from domain.errors import NotFound
from storage import access, visitors
from storage.staffing import Person
from storage.visitors import Visitor

router = APIRouter(include_in_schema=False)
AGAIN_MS: Final = 2000  # when a browser whose stream broke asks again
LOOK_EVERY: Final = 60.0  # seconds between looks at whether the session still holds and which classes are the person's


async def live_of(request: Request, visitor: CurrentVisitor) -> Live:
    """Raises NotFound for whoever does not follow a stream: a page of it would never end. Refuses too many of one."""
    if "text/event-stream" not in request.headers.get("Accept", ""):
        raise NotFound("Không tìm thấy.")
    live: Live = request.app.state.live
    live.require_room(visitor.person.staff_id)
    return live


@router.get("/truc-tiep", response_class=EventSourceResponse)
@allow(EVERYBODY)
async def follow(
    visitor: CurrentVisitor, found: ServicesDep, live: Annotated[Live, Depends(live_of)]
) -> AsyncIterator[ServerSentEvent]:
    """Holds no connection to the database: a short look every minute, and the news of the one that listens."""
    classes = await run_in_threadpool(_classes, found, visitor.person)
    with live.listener(visitor.person.school_id, visitor.person.staff_id, classes) as listener:
        yield ServerSentEvent(event="ready", data="", retry=AGAIN_MS)
        async for event in _events(listener, found, visitor):
            yield event


async def _events(listener: Listener, found: Services, visitor: Visitor) -> AsyncIterator[ServerSentEvent]:
    looked = time.monotonic()
    while not listener.is_over:
        news = await listener.news(LOOK_EVERY)
        if news is not None:
            of = None if news.class_terms is None else sorted(news.class_terms)
            yield ServerSentEvent(event="live", data={"topics": sorted(news.topics), "class_terms": of})
        if time.monotonic() - looked < LOOK_EVERY:
            continue
        looked = time.monotonic()
        if not await run_in_threadpool(_look, listener, found, visitor):
            yield ServerSentEvent(event="ended", data="")
            return


def _look(listener: Listener, found: Services, visitor: Visitor) -> bool:
    """Whether the session still holds, at the same school; learns which classes are the person's by now."""
    try:
        with found.sessions() as session:
            who = visitors.still_there(session, visitor.session_id, now()) if visitor.session_id else None
        if who is None or who.staff_id != visitor.person.staff_id:
            return False
        listener.classes = _classes(found, who)
    except SQLAlchemyError:
        pass  # the database is away; the next look tells
    return True


def _classes(found: Services, person: Person) -> frozenset[str] | None:
    with found.sessions() as session:
        mine = access.visible_classes(session, person, now())
    return None if mine is None else frozenset(map(str, mine))
