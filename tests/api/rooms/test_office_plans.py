"""Plans of an office: versions kept with who and why, an edit previewed before it is kept, errors beside the row."""

from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from storage.campaigns import policies
from tests.api.conftest import As
from tests.api.office_desk import At
from tests.api.pages import reads, words
from tests.office import OfficeWorld


def plan(*rows: dict[str, str], act: str = "xem", **more: str) -> dict[str, str]:
    """A form of rows; what a row does not say is a right phase."""
    usual = {"buoc": "issue", "nhom": "all", "ngay": "15", "thang": "8", "lo": "clerk", "nhac": "5, 1", "can_cu": ""}
    fields = {f"{name}-{n}": text for n, row in enumerate(rows) for name, text in (usual | row).items()}
    head = {"ten": "Kế hoạch riêng", "can_cu": "Công văn 1", "so_dong": str(len(rows)), "lam": act}
    return head | {"command_id": str(uuid4())} | fields | more


def path_of(office: OfficeWorld) -> str:
    return f"/co-quan/ke-hoach/{office.plan.policy_id}/sua"


async def test_a_shipped_plan_becomes_the_offices_own_after_a_preview(at: At, office: OfficeWorld, db: Session) -> None:
    form = plan({}, {"buoc": "close_hk1", "ngay": "20", "thang": "1", "sau-0": "2", "toi-0": "principal"})
    page = words(await at("officer").post(path_of(office), data=form))
    assert "Chạm tới 3 trường, 3 lớp, 9 học sinh" in page
    assert "bỏ bước" in page
    assert "Giữ kế hoạch" not in page.replace("giữ được kế hoạch", "")  # only the head keeps
    kept = form | {"lam": "giu", "ly_do": "Theo công văn của Bộ"}
    for _ in range(2):
        answer = await at("head").post(path_of(office), data=kept)
        assert answer.status_code == 303
    own = [each for each in policies.plans(db, [office.city]) if each.authority_id == office.city]
    assert [(each.name, each.version, len(each.phases)) for each in own] == [("Kế hoạch riêng", 1, 2)]
    shown = await reads(at("officer"), answer.headers["Location"])
    assert "Theo công văn của Bộ" in shown
    assert "Người Mẫu head" in shown


async def test_an_edit_of_ones_own_plan_is_its_next_version_and_the_earlier_one_stays(
    at: At, office: OfficeWorld
) -> None:
    first = await at("head").post(path_of(office), data=plan({}, act="giu", ly_do="Lần đầu"))
    own = first.headers["Location"].partition("?")[0]
    await at("head").post(f"{own}/sua", data=plan({"ngay": "20"}, act="giu", ly_do="Dời năm ngày"))
    page = await reads(at("ward officer"), own)
    assert "15/8" in page  # what was, beside 20/8
    assert "đổi hạn" in page
    assert "Dời năm ngày" in page
    assert "<strong>Bản 1</strong>" in await reads(at("head"), f"{own}?ban=1")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"buoc": ""}, "Hãy chọn bước."),
        ({"ngay": "31", "thang": "2"}, "Hạn phải là một ngày và tháng có thật"),
        ({"thang": "tám"}, "Hạn phải là một ngày và tháng có thật"),
        ({"lo": "x"}, "Hãy chọn người lo bước này."),
        ({"nhom": "x"}, "Hãy chọn nhóm học sinh."),
        ({"nhac": "5, 99"}, "Ngày nhắc là các số ngày làm việc từ 1 đến 60"),
        ({"sau-0": "2"}, "Báo lên: cần cả số ngày làm việc"),
    ],
)
async def test_what_is_wrong_is_said_beside_its_row_and_nothing_typed_is_lost(
    at: At, office: OfficeWorld, row: dict[str, str], said: str
) -> None:
    page = words(await at("head").post(path_of(office), data=plan({"can_cu": "đã gõ"}, row, act="giu")), 422)
    assert said in page
    assert "Có dòng chưa đúng" in page
    assert 'value="đã gõ"' in page


async def test_a_plan_that_no_campaign_can_follow_is_refused(at: At, office: OfficeWorld) -> None:
    twice = words(await at("head").post(path_of(office), data=plan({}, {"ngay": "16"})), 422)
    assert "có hai hạn" in twice
    mixed = words(await at("head").post(path_of(office), data=plan({}, {"nhom": "completed"})), 422)
    assert "có cả hạn chung và hạn riêng" in mixed
    assert "ít nhất một bước" in words(await at("head").post(path_of(office), data=plan()), 422)


async def test_an_officer_keeps_nothing_and_a_reason_is_needed(at: At, office: OfficeWorld, db: Session) -> None:
    assert "Lãnh đạo cơ quan mới giữ được" in words(
        await at("officer").post(path_of(office), data=plan({}, act="giu", ly_do="Lý do")), 422
    )
    assert "Hãy ghi lý do" in words(await at("head").post(path_of(office), data=plan({}, act="giu")), 422)
    assert "Hãy đặt tên" in words(
        await at("head").post(path_of(office), data=plan({}, act="giu", ly_do="Lý do", ten="")), 422
    )
    assert [each for each in policies.plans(db, [office.city]) if not each.is_shipped] == []


async def test_rows_are_added_and_removed_without_a_script(at: At, office: OfficeWorld) -> None:
    more = words(await at("head").post(path_of(office), data=plan({}, act="them")))
    assert "Bước thứ 2" in more
    fewer = words(await at("head").post(path_of(office), data=plan({}, {"can_cu": "ở lại"}, act="bo-0")))
    assert "Bước thứ 2" not in fewer
    assert 'value="ở lại"' in fewer


async def test_another_offices_plan_does_not_exist(at: At, desk: As, office: OfficeWorld) -> None:
    made = await at("head").post(path_of(office), data=plan({}, act="giu", ly_do="Lý do"))
    own = made.headers["Location"].partition("?")[0]
    for path in (own, f"{own}/sua", f"{own}/ban.xlsx"):
        assert (await desk("office head").get(path)).status_code == 404
        assert (await at("ward head").get(path)).status_code == 200
