"""The authority's room of the record store: numbers for all, the freeze and the permission to recall for its head."""

from datetime import UTC, datetime
from io import BytesIO
from uuid import uuid4

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.services import Services
from domain.assessment import Term
from domain.duties import Duty
from storage.campaigns import offices
from storage.campaigns.offices import OfficeFacts
from storage.database import Sessions
from storage.tables import (
    CertificateRow,
    Enrolment,
    ManagingAuthority,
    PupilRow,
    Reason,
    RecordView,
    Staff,
    StoreRecord,
)
from tests.api.conftest import As
from tests.api.pages import reads, words
from tests.api.world import PASSPHRASE, Keyring, World, at_desk, sign_in
from tests.documents import samples
from tests.factories import SINCE, YEAR, open_book
from tests.submitting import Sender

ROOM = "/co-quan/kho"
FREEZE = f"{ROOM}/{YEAR}/1/chot"
NOT_FOUND = "Kho không có học bạ này, hoặc học bạ không thuộc cơ quan của thầy/cô."


@pytest.fixture
def school(db: Session, sessions: Sessions, services: Services, world: World, keys: Keyring) -> Sender:
    """Three records were issued and wait."""
    book = open_book(db, world.cast, Term.YEAR_END)
    own = db.scalars(select(CertificateRow).where(CertificateRow.school_id == world.school.school_id)).one()
    sender = Sender(db, sessions, services.objects, keys.store, keys.authority, book, own, school_year=str(YEAR))
    sender.approve()
    sender.seal_records()
    return sender


def submit(school: Sender) -> None:
    school.pack(secret=PASSPHRASE)
    school.session.commit()
    school.receiving.take_in(school.packed_bytes(), datetime.now(UTC))


def pupil_of(school: Sender) -> tuple[str, PupilRow]:
    uid = school.rows()[0].record_uid
    query = select(PupilRow).join(Enrolment, Enrolment.pupil_id == PupilRow.id)
    return str(uid), school.session.scalars(query.where(Enrolment.record_uid == uid)).one()


def elsewhere(app: FastAPI, db: Session) -> AsyncClient:
    """The head of an authority that manages no school."""
    facts = OfficeFacts("khac", "Ủy ban nhân dân phường khác", "commune_authority", None, SINCE.date())
    office = offices.add_authority(db, facts)
    head = offices.add_officer(db, office, ("079180001234", "Lãnh đạo khác"), Duty.OFFICE_HEAD, SINCE)
    cookie = sign_in(db, head)
    db.commit()
    return at_desk(app, cookie)


async def frozen(head: AsyncClient, school: Sender) -> str:
    submit(school)
    await head.post(FREEZE)
    return pupil_of(school)[0]


async def test_before_anything_is_issued_the_room_says_so(desk: As) -> None:
    for person in ("officer", "office head"):
        shown = await reads(desk(person), ROOM)
        assert "Chưa có học bạ nào để nộp." in shown
        assert "Tra cứu một học bạ" in shown
    assert "Không có học bạ nào để chốt thêm." in await reads(desk("office head"), FREEZE)


async def test_officers_see_the_numbers_and_the_head_the_button_as_well(desk: As, school: Sender) -> None:
    assert FREEZE not in await reads(desk("office head"), ROOM)
    submit(school)
    officer, head = await reads(desk("officer"), ROOM), await reads(desk("office head"), ROOM)
    for shown in (officer, head):
        assert '<td class="num" data-name="Đã nhận, chưa chốt">3</td>' in shown
    assert (FREEZE in officer, FREEZE in head) == (False, True)
    assert "Lãnh đạo cơ quan quyết định việc chốt." in officer


async def test_the_numbers_are_taken_along(desk: As, school: Sender) -> None:
    answer = await desk("officer").get(f"{ROOM}.xlsx")
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert rows[-1] == [1, str(YEAR), 1, 1, 3, 0, 0]


async def test_the_head_looks_and_freezes_and_a_second_time_changes_nothing(desk: As, school: Sender) -> None:
    head = desk("office head")
    assert "Không có học bạ nào để chốt thêm." in await reads(head, FREEZE)
    submit(school)
    look = await reads(head, FREEZE)
    assert "3 học bạ<small>của 1 trường</small>" in look
    assert "Trường chỉ thu hồi được học bạ đã chốt khi lãnh đạo cơ quan cho phép" in look
    first, again = await head.post(FREEZE), await head.post(FREEZE)
    assert [each.headers["Location"] for each in (first, again)] == [f"{ROOM}?chot=3", f"{ROOM}?chot=0"]
    assert "Đã chốt 3 học bạ." in await reads(head, first.headers["Location"])
    shown = await reads(head, again.headers["Location"])
    assert "Không có gì thay đổi" in shown
    assert '<td class="num" data-name="Đã chốt">3</td>' in shown
    assert set(school.session.scalars(select(StoreRecord.state))) == {"frozen"}


@pytest.mark.parametrize("person", ["officer", "clerk", "principal", "admin"])
async def test_nobody_else_freezes_or_allows(desk: As, school: Sender, person: str) -> None:
    submit(school)
    assert (await desk(person).get(FREEZE)).status_code == 403
    assert (await desk(person).post(FREEZE)).status_code == 403
    form = {"ma": pupil_of(school)[0], "reason": "Sai ngày sinh."}
    assert (await desk(person).post(f"{ROOM}/thu-hoi", data=form)).status_code == 403
    assert set(school.session.scalars(select(StoreRecord.state))) == {"accepted"}


@pytest.mark.parametrize("cohort", ["2026/1", "2026-2027/0", "2026-2027/13", "2026-2027/x"])
async def test_what_is_no_year_and_grade_is_refused(desk: As, cohort: str) -> None:
    assert (await desk("office head").post(f"{ROOM}/{cohort}/chot")).status_code == 422


async def test_a_record_is_found_by_a_form_alone(desk: As, school: Sender) -> None:
    submit(school)
    uid, pupil = pupil_of(school)
    for asked in (uid, f" {pupil.pupil_code} "):
        shown = words(await desk("officer").post(f"{ROOM}/tra-cuu", data={"tim": asked}))
        for part in (pupil.full_name, uid, "Lớp", "1A1", "Cấp học bạ", "Kho đã nhận"):
            assert part in shown
        assert "Cho phép thu hồi" not in shown
    assert pupil.full_name not in await reads(desk("officer"), f"{ROOM}/tra-cuu?tim={uid}")


async def test_the_school_is_told_who_looked_its_pupil_up(desk: As, db: Session, school: Sender) -> None:
    submit(school)
    uid, pupil = pupil_of(school)
    assert "Tra cứu ở kho" not in await reads(desk("principal"), "/da-xem")
    words(await desk("officer").post(f"{ROOM}/tra-cuu", data={"tim": uid}))
    shown = await reads(desk("principal"), "/da-xem")
    assert "Tra cứu ở kho học bạ số" in shown
    assert pupil.full_name in shown
    office = select(ManagingAuthority.name).join(Staff, Staff.authority_id == ManagingAuthority.id)
    line = db.scalars(select(RecordView).where(RecordView.sight == "store")).one()
    assert db.scalars(office.where(Staff.id == line.staff_id)).one() in shown


async def test_what_is_unknown_and_what_is_anothers_get_the_same_answer(
    desk: As, app: FastAPI, db: Session, school: Sender
) -> None:
    head = desk("office head")
    uid = await frozen(head, school)
    other = elsewhere(app, db)
    for client, asked in ((head, "none"), (head, "\x00"), (other, uid), (other, pupil_of(school)[1].pupil_code)):
        assert NOT_FOUND in words(await client.post(f"{ROOM}/tra-cuu", data={"tim": asked}), 404)
        form = {"ma": asked, "reason": "Sai ngày sinh."}
        assert NOT_FOUND in words(await client.post(f"{ROOM}/thu-hoi", data=form), 404)
    assert (await other.post(FREEZE)).headers["Location"] == f"{ROOM}?chot=0"
    assert "Chưa có học bạ nào để nộp." in await reads(other, ROOM)


async def test_the_head_lets_a_frozen_record_be_recalled_once(desk: As, school: Sender, world: World) -> None:
    head, officer = desk("office head"), desk("officer")
    uid = await frozen(head, school)
    assert "Lý do cho phép thu hồi" in words(await head.post(f"{ROOM}/tra-cuu", data={"tim": uid}))
    assert "Lý do cho phép thu hồi" not in words(await officer.post(f"{ROOM}/tra-cuu", data={"tim": uid}))
    no_reason = await head.post(f"{ROOM}/thu-hoi", data={"ma": uid, "reason": "x"})
    assert "Hãy ghi lý do" in words(no_reason, 422)
    form = {"ma": uid, "reason": "Sai ngày sinh."}
    assert "Đã cho phép thu hồi." in words(await head.post(f"{ROOM}/thu-hoi", data=form))
    again = words(await head.post(f"{ROOM}/thu-hoi", data=form | {"reason": "Lý do khác."}))
    assert "đã được cho phép thu hồi từ trước" in again
    assert "Người Mẫu office head · Sai ngày sinh." in again
    row = school.session.scalars(select(StoreRecord).where(StoreRecord.record_uid == uid)).one()
    assert row.recall_allowed_by == world.office["office head"]
    assert school.session.get_one(Reason, row.recall_reason_id).text == "Sai ngày sinh."


async def test_what_is_not_frozen_needs_no_permission(desk: As, school: Sender) -> None:
    submit(school)
    form = {"ma": pupil_of(school)[0], "reason": "Sai ngày sinh."}
    refused = await desk("office head").post(f"{ROOM}/thu-hoi", data=form)
    assert "Chỉ học bạ đã chốt mới cần được cho phép thu hồi." in words(refused, 409)


async def test_the_pupil_of_another_system_is_named_by_the_packet(desk: As, school: Sender) -> None:
    submit(school)
    uid, pupil = pupil_of(school)
    enrolment = school.session.scalars(select(Enrolment).where(Enrolment.record_uid == uid)).one()
    enrolment.record_uid = uuid4()  # as if this installation knew nothing of it
    school.session.commit()
    shown = words(await desk("officer").post(f"{ROOM}/tra-cuu", data={"tim": uid}))
    assert any(samples.person(number) in shown for number in (1, 2, 3))
    assert pupil.full_name not in shown
