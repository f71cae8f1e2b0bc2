"""From the office's desk to the diary of its campaign: who, when, why."""

from uuid import uuid4

from domain.campaigns.states import CampaignDeed
from storage.campaigns import diary, policies
from tests.workflows.campaigns.conftest import Season
from tests.workflows.campaigns.test_campaign import begun


async def test_what_an_office_does_to_its_campaign_can_be_read_there(season: Season) -> None:
    await begun(season)
    with season.sessions() as session:
        other = next(each for each in policies.plans(session, [season.office]) if each.code != "hcm-2024")
    command = uuid4()
    for _ in range(2):
        await season.campaigns.pause(season.head, season.campaign_id, "Chờ hướng dẫn mới.", command)
    await season.campaigns.resume(season.head, season.campaign_id, "Đã có hướng dẫn.", uuid4())
    await season.campaigns.put_in_force(
        season.head, season.campaign_id, other.policy_id, other.version, "Theo công văn mới.", uuid4()
    )
    with season.sessions() as session:
        found = diary.of_campaign(session, season.campaign_id)
    assert [(each.deed, each.reason) for each in found] == [
        (CampaignDeed.POLICY, "Theo công văn mới."),
        (CampaignDeed.RESUMED, "Đã có hướng dẫn."),
        (CampaignDeed.PAUSED, "Chờ hướng dẫn mới."),
        (CampaignDeed.OPENED, ""),
    ]
    assert {each.by for each in found} == {season.head.full_name}
    assert (found[0].policy, found[0].version) == (other.name, other.version)
