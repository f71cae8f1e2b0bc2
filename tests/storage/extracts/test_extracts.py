"""Extracts: copied by the clerk, checked by somebody else, signed and sealed, replaced; every refusal."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from domain.documents import DocumentKind
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from domain.matter_papers import PaperExtractContent
from domain.matters.corrections import Deed
from domain.transfers.extracts import ExtractSource
from domain.transfers.phases import Direction, Phase
from storage import chains
from storage.corrections import deeds
from storage.extracts import drafts, steps
from storage.matters import papers
from storage.tables import Document, Extract, Matter
from tests.factories import NOW, OpenBook, make_class, make_school
from tests.issued import enrolment
from tests.storage.extracts.making import SCAN, YEAR, arrived, asked, begun, checked, seal
from tests.storage.pupil_years import issued


def test_it_goes_from_the_clerk_to_the_homeroom_teacher_and_on_to_be_signed(book: OpenBook) -> None:
    made = begun(book)
    assert (made.state, made.waits()) == ("draft", [("enter", "seal_clerk")])
    made.add()
    made.keep(replace(YEAR, sha256=SCAN))
    made.do(Deed.SUBMIT, made.clerk, reason="")
    assert made.state == "checking"
    assert ("check", "principal") in made.waits()
    assert made.plan().awaited == ()
    made.do(Deed.CONFIRM, book.cast.homeroom, reason="")
    assert (made.state, made.waits()) == ("signing", [("sign", "principal")])
    assert made.plan().awaited == ("principal", "seal")
    seal(made)
    assert (made.state, made.waits()) == ("settled", [])
    assert made.diary == ["ask", "submit", "confirm", "settled"]


def test_each_command_is_taken_once(book: OpenBook) -> None:
    made = begun(book)
    made.keep()
    for deed, staff_id in ((Deed.SUBMIT, made.clerk), (Deed.CONFIRM, book.cast.homeroom)):
        command = made.do(deed, staff_id, reason="")
        deeds.take(made.session, command, made.at)
    again = asked(made.session, arrived(book, 1), made.clerk)
    deeds.take(made.session, again, NOW)
    seal(made)
    deeds.signed(made.session, made.id, NOW)
    assert made.diary == ["ask", "submit", "confirm", "settled"]


def test_the_paper_says_what_was_copied_from_what_and_by_whom(book: OpenBook) -> None:
    made = checked(book)
    content = papers.draft(made.session, made.id, NOW)
    assert isinstance(content, PaperExtractContent)
    [year] = content.years
    assert (year.school, year.result, year.sha256) == ("Trường THCS Mẫu", "Khá", SCAN)
    assert [each.position for each in year.checked_by] == ["Văn thư", "Giáo viên chủ nhiệm"]
    assert [(each.what, each.issuer, each.sha256) for each in content.originals] == [
        ("Học bạ giấy", "Trường THCS Mẫu", SCAN)
    ]
    assert (content.version, content.replaces) == (1, "")


def test_a_draft_is_kept_as_far_as_it_is_entered(book: OpenBook) -> None:
    made = begun(book)
    year_id = made.keep(replace(YEAR, result="", subjects=()))
    assert made.keep(replace(YEAR, result="Khá", subjects=()), year_id) == year_id
    older = made.keep(replace(YEAR, school_year="2022-2023", grade=6))
    assert [each.id for each in drafts.years(made.row)] == [older, year_id]
    [missing] = steps.problems(made.session, made.row)
    assert (missing.school_year, missing.message) == ("2023-2024", "Phải chép kết quả của ít nhất một môn học.")
    with pytest.raises(Invalid, match="còn thiếu thông tin"):
        made.do(Deed.SUBMIT, made.clerk, reason="")
    for _ in range(2):
        drafts.remove_year(made.session, made.id, year_id, made.clerk, NOW)
    assert [each.id for each in drafts.years(made.row)] == [older]


def test_files_are_kept_once_and_stay_while_a_year_rests_on_them(book: OpenBook) -> None:
    made = begun(book)
    made.add()
    made.add()
    year_id = made.keep(replace(YEAR, sha256=SCAN))
    row = made.session.get_one(Extract, made.id)
    assert [each.sha256 for each in drafts.files(row)] == [SCAN]
    with pytest.raises(Conflict, match="được chép từ tệp này"):
        drafts.remove_file(made.session, made.id, SCAN, made.clerk, NOW)
    made.keep(YEAR, year_id)
    drafts.remove_file(made.session, made.id, SCAN, made.clerk, NOW)
    assert drafts.files(row) == ()


def test_what_cannot_be_kept_is_refused_in_words(book: OpenBook) -> None:
    made = begun(book)
    made.keep()
    with pytest.raises(Invalid, match="được chép hai lần"):
        made.keep()
    with pytest.raises(Invalid, match="tệp đã tải lên"):
        made.keep(replace(YEAR, school_year="2022-2023", source=ExtractSource.FOREIGN_PDF, sha256=SCAN))
    with pytest.raises(Invalid, match="nơi cấp"):
        made.add(issuer=" ")
    with pytest.raises(NotAllowed):
        made.keep(replace(YEAR, school_year="2022-2023"), staff_id=book.cast.homeroom)
    for at in range(1, drafts.MOST_YEARS):
        made.keep(replace(YEAR, school_year=f"{2000 + at}-{2001 + at}"))
    with pytest.raises(Invalid, match="nhiều nhất 12 năm"):
        made.keep(replace(YEAR, school_year="1999-2000"))
    for at in range(drafts.MOST_FILES):
        made.add(f"{at:064x}")
    with pytest.raises(Invalid, match="nhiều nhất 30 tệp"):
        made.add()
    with pytest.raises(NotFound):
        drafts.remove_file(made.session, made.transfer_id, SCAN, made.clerk, NOW)


def test_nobody_checks_what_he_entered_and_only_some_may_check(book: OpenBook) -> None:
    made = begun(book)
    made.keep()
    made.do(Deed.SUBMIT, made.clerk, reason="")
    with pytest.raises(Conflict, match="không sửa được"):
        made.keep(replace(YEAR, school_year="2022-2023"))
    for staff_id in (made.clerk, book.cast.music):
        with pytest.raises(NotAllowed):
            made.do(Deed.CONFIRM, staff_id, reason="")
    with pytest.raises(NotAllowed):
        made.do(Deed.WITHDRAW, book.cast.school.principal, reason="")
    matter, people = made.session.get_one(Matter, made.id), (made.clerk, book.cast.music, book.cast.homeroom)
    assert [steps.may_check(made.session, matter, each, NOW) for each in people] == [False, False, True]
    made.do(Deed.CONFIRM, book.cast.school.principal, reason="")
    assert made.state == "signing"


def test_who_holds_two_offices_does_not_check_alone(book: OpenBook) -> None:
    made = begun(book)
    made.keep()
    row = made.session.get_one(Extract, made.id)
    made.do(Deed.SUBMIT, made.clerk, reason="")
    row.submitted_by = book.cast.homeroom
    made.session.flush()
    with pytest.raises(NotAllowed, match="không tự đối chiếu"):
        made.do(Deed.CONFIRM, book.cast.homeroom, reason="")


def test_it_is_sent_back_with_a_reason_until_somebody_has_signed(book: OpenBook) -> None:
    made = checked(book)
    with pytest.raises(Invalid, match="lý do"):
        made.do(Deed.REFUSE, book.cast.school.principal, reason="")
    made.do(Deed.REFUSE, book.cast.school.principal, reason="Sai điểm môn Toán.")
    assert (made.state, made.waits()) == ("draft", [("enter", "seal_clerk")])
    made.do(Deed.SUBMIT, made.clerk, reason="")
    made.do(Deed.CONFIRM, book.cast.homeroom, reason="")
    document = seal(made)
    document_id = document.id
    assert document_id == papers.current_id(made.session, made.id)
    with pytest.raises(Conflict):
        made.do(Deed.REFUSE, book.cast.school.principal)


def test_what_is_signed_is_not_sent_back(book: OpenBook) -> None:
    made = checked(book)
    made.session.add(
        Document(
            id=papers.current_id(made.session, made.id), kind=DocumentKind.PAPER_EXTRACT,
            school_id=book.cast.school.school_id, matter_id=made.id, lookup_code=uuid4().hex, content_sha256="a" * 64,
            sha256=uuid4().hex * 2, size=1,
        )
    )  # fmt: skip
    made.session.flush()
    with pytest.raises(Conflict, match="đã có chữ ký"):
        made.do(Deed.REFUSE, book.cast.school.principal)


def test_it_is_for_pupils_who_come_from_outside_to_the_clerk_s_school(book: OpenBook) -> None:
    db = book.session
    other = make_class(db, make_school(db, 7))
    mine = arrived(book)
    with pytest.raises(NotFound):
        asked(db, mine, other.school.clerk)
    with pytest.raises(NotFound):
        asked(db, uuid4(), book.cast.school.clerk)
    with pytest.raises(NotAllowed):
        asked(db, mine, book.cast.homeroom)
    asked_for = arrived(book, 1, phase=Phase.REQUESTED)
    with pytest.raises(Conflict, match="đồng ý tiếp nhận"):
        asked(db, asked_for, book.cast.school.clerk)
    leaves: dict[str, Any] = {
        "direction": Direction.OUT.value, "to_school_id": None, "from_school_id": book.cast.school.school_id,
    }  # fmt: skip
    with pytest.raises(NotFound):
        asked(db, arrived(book, 2, **leaves), book.cast.school.clerk)


def test_it_is_sent_to_be_checked_once_the_pupil_is_in_a_class(book: OpenBook) -> None:
    made = begun(book, arrived(book, phase=Phase.CHECKING))
    made.keep()
    with pytest.raises(Conflict, match="chưa vào lớp"):
        made.do(Deed.SUBMIT, made.clerk, reason="")


def test_a_year_with_a_sealed_record_is_not_copied(book: OpenBook) -> None:
    made = begun(book)
    own = enrolment(book, 0)
    issued(book, own)
    made.keep(replace(YEAR, school_year=own.school_year))
    assert [each.message for each in steps.problems(made.session, made.row)] == [steps.SEALED]
    with pytest.raises(Invalid):
        made.do(Deed.SUBMIT, made.clerk, reason="")


def test_it_stands_in_the_chain_beside_the_years(book: OpenBook) -> None:
    made = checked(book)
    document = seal(made)
    [stay] = chains.stays_of(book.session, enrolment(book, 0).pupil_id)
    [paper] = stay.papers
    assert (paper.kind, paper.document_id, paper.version) == (DocumentKind.PAPER_EXTRACT, document.id, 1)
