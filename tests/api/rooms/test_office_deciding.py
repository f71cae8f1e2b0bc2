"""What an office decides: campaigns, extensions, single cases; who may, what is refused, and that previews hold."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import Response
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.services import Services
from domain.calendar import day_of
from domain.campaigns.phases import Cohort, Step
from storage import journal
from storage.campaigns import decisions, diary, dues, policies
from storage.campaigns.decisions import Move
from storage.campaigns.diary import By
from storage.tables import Campaign, CampaignSchool, DeadlineDecision, Enrolment, PupilCase
from tests.api.office_desk import At
from tests.api.pages import reads, words
from tests.office import OfficeWorld

LATER = day_of(datetime.now(UTC)) + timedelta(days=9)


def asked(services: Services) -> list[tuple[str, tuple[Any, ...]]]:
    found: list[tuple[str, tuple[Any, ...]]] = services.campaigns.asked  # type: ignore[attr-defined]
    return found


async def test_a_campaign_starts_after_a_preview(at: At, office: OfficeWorld, db: Session, services: Services) -> None:
    db.execute(CampaignSchool.__table__.delete())  # type: ignore[attr-defined]
    db.execute(Campaign.__table__.update().values(grade=2))  # type: ignore[attr-defined]
    db.commit()
    form = {"nam": "2026-2027", "khoi": "1", "ke_hoach": str(office.plan.policy_id), "lam": "xem"}
    page = words(await at("head").post("/co-quan/dot", data=form))
    assert "Đợt sẽ chạm tới 3 trường, 3 lớp, 9 học sinh." in page
    assert asked(services) == []
    answer = await at("head").post("/co-quan/dot", data=form | {"lam": "mo"})
    assert answer.status_code == 303
    name, (_, year, grade, policy_id, version, _) = asked(services)[0]
    assert (name, year, grade, policy_id, version) == ("open", "2026-2027", 1, office.plan.policy_id, 1)


async def test_a_start_is_refused_in_words(at: At, office: OfficeWorld, services: Services) -> None:
    right = {"nam": "2026-2027", "khoi": "1", "ke_hoach": str(office.plan.policy_id), "lam": "mo"}
    others = next(each for each in policies.plans(office.session, []) if each.policy_id != office.plan.policy_id)
    cases = [
        (right | {"ke_hoach": str(others.policy_id)}, "Muốn đổi kế hoạch, hãy mở trang của đợt đó.", 409),
        (right | {"khoi": ""}, "Hãy chọn khối lớp.", 422),
        (right | {"nam": "1999-2000"}, "Hãy chọn năm học.", 422),
        (right | {"ke_hoach": str(uuid4())}, "Hãy chọn kế hoạch.", 422),
        (right | {"khoi": "2"}, "Chưa trường nào của cơ quan có lớp", 422),
    ]
    for form, said, status in cases:
        assert said in words(await at("head").post("/co-quan/dot", data=form), status)
    assert "đã có đợt của cơ quan khác" in words(await at("ward head").post("/co-quan/dot", data=right), 409)
    assert (await at("officer").post("/co-quan/dot", data=right)).status_code == 403
    assert asked(services) == []


async def test_a_start_that_was_lost_is_asked_for_again(at: At, office: OfficeWorld, services: Services) -> None:
    form = {"nam": "2026-2027", "khoi": "1", "ke_hoach": str(office.plan.policy_id), "lam": "mo"}
    assert (await at("head").post("/co-quan/dot", data=form)).status_code == 303
    assert [name for name, _ in asked(services)] == ["open"]


async def test_a_campaign_is_held_and_put_under_another_plan(at: At, office: OfficeWorld, services: Services) -> None:
    path = f"/co-quan/dot/{office.campaign.id}"
    assert "Hãy ghi lý do" in words(await at("head").post(path, data={"lam": "pause"}), 422)
    assert "Hãy chọn việc" in words(await at("head").post(path, data={"lam": "x", "ly_do": "Lý do"}), 422)
    assert "Hãy chọn kế hoạch" in words(await at("head").post(path, data={"lam": "giu", "ly_do": "Lý do"}), 422)
    for act in ("pause", "resume", "close"):
        answer = await at("head").post(path, data={"lam": act, "ly_do": "Chờ văn bản mới"})
        assert answer.status_code == 303
    chosen = {"lam": "xem", "ke_hoach": str(office.plan.policy_id), "ly_do": "Theo kế hoạch"}
    page = words(await at("head").post(path, data=chosen))
    assert "Chạm tới 3 trường" in page
    assert "Không khác kế hoạch đang áp dụng" in page
    assert (await at("head").post(path, data=chosen | {"lam": "giu"})).status_code == 303
    assert [name for name, _ in asked(services)] == ["pause", "resume", "close", "put_in_force"]
    assert (await at("officer").post(path, data={"lam": "close", "ly_do": "Lý do"})).status_code == 403
    # The office under it sees the campaign, and decides nothing about it.
    assert "Lãnh đạo của cơ quan đã mở đợt" in await reads(at("ward head"), path)
    assert (await at("ward head").post(path, data={"lam": "close", "ly_do": "Lý do"})).status_code == 403


async def test_what_was_done_to_a_campaign_is_shown_with_its_reason(at: At, office: OfficeWorld, db: Session) -> None:
    path, reason = f"/co-quan/dot/{office.campaign.id}", uuid4()
    assert "Diễn biến của đợt" not in await reads(at("officer"), path)
    journal.add_reason(db, reason, None, office.people["head"], "Chờ văn bản của Bộ.")
    before = diary.standing(office.campaign)
    office.campaign.state = "paused"
    diary.note_changes(db, office.campaign, before, By(uuid4(), office.people["head"], reason))
    db.commit()
    page = await reads(at("officer"), path)
    for words_ in ("Diễn biến của đợt", "Tạm dừng đợt", "Chờ văn bản của Bộ.", "Người Mẫu head"):
        assert words_ in page


def extension(**more: str) -> dict[str, str]:
    usual = {"buoc": "issue/all", "pham_vi": "tat-ca", "han": LATER.isoformat(), "so": "12/QĐ", "ly_do": "Bão số 5"}
    return {"command_id": str(uuid4()), "lam": "xem"} | usual | more


async def preview_and_keep(at: At, person: str, **more: str) -> tuple[str, Response]:
    form = extension(**more)
    page = words(await at(person).post("/co-quan/gia-han", data=form))
    return page, await at(person).post("/co-quan/gia-han", data=form | {"lam": "giu"})


@pytest.mark.parametrize(
    ("scope", "schools"), [("tat-ca", 3), ("co-quan", 2), ("truong", 1)], ids=["all", "authority", "school"]
)
async def test_the_preview_of_an_extension_is_what_it_does(
    at: At, office: OfficeWorld, db: Session, services: Services, scope: str, schools: int
) -> None:
    more = {"pham_vi": scope, "co_quan": str(office.wards[0]), "truong": str(office.schools[2])}
    page, answer = await preview_and_keep(at, "head", **more)
    assert f"chạm tới {schools} trường, {schools} lớp, {3 * schools} học sinh" in page
    assert answer.status_code == 303
    name, (_, move) = asked(services)[0]
    row = decisions.decide(db, move, datetime.now(UTC))
    assert (name, row.due_on, row.decision_no, move.step) == ("move_deadline", LATER, "12/QĐ", Step.ISSUE)
    assert len(dues.concerned(db, row)) == schools
    db.commit()
    listed = await reads(at("officer"), "/co-quan/gia-han")
    assert "12/QĐ" in listed
    assert "đang báo tới" in listed
    assert (await at("officer").get("/co-quan/gia-han.xlsx")).status_code == 200


async def test_an_extension_is_refused_in_words(at: At, office: OfficeWorld, db: Session) -> None:
    cases = [
        ({"buoc": ""}, "Hãy chọn bước cần gia hạn.", 422),
        ({"buoc": "freeze/all"}, "Hãy chọn bước cần gia hạn.", 422),
        ({"pham_vi": ""}, "Hãy chọn các trường được gia hạn", 422),
        ({"pham_vi": "truong"}, "Hãy chọn các trường được gia hạn", 422),
        ({"pham_vi": "co-quan", "co_quan": str(uuid4())}, "Hãy chọn cơ quan", 422),
        ({"pham_vi": "truong", "truong": str(uuid4())}, "Không tìm thấy trường này.", 404),
        ({"pham_vi": "truong", "truong": "x"}, "Không tìm thấy trường này.", 404),
        ({"han": ""}, "Hãy chọn ngày cuối cùng của hạn mới.", 422),
        ({"han": "2020-01-01"}, "phải từ hôm nay trở đi", 422),
        ({"so": " "}, "Hãy ghi số quyết định", 422),
        ({"ly_do": ""}, "Hãy ghi lý do", 422),
    ]
    for more, said, status in cases:
        page = words(await at("head").post("/co-quan/gia-han", data=extension(**more)), status)
        assert said in page
    assert (await at("officer").post("/co-quan/gia-han", data=extension())).status_code == 403
    assert db.scalars(select(DeadlineDecision)).all() == []


async def test_a_ward_moves_its_own_schools_only(at: At, office: OfficeWorld, services: Services) -> None:
    page, _ = await preview_and_keep(at, "ward head")
    assert "chạm tới 2 trường" in page
    assert asked(services)[0][1][1].authority_id == office.wards[0]
    foreign = extension(pham_vi="truong", truong=str(office.schools[2]))
    assert (await at("ward head").post("/co-quan/gia-han", data=foreign)).status_code == 404


async def test_decisions_about_other_offices_schools_are_not_listed(at: At, office: OfficeWorld, db: Session) -> None:
    move = Move(
        uuid4(), office.campaign.id, Step.ISSUE, Cohort.ALL, LATER, "77/QĐ", "Sửa chữa trường", office.people["head"],
        office.city, school_id=office.schools[2],
    )  # fmt: skip
    decisions.decide(db, move, datetime.now(UTC))
    office.campaign.base_version = dues.next_version(db)
    db.commit()
    listed = await reads(at("ward officer"), "/co-quan/gia-han")
    assert "77/QĐ" in listed
    assert "không còn hiệu lực" in listed
    assert "77/QĐ" not in await reads(at("ward head"), "/co-quan/gia-han")
    lists = [await at(who).get("/co-quan/gia-han.xlsx") for who in ("ward officer", "ward head")]
    assert ["77/QĐ" in cells(each) for each in lists] == [True, False]


def cells(answer: Response) -> list[object]:
    book = CalamineWorkbook.from_filelike(BytesIO(answer.content))
    return [cell for row in book.get_sheet_by_index(0).to_python() for cell in row]


async def test_a_school_is_looked_for_by_name(at: At) -> None:
    page = words(await at("head").post("/co-quan/gia-han", data=extension(lam="tim", tim="mẫu số 501", ly_do="đã gõ")))
    assert "Trường Tiểu học Mẫu số 501" in page
    assert "đã gõ" in page


@pytest.fixture
def cases(db: Session, office: OfficeWorld) -> list[UUID]:
    """Two pupils of the first school and one of the third."""
    found = []
    for school, count in ((0, 2), (2, 1)):
        cast, reason = office.casts[school], uuid4()
        journal.add_reason(db, reason, cast.school.school_id, cast.homeroom, "Gia đình chưa đăng ký khai sinh.")
        pupils = db.scalars(select(Enrolment.id).where(Enrolment.class_id == cast.class_id).limit(count)).all()
        for enrolment in pupils:
            row = PupilCase(
                id=uuid4(), campaign_id=office.campaign.id, school_id=cast.school.school_id, enrolment_id=enrolment,
                reason_id=reason, reported_by=cast.homeroom, reported_at=datetime.now(UTC),
            )  # fmt: skip
            db.add(row)
            found.append(row.id)
    db.commit()
    return found


def ruling(*ids: UUID, **more: str) -> dict[str, Any]:
    usual = {"quyet": "excepted", "den": LATER.isoformat(), "so": "7/QĐ", "ly_do": "Chờ công an phường cấp"}
    return {"command_id": str(uuid4()), "ca": [str(each) for each in ids], **usual, **more}


async def test_several_cases_get_one_decision(at: At, cases: list[UUID], services: Services) -> None:
    page = await reads(at("officer"), "/co-quan/cho-quyet-dinh")
    assert page.count("Gia đình chưa đăng ký khai sinh.") == 3
    assert "Ghi quyết định" not in page
    form = ruling(*cases)
    for _ in range(2):
        answer = await at("head").post("/co-quan/cho-quyet-dinh", data=form)
        assert answer.headers["Location"].endswith("xong=3")
    decided = [each for _, (_, each) in asked(services)]
    assert {each.case_id for each in decided} == set(cases)
    assert len({each.command_id for each in decided}) == 3  # the second time they are the same commands
    assert {(each.state, each.until, each.decision_no) for each in decided} == {("excepted", LATER, "7/QĐ")}
    assert (await at("officer").get("/co-quan/cho-quyet-dinh.xlsx")).status_code == 200


async def test_a_decision_about_cases_is_refused_in_words(at: At, cases: list[UUID], services: Services) -> None:
    wrong: list[tuple[dict[str, Any], str, int]] = [
        (ruling(), "Chưa chọn trường hợp nào", 422),
        (ruling(*cases, quyet=""), "Hãy chọn cách giải quyết.", 422),
        (ruling(*cases, den=""), "Hãy chọn ngày cuối của miễn trừ.", 422),
        (ruling(*cases, den="2020-01-01"), "phải từ hôm nay trở đi", 422),
        (ruling(*cases, quyet="other_document"), "Hãy ghi giấy tờ dùng thay.", 422),
        (ruling(*cases, so=""), "Hãy ghi số quyết định.", 422),
        (ruling(*cases, so="9" * 61), "từ 3 đến 60 ký tự", 422),
        (ruling(*cases, so="9"), "từ 3 đến 60 ký tự", 422),
        (ruling(*cases, ly_do=""), "Hãy ghi lý do", 422),
        (ruling(uuid4()), "Không tìm thấy trường hợp này.", 404),
    ]
    for form, said, status in wrong:
        assert said in words(await at("head").post("/co-quan/cho-quyet-dinh", data=form), status)
    assert (await at("officer").post("/co-quan/cho-quyet-dinh", data=ruling(*cases))).status_code == 403
    assert asked(services) == []


async def test_a_case_of_another_ward_does_not_exist(at: At, cases: list[UUID], services: Services) -> None:
    assert (await at("ward head").post("/co-quan/cho-quyet-dinh", data=ruling(*cases))).status_code == 404
    back = ruling(*cases[:2], quyet="returned", so="")
    assert (await at("ward head").post("/co-quan/cho-quyet-dinh", data=back)).status_code == 303
    assert len(asked(services)) == 2
