"""What was done to a campaign is kept once, with who and why, in the transaction that does it."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from activities.campaigns import CampaignActivities
from domain.calendar import SchoolYear
from domain.campaigns.messages import CampaignChange
from domain.campaigns.states import CampaignDeed
from storage import journal
from storage.campaigns import diary, running
from storage.campaigns.running import NewCampaign
from storage.database import Sessions
from tests.office import OfficeWorld, make_office


class Desk:
    """The head of an office changes its campaign."""

    def __init__(self, sessions: Sessions, office: OfficeWorld) -> None:
        self.session, self.office, self.campaign_id = office.session, office, office.campaign.id
        self.rounds = CampaignActivities(sessions, None)  # type: ignore[arg-type]

    def order(self, reason: str, state: str = "", policy: tuple[str, int] = ("", 0)) -> CampaignChange:
        reason_id = uuid4()
        journal.add_reason(self.session, reason_id, None, self.office.people["head"], reason)
        self.session.commit()
        head = str(self.office.people["head"])
        return CampaignChange(str(self.campaign_id), state, *policy, head, str(reason_id), str(uuid4()))

    def do(self, order: CampaignChange) -> None:
        self.rounds.change_campaign(order)
        self.session.expire_all()

    def diary(self) -> list[tuple[CampaignDeed, str]]:
        return [(each.deed, each.reason) for each in diary.of_campaign(self.session, self.campaign_id)]


@pytest.fixture
def desk(db: Session, sessions: Sessions) -> Desk:
    return Desk(sessions, make_office(db))


def test_each_change_has_its_reason_and_whoever_decided(desk: Desk) -> None:
    desk.do(desk.order("Chờ văn bản mới.", state="paused"))
    desk.do(desk.order("Đã có văn bản.", state="open"))
    desk.do(desk.order("Đã nộp xong.", state="closed"))
    assert desk.diary() == [
        (CampaignDeed.CLOSED, "Đã nộp xong."),
        (CampaignDeed.RESUMED, "Đã có văn bản."),
        (CampaignDeed.PAUSED, "Chờ văn bản mới."),
    ]
    assert {each.by for each in diary.of_campaign(desk.session, desk.campaign_id)} == {"Người Mẫu head"}


def test_a_change_that_comes_twice_is_one_even_after_a_later_one(desk: Desk) -> None:
    pause = desk.order("Chờ văn bản mới.", state="paused")
    for order in (pause, pause, desk.order("Đã có văn bản.", state="open"), pause):
        desk.do(order)
    assert [deed for deed, _ in desk.diary()] == [CampaignDeed.RESUMED, CampaignDeed.PAUSED]
    assert desk.office.campaign.state == "open"


def test_what_changes_nothing_leaves_nothing(desk: Desk) -> None:
    desk.do(desk.order("Mở rồi mà.", state="open"))
    desk.do(replace(desk.order("Không ai hỏi.", state="paused"), command_id=""))
    assert desk.diary() == []


def test_another_policy_is_kept_with_its_version(desk: Desk) -> None:
    with desk.session.begin_nested():
        desk.office.campaign.policy_version = 99  # as if another version held until now
    plan = desk.office.plan
    desk.do(desk.order("Theo kế hoạch mới.", policy=(str(plan.policy_id), plan.version)))
    (happening,) = diary.of_campaign(desk.session, desk.campaign_id)
    assert (happening.deed, happening.policy, happening.version) == (CampaignDeed.POLICY, plan.name, plan.version)


def test_the_diary_begins_with_the_opening_and_is_never_changed(desk: Desk) -> None:
    office, plan = desk.office, desk.office.plan
    new = NewCampaign(
        office.city, SchoolYear.parse("2027-2028"), 2, plan.policy_id, plan.version, office.people["head"]
    )
    ids: set[UUID] = {running.open_campaign(desk.session, new).id for _ in range(2)}
    (happening,) = diary.of_campaign(desk.session, ids.pop())
    assert (happening.deed, happening.by, happening.policy) == (CampaignDeed.OPENED, "Người Mẫu head", plan.name)
    for statement in ("UPDATE campaign_events SET deed = 'closed'", "DELETE FROM campaign_events"):
        with pytest.raises(DBAPIError), desk.session.begin_nested():
            desk.session.execute(text(statement))
