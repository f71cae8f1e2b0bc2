"""Identity pages and changes of civil data: the row changes once, former values stay, unsealed papers are void."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.curriculum import HOMEROOM
from domain.documents import DocumentKind
from domain.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from domain.matter_papers import IdentityPageContent
from domain.matters import MatterKind, civil
from domain.matters.civil import CivilDecision
from domain.matters.corrections import Deed
from domain.pupils import PupilField
from domain.stages import Stage
from storage.corrections import civil as kept
from storage.corrections import deeds, identities, leaving
from storage.matters import papers
from storage.tables import CivilChange, Document, IdentityPage, LogEvent, Matter, PupilRow, Transfer
from tests.correcting import Correction
from tests.factories import NOW, OpenBook, make_class, make_school, open_book
from tests.issued import enrolment, issued_book, sign
from tests.standing import Standing
from tests.storage.moving import confirmed

DECISION = CivilDecision("35/QĐ-UBND", date(2027, 1, 5), "UBND phường Tân Bình")


@pytest.fixture
def book(opened_year: Standing[OpenBook], db: Session) -> OpenBook:
    return replace(opened_year.made, session=db)


def pupil(book: OpenBook, record: int = 0) -> PupilRow:
    book.session.expire_all()
    return book.session.get_one(PupilRow, enrolment(book, record).pupil_id)


def change(book: OpenBook, record: int = 0, **values: str) -> Correction:
    """The clerk has recorded what the civil-status office decided."""
    matter = Correction(book, MatterKind.IDENTITY)
    school = book.cast.school
    by = (school.school_id, school.clerk)
    kept.record(book.session, matter.id, pupil(book, record).id, by, values or {"full_name": "Tên Mới Mẫu"}, DECISION)
    matter.do(Deed.ASK, school.clerk)
    return matter


def granted(book: OpenBook, record: int = 0, **values: str) -> Correction:
    matter = change(book, record, **values)
    matter.do(Deed.GRANT, book.cast.school.principal)
    return matter


def seal_page(matter: Correction, version: int = 1, sealed_at: datetime | None = NOW) -> Document:
    """The page as its two orders leave it, or the first of them."""
    session, school = matter.session, matter.book.cast.school
    document = Document(
        id=papers.current_id(session, matter.id), kind=DocumentKind.IDENTITY_PAGE, school_id=school.school_id,
        matter_id=matter.id, lookup_code=uuid4().hex, content_sha256="a" * 64, sha256=uuid4().hex * 2, size=1,
        version=version, sealed_at=sealed_at,
    )  # fmt: skip
    session.add(document)
    session.flush()
    deeds.signed(session, matter.id, NOW)
    session.expire_all()
    return document


def first_page(book: OpenBook, record: int = 0, reason: str = "opened") -> Correction:
    school = book.cast.school
    command = identities.ask_identity_page(pupil(book, record).id, school.school_id, reason, school.clerk, NOW)
    deeds.take(book.session, command, NOW)
    return Correction(book, MatterKind.IDENTITY, UUID(command.matter_id))


def test_a_change_waits_for_the_principal_s_word(book: OpenBook) -> None:
    before = pupil(book).full_name
    matter = change(book)
    assert (matter.state, matter.waits()) == ("asked", [("decide", "principal")])
    assert pupil(book).full_name == before
    matter.do(Deed.GRANT, book.cast.school.principal)
    assert (matter.state, matter.waits()) == ("signing", [("sign", "principal")])
    assert pupil(book).full_name == "Tên Mới Mẫu"
    row = book.session.get_one(CivilChange, matter.id)
    assert (row.before, row.after) == ({"full_name": before}, {"full_name": "Tên Mới Mẫu"})
    assert row.applied_at is not None


def test_it_is_applied_once(book: OpenBook) -> None:
    matter = change(book)
    command = matter.do(Deed.GRANT, book.cast.school.principal)
    pupil(book).full_name = "Tên Sau Đó"
    book.session.flush()
    deeds.take(book.session, command, matter.at)
    assert pupil(book).full_name == "Tên Sau Đó"


def test_what_was_recorded_does_not_change(book: OpenBook) -> None:
    matter = granted(book)
    row = book.session.get_one(CivilChange, matter.id)
    row.after = {"full_name": "Khác"}
    with pytest.raises(IntegrityError), book.session.begin_nested():
        book.session.flush()


def test_every_field_is_written_as_it_is_kept(book: OpenBook) -> None:
    granted(
        book, full_name="Tên Mới", birth_date="2019-05-03", sex="Nữ", ethnicity="Tày", place_of_birth="Tỉnh An Giang"
    )
    row = pupil(book)
    assert (row.full_name, row.birth_date, row.sex, row.ethnicity) == ("Tên Mới", date(2019, 5, 3), "Nữ", "Tày")
    assert (row.place_of_birth, row.birth_province_code, row.birth_commune_code) == ("Tỉnh An Giang", "", "")


def test_another_pupil_s_id_is_refused(book: OpenBook) -> None:
    matter = change(book, personal_id=pupil(book, 1).personal_id)
    with pytest.raises(Invalid), book.session.begin_nested():
        matter.do(Deed.GRANT, book.cast.school.principal)
    assert matter.state == "asked"


def test_nothing_new_is_no_change(book: OpenBook) -> None:
    with pytest.raises(Invalid, match="Chưa có thông tin"):
        change(book, full_name=pupil(book).full_name)


def test_a_pupil_of_another_school_is_unknown(book: OpenBook) -> None:
    other = open_book(book.session, make_class(book.session, make_school(book.session, 2)), Term.YEAR_END)
    by = (book.cast.school.school_id, book.cast.school.clerk)
    with pytest.raises(NotFound):
        kept.record(book.session, uuid4(), pupil(other).id, by, {"full_name": "X"}, DECISION)


def test_only_the_principal_decides_and_a_refusal_has_a_reason(book: OpenBook) -> None:
    matter = change(book)
    with pytest.raises(NotAllowed):
        matter.do(Deed.GRANT, book.cast.school.clerk)
    with pytest.raises(Invalid):
        matter.do(Deed.REFUSE, book.cast.school.principal, reason="")
    matter.do(Deed.REFUSE, book.cast.school.principal)
    assert (matter.state, matter.told(book.cast.school.clerk)) == ("refused", ["identity.refused"])
    change(book)


def test_who_recorded_it_may_withdraw(book: OpenBook) -> None:
    matter = change(book)
    matter.do(Deed.WITHDRAW, book.cast.school.clerk, reason="")
    assert matter.state == "withdrawn"


def test_one_page_at_a_time(book: OpenBook) -> None:
    change(book)
    with pytest.raises(Conflict, match="đang được lập"):
        change(book, full_name="Tên Khác")


def moving(book: OpenBook) -> Transfer:
    """Somebody has applied for the first pupil to go to another school."""
    return confirmed(book.session, book.cast, make_class(book.session, make_school(book.session, 2)))


def test_nothing_changes_of_a_pupil_who_is_moving(book: OpenBook) -> None:
    matter = change(book)
    moving(book)
    with pytest.raises(Conflict, match="làm thủ tục chuyển trường"):
        matter.do(Deed.GRANT, book.cast.school.principal)


def test_nothing_is_asked_for_a_pupil_who_is_moving(book: OpenBook) -> None:
    row = moving(book)
    for begin in (change, first_page):
        with pytest.raises(Conflict, match="làm thủ tục chuyển trường"):
            begin(book)
    book.session.get_one(Matter, row.matter_id).settled_at = NOW
    book.session.flush()
    assert change(book).state == "asked"


@pytest.mark.parametrize("begin", [change, granted, first_page])
def test_a_page_that_is_not_finished_ends_with_the_move(book: OpenBook, begin: Callable[..., Correction]) -> None:
    """What was approved stands in the pupil's row, and goes along."""
    matter = begin(book)
    row = moving(book)
    for _twice in range(2):
        identities.stop_at(book.session, row, NOW)
    assert (matter.state, matter.waits(), matter.plan().awaited) == ("withdrawn", [], ())
    assert (matter.diary[-1], matter.told(book.cast.school.clerk)[-1]) == ("left", "identity.left")
    assert leaving.stopped_by(book.session, row.matter_id, MatterKind.IDENTITY) == [matter.id]
    assert (pupil(book).full_name == "Tên Mới Mẫu") == (begin is granted)


def test_a_half_signed_page_is_void_and_a_sealed_one_stays(book: OpenBook) -> None:
    half, whole = first_page(book), first_page(book, 1)
    paper, sealed = seal_page(half, sealed_at=None), seal_page(whole)
    row = moving(book)
    for matter in (half, whole):
        row.pupil_id = book.session.get_one(IdentityPage, matter.id).pupil_id
        identities.stop_at(book.session, row, NOW)
    book.session.expire_all()
    assert [paper.state, sealed.state] == ["void", "live"]
    assert [half.state, whole.state] == ["withdrawn", "settled"]


def test_signed_papers_that_name_the_pupil_are_void_and_signed_again(book: OpenBook) -> None:
    sign(book)
    matter = granted(book)
    (order,) = matter.plan().books
    assert order.decision.to_slots == book.term.subject_slots
    matter.tell_books()
    assert matter.plan().books == ()
    record = book.term.records[book.records[0]]
    assert (record.stage, record.open_slots, record.unsigned_slots) == (Stage.REVIEWED, (), book.term.subject_slots)
    book.session.expire_all()
    void = select(Document.kind).where(Document.state == "void")
    assert sorted(book.session.scalars(void)) == ["class_summary", "year_record"]
    sign(book)
    assert book.term.records[book.records[0]].stage is Stage.HOMEROOM_SIGNED
    assert matter.plan().books == ()


def test_what_stands_only_on_the_pupil_s_own_paper_keeps_the_sheets(book: OpenBook) -> None:
    sign(book)
    matter = granted(book, ethnicity="Tày")
    matter.tell_books()
    assert book.term.records[book.records[0]].stage is Stage.SUBJECT_SIGNED
    assert "subject_sheet" not in set(book.session.scalars(select(Document.kind).where(Document.state == "void")))


def test_sealed_papers_stay(db: Session) -> None:
    book = issued_book(db)
    matter = granted(book)
    assert matter.plan().books == ()
    assert set(db.scalars(select(Document.state))) == {"live"}


def test_what_nobody_has_begun_to_sign_takes_the_new_data_by_itself(book: OpenBook) -> None:
    assert granted(book).plan().books == ()


def test_the_first_page_needs_no_decision(book: OpenBook) -> None:
    matter = first_page(book)
    assert (matter.state, matter.waits(), matter.plan().awaited) == (
        "signing",
        [("sign", "principal")],
        ("principal", "seal"),
    )
    page = seal_page(matter)
    row = book.session.get_one(IdentityPage, matter.id)
    assert (matter.state, row.new_document, row.version) == ("settled", page.id, 1)
    later = NOW + timedelta(days=30)
    school = book.cast.school
    again = identities.ask_identity_page(pupil(book).id, school.school_id, "opened", school.clerk, later)
    with pytest.raises(Conflict, match="đã có trang"):
        deeds.take(book.session, again, later)


def test_asked_twice_it_is_one_matter(book: OpenBook) -> None:
    assert first_page(book).id == first_page(book).id
    assert len(book.session.scalars(select(Matter)).all()) == 1


def test_a_teacher_does_not_ask_for_pages(book: OpenBook) -> None:
    command = identities.ask_identity_page(
        pupil(book).id, book.cast.school.school_id, "opened", book.cast.homeroom, NOW
    )
    with pytest.raises(NotAllowed):
        deeds.take(book.session, command, NOW)


def test_the_new_page_replaces_the_former(book: OpenBook) -> None:
    former = seal_page(first_page(book))
    matter = granted(book)
    assert book.session.get_one(IdentityPage, matter.id).version == 2
    new = seal_page(matter, version=2)
    former = book.session.get_one(Document, former.id)
    assert (former.state, former.superseded_by, new.state) == ("recalled", new.id, "live")
    events = select(LogEvent.kind).where(LogEvent.document_id == former.id)
    assert list(book.session.scalars(events)) == ["superseded"]
    assert identities.in_force(book.session, pupil(book).id, book.cast.school.school_id) == new.id


def test_the_page_says_whose_it_is_and_why(db: Session) -> None:
    book = issued_book(db)
    seal_page(first_page(book))
    matter = granted(book)
    page = papers.draft(db, matter.id, NOW)
    assert isinstance(page, IdentityPageContent)
    assert (page.version, page.reason, page.decision_no) == (2, "Cải chính hộ tịch", DECISION.number)
    assert (page.pupil.full_name, page.level_name, len(page.past_years)) == ("Tên Mới Mẫu", "Tiểu học", 1)
    assert page.replaces
    assert [each.field for each in page.signers] == ["principal", "seal"]


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (PupilField.FULL_NAME, " "), (PupilField.BIRTH_DATE, "3/5/2019"), (PupilField.BIRTH_DATE, "2999-01-01"),
        (PupilField.SEX, "khác"), (PupilField.ETHNICITY, "Không có"), (PupilField.PERSONAL_ID, "123"),
        (PupilField.FULL_NAME, "x" * 300),
    ],
)  # fmt: skip
def test_values_that_are_none_are_refused(field: PupilField, text: str) -> None:
    with pytest.raises(DomainError):
        civil.read(field, text, date(2027, 1, 1))


def test_a_decision_needs_its_number_day_and_office() -> None:
    today = date(2027, 1, 1)
    assert civil.read_decision(" 35/QĐ ", "2026-12-01", "UBND", today) == CivilDecision(
        "35/QĐ", date(2026, 12, 1), "UBND"
    )
    for wrong in (("", "2026-12-01", "UBND"), ("1", "", "UBND"), ("1", "2027-02-01", "UBND"), ("1", "2026-12-01", " ")):
        with pytest.raises(Invalid):
            civil.read_decision(*wrong, today)


def test_homeroom_is_no_part_of_a_renewal(book: OpenBook) -> None:
    sign(book)
    (order,) = granted(book).plan().books
    assert HOMEROOM not in order.decision.to_slots
