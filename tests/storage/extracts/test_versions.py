"""Versions of a pupil's extract at a school: withdrawn, begun again, replaced, ended when the pupil is not there."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select

from domain.calendar import day_of
from domain.errors import Conflict, Invalid
from domain.matter_papers import PaperExtractContent
from domain.matters import MatterKind
from domain.matters.corrections import Deed
from domain.transfers.contents import PaperKind
from domain.transfers.phases import Phase
from storage import chains
from storage.corrections import leaving
from storage.extracts import drafts, steps
from storage.matters import papers
from storage.tables import Document, LogEvent, Transfer
from storage.transfers import following, packing
from tests.factories import NOW, OpenBook, make_class, make_school
from tests.issued import enrolment
from tests.storage.extracts.making import SCAN, YEAR, Made, arrived, begun, checked, seal
from tests.storage.moving import confirmed


def test_it_is_withdrawn_and_begun_again(book: OpenBook) -> None:
    made = begun(book)
    with pytest.raises(Conflict, match="đang được lập"):
        begun(book, made.transfer_id)
    with pytest.raises(Invalid, match="còn thiếu thông tin"):
        made.do(Deed.SUBMIT, made.clerk, reason="")
    made.keep()
    made.do(Deed.WITHDRAW, made.clerk, reason="")
    assert (made.state, made.waits()) == ("withdrawn", [])
    again = begun(book, made.transfer_id)
    assert len(drafts.years(again.row)) == 1


def test_what_was_withdrawn_is_begun_again_with_its_originals(book: OpenBook) -> None:
    made = begun(book)
    made.add()
    year_id = made.keep(replace(YEAR, sha256=SCAN))
    made.do(Deed.WITHDRAW, made.clerk, reason="")
    again = begun(book, made.transfer_id)
    assert [each.sha256 for each in drafts.files(again.row)] == [SCAN]
    assert [each.id for each in drafts.years(again.row)] == [year_id]
    assert steps.problems(again.session, again.row) == ()


def test_a_year_whose_original_is_not_there_is_not_sent(book: OpenBook) -> None:
    made = begun(book)
    made.add()
    made.keep(replace(YEAR, sha256=SCAN))
    made.row.files = []
    book.session.flush()
    [missing] = steps.problems(made.session, made.row)
    assert (missing.school_year, missing.message) == (YEAR.school_year, steps.NO_FILE)
    with pytest.raises(Invalid, match="còn thiếu thông tin"):
        made.do(Deed.SUBMIT, made.clerk, reason="")


def test_a_replacement_changes_nothing_of_the_sealed_one(book: OpenBook) -> None:
    made = checked(book)
    seal(made)
    again = begun(book, made.transfer_id)
    [year] = drafts.years(again.row)
    again.keep(replace(year.year, result="Giỏi"), year.id)
    assert [each.year.result for each in drafts.years(made.row)] == ["Khá"]
    assert [each.year.result for each in drafts.years(again.row)] == ["Giỏi"]


def test_who_comes_a_second_time_gets_the_next_version(book: OpenBook) -> None:
    made = checked(book)
    first = seal(made)
    again = begun(book, arrived(book))
    assert (again.row.version, again.row.former_document) == (2, first.id)
    assert len(drafts.years(again.row)) == len(drafts.files(again.row)) == 1
    with pytest.raises(Conflict, match="đang được lập"):
        begun(book, made.transfer_id)
    again.do(Deed.SUBMIT, again.clerk, reason="")
    again.do(Deed.CONFIRM, book.cast.homeroom, reason="")
    second = seal(again)
    [stay] = chains.stays_of(book.session, enrolment(book, 0).pupil_id)
    assert [(each.version, each.replaced_by) for each in stay.papers] == [(1, second.lookup_code), (2, "")]
    assert book.session.get_one(Document, first.id).superseded_by == second.id


def leaving_row(book: OpenBook) -> Transfer:
    """The first pupil goes on to another school."""
    return confirmed(book.session, book.cast, make_class(book.session, make_school(book.session, 2)))


@pytest.mark.parametrize("begin", [begun, checked])
def test_what_is_not_finished_ends_with_the_move(book: OpenBook, begin: Callable[[OpenBook], Made]) -> None:
    made = begin(book)
    row = leaving_row(book)
    for _twice in range(2):
        steps.stop_at(book.session, row, NOW)
    assert (made.state, made.waits(), made.plan().awaited) == ("withdrawn", [], ())
    assert (made.diary[-1], made.told(made.clerk)[-1]) == ("left", "extract.left")
    assert leaving.stopped_by(book.session, row.matter_id, MatterKind.EXTRACT) == [made.id]
    assert leaving.stopped_by(book.session, row.matter_id, MatterKind.IDENTITY) == []


def test_what_is_sealed_stays_when_the_pupil_leaves(book: OpenBook) -> None:
    made = checked(book)
    document = seal(made)
    steps.stop_at(book.session, leaving_row(book), NOW)
    assert (made.state, document.state) == ("settled", "live")


def test_of_who_has_left_the_school_copies_nothing(book: OpenBook) -> None:
    transfer_id, own = arrived(book), enrolment(book, 0)
    own.left_on = day_of(NOW)
    book.session.flush()
    with pytest.raises(Conflict, match="không còn học ở trường"):
        begun(book, transfer_id)


def test_of_who_does_not_come_after_all_it_is_given_up(book: OpenBook) -> None:
    made = begun(book, arrived(book, phase=Phase.CHECKING))
    made.keep()
    row = made.transfer
    row.phase = Phase.UNDOING.value
    for _twice in range(2):
        following.note_undone(book.session, row.matter_id, NOW)
    assert (made.state, made.waits(), made.diary) == ("withdrawn", [], ["ask", "not_come"])
    assert made.told(made.clerk)[-1] == "extract.not_come"
    with pytest.raises(Conflict):
        begun(book, row.matter_id)


def test_the_next_version_replaces_the_former(book: OpenBook) -> None:
    made = checked(book)
    first = seal(made)
    again = begun(book, made.transfer_id)
    again.do(Deed.SUBMIT, again.clerk, reason="")
    again.do(Deed.CONFIRM, book.cast.homeroom, reason="")
    content = papers.draft(made.session, again.id, NOW)
    assert isinstance(content, PaperExtractContent)
    assert (content.version, content.replaces) == (2, first.lookup_code)
    assert [each.sha256 for each in content.originals] == [SCAN]
    second = seal(again)
    former = made.session.get_one(Document, first.id)
    assert (former.state, former.superseded_by) == ("recalled", second.id)
    events = select(LogEvent.kind).where(LogEvent.document_id == first.id)
    assert made.session.scalars(events).all() == ["superseded"]


def test_the_one_in_force_goes_along_with_the_pupil(book: OpenBook) -> None:
    made = checked(book)
    former = seal(made)
    again = begun(book, made.transfer_id)
    again.do(Deed.SUBMIT, again.clerk, reason="")
    again.do(Deed.CONFIRM, book.cast.homeroom, reason="")
    newest = seal(again)
    row = leaving_row(book)
    row.document_id = former.id  # any paper
    book.session.flush()
    found = packing.to_pack(book.session, row.matter_id, NOW).papers
    extracts = [(each.document_id, each.lookup_code) for each in found if each.kind is PaperKind.PAPER_EXTRACT]
    assert extracts == [(newest.id, newest.lookup_code)]
