"""The office's radar, its schools and charts: what each office sees, what it does not, and how it is taken along."""

from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from uuid import uuid4

from python_calamine import CalamineWorkbook
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from domain.calendar import day_of
from storage.matters import waits
from storage.matters.waits import Wait
from storage.tables import CampaignSchool, ClassProgress, PhaseEvent, PhaseForecast, PupilRow
from tests.api.conftest import As
from tests.api.office_desk import At
from tests.api.pages import reads, words
from tests.api.world import World
from tests.matters import make_matter, person_of
from tests.office import OfficeWorld


def taken(content: bytes) -> Sequence[Sequence[object]]:
    return CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()


async def test_the_radar_says_in_one_sentence_how_things_stand(at: At, office: OfficeWorld, db: Session) -> None:
    mine = ClassProgress.school_id == office.schools[0]
    db.execute(update(ClassProgress).where(mine).values(issued=ClassProgress.pupils))
    forecast = PhaseForecast(
        campaign_id=office.campaign.id, school_id=office.schools[2], step="issue", cohort="all", missing=1240,
        mean=1240.4, low=1, high=2000, made_on=day_of(datetime.now(UTC)), chance=0.9, pace=0.1,
    )  # fmt: skip
    db.add(forecast)
    db.commit()
    page = await reads(at("officer"), "/co-quan")
    assert "0/3 trường đã xong bước “Rà soát dữ liệu”" in page
    assert "3 trường có việc quá hạn" in page
    assert "dự báo 1 trường trễ hạn “Phát hành”" in page
    assert "khoảng 1.240 học bạ" in page
    assert "Phường Mẫu 500-1" in page
    assert "50%" in page  # of the first ward's records of the first term
    assert "2 quá hạn" in page


async def test_the_radar_can_be_narrowed(at: At, office: OfficeWorld) -> None:
    ward = office.wards[1]
    page = await reads(at("head"), f"/co-quan?phuong={ward}&buoc=issue")
    assert "Trường Tiểu học Mẫu số 500<" not in page
    assert "Không nơi nào quá hạn." in await reads(at("head"), "/co-quan?buoc=issue&tre=1")
    assert "Không có địa bàn nào khớp" in await reads(at("head"), "/co-quan?phuong=x")
    assert "chưa quản lý trường nào" in await reads(at("head"), "/co-quan?ngay=2019-01-01")


async def test_a_ward_sees_its_own_schools_by_commune(at: At, office: OfficeWorld) -> None:
    page = await reads(at("ward officer"), "/co-quan")
    assert "Trường Tiểu học Mẫu số 502" in page
    assert "Trường Tiểu học Mẫu số 500" not in page
    assert "Phường Tân Bình" in page


async def test_what_matters_wait_for_from_an_office_is_on_its_first_page(
    desk: As, world: World, db: Session, office: OfficeWorld, at: At
) -> None:
    matter = make_matter(db, world.cast)
    officer = person_of(db, world.office["officer"])
    mine = Wait("decide", role="officer", authority_id=officer.authority_id)
    waits.wait_for(db, matter.id, [mine], datetime.now(UTC))
    db.commit()
    assert f'href="/chuyen-truong/{matter.id}"' in await reads(desk("officer"), "/co-quan")
    assert str(matter.id) not in await reads(desk("office head"), "/co-quan")
    assert "Việc chuyển, bàn giao" not in await reads(at("officer"), "/co-quan")


async def test_without_a_campaign_the_page_says_where_one_begins(desk: As) -> None:
    page = await reads(desk("officer"), "/co-quan")
    assert "Chưa có đợt học bạ số nào" in page
    assert "/co-quan/dot" in page
    assert (await desk("officer").get("/co-quan/truong")).status_code == 404


async def test_another_citys_campaign_does_not_exist(at: At, desk: As, office: OfficeWorld) -> None:
    for path in ("/co-quan", "/co-quan/truong", "/co-quan/gia-han", "/co-quan/dien-bien", "/co-quan/cho-quyet-dinh"):
        assert (await desk("officer").get(f"{path}?dot={office.campaign.id}")).status_code == 404
    assert (await desk("officer").get(f"/co-quan/dot/{office.campaign.id}")).status_code == 404
    assert (await at("officer").get("/co-quan?dot=khong-phai")).status_code == 404


async def test_people_of_schools_are_refused(desk: As, office: OfficeWorld) -> None:
    for path in ("/co-quan", "/co-quan/truong", f"/co-quan/truong/{office.schools[0]}", "/co-quan/ke-hoach"):
        for person in ("principal", "admin"):
            assert (await desk(person).get(path)).status_code == 403


async def test_schools_are_listed_found_and_taken_along(at: At, office: OfficeWorld) -> None:
    page = await reads(at("officer"), "/co-quan/truong?tim=mẫu số 501")
    assert "1 trường;" in page
    assert "Trường Tiểu học Mẫu số 500<" not in page
    assert "Không có trường nào khớp" in await reads(at("officer"), "/co-quan/truong?loc=da-xong&buoc=issue")
    rows = taken((await at("officer").get("/co-quan/truong.xlsx?loc=qua-han")).content)
    assert sum("Trường Tiểu học" in str(row[1]) for row in rows if len(row) > 1) == 3
    assert any("Sở Mẫu 500" in " ".join(map(str, row)) for row in rows)
    assert (await at("officer").get("/co-quan.xlsx")).status_code == 200


async def test_a_school_shows_phases_events_gaps_and_classes(at: At, office: OfficeWorld, db: Session) -> None:
    school = office.schools[0]
    gaps = {"no_personal_id": 4, "unapproved_certificate": 1}
    db.execute(
        update(CampaignSchool).where(CampaignSchool.school_id == school).values(gaps=gaps, gaps_at=datetime.now(UTC))
    )
    db.add(
        PhaseEvent(
            id=1, campaign_id=office.campaign.id, school_id=school, step="close_hk1", cohort="all", version=1000,
            kind="escalation", happened_at=datetime.now(UTC),
        )
    )  # fmt: skip
    db.commit()
    page = await reads(at("officer"), f"/co-quan/truong/{school}")
    for said in (
        "Kết thúc học kì I",
        "Quá hạn",
        "Chưa có số định danh cá nhân",
        "Báo lên cấp trên",
        "Phường Mẫu 500-1",
    ):
        assert said in page
    assert "Giáo viên chủ nhiệm, Quản trị hệ thống" in page
    assert f"/co-quan/truong/{school}/lop/{office.books[0].id}" in page


async def test_a_class_shows_slots_and_people_but_no_pupil(at: At, office: OfficeWorld, db: Session) -> None:
    office.books[0].submit_all()
    db.commit()
    path = f"/co-quan/truong/{office.schools[0]}/lop/{office.books[0].id}"
    page = await reads(at("ward head"), path)
    assert "Âm nhạc" in page
    assert "3/3" in page
    assert "Giáo viên Mẫu" in page
    names = [name for (name,) in db.execute(select(PupilRow.full_name))]
    assert names
    assert not [name for name in names if name in page]


async def test_a_school_of_another_ward_does_not_exist(at: At, office: OfficeWorld) -> None:
    foreign = office.schools[0]
    paths = (
        f"/co-quan/truong/{foreign}",
        f"/co-quan/truong/{foreign}/lop/{office.books[0].id}",
        f"/co-quan/truong/{office.schools[2]}/lop/{office.books[0].id}",
        f"/co-quan/chuoi.json?truong={foreign}",
        f"/co-quan/dien-bien?truong={foreign}",
        f"/co-quan/truong/{uuid4()}",
        "/co-quan/dien-bien?truong=x",
        "/co-quan/dien-bien?buoc=freeze",
    )
    for path in paths:
        assert (await at("ward officer").get(path)).status_code == 404, path


async def test_a_chart_has_its_numbers_as_a_table_too(at: At, office: OfficeWorld) -> None:
    found = (await at("officer").get("/co-quan/chuoi.json?buoc=close_hk1")).json()
    assert (found["done"], found["total"], found["expected"]) == ([0], 9, None)
    page = await reads(at("officer"), f"/co-quan/dien-bien?buoc=close_hk1&truong={office.schools[0]}")
    assert "đến lúc này" in page
    assert "Trường Tiểu học Mẫu số 500" in page
    assert (await at("officer").get("/co-quan/dien-bien.xlsx")).status_code == 200


async def test_whoever_holds_most_is_named_with_school_and_count(at: At, office: OfficeWorld) -> None:
    page = words(await at("officer").get("/co-quan/giu-viec"))
    assert "3 học bạ đang chờ" in page
    part = await at("officer").get("/co-quan/giu-viec", headers={"HX-Request": "true"})
    assert "<html" not in part.text
