"""What a pupil brings from another system: its papers beside the pupil's years, its marks for teachers to look at."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from httpx import Response
from sqlalchemy.orm import Session

from activities.transfer_packages import TransferPackageActivities
from api.services import Services
from domain.assessment import Term
from domain.curriculum import HOMEROOM
from domain.transfers.messages import TransferRef
from domain.transfers.phases import Phase
from interchange.transfer.package import pack
from storage.handovers import merging
from storage.handovers.merging import Merger
from storage.matters import steps as diary
from storage.tables import ClassGroup, Enrolment, Matter, MatterEvent, School, Transfer
from storage.transfers import brought, following
from tests.api.conftest import APART, As
from tests.api.world import World
from tests.factories import NOW, OpenBook, make_class, make_school, open_book
from tests.interchange.transfer.samples import RUNNING, package
from tests.issued import enrolment
from tests.storage.extracts.making import arrived

YEAR_PDF = "hoc-ba-2025-2026.pdf"


@pytest.fixture
def book(db: Session, world: World) -> OpenBook:
    found = open_book(db, world.cast, Term.YEAR_END)
    db.commit()
    return found


@pytest.fixture
def transfer_id(book: OpenBook, services: Services) -> UUID:
    """The package was brought and checked while the school looked at it; the pupil is in the class since."""
    matter_id = arrived(book, package_sha256=services.objects.put(pack(package())), phase=Phase.CHECKING)
    book.session.commit()
    act = TransferPackageActivities(services.sessions, services.objects, (), APART)
    for _ in range(2):
        act.check_brought(TransferRef(str(matter_id), NOW))
    row = book.session.get_one(Transfer, matter_id, populate_existing=True)
    row.phase, row.to_enrolment_id = Phase.PLACED.value, enrolment(book, 0).id
    book.session.commit()
    return matter_id


def words(answer: Response) -> str:
    return " ".join(answer.text.split())


def test_the_check_keeps_the_running_year_and_is_taken_once(book: OpenBook, transfer_id: UUID) -> None:
    row = book.session.get_one(Transfer, transfer_id, populate_existing=True)
    assert row.report is not None
    assert row.report["running"] is not None
    assert row.is_sound is False  # its papers are none
    query = book.session.query(MatterEvent).filter_by(matter_id=transfer_id, deed="packed")
    assert query.count() == 1
    assert diary.first_broken_step(book.session, transfer_id) is None


async def test_the_papers_stand_beside_the_pupil_s_years_with_their_own_verdict(
    desk: As, book: OpenBook, transfer_id: UUID
) -> None:
    shown = words(await desk("homeroom").get(f"/hoc-ba/{book.records[0]}/chuoi"))
    for said in ("Học bạ mang đến từ nơi khác", "không hợp lệ", YEAR_PDF):
        assert said in shown, said
    assert "mang đến" not in words(await desk("homeroom").get(f"/hoc-ba/{book.records[1]}/chuoi"))
    path = f"/chuyen-truong/{transfer_id}/ho-so"
    for who in ("homeroom", "clerk"):
        answer = await desk(who).get(f"{path}/{YEAR_PDF}")
        assert (answer.content, answer.headers["Content-Type"]) == (b"%PDF- 2025-2026", "application/pdf")
    for member in ("du-lieu.json", "hoc-ba-1999-2000.pdf"):
        assert (await desk("clerk").get(f"{path}/{member}")).status_code == 404
    assert (await desk("foreigner").get(f"{path}/{YEAR_PDF}")).status_code == 404


async def test_after_a_merger_they_are_where_the_pupil_is_now(
    desk: As, book: OpenBook, world: World, transfer_id: UUID
) -> None:
    session, path = book.session, f"/chuyen-truong/{transfer_id}/ho-so/{YEAR_PDF}"
    chain = f"/hoc-ba/{book.records[0]}/chuoi"
    session.get_one(Matter, transfer_id).settled_at = NOW
    source, target = (session.get_one(School, each.school_id).code for each in (world.school, world.foreign.school))
    merging.merge(session, Merger("12/QĐ-UBND", source, target), lambda: datetime.now(UTC))
    session.commit()
    for who in ("foreigner", "homeroom"):
        assert YEAR_PDF in words(await desk(who).get(chain))
        assert (await desk(who).get(path)).content == b"%PDF- 2025-2026"
    session.get_one(Enrolment, enrolment(book, 0).id).left_on = NOW.date()
    session.commit()
    for gone in (chain, f"/chuyen-truong/{transfer_id}"):
        assert YEAR_PDF not in (await desk("foreigner").get(gone)).text
    assert (await desk("foreigner").get(path)).status_code == 404


async def test_what_is_no_package_has_no_members(desk: As, book: OpenBook, services: Services) -> None:
    scan = services.objects.put(b"%PDF- scan")
    matter_id = arrived(book, package_sha256=scan, packed_at=NOW, report={"members": [], "problem": "Không đọc được."})
    book.session.commit()
    assert (await desk("clerk").get(f"/chuyen-truong/{matter_id}/ho-so/{YEAR_PDF}")).status_code == 404
    assert brought.papers_of(book.session, enrolment(book, 0).pupil_id) == []


async def test_teachers_look_at_the_marks_of_their_own_subjects(desk: As, book: OpenBook, transfer_id: UUID) -> None:
    record, other = book.records[:2]
    path = f"/hoc-ba/{record}/ket-qua-mang-den"
    sheet = words(await desk("music").get(f"/lop/{book.id}/nhap/am_nhac"))
    assert path in sheet
    assert other not in sheet.partition("Kết quả mang đến từ trường cũ")[2].partition("</p>")[0]
    whole = words(await desk("homeroom").get(path))
    for said in ("Tính nhanh, trình bày rõ.", "Toán", "nghỉ 2 buổi có phép", "chưa được văn bản nào xác nhận đủ"):
        assert said in whole, said
    part = words(await desk("music").get(path))
    assert "Âm nhạc" in part
    assert "Tính nhanh" not in part
    assert "nghỉ 2 buổi" not in part
    assert (await desk("homeroom").get(f"/hoc-ba/{other}/ket-qua-mang-den")).status_code == 404
    assert (await desk("foreigner").get(path)).status_code == 404
    assert transfer_id


def test_a_class_that_nobody_knows_shows_nothing(book: OpenBook, transfer_id: UUID) -> None:
    row = book.session.get_one(Transfer, transfer_id, populate_existing=True)
    assert row.report is not None
    running = dict(row.report["running"])  # type: ignore[call-overload]
    row.report = {**row.report, "running": {**running, "optional": ["khong_co"]}}
    book.session.flush()
    found = brought.running_year(book.session, enrolment(book, 0).id, None)
    assert found is not None
    assert found.tables == ()
    assert brought.running_year(book.session, enrolment(book, 0).id, frozenset({HOMEROOM})) is not None


def test_a_genuine_package_says_what_was_learned(db: Session) -> None:
    chosen = ("dia_li", "hoa_hoc", "tin_hoc", "vat_li")
    cast = make_class(db, make_school(db, 8), "10A1", optional=chosen)
    book = open_book(db, cast)
    learned = {"optional": [*chosen[:3], "sinh_hoc"], "topics": []}
    matter_id = arrived(book, phase=Phase.CHECKING, learned={"optional": [], "topics": []}, package_sha256="a" * 64)
    running = {**vars(replace(RUNNING, grade=10)), **learned, "terms": []}
    following.note_checked(db, matter_id, ("a" * 64, True, {"members": [], "running": running}), NOW)
    row = db.get_one(Transfer, matter_id)
    assert db.get_one(ClassGroup, row.to_class_id).grade == 10
    assert (row.learned, row.subject_gaps) == (learned, ["vat_li"])
