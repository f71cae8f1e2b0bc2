"""The gaps of a school's data review as a workbook."""

from collections.abc import Iterator
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from api.deps import CurrentPerson, ServicesDep, now
from api.guard import allow
from api.pages.language import gettext
from api.pages.language import marked as _
from api.pages.review import reading
from api.pages.review.board import SEERS
from api.pages.review.reading import Reviewed
from api.pages.taking import Row, TakenList, take_list
from domain.campaigns.cases import CaseState
from domain.duties import DUTY_NAMES
from domain.errors import NotFound

router = APIRouter(include_in_schema=False)
_TAKEN: Final = TakenList("ra-soat", _("Rà soát dữ liệu"), {
    _("Điểm cần bổ sung"): 44, _("Lớp"): 9, _("Nội dung"): 60, _("Ai bổ sung"): 36, _("Tình trạng"): 34,
})  # fmt: skip


@router.get("/ra-soat.xlsx")
@allow(SEERS)
def take_review(person: CurrentPerson, found: ServicesDep, dot: str = "") -> Response:
    with found.sessions() as session:
        campaign, _every = reading.chosen(session, person, dot)
        if campaign is None:
            raise NotFound("Trường chưa tham gia đợt nào.")
        reviewed = reading.read(session, person, campaign, now())
    about = (gettext("Khối %(grade)s") % {"grade": campaign.grade}, campaign.school_year)
    return take_list(found, person, _TAKEN, _rows(reviewed), about)


def _rows(reviewed: Reviewed) -> Iterator[Row]:
    for group in reviewed.groups:
        who = ", ".join(gettext(DUTY_NAMES[duty]) for duty in group.closed_by)
        for gap in group.gaps:
            state = gettext(CaseState(gap.case_state).label) if gap.case_state else ""
            yield gettext(group.kind.label), gap.class_name, gap.what, who, state
