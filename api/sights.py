"""Notes who looks at pupils' data, on the way to it: in the guards of records, papers and classes."""

from dataclasses import replace
from datetime import UTC, datetime

from fastapi import Request

from api.guard import visitor_of
from api.services import Services
from storage import sights
from storage.sights import Seen


def note(request: Request, found: Services, seen: Seen) -> None:
    """Before anything is shown: what cannot be noted is not shown either. What is sent shows nothing."""
    if request.method == "GET":
        note_shown(request, found, seen)


def note_shown(request: Request, found: Services, seen: Seen) -> None:
    """The same of a page that shows what was asked for by a form."""
    visitor = visitor_of(request)
    if visitor is None:
        return
    if visitor.scopes is not None:
        seen = replace(seen, key_name=visitor.device)
    if found.lately.is_new(seen):
        with found.sessions.begin() as session:
            sights.note(session, seen, datetime.now(UTC))
