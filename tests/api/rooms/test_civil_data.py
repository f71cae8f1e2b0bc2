"""The rooms of civil data and identity pages over HTTP: who may ask, where, and what is sent to the matter."""

from uuid import UUID

from sqlalchemy.orm import Session

from domain.errors import NotFound
from domain.matters import MatterKind
from domain.matters.corrections import Deed
from storage.corrections import civil, deeds
from storage.tables import CivilChange, PupilRow
from tests.api.conftest import As
from tests.api.fakes import FakeApprovals
from tests.api.rooms.test_corrections import COMMAND, words
from tests.api.world import World
from tests.correcting import Correction
from tests.factories import NOW, OpenBook
from tests.issued import enrolment, sign
from tests.storage.corrections.test_identities import DECISION
from tests.storage.pupil_years import went_on


async def test_civil_data_are_kept_before_the_matter_is_asked(
    desk: As, book: OpenBook, db: Session, approvals: FakeApprovals
) -> None:
    db.commit()
    record, pupil = book.records[0], db.get_one(PupilRow, enrolment(book).pupil_id)
    typed = civil.values_of(pupil) | {"full_name": "Tên Mới Mẫu"}
    data = {"command_id": COMMAND, "so": "35/QĐ", "ngay": "2026-11-02", "co_quan": "UBND phường", **typed}
    assert 'name="full_name"' in (await desk("clerk").get(f"/hoc-ba/{record}/ho-tich")).text
    answer = await desk("clerk").post(f"/hoc-ba/{record}/ho-tich", data=data)
    assert answer.status_code == 303
    assert db.get_one(CivilChange, UUID(COMMAND)).after == {"full_name": "Tên Mới Mẫu"}
    (command,) = approvals.corrected.values()
    assert "Tên Mới" not in repr(command)
    assert (await desk("homeroom").get(f"/hoc-ba/{record}/ho-tich")).status_code == 403


async def test_who_went_elsewhere_in_summer_is_no_more_for_the_former_school(
    desk: As, book: OpenBook, db: Session, world: World, approvals: FakeApprovals
) -> None:
    pupil = db.get_one(PupilRow, enrolment(book).pupil_id)
    went_on(db, world.foreign.school.school_id, pupil.id)
    pupil.place_of_birth = "Tỉnh Không Ai Biết"
    db.commit()
    path = f"/hoc-ba/{book.records[0]}/ho-tich"
    shown = await desk("clerk").get(path)
    assert (shown.status_code, pupil.place_of_birth in shown.text) == (404, False)
    data = {"command_id": COMMAND, "so": "35/QĐ", "ngay": "2026-11-02", "co_quan": "UBND phường", "full_name": "Tên"}
    refused = await desk("clerk").post(path, data=data)
    assert (refused.status_code, pupil.place_of_birth in refused.text) == (404, False)
    assert (db.get(CivilChange, UUID(COMMAND)), approvals.corrected) == (None, {})
    assert path not in (await desk("clerk").get(f"/hoc-ba/{book.records[0]}/xem")).text
    approvals.refuses = NotFound("Không tìm thấy học sinh này trong trường.")
    whole_class = await desk("clerk").post(f"/lop/{book.id}/trang-thong-tin", data={"x": "1"})
    assert whole_class.status_code == 303  # the others of the class have theirs


async def test_what_is_no_value_is_refused_with_what_was_typed(desk: As, book: OpenBook, db: Session) -> None:
    db.commit()
    typed = civil.values_of(db.get_one(PupilRow, enrolment(book).pupil_id)) | {"personal_id": "123"}
    data = {"command_id": COMMAND, "so": "35/QĐ", "ngay": "2026-11-02", "co_quan": "UBND phường", **typed}
    answer = await desk("clerk").post(f"/hoc-ba/{book.records[0]}/ho-tich", data=data)
    assert answer.status_code == 422
    assert 'value="123"' in answer.text


async def test_a_change_is_shown_to_the_principal(desk: As, book: OpenBook, db: Session, world: World) -> None:
    matter = Correction(book, MatterKind.IDENTITY)
    pupil = db.get_one(PupilRow, enrolment(book).pupil_id)
    by = (world.school.school_id, world.school.clerk)
    civil.record(db, matter.id, pupil.id, by, {"full_name": "Tên Mới Mẫu"}, DECISION)
    matter.do(Deed.ASK, world.school.clerk)
    db.commit()
    page = words(await desk("principal").get(f"/trang-thong-tin/{matter.id}"))
    assert "<ins>Tên Mới Mẫu</ins>" in page
    assert 'value="grant"' in page
    assert pupil.full_name in (await desk("clerk").get("/trang-thong-tin")).text
    assert (await desk("foreigner").get(f"/trang-thong-tin/{matter.id}")).status_code == 404


async def test_the_principal_tries_again_where_a_book_did_not_take_the_new_data(
    desk: As, book: OpenBook, db: Session, world: World, approvals: FakeApprovals
) -> None:
    sign(book)
    matter = Correction(book, MatterKind.IDENTITY)
    by = (world.school.school_id, world.school.clerk)
    civil.record(db, matter.id, enrolment(book).pupil_id, by, {"full_name": "Tên Mới Mẫu"}, DECISION)
    matter.do(Deed.ASK, world.school.clerk)
    matter.do(Deed.GRANT, world.school.principal)
    (order,) = matter.plan().books
    deeds.stuck(db, matter.id, order.command_id, "Conflict", NOW)
    db.commit()
    path = f"/trang-thong-tin/{matter.id}"
    shown = words(await desk("principal").get(path))
    assert "sổ của lớp chưa nhận" in shown
    assert 'value="retry"' in shown
    assert 'value="retry"' not in words(await desk("clerk").get(path))
    assert "chưa nhận thông tin mới của học sinh" in words(await desk("principal").get("/viec-cua-toi"))
    answer = await desk("principal").post(path, data={"command_id": COMMAND, "viec": "retry"})
    assert (answer.status_code, approvals.corrected[COMMAND].deed) == (303, Deed.RETRY)


async def test_pages_are_made_for_a_pupil_and_for_a_class(
    desk: As, book: OpenBook, db: Session, approvals: FakeApprovals
) -> None:
    db.commit()
    await desk("clerk").post(f"/hoc-ba/{book.records[0]}/trang-thong-tin", data={"x": "1"})
    await desk("clerk").post(f"/lop/{book.id}/trang-thong-tin", data={"x": "1"})
    commands = approvals.corrected.values()
    assert len(commands) == 3
    assert {each.kind for each in commands} == {"identity"}
    assert {each.page_reason for each in commands} == {"opened"}
