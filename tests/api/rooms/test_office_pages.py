"""A class's own page, certificates, class lists and opening books, as pages."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from httpx import Response
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from xlsxwriter import Workbook

from api.errors import Unavailable
from domain.curriculum import HOMEROOM
from domain.decisions import Action
from storage.tables import CertificateRow, ClassGroup, ClassTermRow, Enrolment, PupilRow, TeachingAssignment
from tests.api.conftest import As
from tests.api.fakes import FakeApprovals
from tests.api.pages import reads, words
from tests.api.world import World
from tests.factories import OpenBook, make_certificate, make_pupils
from tests.interchange.workbooks import class_list, rows_of

ROWS = rows_of(make_pupils(3, seed=987))
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def test_a_class_shows_where_it_stands_and_who_is_waited_for(desk: As, db: Session, book: OpenBook) -> None:
    book.submit_all()
    book.act(Action.REVIEW, HOMEROOM)
    db.commit()
    page = await reads(desk("principal"), f"/lop/{book.id}")
    assert "Chờ giáo viên bộ môn ký" in page
    assert "Âm nhạc, chờ ký (3 học sinh, chờ từ hôm nay)" in page
    assert "đã rà soát" in page
    assert f"/lop/{book.id}/duyet" in page
    assert f"/phan-cong/{book.cast.class_id}/toan" in page
    assert "<html" not in await reads(desk("principal"), f"/lop/{book.id}/tinh-hinh")


async def test_people_have_doors_to_their_own_rooms_only(desk: As, db: Session, book: OpenBook) -> None:
    book.submit_all()
    db.commit()
    music, homeroom = [await reads(desk(each), f"/lop/{book.id}") for each in ("music", "homeroom")]
    assert f"/lop/{book.id}/nhap/am_nhac" in music
    for hidden in ("/chu-nhiem", "/duyet", "/reports/summary", f"/phan-cong/{book.cast.class_id}"):
        assert f"/lop/{book.id}{hidden}" not in music
    assert f"/lop/{book.id}/chu-nhiem" in homeroom
    for room in ("ket-qua", "lich-su"):
        assert f"/lop/{book.id}/{room}" in homeroom
        assert f"/lop/{book.id}/{room}" not in music
    assert "/reports/summary" in homeroom
    assert (await desk("other").get(f"/lop/{book.id}")).status_code == 404


async def test_a_slot_without_a_person_is_said(desk: As, db: Session, book: OpenBook) -> None:
    for row in db.scalars(select(TeachingAssignment).where(TeachingAssignment.class_id == book.cast.class_id)):
        row.valid_to = datetime.now(UTC) - timedelta(days=1)
    db.commit()
    assert "Chưa có ai phụ trách" in await reads(desk("admin"), f"/lop/{book.id}")


async def test_certificates_are_listed_by_the_days_they_have_left(desk: As, world: World, db: Session) -> None:
    soon = datetime.now(UTC) + timedelta(days=20, hours=1)
    make_certificate(db, world.cast.music, not_after=soon)
    db.commit()
    page = await reads(desk("clerk"), "/chung-thu-so")
    assert "Sắp hết hạn" in page
    assert "20 ngày" in page
    assert "Con dấu của trường" in page
    assert "Chưa có (2)" in page  # the teachers of the other class
    missing = await reads(desk("clerk"), "/chung-thu-so?tinh_trang=missing")
    assert "Làm thủ tục xin cấp" in missing
    assert "Xin gia hạn hoặc cấp mới ngay" not in missing
    rows = CalamineWorkbook.from_filelike(BytesIO((await desk("clerk").get("/chung-thu-so/bang")).content))
    assert sum(row[3] == "Chưa có" for row in rows.get_sheet_by_index(0).to_python()) == 2


@pytest.mark.parametrize(
    ("state", "said"), [("revoked", "Đã bị thu hồi"), ("suspended", "Đang tạm dừng"), ("replaced", "Chưa có (3)")]
)
async def test_a_certificate_that_does_not_serve_is_said(
    desk: As, world: World, db: Session, state: str, said: str
) -> None:
    make_certificate(db, world.cast.music, state=state, state_since=datetime.now(UTC))
    db.commit()
    assert said in await reads(desk("admin"), "/chung-thu-so")


async def test_people_see_their_own_certificates(desk: As, db: Session) -> None:
    assert "Còn hiệu lực" in await reads(desk("homeroom"), "/chung-thu-so/cua-toi")
    assert "Thầy/cô chưa có chứng thư số nào" in await reads(desk("music"), "/chung-thu-so/cua-toi")
    assert (db.scalar(select(func.count()).select_from(CertificateRow)) or 0) >= 3  # none of them hers


async def upload(desk: As, content: bytes, person: str = "clerk", **fields: str) -> Response:
    client = desk(person)
    token = client.headers.pop("X-CSRF-Token")
    files = {"file": ("danh sách.xlsx", content, XLSX)}
    return await client.post("/nhap-du-lieu", data={"csrf_token": token, **fields}, files=files)


def members(db: Session, name: str) -> int | None:
    query = select(func.count()).select_from(Enrolment).join(ClassGroup, ClassGroup.id == Enrolment.class_id)
    return db.scalar(query.where(ClassGroup.name == name, Enrolment.left_on.is_(None)))


async def test_a_class_list_is_shown_confirmed_and_told(desk: As, db: Session) -> None:
    answer = await upload(desk, class_list(*ROWS))
    assert answer.status_code == 303
    path = answer.headers["Location"]
    page = await reads(desk("clerk"), path)
    assert "Nhập 3 học sinh" in page
    assert "lớp mới" in page
    assert members(db, "1A9") == 0
    for _ in range(2):
        assert (await desk("clerk").post(path)).is_redirect
    assert members(db, "1A9") == 3
    assert "Đã nhập danh sách lớp" in await reads(desk("clerk"), path)
    assert (await desk("principal").get(path)).status_code == 404


async def test_changes_are_shown_old_and_new(desk: As) -> None:
    await desk("clerk").post((await upload(desk, class_list(*ROWS))).headers["Location"])
    changed = [*ROWS[0][:2], "Lê Thị Mới", *ROWS[0][3:]]
    page = await reads(desk("clerk"), (await upload(desk, class_list(changed, ROWS[1]))).headers["Location"])
    assert f'<td class="before">{ROWS[0][2]}</td><td class="after">Lê Thị Mới</td>' in page
    assert "1A9, dòng 3" in page
    assert "vẫn ở lại lớp (1)" in page


async def test_a_list_with_errors_says_where_and_cannot_be_entered(desk: As, db: Session) -> None:
    path = (await upload(desk, class_list(*ROWS[:2], [*ROWS[2][:3], "31/02/2020", *ROWS[2][4:]]))).headers["Location"]
    page = await reads(desk("clerk"), path)
    assert "1 chỗ phải sửa trong tệp" in page
    assert "ô D5" in page
    assert "học sinh</button>" not in page
    assert "Danh sách còn lỗi" in words(await desk("clerk").post(path), 422)
    answer = await desk("clerk").get(f"{path}/can-sua")
    [row] = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()[-1:]
    assert row[1:5] == ["1A9", "D5", 5.0, "Phải sửa"]
    assert members(db, "1A9") == 0


@pytest.mark.parametrize(
    ("content", "fields", "said"),
    [
        (b"", {}, "Hãy chọn tệp"),
        (b"a,b\n", {}, "CSV"),
        (class_list(*ROWS), {"nam": "26-27"}, "Năm học phải có dạng"),
        (class_list(*ROWS), {"lop": "x"}, "Hãy chọn lại lớp."),
        (class_list(*ROWS), {"lop": str(uuid4())}, "Không tìm thấy lớp này."),
    ],
)
async def test_what_cannot_be_read_is_said(desk: As, content: bytes, fields: dict[str, str], said: str) -> None:
    page = words(await upload(desk, content, **fields), 422)
    assert said in page
    assert fields.get("nam", "") in page


async def test_a_list_from_elsewhere_is_not_taken(desk: As) -> None:
    answer = await upload(desk, class_list(*ROWS), csrf_token="forged")
    assert answer.status_code == 403
    assert (await upload(desk, class_list(*ROWS), "homeroom")).status_code == 403


async def test_the_template_is_read_once_it_is_filled_in(desk: As) -> None:
    blank = CalamineWorkbook.from_filelike(BytesIO((await desk("admin").get("/nhap-du-lieu/mau")).content))
    rows = blank.get_sheet_by_index(0).to_python()
    data = BytesIO()
    with Workbook(data, {"default_date_format": "dd/mm/yyyy"}) as book:
        sheet = book.add_worksheet("Danh sách")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        for number, pupil in enumerate(ROWS, start=1):
            sheet.write_row(len(rows) + number - 1, 0, [number, "1A9", *pupil])
    page = await reads(desk("clerk"), (await upload(desk, data.getvalue())).headers["Location"])
    assert "Nhập 3 học sinh" in page


async def test_missing_ids_are_listed(desk: As, world: World, db: Session) -> None:
    assert "Mọi học sinh đều có số định danh" in await reads(desk("admin"), "/nhap-du-lieu/can-xem")
    query = select(PupilRow).join(Enrolment).where(Enrolment.class_id == world.cast.class_id).limit(1)
    pupil = db.scalars(query).one()
    pupil.personal_id = ""
    db.commit()
    page = await reads(desk("admin"), "/nhap-du-lieu/can-xem")
    assert pupil.full_name in page
    assert "Chưa có số định danh cá nhân." in page
    assert "1 học sinh chưa có" in await reads(desk("admin"), "/nhap-du-lieu")
    assert (await desk("admin").get("/nhap-du-lieu/can-xem/bang")).status_code == 200


async def test_classes_without_a_book_are_opened_together(desk: As, world: World, approvals: FakeApprovals) -> None:
    page = await reads(desk("admin"), "/so/mo")
    assert "1/2 lớp đã mở sổ" in page
    assert "Hạn hoàn thành: hết ngày 15/01/2027" in page
    form = {"ki": "hk1", "nam": "2026-2027", "lop": [str(world.other_cast.class_id), str(world.cast.class_id)]}
    for _ in range(2):
        answer = await desk("admin").post("/so/mo", data=form)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/so/mo?nam=2026-2027&ki=hk1&da_mo=2")
    assert len(set(approvals.opened)) == 2
    assert "2/2 lớp đã mở sổ" in await reads(desk("admin"), "/so/mo?ki=hk1")
    assert "Học kì này bắt đầu ngày" in await reads(desk("admin"), "/so/mo?ki=year_end")


async def test_one_class_is_opened_and_answers_with_its_line(desk: As, world: World, db: Session) -> None:
    client = desk("admin")
    answer = await client.post(
        f"/so/mo/{world.other_cast.class_id}", data={"ki": "hk1"}, headers={"HX-Request": "true"}
    )
    line = words(answer)
    assert line.startswith("<tr")
    assert "Đã mở" in line
    query = select(func.count()).where(ClassTermRow.class_id == world.other_cast.class_id)
    assert db.scalar(query.select_from(ClassTermRow)) == 1


async def test_a_class_that_could_not_be_opened_says_why(desk: As, world: World, approvals: FakeApprovals) -> None:
    approvals.refuses = Unavailable()
    form = {"ki": "hk1", "nam": "2026-2027", "lop": str(world.other_cast.class_id)}
    page = words(await desk("admin").post("/so/mo", data=form), 422)
    assert "1 lớp chưa mở được" in page
    assert "Hệ thống chưa trả lời kịp." in page
    assert "Chưa chọn lớp nào." in words(await desk("admin").post("/so/mo", data={"ki": "hk1"}), 422)
    assert (await desk("admin").post("/so/mo", data=form | {"lop": str(world.foreign.class_id)})).status_code == 404
