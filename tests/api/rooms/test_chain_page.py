"""A pupil's years on one page: for the school where the pupil is now, and of its own years for any other."""

from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from api.services import Services
from domain.stored_zip import stored_zip
from signing.chain.file import MEDIA_TYPE
from storage.tables import ClassTermRow, Document, Enrolment
from tests.api.conftest import As
from tests.api.rooms.test_homeroom import page
from tests.api.world import World
from tests.factories import OpenBook, open_book
from tests.storage.pupil_years import enrolment_of, issued, other_paper, stayed, went_on

WAIT = "chưa đủ bằng chứng thời gian"


@pytest.fixture
def before(db: Session, world: World) -> OpenBook:
    """The class at the school that the pupil came from."""
    return open_book(db, world.foreign)


@pytest.fixture
def moved(db: Session, book: OpenBook, before: OpenBook, services: Services) -> tuple[Document, Document]:
    """The record of the former school, and that of the present one, which was recalled."""
    own = enrolment_of(db, book.records[0])
    old = issued(before, stayed(before, own.pupil_id), "issued", sha256=services.objects.put(b"%PDF-1.7 former"))
    new = issued(book, own, "issued", "recalled", sha256=services.objects.put(b"%PDF-1.7 present"))
    db.commit()
    return old, new


async def test_every_year_is_told_with_its_school_state_and_signers(
    desk: As, book: OpenBook, moved: tuple[Document, Document]
) -> None:
    old, new = moved
    for person in ("homeroom", "principal", "clerk"):
        found = await page(desk(person), f"/hoc-ba/{book.records[0]}/chuoi")
        assert found.index(old.lookup_code) < found.index(new.lookup_code)
        for words in ("có hiệu lực", "đã thu hồi", "Chuyển đi ngày 01/10/2026", "Chuyển trường, đến ngày", "Đóng dấu:"):
            assert words in found
        assert WAIT in found
        assert "Tải tệp chứng minh</a>" not in found


async def test_papers_of_the_former_school_are_read_at_the_present_one(
    desk: As, book: OpenBook, moved: tuple[Document, Document]
) -> None:
    for document, content in zip(moved, (b"%PDF-1.7 former", b"%PDF-1.7 present"), strict=True):
        answer = await desk("homeroom").get(f"/hoc-ba/{book.records[0]}/chuoi/{document.id}.pdf")
        assert (answer.status_code, answer.content) == (200, content)
        assert document.lookup_code in answer.headers["Content-Disposition"]
    assert (await desk("homeroom").get(f"/hoc-ba/{book.records[0]}/chuoi/{uuid4()}.pdf")).status_code == 404
    # A paper of another pupil, though of the same class.
    assert (await desk("homeroom").get(f"/hoc-ba/{book.records[1]}/chuoi/{moved[1].id}.pdf")).status_code == 404


async def test_the_former_school_sees_its_own_years_only(
    db: Session, desk: As, book: OpenBook, moved: tuple[Document, Document]
) -> None:
    """Turned round: the pupil of this book has gone to the other school since."""
    old, new = moved
    db.get_one(Enrolment, new.enrolment_id).left_on = db.get_one(Enrolment, old.enrolment_id).left_on
    db.flush()
    db.get_one(Enrolment, old.enrolment_id).left_on = None
    db.commit()
    path = f"/hoc-ba/{book.records[0]}/chuoi"
    found = await page(desk("principal"), path)
    assert new.lookup_code in found
    assert old.lookup_code not in found
    assert "Thầy/cô thấy những năm học sinh học ở trường mình." in found
    assert (await desk("principal").get(f"{path}/{old.id}.pdf")).status_code == 404
    assert (await desk("principal").get(f"{path}/{new.id}.pdf")).status_code == 200
    refused = await desk("principal").get(f"{path}.zip")
    assert (refused.status_code, "Chỉ trường nơi học sinh đang học" in refused.text) == (404, True)


@pytest.mark.parametrize("left_on", [None, date(2027, 10, 1)])
async def test_a_year_that_is_over_does_not_make_its_school_the_present_one(
    db: Session, desk: As, book: OpenBook, before: OpenBook, services: Services, left_on: date | None
) -> None:
    """In summer the pupil went to the other school, and perhaps left the system from there."""
    own, put = enrolment_of(db, book.records[0]), services.objects.put
    mine = issued(book, own, "issued", sha256=put(b"%PDF-1.7 mine"))
    later = went_on(db, before.cast.school.school_id, own.pupil_id, left_on)
    theirs = issued(before, later, "issued", sha256=put(b"%PDF-1.7 theirs"))
    db.commit()
    path = f"/hoc-ba/{book.records[0]}/chuoi"
    for person in ("principal", "homeroom"):
        assert (await desk(person).get(f"{path}/{mine.id}.pdf")).status_code == 200
        for end in (f"/{theirs.id}.pdf", ".zip"):
            assert (await desk(person).get(path + end)).status_code == 404, (person, end)


async def test_pages_and_results_are_told_and_read_but_a_summary_stays_at_the_school(
    db: Session, desk: As, book: OpenBook, services: Services
) -> None:
    own, put = enrolment_of(db, book.records[0]), services.objects.put
    db.get_one(ClassTermRow, book.id).term = "hk1"
    page_of = other_paper(book, own, "identity_page", "issued", sha256=put(b"%PDF-1.7 page"))
    summary = other_paper(book, own, "class_summary", "issued", sha256=put(b"%PDF-1.7 of all"))
    db.commit()
    path = f"/hoc-ba/{book.records[0]}/chuoi"
    found = await page(desk("homeroom"), path)
    for words in ("Trang thông tin học sinh", "Bảng tổng hợp học kì I của lớp", "tên các học sinh khác"):
        assert words in found
    assert (await desk("homeroom").get(f"{path}/{page_of.id}.pdf")).content == b"%PDF-1.7 page"
    assert f"{summary.id}.pdf" not in found
    assert (await desk("homeroom").get(f"{path}/{summary.id}.pdf")).status_code == 404


@pytest.mark.parametrize("person", ["music", "other", "foreigner"])
@pytest.mark.parametrize("end", ["", ".zip", "/{}.pdf"])
async def test_for_others_there_is_no_such_page(
    desk: As, book: OpenBook, moved: tuple[Document, Document], person: str, end: str
) -> None:
    path = f"/hoc-ba/{book.records[0]}/chuoi{end.format(moved[1].id)}"
    assert (await desk(person).get(path)).status_code == 404


async def test_the_file_is_refused_in_words_while_it_is_not_proven(
    desk: As, book: OpenBook, moved: tuple[Document, Document]
) -> None:
    answer = await desk("homeroom").get(f"/hoc-ba/{book.records[0]}/chuoi.zip")
    assert (answer.status_code, WAIT in answer.text) == (404, True)


async def test_other_pages_of_a_record_lead_there(desk: As, book: OpenBook) -> None:
    for end in ("xem", "lich-su"):
        assert f'/hoc-ba/{book.records[0]}/chuoi"' in await page(desk("homeroom"), f"/hoc-ba/{book.records[0]}/{end}")
    assert '/chuoi"' not in await page(desk("music"), f"/hoc-ba/{book.records[0]}/lich-su")


async def test_a_recalled_papers_code_leads_to_the_one_in_force(
    db: Session, desk: As, book: OpenBook, moved: tuple[Document, Document]
) -> None:
    again = issued(book, enrolment_of(db, book.records[0]), "issued", version=2)
    db.commit()
    found = await page(desk("nobody"), f"/v/{moved[1].lookup_code}")
    assert "ĐÃ BỊ THU HỒI" in found
    assert "thay bằng bản có mã" in found
    assert f'href="/v/{again.lookup_code}"' in found
    assert "thay bằng bản có mã" not in await page(desk("nobody"), f"/v/{again.lookup_code}")
    told = await page(desk("homeroom"), f"/hoc-ba/{book.records[0]}/chuoi")
    assert f"thay bằng bản mang mã {again.lookup_code}" in told


async def test_the_file_of_a_chain_is_not_for_the_page_that_checks_papers(desk: As) -> None:
    data = stored_zip({"mimetype": MEDIA_TYPE.encode()})
    answer = await desk("nobody").post("/kiem-tra", files={"file": ("chuoi.zip", data)})
    assert (answer.status_code, "hocba verify, không phải ở trang này" in answer.text) == (422, True)
