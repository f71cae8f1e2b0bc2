"""All addresses of the signing room; those with a name come before those with an id in the same place."""

from fastapi import APIRouter

from api.pages.signing import batch, desk, journal

router = APIRouter(include_in_schema=False)
for part in (desk, journal, batch):
    router.include_router(part.router)
