"""The register and the clerk's room: what waits for the seal, what was issued, what can be handed out."""

import io
from datetime import timedelta
from uuid import uuid4

import pypdfium2
import pytest
from PIL import Image, ImageDraw
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from api.guard import CSRF_FIELD
from api.services import Services
from documents.render import Renderer
from domain.assessment import Term
from domain.decisions import Action
from storage.tables import CertificateRow, Document, LogEvent, PupilRow, School, SigningBatch
from tests.api.conftest import As
from tests.api.pages import reads
from tests.api.signing import make_prepared
from tests.api.world import World
from tests.documents import samples
from tests.factories import NOW, OpenBook, open_book
from tests.storage.papers import make_document, make_signature

OFFICES = ("principal", "clerk", "admin")


@pytest.fixture
def year(db: Session, world: World) -> OpenBook:
    book = open_book(db, world.cast, Term.YEAR_END)
    book.review_all()
    return book


@pytest.fixture
def papers(year: OpenBook, db: Session, services: Services) -> list[Document]:
    """Two pupils' records are sealed and issued; the third one's is not sealed yet."""
    pdf = Renderer("http://127.0.0.1:8000").render(samples.year_record()).pdf
    sha256 = services.objects.put(pdf)
    found = [
        make_document(
            year, kind="year_record", record=at, sha256=sha256, sealed_at=NOW + timedelta(days=at), lookup_code=code
        )
        for at, code in enumerate(("AAAA2222", "BBBB3333"))
    ]
    make_document(year, kind="year_record", record=2)
    for each in found:
        make_signature(db, each, year, "seal")
        db.add(LogEvent(document_id=each.id, kind="issued", happened_at=NOW))
    db.commit()
    return found


def pupils(db: Session) -> list[str]:
    return [each.full_name for each in db.query(PupilRow)]


async def test_offices_see_what_was_sealed_and_nothing_else(desk: As, papers: list[Document]) -> None:
    for person in OFFICES:
        page = await reads(desk(person), "/so-phat-hanh")
        assert "2 văn bản" in page
        assert "AAAA2222" in page
        assert page.count("Có hiệu lực</span>") == 2
        assert page.index("BBBB3333") < page.index("AAAA2222")
    assert (await desk("homeroom").get("/so-phat-hanh")).status_code == 403


async def test_another_schools_register_is_its_own(desk: As, papers: list[Document]) -> None:
    assert "Chưa có văn bản nào được phát hành." in await reads(desk("foreigner"), "/so-phat-hanh")
    assert (await desk("foreigner").get(f"/so-phat-hanh/{papers[0].id}")).status_code == 404


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("ma=aaaa-22", {"AAAA2222"}), ("loai=year_record", {"AAAA2222", "BBBB3333"}), ("loai=class_summary", set()),
        ("trang_thai=recalled", {"BBBB3333"}), ("trang_thai=in_force", {"AAAA2222"}), ("den=2027-01-10", {"AAAA2222"}),
        ("tu=2027-01-11", {"BBBB3333"}), ("lop=none&tu=yesterday&trang=1", {"AAAA2222", "BBBB3333"}),
        ("trang=2", set()),
    ],
)  # fmt: skip
async def test_the_address_says_what_is_looked_for(
    desk: As, papers: list[Document], db: Session, query: str, codes: set[str]
) -> None:
    db.add(LogEvent(document_id=papers[1].id, kind="recalled", happened_at=NOW))
    db.commit()
    page = await reads(desk("clerk"), f"/so-phat-hanh?{query}")
    assert {code for code in ("AAAA2222", "BBBB3333") if code in page} == codes
    assert codes or "Không có văn bản nào như vậy" in page or "trang=2" in query


async def test_the_workbook_has_what_the_address_asks_for(desk: As, papers: list[Document]) -> None:
    answer = await desk("clerk").get("/so-phat-hanh.xlsx?ma=AAAA")
    assert answer.status_code == 200
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert [row[10] for row in rows[-2:]] == ["Mã tra cứu", "AAAA2222"]
    assert rows[-1][11:13] == ["Có hiệu lực", "Đang chờ"]


async def test_one_document_with_everything_to_hand_over(desk: As, papers: list[Document]) -> None:
    page = await reads(desk("clerk"), f"/so-phat-hanh/{papers[0].id}")
    assert f"/api/v1/documents/{papers[0].id}" in page
    assert "/handover" not in page  # no evidence of time yet
    assert "data:image/svg+xml" in page
    assert "Con dấu của trường" in page


async def test_what_is_not_sealed_is_not_in_the_register(desk: As, year: OpenBook, db: Session) -> None:
    document = make_document(year, kind="year_record", record=0)
    db.commit()
    assert (await desk("clerk").get(f"/so-phat-hanh/{document.id}")).status_code == 404


async def test_a_class_is_printed_behind_a_sheet_that_says_it_is_for_paper(
    desk: As, papers: list[Document], year: OpenBook
) -> None:
    answer = await desk("clerk").get(f"/lop/{year.id}/in-ca-lop.pdf")
    assert answer.status_code == 200
    with pypdfium2.PdfDocument(answer.content) as document:
        assert len(document) == 5
        assert "chỉ để in ra giấy" in document[0].get_textpage().get_text_bounded()
    assert b"/Sig" not in answer.content
    assert (await desk("homeroom").get(f"/lop/{year.id}/in-ca-lop.pdf")).status_code == 200
    assert (await desk("music").get(f"/lop/{year.id}/in-ca-lop.pdf")).status_code in {403, 404}


async def test_each_family_gets_its_own_slip(desk: As, papers: list[Document], year: OpenBook, db: Session) -> None:
    page = await reads(desk("homeroom"), f"/lop/{year.id}/phieu-tra-cuu")
    assert page.count("data:image/svg+xml") == 2
    assert page.index("AAAA2222") < page.index("BBBB3333")
    assert "http://127.0.0.1:8000/v/AAAA2222" in page


async def test_a_class_without_sealed_papers_has_nothing_to_print(desk: As, year: OpenBook, db: Session) -> None:
    db.commit()
    answer = await desk("clerk").get(f"/lop/{year.id}/phieu-tra-cuu")
    assert (answer.status_code, "chưa có văn bản nào được đóng dấu" in answer.text) == (404, True)


async def test_no_pupil_is_named_in_an_address_of_the_register(desk: As, papers: list[Document], db: Session) -> None:
    page = await reads(desk("clerk"), "/so-phat-hanh")
    assert any(name in page for name in pupils(db))
    assert not [name for name in pupils(db) if f'="{name}' in page or f"/{name}" in page]


async def test_the_clerk_seals_one_class_or_many(desk: As, world: World, db: Session) -> None:
    books = [approved(open_book(db, world.cast)), approved(open_book(db, world.other_cast))]
    db.commit()
    page = await reads(desk("clerk"), "/dong-dau")
    for book in books:
        assert f'href="/ky/chuan-bi?viec=seal&amp;slot=seal&amp;lop={book.id}"' in page
        assert f'name="lop" value="{book.id}" data-pupils="3" checked' in page
    assert "Đóng dấu các lớp đã đánh dấu" in page
    assert "Chứng thư số của nhà trường: còn" in page
    assert (await desk("principal").get("/dong-dau")).status_code == 403


def approved(book: OpenBook) -> OpenBook:
    book.review_all()
    for slot in book.cast.curriculum.slots:
        book.act(Action.SIGN, slot)
    book.act(Action.APPROVE, "principal")
    return book


async def test_a_seal_under_way_is_told_to_a_clerk_who_comes_back(desk: As, world: World, db: Session) -> None:
    book = approved(open_book(db, world.cast))
    batch = SigningBatch(id=uuid4(), staff_id=world.school.clerk, action="seal", asked=[])
    db.add(batch)
    db.flush()
    order = make_prepared(db, book)
    order.batch_id, order.state = batch.id, "signed"
    db.commit()
    page = await reads(desk("clerk"), "/dong-dau")
    assert "Đang đóng dấu 1 lớp." in page
    assert f'href="/ky/{batch.id}"' in page


async def test_an_empty_queue_of_the_clerk_says_what_comes(desk: As) -> None:
    assert "Không còn lớp nào chờ đóng dấu." in await reads(desk("clerk"), "/dong-dau")
    assert "Chưa có lớp nào được phát hành." in await reads(desk("clerk"), "/dong-dau?loc=da-xong")


async def test_what_is_missing_is_told_before_the_seal(desk: As, world: World, db: Session) -> None:
    row = db.query(CertificateRow).filter_by(school_id=world.school.school_id).one()
    row.state = "suspended"
    db.commit()
    assert "Chứng thư số của nhà trường đang tạm dừng" in await reads(desk("clerk"), "/dong-dau")
    db.delete(row)
    db.commit()
    assert "Chứng thư số của nhà trường chưa được đăng ký" in await reads(desk("clerk"), "/dong-dau")


def seal_picture() -> bytes:
    picture = Image.new("RGBA", (300, 300), (0, 0, 0, 0))
    ImageDraw.Draw(picture).ellipse((10, 10, 290, 290), outline=(200, 20, 20, 255), width=12)
    written = io.BytesIO()
    picture.save(written, format="PNG")
    return written.getvalue()


async def test_the_school_s_picture_of_its_seal_is_changed_on_a_page(desk: As, world: World, db: Session) -> None:
    clerk = desk("clerk")
    token = {CSRF_FIELD: clerk.headers["X-CSRF-Token"]}
    wrong = await clerk.post("/dong-dau/con-dau", data=token, files={"file": ("dau.png", b"no picture", "image/png")})
    assert (wrong.status_code, 'role="alert"' in wrong.text) == (422, True)
    none = await clerk.post("/dong-dau/con-dau", data=token, files={"file": ("", b"", "image/png")})
    assert "Chưa chọn tệp nào." in none.text
    assert (await clerk.get("/dong-dau/con-dau/hinh")).status_code == 404
    right = await clerk.post("/dong-dau/con-dau", data=token, files={"file": ("dau.png", seal_picture(), "image/png")})
    assert (right.status_code, right.headers["Location"]) == (303, "/dong-dau/con-dau?xong=1")
    assert db.get_one(School, world.school.school_id).seal_image_sha256
    assert (await clerk.get("/dong-dau/con-dau/hinh")).content == seal_picture()
    assert "Đã lưu." in await reads(desk("clerk"), "/dong-dau/con-dau?xong=1")
    forged = await clerk.post("/dong-dau/con-dau", files={"file": ("dau.png", seal_picture(), "image/png")})
    assert forged.status_code == 403


async def test_homeroom_teachers_do_not_keep_the_seal(desk: As) -> None:
    assert (await desk("homeroom").get("/dong-dau/con-dau")).status_code == 403
