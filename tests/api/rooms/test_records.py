"""A record to look at: the draft before anyone signs, the signed bytes after; for whom it is, and for nobody else."""

import pypdfium2
import pytest
from sqlalchemy.orm import Session

from api.services import Services
from documents.render import Renderer
from domain.assessment import Term
from domain.decisions import Action
from storage.tables import Document
from tests.api.conftest import As
from tests.api.world import World
from tests.documents import samples
from tests.factories import OpenBook, fill, open_book
from tests.storage.papers import make_document, make_signature


@pytest.fixture
def year(db: Session, world: World) -> OpenBook:
    book = open_book(db, world.cast, Term.YEAR_END)
    book.review_all()
    db.commit()
    return book


def text_of(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return " ".join(" ".join(page.get_textpage().get_text_bounded().split()) for page in document)


async def test_a_draft_says_on_each_page_what_it_is(desk: As, year: OpenBook) -> None:
    answer = await desk("homeroom").get(f"/hoc-ba/{year.records[0]}/xem.pdf")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    text = text_of(answer.content)
    assert text.count("KHÔNG CÓ GIÁ TRỊ") == 2
    assert "HỌC BẠ TIỂU HỌC" in text
    assert b"record.json" not in answer.content


async def test_the_page_shows_it_page_by_page(desk: As, year: OpenBook) -> None:
    page = (await desk("principal").get(f"/hoc-ba/{year.records[1]}/xem")).text
    assert "Bản xem trước, không có giá trị" in page
    assert page.count('<img loading="lazy" src="/hoc-ba/') == 2
    assert f'rel="prev" href="/hoc-ba/{year.records[0]}/xem"' in page
    assert f'rel="next" href="/hoc-ba/{year.records[2]}/xem"' in page
    picture = await desk("principal").get(f"/hoc-ba/{year.records[1]}/trang/2")
    assert (picture.headers["Content-Type"], picture.content[:4]) == ("image/webp", b"RIFF")
    for number in (0, 3):
        assert (await desk("principal").get(f"/hoc-ba/{year.records[1]}/trang/{number}")).status_code == 404


async def test_the_signed_bytes_take_the_place_of_a_draft(
    desk: As, year: OpenBook, db: Session, services: Services
) -> None:
    signed = Renderer("http://127.0.0.1:8000").render(samples.year_record()).pdf
    document = make_document(year, kind="year_record", record=0, sha256=services.objects.put(signed))
    make_signature(db, document, year)
    db.commit()
    answer = await desk("clerk").get(f"/hoc-ba/{year.records[0]}/xem.pdf")
    assert answer.content == signed
    assert document.lookup_code in answer.headers["Content-Disposition"]
    page = (await desk("clerk").get(f"/hoc-ba/{year.records[0]}/xem")).text
    assert "Bản đã ký" in page
    assert "không có giá trị" not in page
    document.state = "void"
    db.commit()
    assert "không có giá trị" in (await desk("clerk").get(f"/hoc-ba/{year.records[0]}/xem")).text


async def test_in_the_first_term_it_is_the_summary_of_the_class(desk: As, world: World, db: Session) -> None:
    book = open_book(db, world.cast)
    book.review_all()
    db.commit()
    answer = await desk("homeroom").get(f"/hoc-ba/{book.records[0]}/xem.pdf")
    assert "BẢNG TỔNG HỢP KẾT QUẢ" in text_of(answer.content)


async def test_other_peoples_drafts_are_in_nobodys_preview(desk: As, world: World, db: Session) -> None:
    book = open_book(db, world.cast, Term.YEAR_END)
    fill(book)
    db.commit()
    office = (await desk("principal").get(f"/hoc-ba/{book.records[0]}/xem")).text
    assert "Chưa có bản để xem." in office
    assert "Chưa gửi: Tiếng Việt, Toán" in office
    own = (await desk("homeroom").get(f"/hoc-ba/{book.records[0]}/xem")).text
    assert "Chưa gửi: Âm nhạc." in own
    book.act(Action.SUBMIT, "am_nhac")
    db.commit()
    assert (await desk("homeroom").get(f"/hoc-ba/{book.records[0]}/xem.pdf")).status_code == 200
    assert (await desk("principal").get(f"/hoc-ba/{book.records[0]}/xem.pdf")).status_code == 422


@pytest.mark.parametrize("path", ["xem", "xem.pdf", "trang/1"])
async def test_who_may_not_see_every_subject_finds_nothing(desk: As, year: OpenBook, path: str) -> None:
    for person in ("music", "other", "foreigner"):
        assert (await desk(person).get(f"/hoc-ba/{year.records[0]}/{path}")).status_code == 404


async def test_a_damaged_file_is_said_and_breaks_nothing(
    desk: As, year: OpenBook, db: Session, services: Services
) -> None:
    make_document(year, kind="year_record", record=0, sha256=services.objects.put(b"no pdf at all"))
    db.commit()
    page = await desk("homeroom").get(f"/hoc-ba/{year.records[0]}/xem")
    assert (page.status_code, "không mở được" in page.text) == (200, True)
    make_document(year, kind="year_record", record=1, sha256="0" * 64)
    db.commit()
    assert (await desk("homeroom").get(f"/hoc-ba/{year.records[1]}/xem.pdf")).status_code == 422


def test_nothing_of_a_draft_is_kept(year: OpenBook, db: Session) -> None:
    assert db.query(Document).filter_by(class_term_id=year.id).count() == 0
