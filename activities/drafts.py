"""Papers as they would be signed now, for reading only: marked as drafts, without places for signatures."""

from datetime import datetime
from functools import cache
from uuid import UUID

from documents.render import Renderer
from storage import contents
from storage.database import Sessions
from storage.paper_facts import Stamp

# No paper has this code: whoever looks a draft up is told so.
_STAMP = Stamp(UUID(int=0), 1, "BAN-NHAP")


def draft_sheet(
    sessions: Sessions, verify_url: str, class_term_id: UUID, slot: str, at: datetime, *, drafts: bool
) -> bytes:
    """A subject's sheet of the whole class; without `drafts` only of pupils whose part was sent.

    Raises NotFound where there is nobody, NotAllowed while nobody is assigned, Invalid for what cannot be printed.
    """
    with sessions() as session:
        content = contents.sheet_as_it_is(session, class_term_id, slot, _STAMP, at, drafts=drafts)
    return _renderer(verify_url).draft(content)


@cache
def _renderer(verify_url: str) -> Renderer:
    return Renderer(verify_url)
