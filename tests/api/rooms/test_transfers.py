"""The room of transfers: whose turn it is, what each may see and do, and every refusal in words on the page."""

import re
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.services import Services
from domain.assessment import Term
from domain.calendar import day_of
from domain.transfers.messages import StuckNote
from domain.transfers.phases import Phase
from storage.corrections import deeds
from storage.matters import seeing, waits
from storage.matters import steps as diary
from storage.staffing import Person
from storage.tables import Enrolment, Matter, MatterEvent, PupilRow, School, Staff, Transfer
from storage.transfers import following, steps
from tests.api.conftest import As
from tests.api.fakes import FakeApprovals
from tests.api.world import World
from tests.factories import open_book
from tests.storage.extracts.making import arrived

ROOM = "/chuyen-truong"


@pytest.fixture
def pupil(db: Session, world: World) -> PupilRow:
    """Of the other school, who comes to this one."""
    query = select(PupilRow).join(Enrolment, Enrolment.pupil_id == PupilRow.id)
    return db.scalars(query.where(Enrolment.class_id == world.foreign.class_id)).first()  # type: ignore[return-value]


def form(pupil: PupilRow, **more: str) -> dict[str, str]:
    return {
        "command_id": str(uuid4()),
        "huong": "den",
        "hoc_sinh": pupil.pupil_code,
        "ngay_sinh": pupil.birth_date.isoformat(),
        "ngay_don": day_of(datetime.now(UTC)).isoformat(),
        "reason": "Mẹ làm đơn: chuyển chỗ ở.",
    } | more


async def asked(desk: As, pupil: PupilRow) -> str:
    answer = await desk("clerk").post(ROOM, data=form(pupil))
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


async def send(desk: As, who: str, path: str, act: str, **fields: str):  # type: ignore[no-untyped-def]  # noqa: ANN201
    return await desk(who).post(f"{path}/{act}", data={"command_id": str(uuid4()), **fields})


def put_in(services: Services, path: str, phase: Phase, *, is_sound: bool = True) -> None:
    """What follows by itself, as the workflow would have it done."""
    matter_id, at = path.rpartition("/")[2], datetime.now(UTC)
    with services.sessions.begin() as session:
        matter = diary.lock(session, session.get_one(Matter, UUID(matter_id)).id)
        row = session.get_one(Transfer, matter.id)
        if phase is Phase.CHECKING:
            row.phase = Phase.PACKING.value
            report: dict[str, object] = {
                "members": [
                    {
                        "name": "ket-qua-chuyen-truong.pdf",
                        "kind": "Kết quả học tập đến khi chuyển trường",
                        "verdict": "valid",
                        "problem": "",
                        "findings": [{"outcome": "valid", "text": "Chữ ký, con dấu và nội dung văn bản hợp lệ."}],
                    }
                ]
            }
            package = (services.objects.put(b"PK a package"), is_sound, report)
            following.note_packed(session, matter.id, package, at)
        else:
            steps.lead(session, row, phase, at)


async def test_the_clerk_enters_an_application_and_the_principal_finds_it(
    desk: As, world: World, pupil: PupilRow
) -> None:
    empty = await desk("principal").get(ROOM)
    assert "Không có việc chuyển trường nào đang chờ thầy/cô." in empty.text
    assert "Nhập đơn chuyển trường" not in empty.text
    assert "Ngày trường nhận đơn" in (await desk("clerk").get(f"{ROOM}/moi")).text
    path = await asked(desk, pupil)
    listed = await desk("principal").get(ROOM)
    assert pupil.full_name in listed.text
    assert path in listed.text
    shown = await desk("principal").get(path)
    for words in ("Đồng ý tiếp nhận", "Từ chối tiếp nhận", "Mẹ làm đơn", "Hạn: hết ngày", "1A1", "Hiệu trưởng"):
        assert words in shown.text, words
    taken = await desk("principal").get(f"{ROOM}.xlsx?loc=den")
    assert taken.headers["Content-Type"].endswith("sheet")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("ngay_sinh", "2001-01-01", "khớp với mã"),
        ("ngay_sinh", "hôm qua", "Hãy ghi ngày sinh"),
        ("ngay_don", "2099-01-01", "sau hôm nay"),
        ("hoc_sinh", "khong-co", "khớp với mã"),
        ("huong", "len-troi", "chiều chuyển trường"),
        ("reason", "x", "Hãy ghi ai làm đơn"),
        ("huong", "den-ngoai", "khối lớp"),
        ("huong", "di", "Không tìm thấy học sinh này trong trường"),
    ],
)
async def test_an_application_that_cannot_be_is_refused_in_words(
    desk: As, pupil: PupilRow, field: str, value: str, words: str
) -> None:
    answer = await desk("clerk").post(ROOM, data=form(pupil, **{field: value}))
    assert answer.status_code in {404, 409, 422}
    assert words in answer.text
    assert pupil.full_name not in answer.text
    if field != "hoc_sinh":
        assert pupil.pupil_code in answer.text  # what was typed is kept


async def test_the_school_of_the_pupil_is_told_who_looked_at_the_transfer(
    desk: As, db: Session, world: World, pupil: PupilRow
) -> None:
    path = await asked(desk, pupil)
    for _twice in range(2):
        assert (await desk("clerk").get(path)).status_code == 200
    shown = (await desk("foreigner").get("/da-xem")).text
    for told in ("Trang và hồ sơ chuyển trường", pupil.full_name, db.get_one(School, world.school.school_id).name):
        assert told in shown, told
    # The school that is asked for is told nothing of the other one's people: the pupil is not there yet.
    await desk("foreigner").get(path)
    assert "Trang và hồ sơ chuyển trường" not in (await desk("principal").get("/da-xem")).text


async def test_only_the_schools_of_a_transfer_see_it(desk: As, pupil: PupilRow) -> None:
    path = await asked(desk, pupil)
    assert (await desk("foreigner").get(path)).status_code == 200  # the school that is left
    for person in ("homeroom", "other"):
        assert (await desk(person).get(path)).status_code in {403, 404}
    assert (await desk("officer").get(path)).status_code == 200
    assert (await desk("principal").get(f"{ROOM}/{uuid4()}")).status_code == 404


async def test_the_receiving_school_reads_no_marks_before_they_are_released(
    desk: As, world: World, pupil: PupilRow, services: Services, db: Session
) -> None:
    path = await asked(desk, pupil)
    matter = db.get_one(Matter, UUID(path.rpartition("/")[2]))
    for phase, may_read in ((Phase.ACCEPTED, False), (Phase.WRITING, False), (Phase.CHECKING, True)):
        if phase is Phase.ACCEPTED:
            await send(desk, "principal", path, "tiep-nhan", lop=str(world.cast.class_id))
        else:
            put_in(services, path, phase)
        db.expire_all()
        for person, school, sees in (("principal", world.school, may_read), ("foreigner", world.foreign.school, True)):
            who = Person(world.who(person), school.school_id, person, frozenset({"principal"}))
            assert seeing.may_see(db, matter, who, datetime.now(UTC)) is sees, (phase, person)


async def test_each_principal_decides_what_is_the_own_schools(
    desk: As, world: World, pupil: PupilRow, services: Services
) -> None:
    path = await asked(desk, pupil)
    assert "Chưa chọn lớp" in (await send(desk, "principal", path, "tiep-nhan")).text
    assert "vai trò" in (await send(desk, "foreigner", path, "tiep-nhan", lop=str(world.cast.class_id))).text
    accepted = await send(desk, "principal", path, "tiep-nhan", lop=str(world.cast.class_id))
    assert accepted.status_code == 303
    sender = await desk("foreigner").get(path)
    assert "Đồng ý cho chuyển, trả hồ sơ" in sender.text
    assert "không được giữ hồ sơ vì học phí" in sender.text
    assert "Đồng ý cho chuyển, trả hồ sơ" not in (await desk("principal").get(path)).text
    assert "căn cứ" in (await send(desk, "foreigner", path, "khong-dong-y", reason="Nợ học phí.")).text
    assert (await send(desk, "foreigner", path, "tra-ho-so")).status_code == 303
    put_in(services, path, Phase.WRITING)
    assert "Xem và ký kết quả học tập" in (await desk("foreigner").get(path)).text
    assert (await desk("principal").get(f"{path}/ho-so")).status_code == 404
    assert "sau khi trường nơi đi trả hồ sơ" in (await desk("principal").get(path)).text


async def test_the_package_is_seen_checked_and_confirmed_by_the_receiving_school(
    desk: As, world: World, pupil: PupilRow, services: Services
) -> None:
    path = await asked(desk, pupil)
    await send(desk, "principal", path, "tiep-nhan", lop=str(world.cast.class_id))
    put_in(services, path, Phase.CHECKING)
    for person in ("clerk", "homeroom"):
        shown = await desk(person).get(path)
        assert "Kiểm tra tự động: đạt" in shown.text
        assert "Hồ sơ đúng, nhận học sinh vào lớp" in shown.text
    assert (await desk("clerk").get(f"{path}/ho-so")).content == b"PK a package"
    assert "Mẹ làm đơn" not in (await desk("homeroom").get(path)).text
    assert (await desk("officer").get(f"{path}/ho-so")).status_code == 404
    assert (await send(desk, "homeroom", path, "xac-nhan")).status_code == 303


async def test_what_cannot_be_verified_is_for_the_principal(
    desk: As, world: World, pupil: PupilRow, services: Services
) -> None:
    path = await asked(desk, pupil)
    await send(desk, "principal", path, "tiep-nhan", lop=str(world.cast.class_id))
    put_in(services, path, Phase.CHECKING, is_sound=False)
    assert "Hồ sơ đúng, nhận học sinh vào lớp" not in (await desk("clerk").get(path)).text
    assert "hiệu trưởng phải chấp nhận" in (await send(desk, "clerk", path, "xac-nhan")).text
    shown = await desk("principal").get(path)
    assert "Vì sao vẫn chấp nhận hồ sơ" in shown.text
    assert "Trả hồ sơ lại trường nơi đi" in shown.text
    assert "lý do" in (await send(desk, "principal", path, "chap-nhan")).text
    assert (await send(desk, "principal", path, "chap-nhan", reason="Đã đối chiếu bản giấy.")).status_code == 303


async def test_a_cancelled_transfer_says_why_to_both_schools(desk: As, pupil: PupilRow) -> None:
    path = await asked(desk, pupil)
    assert "lý do" in (await send(desk, "clerk", path, "huy")).text
    assert (await send(desk, "clerk", path, "huy", reason="Gia đình rút đơn.")).status_code == 303
    for person in ("principal", "foreigner"):
        shown = await desk(person).get(path)
        assert "Gia đình rút đơn." in shown.text
        assert "Huỷ việc chuyển trường" not in shown.text
    done = await desk("clerk").get(f"{ROOM}?loc=xong")
    assert pupil.full_name in done.text
    assert "đã kết thúc" in (await send(desk, "principal", path, "tu-choi", reason="Hết chỗ.")).text


async def test_an_act_that_there_is_not_is_not_found(desk: As, pupil: PupilRow) -> None:
    path = await asked(desk, pupil)
    assert (await send(desk, "principal", path, "xoa")).status_code == 404


async def test_no_address_of_the_room_names_anybody(desk: As, pupil: PupilRow) -> None:
    path = await asked(desk, pupil)
    assert re.fullmatch(rf"{ROOM}/[0-9a-f-]{{36}}", path)


async def test_a_pupil_from_outside_is_entered_with_particulars(desk: As, world: World, pupil: PupilRow) -> None:
    about = {
        "huong": "den-ngoai", "hoc_sinh": "N-0001", "ngay_sinh": "2020-03-01", "khoi": "1",
        "ten_truong": "Trường Mẫu ở tỉnh khác", "tinh": "Tỉnh Đồng Nai", "ho_ten": "Học sinh Mới", "gioi_tinh": "Nam",
    }  # fmt: skip
    assert "12 chữ số" in (await desk("clerk").post(ROOM, data=form(pupil, **about, so_dinh_danh="12"))).text
    answer = await desk("clerk").post(ROOM, data=form(pupil, **about))
    path = answer.headers["Location"]
    assert (await send(desk, "principal", path, "tiep-nhan", lop=str(world.cast.class_id))).status_code == 303
    assert "Hồ sơ gia đình mang đến" in (await desk("clerk").get(path)).text
    client = desk("clerk")
    data, files = {"csrf_token": client.headers["X-CSRF-Token"]}, {"file": ("ho-so.pdf", b"%PDF-1.7 scan")}
    assert (await client.post(f"{path}/ho-so/nop", data=data, files=files)).status_code == 303
    assert "Hãy chọn tệp hồ sơ." in (await client.post(f"{path}/ho-so/nop", data=data, files={"file": ("", b"")})).text
    taken = await client.get(f"{path}/ho-so")
    assert (taken.content, taken.headers["Content-Type"]) == (b"%PDF-1.7 scan", "application/pdf")
    assert taken.headers["Content-Disposition"].endswith('.pdf"')


async def test_a_pupil_comes_from_abroad_with_another_nationality(desk: As, db: Session, pupil: PupilRow) -> None:
    about = {
        "huong": "den-nuoc-ngoai", "hoc_sinh": "N-0002", "ngay_sinh": "2020-03-01", "khoi": "1",
        "ten_truong": "Trường Sơ cấp Viêng Chăn", "ho_ten": "Học sinh Mới", "gioi_tinh": "Nam", "quoc_tich": "Lào",
    }  # fmt: skip
    assert "Hãy ghi nước" in (await desk("clerk").post(ROOM, data=form(pupil, **about))).text
    answer = await desk("clerk").post(ROOM, data=form(pupil, **about, nuoc="Lào"))
    shown = await desk("clerk").get(answer.headers["Location"])
    assert "Đến từ nước ngoài" in shown.text
    new = db.scalars(select(PupilRow).where(PupilRow.pupil_code == "N-0002")).one()
    assert new.nationality == "Lào"


async def test_that_the_department_allowed_it_is_kept_with_who_said_so(
    desk: As, db: Session, world: World, pupil: PupilRow
) -> None:
    answer = await desk("clerk").post(ROOM, data=form(pupil, ngoai_le="1"))
    shown = " ".join((await desk("principal").get(answer.headers["Location"])).text.split())
    clerk = db.get_one(Staff, world.school.clerk)
    assert f"Sở Giáo dục và Đào tạo đã cho phép, theo {clerk.full_name} ghi lúc" in shown


async def test_an_identity_page_is_offered_to_who_has_come(
    desk: As, db: Session, world: World, approvals: FakeApprovals
) -> None:
    book = open_book(db, world.cast, Term.YEAR_END)
    path = f"{ROOM}/{arrived(book)}"
    waiting = f"{ROOM}/{arrived(book, 1, phase=Phase.CHECKING)}"
    db.commit()
    assert "Lập trang thông tin" in (await desk("clerk").get(path)).text
    assert "Lập trang thông tin" not in (await desk("principal").get(path)).text
    answer = await desk("clerk").post(f"{path}/trang-thong-tin")
    [sent] = approvals.corrected.values()
    assert answer.headers["Location"] == f"/trang-thong-tin/{sent.matter_id}?xong=ask"
    assert sent.page_reason == "transferred"
    deeds.take(db, sent, datetime.now(UTC))
    db.commit()
    shown = (await desk("clerk").get(path)).text
    assert f"/trang-thong-tin/{sent.matter_id}" in shown
    assert "Lập trang thông tin</button>" not in shown
    assert "chưa vào lớp" in (await desk("clerk").post(f"{waiting}/trang-thong-tin")).text
    assert (await desk("clerk").post(f"{ROOM}/{uuid4()}/trang-thong-tin")).status_code == 404


def stuck(services: Services, path: str) -> None:
    """The book of the school that is left refuses again and again."""
    put_in(services, path, Phase.DETACHING)
    note = StuckNote(path.rpartition("/")[2], datetime.now(UTC), "Còn sổ của học sinh chưa dừng.")
    for _twice in range(2):
        with services.sessions.begin() as session:
            following.note_stuck(session, note)


async def test_what_keeps_a_transfer_is_said_and_the_principal_has_it_tried_again(
    desk: As, services: Services, world: World, pupil: PupilRow
) -> None:
    path = await asked(desk, pupil)
    await send(desk, "principal", path, "tiep-nhan", lop=str(world.cast.class_id))
    stuck(services, path)
    shown = " ".join((await desk("principal").get(path)).text.split())
    assert "Chưa đi tiếp được: Còn sổ của học sinh chưa dừng. Hệ thống tự thử lại." in shown
    assert "Xử lý vướng mắc để việc chuyển trường đi tiếp: <strong>Hiệu trưởng</strong>" in shown
    assert "Thử lại ngay" in shown
    with services.sessions() as session:
        matter_id = UUID(path.rpartition("/")[2])
        [wait] = waits.of_matter(session, matter_id)
        deeds = session.scalars(select(MatterEvent.deed).where(MatterEvent.matter_id == matter_id)).all()
    assert (wait.role, wait.school_id) == ("principal", world.foreign.school.school_id)
    assert deeds.count("stuck") == 1
    answer = await send(desk, "principal", path, "thu-lai")
    assert answer.status_code == 303
    assert "Chưa đi tiếp được" not in (await desk("principal").get(path)).text


async def test_only_principals_and_clerks_have_it_tried_again(
    desk: As, services: Services, world: World, pupil: PupilRow
) -> None:
    path = await asked(desk, pupil)
    await send(desk, "principal", path, "tiep-nhan", lop=str(world.cast.class_id))
    refused = await send(desk, "principal", path, "thu-lai")
    assert "Chưa làm được" in refused.text
    stuck(services, path)
    assert "Thử lại ngay" not in (await desk("homeroom").get(path)).text
    assert "không thuộc vai trò" in (await send(desk, "homeroom", path, "thu-lai")).text
