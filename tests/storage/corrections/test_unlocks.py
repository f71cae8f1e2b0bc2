"""An unlock: asked for by a teacher, decided by the principal, carried out by the admin, settled by the approval."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Update, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.decisions import Action
from domain.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from domain.matters import MatterKind
from domain.matters.corrections import CorrectionCommand, Deed
from domain.scales import CellKind
from domain.stages import Stage
from storage import saving
from storage.corrections import deeds
from storage.matters import steps
from storage.tables import Assessment, Document, Notice, RecordSlot, Unlock
from tests.correcting import Correction, granted, make_admin, unlock
from tests.factories import NOW, OpenBook, edit, fill, make_class, make_school, open_book
from tests.issued import issue, issued_book, sign
from tests.standing import Standing

UNTIL = NOW + timedelta(days=1)


@pytest.fixture
def book(signed_term: Standing[OpenBook], db: Session) -> OpenBook:
    """Everything is sent and signed by the homeroom teacher."""
    return replace(signed_term.made, session=db)


@pytest.fixture
def admin(book: OpenBook) -> UUID:
    return make_admin(book.session, book.cast.school.school_id, book.cast.school.number)


def one(book: OpenBook) -> tuple[str, ...]:
    return book.records[:1]


def test_from_the_question_to_the_approval(book: OpenBook, admin: UUID) -> None:
    principal, music = book.cast.school.principal, book.cast.music
    matter = unlock(book, music, ["am_nhac"], one(book))
    assert (matter.state, matter.waits(), matter.told(principal)) == (
        "asked",
        [("decide", "principal")],
        ["unlock.decide"],
    )
    matter.do(Deed.GRANT, principal, slots=("am_nhac",), record_ids=one(book), until=UNTIL)
    assert (matter.state, matter.waits()) == ("granted", [("execute", "system_admin")])
    assert book.term.records[book.records[0]].stage is Stage.HOMEROOM_SIGNED
    matter.do(Deed.EXECUTE, admin)
    matter.tell_books()
    assert (matter.state, matter.waits()) == ("open", [])
    assert matter.told(music) == ["unlock.granted", "unlock.opened"]
    fill(book, ["am_nhac"], one(book))
    book.act(Action.SUBMIT, "am_nhac", one(book))
    assert book.session.get_one(Unlock, matter.id).sent_at is not None
    book.act(Action.REVIEW, HOMEROOM, one(book))
    book.act(Action.SIGN, "am_nhac", one(book))
    book.act(Action.SIGN, HOMEROOM)
    assert matter.state == "open"
    book.act(Action.APPROVE, PRINCIPAL)
    assert matter.state == "settled"
    assert matter.diary == ["ask", "grant", "execute", "opened", "sent", "settled"]
    assert steps.first_broken_step(book.session, matter.id) is None
    assert matter.plan().alarms == ()


def test_each_decision_counts_once(book: OpenBook, admin: UUID) -> None:
    matter = unlock(book, book.cast.music, ["am_nhac"], one(book))
    again = CorrectionCommand(
        "unlock", str(matter.id), Deed.ASK, str(book.cast.music), "x", matter.reason(book.cast.music, "Nhầm."),
        str(book.id), one(book), ("am_nhac",),
    )  # fmt: skip
    deeds.take(book.session, again, NOW)
    for deed, who, more in (
        (Deed.GRANT, book.cast.school.principal, {"slots": ("am_nhac",), "record_ids": one(book), "until": UNTIL}),
        (Deed.EXECUTE, admin, {}),
    ):
        command = matter.do(deed, who, **more)
        deeds.take(book.session, command, matter.at)
    assert matter.diary == ["ask", "grant", "execute"]


def test_only_what_speaks_of_the_part_becomes_void(book: OpenBook, admin: UUID) -> None:
    granted(book, admin, ["am_nhac"], one(book), UNTIL)
    book.session.expire_all()
    void = select(Document.kind, Document.slot).where(Document.state == "void")
    assert list(book.session.execute(void)) == [("class_summary", "")]
    told = select(Notice.staff_id).where(Notice.kind == "signature_void")
    assert book.cast.music in set(book.session.scalars(told))
    assert book.term.records[book.records[0]].unsigned_slots == ("am_nhac",)
    assert [book.term.records[each].stage for each in book.records[1:]] == [Stage.SUBJECT_SIGNED] * 2


def test_a_subject_teacher_asks_only_for_the_own_part(book: OpenBook) -> None:
    with pytest.raises(NotAllowed, match="phần mình phụ trách"):
        unlock(book, book.cast.music, ["toan"], one(book))
    unlock(book, book.cast.homeroom, ["am_nhac"], one(book))


def test_what_is_open_needs_no_unlock(db: Session) -> None:
    book = open_book(db)
    with pytest.raises(Conflict, match="đang mở để nhập"):
        unlock(book, book.cast.music, ["am_nhac"], one(book))


def test_what_is_issued_is_recalled_instead(db: Session) -> None:
    book = issued_book(db, term=Term.HK1)
    with pytest.raises(Conflict, match="thu hồi"):
        unlock(book, book.cast.music, ["am_nhac"], one(book))


def test_a_record_that_is_held_is_not_unlocked(book: OpenBook) -> None:
    book.act(Action.HOLD, PRINCIPAL, one(book), reason_id=book.reason())
    with pytest.raises(Conflict, match="tạm giữ"):
        unlock(book, book.cast.music, ["am_nhac"], one(book))


def test_pupils_and_parts_of_another_class_are_unknown(book: OpenBook) -> None:
    other = open_book(book.session, make_class(book.session, make_school(book.session, 2)))
    with pytest.raises(NotFound):
        unlock(book, book.cast.homeroom, ["toan"], other.records[:1])
    with pytest.raises(NotFound):
        unlock(book, book.cast.homeroom, ["ngu_van"], one(book))
    with pytest.raises(NotAllowed):
        unlock(book, other.cast.homeroom, ["toan"], one(book))


def test_one_question_about_a_part_at_a_time(book: OpenBook, admin: UUID) -> None:
    unlock(book, book.cast.music, ["am_nhac"], one(book))
    with pytest.raises(Conflict, match="chưa xong"):
        unlock(book, book.cast.homeroom, ["am_nhac", "toan"], book.records)
    granted(book, admin, ["toan"], one(book), UNTIL)


def test_two_unlocks_of_one_record_are_settled_by_one_approval(book: OpenBook, admin: UUID) -> None:
    first = granted(book, admin, ["toan"], one(book), UNTIL)
    second = granted(book, admin, ["am_nhac"], one(book), UNTIL)
    for slot in ("toan", "am_nhac"):
        book.act(Action.SUBMIT, slot, one(book))
    book.act(Action.REVIEW, HOMEROOM, one(book))
    for slot in ("toan", "am_nhac"):
        book.act(Action.SIGN, slot, one(book))
    book.act(Action.SIGN, HOMEROOM)
    book.act(Action.APPROVE, PRINCIPAL)
    assert (first.state, second.state) == ("settled", "settled")


@pytest.mark.parametrize("deed", [Deed.GRANT, Deed.REFUSE, Deed.EXECUTE, Deed.EXTEND, Deed.WITHDRAW])
def test_nobody_decides_in_another_s_place(book: OpenBook, admin: UUID, deed: Deed) -> None:
    matter = unlock(book, book.cast.music, ["am_nhac"], one(book))
    with pytest.raises(NotAllowed):
        matter.do(deed, book.cast.homeroom, slots=("am_nhac",), record_ids=one(book), until=UNTIL)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"until": NOW}, Invalid),
        ({"until": NOW + timedelta(days=20)}, Invalid),
        ({"until": None}, Invalid),
        ({"slots": ("toan",)}, Invalid),
        ({"slots": ()}, Invalid),
        ({"record_ids": ()}, Invalid),
        ({"record_ids": (str(uuid4()),)}, Invalid),
    ],
)
def test_the_principal_grants_no_more_than_was_asked(
    book: OpenBook, change: dict[str, object], error: type[DomainError]
) -> None:
    matter = unlock(book, book.cast.music, ["am_nhac"], one(book))
    more = {"slots": ("am_nhac",), "record_ids": one(book), "until": UNTIL} | change
    with pytest.raises(error):
        matter.do(Deed.GRANT, book.cast.school.principal, **more)


def test_the_principal_may_grant_less(book: OpenBook, admin: UUID) -> None:
    matter = unlock(book, book.cast.homeroom, ["am_nhac", "toan"], book.records)
    matter.do(Deed.GRANT, book.cast.school.principal, slots=("toan",), record_ids=one(book), until=UNTIL)
    matter.do(Deed.EXECUTE, admin)
    matter.tell_books()
    opened = select(RecordSlot.record_id, RecordSlot.slot).where(RecordSlot.state == "open")
    assert list(book.session.execute(opened)) == [(UUID(book.records[0]), "toan")]
    unlock(book, book.cast.homeroom, ["am_nhac"], one(book))


def test_a_refusal_needs_a_reason_and_ends_it(book: OpenBook) -> None:
    matter = unlock(book, book.cast.music, ["am_nhac"], one(book))
    with pytest.raises(Invalid):
        matter.do(Deed.REFUSE, book.cast.school.principal, reason="")
    matter.do(Deed.REFUSE, book.cast.school.principal, reason="Điểm đã đúng.")
    assert (matter.state, matter.waits(), matter.told(book.cast.music)) == ("refused", [], ["unlock.refused"])
    with pytest.raises(Conflict):
        matter.do(Deed.GRANT, book.cast.school.principal, slots=("am_nhac",), record_ids=one(book), until=UNTIL)
    unlock(book, book.cast.music, ["am_nhac"], one(book))


def test_who_asked_may_withdraw_until_it_is_open(book: OpenBook, admin: UUID) -> None:
    matter = unlock(book, book.cast.music, ["am_nhac"], one(book))
    matter.do(Deed.WITHDRAW, book.cast.music, reason="")
    assert matter.state == "withdrawn"
    opened = granted(book, admin, ["am_nhac"], one(book), UNTIL)
    with pytest.raises(Conflict):
        opened.do(Deed.WITHDRAW, book.cast.homeroom, reason="")


def test_where_there_is_no_admin_the_principal_carries_it_out(book: OpenBook) -> None:
    matter = granted(book, book.cast.school.principal, ["toan"], one(book), UNTIL)
    assert matter.state == "open"


def test_a_time_that_is_over_is_not_carried_out(book: OpenBook, admin: UUID) -> None:
    matter = unlock(book, book.cast.music, ["am_nhac"], one(book))
    matter.do(Deed.GRANT, book.cast.school.principal, slots=("am_nhac",), record_ids=one(book), until=UNTIL)
    matter.at = UNTIL
    with pytest.raises(Conflict, match="gia hạn"):
        matter.do(Deed.EXECUTE, admin)
    matter.do(Deed.EXTEND, book.cast.school.principal, until=UNTIL + timedelta(days=1))
    matter.do(Deed.EXECUTE, admin)
    matter.tell_books()
    assert matter.state == "open"


def test_after_its_time_nothing_is_entered_until_the_principal_extends_it(book: OpenBook, admin: UUID) -> None:
    past, later = datetime.now(UTC) - timedelta(minutes=1), NOW + timedelta(days=2)
    matter = granted(book, admin, ["toan"], one(book), UNTIL)
    _close(book, past)
    with pytest.raises(Conflict, match="hết thời gian"):
        _save(book)
    with pytest.raises(IntegrityError), book.session.begin_nested():
        book.session.execute(_straight(book))
    matter.do(Deed.EXTEND, book.cast.school.principal, until=later)
    _save(book)
    assert "unlock.extended" in matter.told(book.cast.homeroom)
    _close(book, past)
    book.act(Action.SUBMIT, "toan", one(book))


def _close(book: OpenBook, at: datetime) -> None:
    for slot in book.session.scalars(select(RecordSlot).where(RecordSlot.state == "open")):
        slot.open_until = at
    book.session.flush()


def _save(book: OpenBook) -> None:
    given = edit(book, "toan", CellKind.COMMENT, "Đã sửa nhận xét của em.")
    saving.save_cells(book.session, book.id, "toan", [given], book.cast.homeroom).require_all()


def _straight(book: OpenBook) -> Update:
    mine = (Assessment.record_id == UUID(book.records[0])) & (Assessment.slot == "toan")
    return update(Assessment).where(mine).values(value="x")


def test_people_are_reminded_before_and_the_principal_told_after(book: OpenBook, admin: UUID) -> None:
    matter = granted(book, admin, ["am_nhac"], one(book), UNTIL)
    assert [each.key.partition("/")[0] for each in matter.plan().alarms] == ["soon", "over"]
    due = matter.plan().alarms[0]
    for _twice in range(2):
        deeds.alarm(book.session, matter.id, due, due.at)
    matter.ring("over")
    assert "unlock.soon" in matter.told(book.cast.music)
    assert matter.told(book.cast.school.principal) == ["unlock.decide", "unlock.over"]
    assert matter.plan().alarms == ()
    assert matter.diary.count("reminded") == 2


def test_an_alarm_of_a_time_that_was_moved_says_nothing(book: OpenBook, admin: UUID) -> None:
    matter = granted(book, admin, ["am_nhac"], one(book), UNTIL)
    old = matter.plan().alarms[1]
    matter.do(Deed.EXTEND, book.cast.school.principal, until=UNTIL + timedelta(days=1))
    deeds.alarm(book.session, matter.id, old, old.at)
    assert "reminded" not in matter.diary


def test_nobody_is_reminded_of_what_was_sent(book: OpenBook, admin: UUID) -> None:
    matter = granted(book, admin, ["am_nhac"], one(book), UNTIL)
    book.act(Action.SUBMIT, "am_nhac", one(book))
    assert matter.plan().alarms == ()


def test_a_book_that_refuses_leaves_it_to_the_admin_again(book: OpenBook, admin: UUID) -> None:
    matter = unlock(book, book.cast.music, ["am_nhac"], one(book))
    matter.do(Deed.GRANT, book.cast.school.principal, slots=("am_nhac",), record_ids=one(book), until=UNTIL)
    matter.do(Deed.EXECUTE, admin)
    first = matter.plan().books[0]
    for _twice in range(2):
        deeds.stuck(book.session, matter.id, first.command_id, "Conflict", matter.at)
    assert (matter.state, matter.plan().books) == ("granted", ())
    matter.do(Deed.EXECUTE, admin)
    assert matter.plan().books[0].command_id != first.command_id
    matter.tell_books()
    assert matter.diary == ["ask", "grant", "execute", "stuck", "execute", "opened"]


def test_a_first_term_takes_the_sent_parts_of_the_year_with_it(db: Session) -> None:
    first = open_book(db)
    sign(first)
    year = open_book(db, first.cast, Term.YEAR_END)
    fill(year, ["toan"])
    year.act(Action.SUBMIT, "toan")
    admin = make_admin(db, first.cast.school.school_id, first.cast.school.number)
    matter = unlock(first, first.cast.homeroom, ["toan"], one(first))
    matter.do(Deed.GRANT, first.cast.school.principal, slots=("toan",), record_ids=one(first), until=UNTIL)
    matter.do(Deed.EXECUTE, admin)
    assert len(matter.plan().books) == 2
    matter.tell_books(year)
    assert matter.state == "open"
    assert "toan" in year.term.records[year.records[0]].open_slots
    assert "toan" not in year.term.records[year.records[1]].open_slots
    issue(first)
    assert matter.state == "settled"


def test_an_unlock_is_nobody_s_but_a_matter_s(book: OpenBook) -> None:
    for slot in ("toan", HOMEROOM, PRINCIPAL, SEAL):
        with pytest.raises(NotAllowed):
            book.act(Action.UNLOCK, slot, one(book), to_slots=("toan",), reason_id=book.reason())


def test_the_kind_says_what_it_is(book: OpenBook) -> None:
    assert unlock(book, book.cast.music, ["am_nhac"], one(book)).kind is MatterKind.UNLOCK
    with pytest.raises(NotFound):
        Correction(book, MatterKind.UNLOCK).do(Deed.GRANT, book.cast.school.principal)
