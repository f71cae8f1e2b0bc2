"""Everything that the school holds on one pupil, as one file, for whoever answers for it; taking it is noted."""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from api import sights
from api.deps import CurrentPerson, ServicesDep, VisibleRecord, now
from api.guard import allow
from domain.duties import MANAGERS
from domain.sights import Sight
from interchange import pupil_data as written
from storage import board, pupil_data
from storage.pupil_data import Asked
from storage.sights import Seen

router = APIRouter(include_in_schema=False)
ZIP: Final = "application/zip"


@router.get("/hoc-ba/{record_id}/du-lieu.zip")
@allow(MANAGERS, crosses_schools=True)
def take_data(request: Request, record: VisibleRecord, person: CurrentPerson, found: ServicesDep) -> Response:
    """Papers of former schools travel with the pupil; everything else is the own school's alone."""
    at = now()
    sights.note(request, found, Seen(person.staff_id, Sight.EXPORT, person.school_id, pupil_id=record.pupil_id))
    with found.sessions() as session:
        data = pupil_data.pupil_data(session, Asked(record.pupil_id, person, at))
        school = board.school_name(session, person.school_id)
    parts = written.packed(data, found.objects.get, school, person.full_name, at)
    headers = {"Content-Disposition": f'attachment; filename="du-lieu-{record.id}.zip"'}
    return StreamingResponse(parts, media_type=ZIP, headers=headers)
