"""Everything on one pupil in one file: for those who answer for the school, of their own pupils, and noted."""

import io
import json
import zipfile
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.services import Services
from domain.pupil_data import HeldFile, PupilData, Section
from domain.scales import CellKind
from domain.sights import Sight
from interchange import pupil_data as written
from storage import pupil_data, saving
from storage.pupil_data import Asked
from storage.staffing import person
from storage.tables import Enrolment, PupilRow, RecordView, Staff, TermRecord
from tests.api.conftest import As
from tests.api.rooms.test_homeroom import page
from tests.api.world import World
from tests.factories import NOW, OpenBook, edit, open_book
from tests.storage.papers import make_document, make_signature
from tests.storage.pupil_years import enrolment_of, issued, stayed

PDF = b"%PDF-1.7 a sample of nobody"
COMMENT = "=Em học chăm."


@pytest.fixture
def held(db: Session, book: OpenBook, services: Services) -> OpenBook:
    """A pupil with something entered, and a signed record; the class has a paper that names others, too."""
    given = [edit(book, "toan", CellKind.COMMENT, COMMENT)]
    saving.save_cells(db, book.id, "toan", given, book.cast.homeroom)
    paper = make_document(book, kind="year_record", record=0, sha256=services.objects.put(PDF))
    make_document(book, kind="class_summary")
    make_signature(db, paper, book)
    db.commit()
    return book


def pupil_of(db: Session, record_id: str) -> PupilRow:
    query = select(PupilRow).join(Enrolment).join(TermRecord, TermRecord.enrolment_id == Enrolment.id)
    return db.scalars(query.where(TermRecord.id == record_id)).one()


async def taken(desk: As, who: str, record_id: str) -> dict[str, bytes]:
    answer = await desk(who).get(f"/hoc-ba/{record_id}/du-lieu.zip")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


async def test_all_that_is_held_is_there_to_read_and_for_machines(desk: As, db: Session, held: OpenBook) -> None:
    record_id, pupil = held.records[0], pupil_of(db, held.records[0])
    await page(desk("homeroom"), f"/hoc-ba/{record_id}/lich-su")
    said = {"viec": "publication", "nguoi": "father", "noi": "co", "ngay": "2026-09-01"}
    assert (await desk("clerk").post(f"/hoc-ba/{record_id}/dong-y", data=said)).status_code == 303
    files = await taken(desk, "principal", record_id)
    papers = [name for name in files if name.startswith("van-ban/")]
    assert [files[name] for name in papers] == [PDF]  # the class's paper names others
    told = json.loads(files["du-lieu.json"])
    sections: dict[str, list[dict[str, Any]]] = {code: each["rows"] for code, each in told["sections"].items()}
    assert sections["pupil"][0]["full_name"] == pupil.full_name
    assert sections["pupil"][0]["birth_date"] == pupil.birth_date.isoformat()
    assert [each["class"] for each in sections["enrolments"]] == ["1A1"]
    [entered] = [each for each in sections["results"] if each["value"] == COMMENT]
    assert (entered["slot_name"], bool(entered["label"])) == ("Toán", True)
    assert [each["after"] for each in sections["changes"]] == [COMMENT]
    assert {each["kind"] for each in sections["papers"]} == {"year_record"}
    assert len(sections["signatures"]) == 1
    assert "opened" in {each["what"] for each in sections["decisions"]}
    assert {"Học bạ của học sinh", "Tải về toàn bộ dữ liệu của học sinh"} <= {
        each["what"] for each in sections["views"]
    }
    assert [(each["giver"], each["is_given"]) for each in sections["consents"]] == [("Cha", True)]
    book = CalamineWorkbook.from_filelike(io.BytesIO(files["du-lieu.xlsx"]))
    assert book.sheet_names == [each["title"] for each in told["sections"].values()]
    cells = [cell for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row]
    assert {pupil.full_name, COMMENT, "Toán", "Cha"} <= set(cells)
    assert "DỮ LIỆU CỦA MỘT HỌC SINH" in files["DOC-TRUOC.txt"].decode()


async def test_nobody_else_is_in_it(desk: As, db: Session, held: OpenBook) -> None:
    files = await taken(desk, "admin", held.records[0])
    text = files["du-lieu.json"].decode()
    for other in held.records[1:]:
        pupil = pupil_of(db, other)
        assert pupil.pupil_code not in text
        assert pupil.full_name not in text
    names = {name for name in files if not name.startswith("van-ban/")}
    assert names == {"DOC-TRUOC.txt", "du-lieu.json", "du-lieu.xlsx"}


async def test_taking_it_is_noted(desk: As, db: Session, held: OpenBook) -> None:
    await taken(desk, "principal", held.records[0])
    query = select(func.count()).select_from(RecordView).where(RecordView.sight == Sight.EXPORT.value)
    assert db.scalar(query.where(RecordView.staff_id == held.cast.school.principal)) == 1
    assert "Tải về toàn bộ dữ liệu" in await page(desk("admin"), f"/hoc-ba/{held.records[0]}/da-xem")


@pytest.mark.parametrize(
    ("who", "code"), [("homeroom", 403), ("clerk", 403), ("other", 403), ("foreigner", 404), ("nobody", 303)]
)
async def test_others_do_not_get_it(desk: As, db: Session, held: OpenBook, who: str, code: int) -> None:
    answer = await desk(who).get(f"/hoc-ba/{held.records[0]}/du-lieu.zip")
    assert answer.status_code == code
    assert db.scalar(select(func.count()).where(RecordView.sight == Sight.EXPORT.value)) == 0


async def test_the_way_to_it_is_for_those_who_may(desk: As, db: Session, held: OpenBook) -> None:
    for end in ("lich-su", "chuoi"):
        path = f"/hoc-ba/{held.records[0]}/{end}"
        assert "/du-lieu.zip" in await page(desk("principal"), path)
        assert "/du-lieu.zip" not in await page(desk("homeroom"), path)


def test_one_file_at_a_time_is_in_memory() -> None:
    """A file is read when its turn comes, not before."""
    read: list[str] = []

    def reading(sha256: str) -> bytes:
        read.append(sha256)
        return sha256.encode() * 10

    files = [HeldFile(f"van-ban/{each}.pdf", each) for each in ("a", "b")]
    data = PupilData([Section("empty", "Không có gì", {"x": "Mục"}, [])], files)
    parts = written.packed(data, reading, "Trường Mẫu", "Người Mẫu", NOW)
    for _own in range(3):
        next(parts)
    assert read == []
    next(parts)
    assert read == ["a"]
    assert b"".join(parts)
    assert read == ["a", "b"]


async def test_papers_follow_the_pupil_and_all_else_stays_with_its_school(
    desk: As, db: Session, book: OpenBook, world: World, services: Services
) -> None:
    own, before = enrolment_of(db, book.records[0]), open_book(db, world.foreign)
    issued(before, stayed(before, own.pupil_id), "issued", sha256=services.objects.put(b"%PDF-1.7 former"))
    issued(book, own, "issued", sha256=services.objects.put(b"%PDF-1.7 present"))
    db.commit()
    files = await taken(desk, "principal", book.records[0])
    papers = {content for name, content in files.items() if name.startswith("van-ban/")}
    assert papers == {b"%PDF-1.7 former", b"%PDF-1.7 present"}
    assert len(json.loads(files["du-lieu.json"])["sections"]["enrolments"]["rows"]) == 1
    head = person(db, NOW, Staff.id == world.foreign.school.principal)
    assert head is not None
    theirs = pupil_data.pupil_data(db, Asked(own.pupil_id, head, NOW))
    assert [services.objects.get(each.sha256) for each in theirs.files] == [b"%PDF-1.7 former"]
    rows = {each.code: each.rows for each in theirs.sections}
    assert [row[1] for row in rows["enrolments"]] == ["1C1"]
    assert rows["pupil"] == []  # the present school keeps who the pupil is by now
    assert rows["views"] == []  # who looked at this school is not told to the other
