"""The room of extracts: the clerk copies year after year, somebody else checks, everything says what is missing."""

from dataclasses import replace
from uuid import uuid4

import pytest
from httpx import Response
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.calendar import day_of
from domain.curriculum import offered
from domain.documents import DocumentKind
from domain.matters import MatterKind
from domain.matters.corrections import Deed, ExtractState
from domain.transfers.phases import Phase
from storage.corrections import leaving
from storage.extracts import drafts
from storage.matters import papers
from storage.tables import Document, Extract, LogEvent, Matter
from tests.api.conftest import As
from tests.api.fakes import FakeApprovals
from tests.api.world import World
from tests.factories import NOW, OpenBook, open_book
from tests.issued import enrolment
from tests.storage.extracts.making import SCAN, YEAR, Made, arrived, begun
from tests.storage.papers import make_signature

PDF = b"%PDF-1.7 a scan"


@pytest.fixture
def book(db: Session, world: World) -> OpenBook:
    found = open_book(db, world.cast, Term.YEAR_END)
    db.commit()
    return found


@pytest.fixture
def draft(book: OpenBook) -> Made:
    made = begun(book)
    book.session.commit()
    return made


def path(made: Made) -> str:
    return f"/trich-luc/{made.id}"


def words(answer: Response) -> str:
    return " ".join(answer.text.split())


def year(**more: object) -> dict[str, object]:
    return {
        "nam_hoc": "2024-2025", "khoi": "6", "lop": "6A2", "truong": "Trường THCS Mẫu", "tinh": "Tỉnh Lâm Đồng",
        "ket_qua": "Khá", "ren_luyen": "Tốt", "len_lop": "co", "nguon": "paper", "tep": "",
        "mon": ["Toán", "Ngữ văn", "Tiếng Pháp", ""], "kq": ["8,5", "", "9", ""], "nx": ["", "", "Chăm học", ""],
    } | more  # fmt: skip


async def test_the_clerk_begins_one_from_the_transfer(desk: As, book: OpenBook, approvals: FakeApprovals) -> None:
    transfer_id = arrived(book)
    book.session.commit()
    shown = words(await desk("clerk").get(f"/chuyen-truong/{transfer_id}"))
    assert "Lập trích lục" in shown
    assert 'action="/trich-luc"' not in words(await desk("principal").get(f"/chuyen-truong/{transfer_id}"))
    command_id = str(uuid4())
    form = {"command_id": command_id, "transfer_id": str(transfer_id)}
    answer = await desk("clerk").post("/trich-luc", data=form)
    assert answer.headers["Location"] == f"/trich-luc/{command_id}"
    [sent] = approvals.corrected.values()
    assert (sent.kind, sent.deed, sent.transfer_id) == (MatterKind.EXTRACT.value, Deed.ASK, str(transfer_id))


async def test_only_what_was_sealed_is_replaced(desk: As, draft: Made) -> None:
    path = f"/chuyen-truong/{draft.transfer_id}"
    assert 'action="/trich-luc"' not in words(await desk("clerk").get(path))
    draft.do(Deed.WITHDRAW, draft.clerk, reason="")
    draft.session.commit()
    shown = words(await desk("clerk").get(path))
    assert "Lập trích lục" in shown
    assert "Lập bản thay thế" not in shown
    draft.row.new_document = sealed_paper(draft).id
    draft.session.commit()
    assert "Lập bản thay thế" in words(await desk("clerk").get(path))


async def test_of_who_has_left_no_other_is_begun(desk: As, book: OpenBook) -> None:
    transfer_id = arrived(book)
    enrolment(book, 0).left_on = day_of(NOW)
    book.session.commit()
    assert 'action="/trich-luc"' not in words(await desk("clerk").get(f"/chuyen-truong/{transfer_id}"))


async def test_why_it_ended_stands_among_its_steps(desk: As, draft: Made) -> None:
    leaving.stop(draft.session, draft.session.get_one(Matter, draft.id), draft.row, uuid4(), NOW, Deed.LEFT)
    draft.session.commit()
    assert Deed.LEFT.label in words(await desk("clerk").get(path(draft)))


async def test_before_the_school_has_agreed_nothing_is_copied(desk: As, book: OpenBook) -> None:
    transfer_id = arrived(book, phase=Phase.REQUESTED)
    book.session.commit()
    assert "trích lục" not in words(await desk("clerk").get(f"/chuyen-truong/{transfer_id}"))


async def test_a_year_is_kept_and_the_next_one_follows(desk: As, draft: Made) -> None:
    first = f"{path(draft)}/nam/{uuid4()}"
    empty = words(await desk("clerk").get(first))
    assert 'value="Trường THCS Mẫu"' in empty
    for subject in offered(1):
        assert f'value="{subject.name}"' in empty
    answer = await desk("clerk").post(first, data=year(tiep="1"))
    assert answer.status_code == 303, answer.text
    [kept] = drafts.years(draft.row)
    assert [(each.name, each.result) for each in kept.year.subjects] == [("Toán", "8,5"), ("Tiếng Pháp", "9")]
    following = words(await desk("clerk").get(answer.headers["Location"]))
    assert "<option selected>2025-2026</option>" in following
    assert "<option selected>7</option>" in following
    shown = words(await desk("clerk").get(path(draft)))
    for said in ("Năm học 2024-2025", "Lớp 6A2", "Tiếng Pháp", "Chăm học", "Gửi đối chiếu"):
        assert said in shown, said
    again = words(await desk("clerk").get(first))
    assert 'value="8,5"' in again
    await desk("clerk").post(f"{first}/bo")
    assert drafts.years(draft.row) == ()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("len_lop", "", "được lên lớp hay không"),
        ("nguon", "mieng", "loại bản gốc"),
        ("nam_hoc", "2024", "Năm học phải có dạng"),
        ("tep", SCAN, "tệp đã tải lên"),
    ],
)
async def test_what_cannot_be_kept_stays_in_the_form(desk: As, draft: Made, field: str, value: str, said: str) -> None:
    answer = await desk("clerk").post(f"{path(draft)}/nam/{uuid4()}", data=year(**{field: value}))
    assert answer.status_code in {409, 422}
    assert said in answer.text
    assert "Tiếng Pháp" in answer.text
    assert drafts.years(draft.row) == ()


async def test_what_is_missing_is_said(desk: As, draft: Made) -> None:
    await desk("clerk").post(f"{path(draft)}/nam/{uuid4()}", data=year(lop="", ren_luyen="", khoi=""))
    shown = words(await desk("clerk").get(path(draft)))
    for said in ("Còn thiếu:", "2024-2025: Tên lớp không được để trống.", "nhận được 0"):
        assert said in shown, said
    assert 'value="submit"' not in shown


async def upload(desk: As, draft: Made, data: bytes = PDF, **more: str) -> Response:
    client = desk("clerk")
    fields = {"loai": "paper", "noi_cap": "Trường THCS Mẫu", "csrf_token": client.headers["X-CSRF-Token"]} | more
    return await client.post(f"{path(draft)}/tep", data=fields, files={"file": ("quet.pdf", data)})


async def test_originals_are_kept_shown_and_taken_out(desk: As, draft: Made) -> None:
    for _ in range(2):
        answer = await upload(desk, draft)
        assert answer.status_code == 303, answer.text
    [file] = drafts.files(draft.session.get_one(Extract, draft.id, populate_existing=True))
    shown = await desk("homeroom").get(f"{path(draft)}/tep/{file.sha256}")
    assert (shown.content, shown.headers["Content-Type"]) == (PDF, "application/pdf")
    assert ".pdf" in shown.headers["Content-Disposition"]
    assert (await desk("clerk").get(f"{path(draft)}/tep/{SCAN}")).status_code == 404
    draft.keep(replace(YEAR, sha256=file.sha256))
    draft.session.commit()
    refused = await desk("clerk").post(f"{path(draft)}/tep/{file.sha256}/bo")
    assert "được chép từ tệp này" in refused.text


@pytest.mark.parametrize(
    ("data", "more", "said"),
    [
        (b"", {}, "Hãy chọn tệp"),
        (b"MZ a program", {}, "Chỉ nhận tệp PDF, JPEG hoặc PNG."),
        (PDF, {"loai": "mieng"}, "loại bản gốc"),
        (PDF, {"noi_cap": " "}, "nơi cấp"),
    ],
)
async def test_other_files_are_refused_in_words(
    desk: As, draft: Made, data: bytes, more: dict[str, str], said: str
) -> None:
    assert said in (await upload(desk, draft, data, **more)).text


async def test_the_homeroom_teacher_checks_and_may_send_back(desk: As, draft: Made, approvals: FakeApprovals) -> None:
    draft.keep()
    draft.do(Deed.SUBMIT, draft.clerk, reason="")
    draft.session.commit()
    assert "Đối chiếu trích lục" in words(await desk("homeroom").get("/viec-cua-toi"))
    shown = words(await desk("homeroom").get(path(draft)))
    assert "Đã đối chiếu, đúng với bản gốc" in shown
    assert "Sửa năm học này" not in words(await desk("clerk").get(path(draft)))
    without = await desk("homeroom").post(path(draft), data={"command_id": str(uuid4()), "viec": "refuse"})
    assert "lý do" in without.text
    answer = await desk("homeroom").post(path(draft), data={"command_id": str(uuid4()), "viec": "confirm"})
    assert answer.headers["Location"].endswith("?xong=checked")
    [sent] = approvals.corrected.values()
    assert sent.deed is Deed.CONFIRM
    assert "hiệu trưởng được báo" in words(await desk("homeroom").get(answer.headers["Location"]))


async def test_nobody_else_sees_it(desk: As, draft: Made) -> None:
    for who in ("foreigner", "music", "other"):
        for end in ("", f"/tep/{SCAN}"):
            assert (await desk(who).get(f"{path(draft)}{end}")).status_code in {403, 404}, who
    assert (await desk("foreigner").post(path(draft), data={"viec": "confirm"})).status_code == 404
    assert (await desk("homeroom").get(f"{path(draft)}/nam/{uuid4()}")).status_code == 403


async def test_the_draft_of_the_paper_is_shown_before_it_is_signed(desk: As, draft: Made) -> None:
    draft.keep()
    draft.do(Deed.SUBMIT, draft.clerk, reason="")
    draft.do(Deed.CONFIRM, draft.book.cast.homeroom, reason="")
    draft.session.commit()
    answer = await desk("principal").get(f"/viec/{draft.id}/xem.pdf")
    assert answer.content.startswith(b"%PDF")
    assert "Trả lại để sửa" in words(await desk("principal").get(path(draft)))


def sealed_paper(draft: Made) -> Document:
    """Sealed and issued, as the log has it."""
    session = draft.session
    document = Document(
        id=papers.current_id(session, draft.id), kind=DocumentKind.PAPER_EXTRACT,
        school_id=draft.book.cast.school.school_id, matter_id=draft.id, lookup_code=uuid4().hex.upper(),
        content_sha256="a" * 64, sha256=uuid4().hex * 2, size=1, sealed_at=NOW,
        enrolment_id=draft.transfer.to_enrolment_id,
    )  # fmt: skip
    session.add(document)
    session.flush()
    session.add(LogEvent(document_id=document.id, kind="issued", happened_at=NOW))
    for field in ("principal", "seal"):
        make_signature(session, document, draft.book, field)
    return document


async def test_it_stands_among_the_pupil_s_years(desk: As, draft: Made) -> None:
    session, document, row = draft.session, sealed_paper(draft), draft.row
    row.state = ExtractState.WITHDRAWN.value
    session.commit()
    shown = words(await desk("principal").get(f"/hoc-ba/{draft.book.records[0]}/chuoi"))
    assert "Trích lục các năm học trước" in shown
    assert "Chưa có học bạ của năm học này." in shown
    told = words(await desk("nobody").get(f"/v/{document.lookup_code}"))
    assert "Trích lục" in told
