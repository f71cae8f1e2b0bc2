"""Entry: the room of subject teachers, and of homeroom teachers for their own part."""

from fastapi import APIRouter

from api.pages.entry import papers, phrases, room, sending, sheet, stories, workbooks

router = APIRouter(include_in_schema=False)
for _part in (room, phrases, papers, stories, workbooks, sending, sheet):
    router.include_router(_part.router)
