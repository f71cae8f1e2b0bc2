"""Entry: the room of subject teachers, and of homeroom teachers for their own part."""

from api.pages.entry import papers, phrases, room, sending, sheet, stories, workbooks
from api.routers import joined

router = joined(room, phrases, papers, stories, workbooks, sending, sheet)
