"""Anybody checks a file or a code in a browser; nobody learns a name from it that is not in the file already."""

import io

import pytest
from httpx import AsyncClient, Response
from playwright.async_api import FilePayload, expect
from pyhanko.pdf_utils.reader import PdfFileReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.render import Renderer
from domain.curriculum import PRINCIPAL
from storage.database import Sessions
from storage.tables import LogEvent, Staff
from tests.api.browsing import DESK, PATIENCE_MS, PHONE, Site, serving
from tests.api.classroom import Classroom
from tests.api.conftest import As
from tests.documents import samples
from tests.factories import NOW, OpenBook
from tests.storage.papers import make_document, make_signature

CHECK = "/kiem-tra"


def stranger_to(issued: Classroom) -> AsyncClient:
    client = issued.as_("nobody")
    client.headers.pop("Authorization", None)
    return client


async def handed(client: AsyncClient, data: bytes, **headers: str) -> Response:
    return await client.post(CHECK, files={"file": ("hoc-ba.pdf", data)}, headers=headers)


def before_the_last_signature(pdf: bytes) -> bytes:
    """The file as it was before the school sealed it: every signature is an addition that ends with its own mark."""
    _, _, start, length = PdfFileReader(io.BytesIO(pdf)).embedded_signatures[-2].byte_range
    return pdf[: start + length]


@pytest.fixture
async def lines(issued: Classroom) -> dict[str, dict[str, str]]:
    """One paper of each kind, as the principal's list tells of it."""
    found = (await issued.as_(PRINCIPAL).get(f"/api/v1/class-terms/{issued.id}/documents")).json()
    return {line["kind"]: line for line in found}


@pytest.fixture
async def pdf(issued: Classroom, lines: dict[str, dict[str, str]]) -> bytes:
    path = f"/api/v1/documents/{lines['class_summary']['document_id']}"
    return (await issued.as_(PRINCIPAL).get(path)).content


async def test_a_stranger_hands_in_a_file_and_reads_the_verdict(issued: Classroom, pdf: bytes) -> None:
    stranger = stranger_to(issued)
    assert "Chọn tệp học bạ" in (await stranger.get(CHECK)).text
    answer = await handed(stranger, pdf)
    assert answer.status_code == 200
    for words in ("<h2>HỢP LỆ</h2>", "đang có hiệu lực", "Con dấu số của nhà trường", "B-LT", "<title>Kiểm tra học bạ"):
        assert words in answer.text
    forged = await handed(stranger, pdf[:-30] + b"x" * 30)
    assert "<h2>KHÔNG HỢP LỆ</h2>" in forged.text
    assert "hãy xin nhà trường một bản khác" in forged.text


async def test_what_is_unsigned_or_unfinished_is_not_called_altered(issued: Classroom, pdf: bytes) -> None:
    stranger = stranger_to(issued)
    unsigned = await handed(stranger, Renderer("http://127.0.0.1:8000").render(samples.year_record()).pdf)
    assert "không có chữ ký số nào" in unsigned.text
    unfinished = await handed(stranger, before_the_last_signature(pdf))
    assert "chưa đủ chữ ký và con dấu" in unfinished.text
    assert "<h2>KHÔNG HỢP LỆ</h2>" in unfinished.text


async def test_a_page_that_is_open_already_gets_the_verdict_only(issued: Classroom, pdf: bytes) -> None:
    answer = await handed(stranger_to(issued), pdf, **{"HX-Request": "true"})
    assert answer.text.lstrip().startswith("<section")


@pytest.mark.parametrize(
    ("data", "reason"), [(b"", "Chưa có tệp nào được chọn"), (b"GIF89a", "không phải là PDF"), (b"PK\x03\x04", "gói")]
)
async def test_what_cannot_be_checked_is_said_in_words(as_: As, data: bytes, reason: str) -> None:
    answer = await handed(as_("nobody"), data)
    assert answer.status_code == 422
    assert reason.lower() in answer.text.lower()


async def test_a_file_beyond_all_measure_is_refused(as_: As) -> None:
    answer = await handed(as_("nobody"), bytes(25 * 1024 * 1024))
    assert (answer.status_code, "Tệp quá lớn" in answer.text) == (422, True)


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data", "multipart/form-data; boundary=x"])
async def test_what_is_no_form_is_refused(as_: As, kind: str) -> None:
    answer = await as_("nobody").post(CHECK, content=b"--x\r\nabc", headers={"Content-Type": kind})
    assert (answer.status_code, 'role="alert"' in answer.text) == (422, True)


async def test_a_code_tells_how_the_paper_stands_and_names_nobody(
    issued: Classroom, lines: dict[str, dict[str, str]], live_sessions: Sessions
) -> None:
    code = lines["class_summary"]["lookup_code"]
    typed = f" {code[:5].lower()}-{code[5:]} "
    answer = await stranger_to(issued).get(CHECK, params={"ma": typed}, follow_redirects=True)
    assert answer.url.path == f"/v/{code}"
    assert "ĐANG CÓ HIỆU LỰC" in answer.text
    assert code in answer.text
    with live_sessions() as session:
        names = session.scalars(select(Staff.full_name)).all()
    assert names
    assert not [name for name in names if name in answer.text]


@pytest.mark.parametrize(
    ("events", "state", "headline"),
    [
        (["issued", "recalled"], "live", "ĐÃ BỊ THU HỒI"),
        (["issued", "superseded"], "live", "ĐÃ CÓ BẢN THAY THẾ"),
        ([], "void", "ĐÃ BỊ HUỶ"),
        ([], "live", "CHƯA PHÁT HÀNH"),
    ],
)
async def test_what_does_not_count_is_said(
    as_: As, db: Session, book: OpenBook, events: list[str], state: str, headline: str
) -> None:
    document = make_document(book, lookup_code="ABCD", state=state)
    make_signature(db, document, book)
    for kind in events:
        db.add(LogEvent(document_id=document.id, kind=kind, happened_at=NOW))
        db.flush()
    answer = await as_("nobody").get("/v/abcd")
    assert (answer.status_code, f"<h2>{headline}</h2>" in answer.text) == (200, True)


@pytest.mark.parametrize("typed", ["", " - ", "../..", "đ", "?"])
async def test_what_is_no_code_leaves_the_form_open(as_: As, typed: str) -> None:
    answer = await as_("nobody").get(CHECK, params={"ma": typed})
    assert (answer.status_code, "Mã tra cứu in cạnh mã QR" in answer.text) == (200, True)


async def test_a_code_that_nobody_gave_out_is_not_found(as_: As) -> None:
    answer = await as_("nobody").get("/v/AAAAAAAAAAAAAAAAAAAAAAAAAA")
    assert answer.status_code == 404
    assert "Không có văn bản nào mang mã này" in answer.text


@pytest.mark.parametrize("width", [PHONE, DESK])
async def test_in_a_browser(site: Site, pdf: bytes, lines: dict[str, dict[str, str]], width: int) -> None:
    page = site.page
    await page.set_viewport_size({"width": width, "height": 844})
    async with serving(site.app, site.port):
        await page.goto(site.url(CHECK))
        await page.locator("input[type=file]").set_input_files(
            FilePayload(name="hoc-ba.pdf", mimeType="application/pdf", buffer=pdf)
        )
        await page.get_by_role("button", name="Kiểm tra").click()
        await expect(page.get_by_role("heading", name="HỢP LỆ")).to_be_visible(timeout=PATIENCE_MS)
        await expect(page.locator("section.verdict")).to_be_focused()
        assert await site.width() == (width, width)
        await page.get_by_text("Tất cả những điều đã kiểm tra").click()
        assert await site.width() == (width, width)
        await page.locator("input[type=file]").set_input_files(
            FilePayload(name="anh.pdf", mimeType="application/pdf", buffer=b"GIF89a")
        )
        await page.get_by_role("button", name="Kiểm tra").click()
        await expect(page.get_by_text("không phải là PDF")).to_be_visible(timeout=PATIENCE_MS)
        await page.get_by_label("Mã tra cứu").fill(lines["class_summary"]["lookup_code"].lower())
        await page.get_by_role("button", name="Tra cứu").click()
        await expect(page.get_by_role("heading", name="ĐANG CÓ HIỆU LỰC")).to_be_visible()
        assert await site.width() == (width, width)
    assert [each for each in site.troubles if "422" not in each] == []
