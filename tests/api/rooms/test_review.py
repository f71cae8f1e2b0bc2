"""Rà soát dữ liệu: who sees which gaps, what the head confirms, whom the school reports."""

from datetime import UTC, date, datetime
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api.services import Services
from domain.calendar import day_of
from domain.campaigns.phases import Step
from domain.errors import Incomplete
from storage.campaigns import dues, gaps, offices, phases, policies, running
from storage.campaigns.offices import OfficeFacts
from storage.campaigns.running import NewCampaign
from storage.tables import CampaignSchool, Enrolment, PupilRow
from tests.api.conftest import As
from tests.api.fakes import FakeCampaigns
from tests.api.world import World
from tests.factories import YEAR


@pytest.fixture
def campaign_id(world: World, db: Session) -> UUID:
    """The school takes part in a campaign of grade 1; one pupil of 1A1 has no personal id."""
    policies.ensure_shipped(db)
    today = day_of(datetime.now(UTC))
    office = offices.add_authority(db, OfficeFacts("so/mau", "Sở Mẫu", "city_department", None, date(2020, 1, 1)))
    offices.move_school(db, world.school.school_id, office, today)
    policy = policies.plans(db, [office])[0]
    campaign = running.open_campaign(db, NewCampaign(office, YEAR, 1, policy.policy_id, policy.version, None))
    running.take_in(db, campaign.id, today)
    held = dues.of_schools(db, campaign)[0]
    phases.keep_dues(db, campaign.id, held.school_id, held.dues)
    first = select(Enrolment.pupil_id).where(Enrolment.class_id == world.cast.class_id).limit(1).scalar_subquery()
    db.execute(update(PupilRow).where(PupilRow.id == first).values(personal_id=""))
    db.commit()
    return campaign.id


def asked(services: Services) -> FakeCampaigns:
    assert isinstance(services.campaigns, FakeCampaigns)
    return services.campaigns


async def test_without_a_campaign_the_page_says_what_will_come(desk: As, world: World) -> None:
    assert "Trường chưa tham gia đợt học bạ số nào." in (await desk("principal").get("/ra-soat")).text


async def test_offices_see_all_gaps_and_homeroom_teachers_their_own_pupils(
    desk: As, world: World, campaign_id: UUID
) -> None:
    page = (await desk("principal").get("/ra-soat")).text
    for words in (
        "Chưa có số định danh cá nhân", "Chứng thư số của trường chưa được", "Chưa gửi duyệt", "Chưa thử kết nối",
        "Trường đã đăng ký chứng thư số", "Các bước của đợt",
    ):  # fmt: skip
        assert words in page
    assert "Trường chưa đăng ký" not in page
    own = (await desk("homeroom").get("/ra-soat")).text
    assert "Lớp 1A1" in own
    assert "Chưa thử kết nối" not in own
    other = await desk("other").get("/ra-soat")
    assert other.status_code == 403


async def test_the_list_is_taken_along(desk: As, campaign_id: UUID) -> None:
    answer = await desk("admin").get("/ra-soat.xlsx")
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert any("Chưa có số định danh cá nhân" in map(str, row) for row in rows)


async def test_the_head_confirms_and_is_told_what_is_missing(
    desk: As, services: Services, campaign_id: UUID, db: Session, world: World
) -> None:
    form = {"dot": str(campaign_id), "command_id": str(uuid4())}
    asked(services).refuses = Incomplete("Còn 3 điểm chưa xong nên chưa xác nhận được: hồ sơ học sinh còn thiếu.")
    refused = await desk("principal").post("/ra-soat/xac-nhan", data=form)
    assert refused.status_code == 422
    assert "Còn 3 điểm chưa xong" in refused.text
    asked(services).refuses = None
    done = await desk("principal").post("/ra-soat/xac-nhan", data=form)
    assert done.headers["Location"].endswith("xong=xac-nhan")
    assert (await desk("admin").post("/ra-soat/xac-nhan", data=form)).status_code == 403
    member = db.get_one(CampaignSchool, (campaign_id, world.school.school_id))
    member.confirmed_at = datetime.now(UTC)
    db.commit()
    assert "Hiệu trưởng đã xác nhận" in (await desk("clerk").get("/ra-soat")).text


async def test_pupils_without_an_id_are_reported_with_a_reason(
    desk: As, services: Services, campaign_id: UUID, db: Session, world: World
) -> None:
    enrolment = db.scalars(select(Enrolment.id).where(Enrolment.class_id == world.cast.class_id)).first()
    form = {"dot": str(campaign_id), "command_id": str(uuid4()), "hoc_sinh": [str(enrolment)], "ly_do": ""}
    refused = await desk("admin").post("/ra-soat/bao", data=form)
    assert (refused.status_code, "Hãy ghi lý do chưa có số định danh" in refused.text) == (422, True)
    nobody = await desk("admin").post("/ra-soat/bao", data=form | {"hoc_sinh": [], "ly_do": "Chưa có giấy khai sinh."})
    assert (nobody.status_code, "Chưa chọn học sinh nào" in nobody.text) == (422, True)
    assert "Chưa có giấy khai sinh." in nobody.text, "what was typed stays"
    answer = await desk("admin").post("/ra-soat/bao", data=form | {"ly_do": "Chưa có giấy khai sinh."})
    assert answer.status_code == 303
    assert asked(services).asked[-1][0] == "report_cases"


async def test_training_is_noted_with_its_day(desk: As, services: Services, campaign_id: UUID) -> None:
    form = {"dot": str(campaign_id), "command_id": str(uuid4())}
    refused = await desk("principal").post("/ra-soat/tap-huan", data=form | {"ngay": "hôm qua"})
    assert (refused.status_code, "Hãy chọn ngày tập huấn." in refused.text) == (422, True)
    assert (await desk("principal").post("/ra-soat/tap-huan", data=form | {"ngay": "2026-07-20"})).status_code == 303


def test_gaps_name_their_place_and_what_an_authority_has_settled_is_not_open(
    db: Session, world: World, campaign_id: UUID
) -> None:
    campaign = running.of_school(db, campaign_id, world.school.school_id)
    assert campaign is not None
    found = gaps.review(db, campaign, world.school.school_id, date(2027, 8, 15), datetime.now(UTC))
    assert {gap.class_name for gap in found.gaps if gap.enrolment_id} == {"1A1", "1A2"} or found.counts
    assert found.counts["no_personal_id"] == 1
    assert Step.DATA_REVIEW in {line.step for line in dues.of_schools(db, campaign)[0].dues}
