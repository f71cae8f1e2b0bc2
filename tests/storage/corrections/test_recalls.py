"""A recall: asked for, confirmed, decided, after the freeze allowed; then only forward, to the next version."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.decisions import Action
from domain.duties import Duty
from domain.errors import Conflict, DomainError, Invalid, NotAllowed
from domain.matters import MatterKind
from domain.matters.corrections import Deed
from domain.stages import Stage
from storage.campaigns import offices
from storage.campaigns.offices import OfficeFacts
from storage.corrections import deeds, freezes
from storage.submission import freezing
from storage.submission.freezing import Permission
from storage.tables import Packet, Recall, StorePacket, StoreRecord, Submission, TeachingAssignment
from tests.correcting import Correction, make_admin
from tests.factories import NOW, SINCE, OpenBook, fill, make_certificate, open_book
from tests.issued import enrolment, issue, issued_book, send, sign, year_records
from tests.office import manager_of
from tests.standing import Standing


@pytest.fixture
def book(issued_year: Standing[OpenBook], db: Session) -> OpenBook:
    return replace(issued_year.made, session=db)


def asked(book: OpenBook, who: UUID | None = None, *slots: str, record: int = 0, **more: object) -> Correction:
    matter = Correction(book, MatterKind.RECALL)
    named = {"record_ids": (book.records[record],), "slots": slots or ("toan",)} | more
    matter.do(Deed.ASK, who or book.cast.homeroom, **named)
    return matter


def recalled(book: OpenBook, *slots: str, record: int = 0) -> Correction:
    matter = asked(book, None, *slots, record=record)
    matter.do(Deed.GRANT, book.cast.school.principal)
    matter.tell_books()
    return matter


def freeze(book: OpenBook, record: int = 0) -> StoreRecord:
    """The city's store, which is our own, has frozen a record."""
    uid, school = str(enrolment(book, record).record_uid), book.cast.school
    packet = StorePacket(
        sha256=uuid4().hex * 2, school_id=school.school_id, certificate_id=_certificate(book), size=1, records=1,
        accepted=1, refused=0, answers=[], signed_at=NOW, received_at=NOW, way="network",
    )  # fmt: skip
    book.session.add(packet)
    book.session.flush()
    row = StoreRecord(
        record_uid=uid, version=1, event="NEW", content_sha256="a" * 64, school_id=school.school_id,
        school_year="2026-2027", grade=1, changed_at="2027-06-01T00:00:00", packet_sha256=packet.sha256,
        accepted_at=NOW, state="frozen", frozen_at=NOW,
    )  # fmt: skip
    book.session.add(row)
    book.session.flush()
    return row


def _certificate(book: OpenBook) -> UUID:
    return make_certificate(book.session, None, school_id=book.cast.school.school_id).id


def office_head(book: OpenBook, serial: int = 1) -> UUID:
    office = manager_of(book.session, book.cast.school.school_id, NOW.date())
    assert office is not None
    person = (f"07918100{serial:04}", "Lãnh đạo Mẫu")
    return offices.add_officer(book.session, office, person, Duty.OFFICE_HEAD, SINCE)


def test_from_the_question_to_the_new_version(book: OpenBook) -> None:
    clerk, principal, homeroom = book.cast.school.clerk, book.cast.school.principal, book.cast.homeroom
    matter = asked(book, clerk, "toan")
    assert (matter.state, matter.waits()) == ("asked", [("confirm", str(homeroom))])
    matter.do(Deed.CONFIRM, homeroom)
    assert (matter.state, matter.waits()) == ("confirmed", [("decide", "principal")])
    matter.do(Deed.GRANT, principal)
    assert (matter.state, matter.waits()) == ("recalling", [("retry", "principal")])
    assert "recall.retry" not in matter.told(principal)
    assert [each.state for each in year_records(book)] == ["live"]
    matter.tell_books()
    assert matter.state == "correcting"
    assert [each.state for each in year_records(book)] == ["recalled"]
    issue(book, book.records[:1], version=2)
    former, new = year_records(book)
    recall = book.session.get_one(Recall, matter.id)
    assert (matter.state, recall.former_document, recall.new_document) == ("settled", former.id, new.id)
    assert matter.diary == ["ask", "confirm", "grant", "recalled", "settled"]
    assert matter.told(clerk) == ["recall.granted", "recall.recalled", "recall.settled"]


def test_a_homeroom_teacher_who_asks_has_confirmed(book: OpenBook) -> None:
    assert asked(book).state == "confirmed"


def test_the_correction_is_due_in_three_workdays(book: OpenBook) -> None:
    matter = asked(book)
    matter.at = datetime(2027, 6, 10, 3, tzinfo=NOW.tzinfo)  # a Thursday
    matter.do(Deed.GRANT, book.cast.school.principal)
    due = book.session.get_one(Recall, matter.id).due_at
    assert due is not None
    assert due.astimezone(NOW.tzinfo).date() == date(2027, 6, 15)


def test_each_decision_counts_once(book: OpenBook) -> None:
    matter = asked(book)
    command = matter.do(Deed.GRANT, book.cast.school.principal)
    deeds.take(book.session, command, matter.at)
    orders = matter.plan().books
    matter.tell_books()
    assert [each.command_id for each in orders] == [f"recall/{matter.id}/0/{book.records[0]}"]
    assert matter.plan().books == ()
    assert matter.diary == ["ask", "grant", "recalled"]


def test_a_subject_teacher_asks_for_the_own_row(book: OpenBook) -> None:
    asked(book, book.cast.music, "am_nhac")
    with pytest.raises(NotAllowed):
        asked(book, book.cast.music, "toan", record=1)
    with pytest.raises(NotAllowed):
        asked(book, book.cast.school.principal, "toan", record=1)


def test_an_admin_may_ask(book: OpenBook) -> None:
    admin = make_admin(book.session, book.cast.school.school_id, book.cast.school.number)
    assert asked(book, admin).state == "asked"


def test_one_recall_of_a_record_at_a_time(book: OpenBook) -> None:
    asked(book)
    with pytest.raises(Conflict, match="chưa xong"):
        asked(book, None, "am_nhac")
    asked(book, None, "am_nhac", record=1)


def test_what_is_not_issued_is_unlocked_instead(db: Session) -> None:
    book = open_book(db, None, Term.YEAR_END)
    sign(book)
    with pytest.raises(Conflict, match="mở khoá"):
        asked(book)


@pytest.mark.parametrize("step", ["asked", "confirmed"])
def test_who_asked_may_withdraw_before_it_is_decided(book: OpenBook, step: str) -> None:
    matter = asked(book, book.cast.school.clerk)
    if step == "confirmed":
        matter.do(Deed.CONFIRM, book.cast.homeroom)
    with pytest.raises(NotAllowed):
        matter.do(Deed.WITHDRAW, book.cast.homeroom)
    matter.do(Deed.WITHDRAW, book.cast.school.clerk, reason="")
    assert (matter.state, matter.waits()) == ("withdrawn", [])
    assert [each.state for each in year_records(book)] == ["live"]
    asked(book)


def test_after_it_was_decided_there_is_no_way_back(book: OpenBook) -> None:
    matter = asked(book)
    matter.do(Deed.GRANT, book.cast.school.principal)
    for deed in (Deed.WITHDRAW, Deed.REFUSE):
        with pytest.raises(DomainError):
            matter.do(deed, book.cast.homeroom)
    matter.tell_books()
    for deed in (Deed.WITHDRAW, Deed.REFUSE, Deed.GRANT):
        with pytest.raises(DomainError):
            matter.do(deed, book.cast.homeroom)


@pytest.mark.parametrize("who", ["homeroom", "principal"])
def test_a_refusal_names_its_reason(book: OpenBook, who: str) -> None:
    matter = asked(book, book.cast.school.clerk)
    if who == "principal":
        matter.do(Deed.CONFIRM, book.cast.homeroom)
    decides = book.cast.homeroom if who == "homeroom" else book.cast.school.principal
    with pytest.raises(Invalid):
        matter.do(Deed.REFUSE, decides, reason="")
    matter.do(Deed.REFUSE, decides)
    assert (matter.state, matter.told(book.cast.school.clerk)) == ("refused", ["recall.refused"])


def test_nobody_decides_in_another_s_place(book: OpenBook) -> None:
    matter = asked(book, book.cast.school.clerk)
    for who in (book.cast.school.principal, book.cast.music, book.cast.school.clerk):
        with pytest.raises(NotAllowed):
            matter.do(Deed.CONFIRM, who)
    matter.do(Deed.CONFIRM, book.cast.homeroom)
    for who in (book.cast.homeroom, book.cast.school.clerk):
        with pytest.raises(NotAllowed):
            matter.do(Deed.GRANT, who)


def test_a_frozen_record_waits_for_the_authority(book: OpenBook) -> None:
    head, kept = office_head(book), freeze(book)
    matter = asked(book)
    matter.do(Deed.GRANT, book.cast.school.principal)
    assert (matter.state, matter.waits()) == ("authority", [("allow", "office_head")])
    assert matter.plan().books == ()
    with pytest.raises(NotAllowed):
        matter.do(Deed.ALLOW, book.cast.school.principal)
    matter.do(Deed.ALLOW, head)
    assert (matter.state, kept.recall_allowed_by) == ("recalling", head)
    matter.tell_books()
    assert matter.state == "correcting"


def test_another_office_does_not_allow_it(book: OpenBook) -> None:
    freeze(book)
    elsewhere = offices.add_authority(
        book.session, OfficeFacts("phuong/99", "Phường khác", "commune_authority", None, SINCE.date())
    )
    stranger = offices.add_officer(book.session, elsewhere, ("079181000099", "Lãnh đạo khác"), Duty.OFFICE_HEAD, SINCE)
    matter = asked(book)
    matter.do(Deed.GRANT, book.cast.school.principal)
    with pytest.raises(NotAllowed):
        matter.do(Deed.ALLOW, stranger)


def test_the_authority_may_refuse(book: OpenBook) -> None:
    head, kept = office_head(book), freeze(book)
    matter = asked(book)
    matter.do(Deed.GRANT, book.cast.school.principal)
    matter.do(Deed.REFUSE, head)
    assert (matter.state, kept.recall_allowed_at) == ("refused", None)
    assert [each.state for each in year_records(book)] == ["live"]


def test_a_permission_that_is_there_is_not_asked_for_again(book: OpenBook) -> None:
    head, kept = office_head(book), freeze(book)
    permission = Permission(kept.record_uid, head, "Trường báo sai điểm.")
    freezing.allow_recall(book.session, permission, [book.cast.school.school_id], NOW)
    matter = asked(book)
    matter.do(Deed.GRANT, book.cast.school.principal)
    assert matter.state == "recalling"


def test_a_freeze_at_a_store_elsewhere_is_known_by_its_answer(book: OpenBook) -> None:
    uid = enrolment(book).record_uid
    assert not freezes.is_frozen(book.session, uid)
    row = book.session.scalars(select(Submission).where(Submission.record_uid == uid, Submission.store == "city")).one()
    row.state, row.packet_id = "frozen", _packet(book)
    book.session.flush()
    assert freezes.is_frozen(book.session, uid)


def _packet(book: OpenBook) -> UUID:
    packet = Packet(
        id=uuid4(), command_id=uuid4(), store="city", school_id=book.cast.school.school_id, name="x", sha256="c" * 64,
        size=1, records=1, certificate_id=_certificate(book), signed_by=book.cast.school.clerk,
    )  # fmt: skip
    book.session.add(packet)
    book.session.flush()
    return packet.id


def test_a_wrong_first_term_takes_the_year_with_it(db: Session) -> None:
    first = issued_book(db, term=Term.HK1)
    year = issued_book(db, first.cast)
    matter = asked(year, None, "am_nhac", first_slots=("toan",))
    matter.do(Deed.GRANT, year.cast.school.principal)
    orders = matter.plan().books
    assert [(each.class_term_id, each.decision.to_slots) for each in orders] == [
        (str(first.id), ("toan",)), (str(year.id), ("am_nhac", "toan")),
    ]  # fmt: skip
    first.take(orders[0].decision, orders[0].command_id)
    assert matter.state == "recalling"
    year.take(orders[1].decision, orders[1].command_id)
    assert matter.state == "correcting"
    issue(first, first.records[:1])
    assert matter.state == "correcting"
    issue(year, year.records[:1], version=2)
    assert matter.state == "settled"


def test_a_first_term_is_recalled_alone_while_the_year_is_open(db: Session) -> None:
    first = issued_book(db, term=Term.HK1)
    year = open_book(db, first.cast, Term.YEAR_END)
    fill(year, ["toan"])
    year.act(Action.SUBMIT, "toan")
    matter = asked(first, None, "", slots=(), first_slots=("toan",))
    matter.do(Deed.GRANT, first.cast.school.principal)
    assert [each.decision.action for each in matter.plan().books] == [Action.RECALL, Action.UNLOCK]
    matter.tell_books(year)
    assert matter.state == "correcting"
    assert "toan" in year.term.records[year.records[0]].open_slots
    issue(first, first.records[:1])
    recall = first.session.get_one(Recall, matter.id)
    assert matter.state == "settled"
    assert recall.former_document != recall.new_document


def test_one_pupil_is_recalled_while_others_are_still_at_work(db: Session) -> None:
    book = open_book(db, None, Term.YEAR_END)
    issue(book, book.records[:1])
    send(book, book.records[1:])
    matter = recalled(book)
    assert [book.term.records[each].stage for each in book.records] == [Stage.ENTRY, Stage.SUBMITTED, Stage.SUBMITTED]
    send(book, book.records[:1])
    issue(book, book.records[:1], version=2)
    assert matter.state == "settled"
    issue(book, book.records[1:])
    assert [each.version for each in year_records(book)] == [1, 2]
    assert [each.version for each in year_records(book, 1)] == [1]


def test_a_second_recall_makes_version_three(book: OpenBook) -> None:
    for version in (2, 3):
        matter = recalled(book)
        issue(book, book.records[:1], version=version)
        assert matter.state == "settled"
    assert [(each.version, each.state) for each in year_records(book)] == [
        (1, "recalled"), (2, "recalled"), (3, "live"),
    ]  # fmt: skip


def test_whoever_it_waits_for_is_reminded(book: OpenBook) -> None:
    matter = asked(book)
    first, *_more = matter.plan().alarms
    assert len(matter.plan().alarms) == 3
    for _twice in range(2):
        deeds.alarm(book.session, matter.id, first, first.at)
    assert matter.told(book.cast.school.principal) == ["recall.decide", "recall.decide"]
    assert len(matter.plan().alarms) == 2


def test_a_late_correction_is_escalated(book: OpenBook) -> None:
    matter = recalled(book)
    assert [each.key for each in matter.plan().alarms] == ["soon", "late", "escalated"]
    for key in ("soon", "late", "escalated"):
        matter.ring(key)
    assert "recall.soon" in matter.told(book.cast.homeroom)
    assert {"recall.late", "recall.escalated"} <= set(matter.told(book.cast.school.principal))
    assert matter.plan().alarms == ()


def test_a_class_that_refuses_may_be_told_again(book: OpenBook) -> None:
    matter = asked(book)
    matter.do(Deed.GRANT, book.cast.school.principal)
    refused = matter.plan().books[0]
    deeds.stuck(book.session, matter.id, refused.command_id, "Conflict", matter.at)
    assert matter.state == "recalling"
    matter.do(Deed.RETRY, book.cast.school.principal)
    assert matter.plan().books[0].command_id != refused.command_id
    matter.tell_books()
    assert matter.state == "correcting"


def test_nobody_recalls_without_these_steps(book: OpenBook) -> None:
    for slot in ("toan", HOMEROOM, PRINCIPAL, SEAL):
        with pytest.raises(NotAllowed):
            book.act(Action.RECALL, slot, book.records[:1], to_slots=("toan",), reason_id=book.reason())


def test_a_former_homeroom_teacher_is_not_waited_for(book: OpenBook) -> None:
    for each in book.session.scalars(select(TeachingAssignment).where(TeachingAssignment.slot == HOMEROOM)):
        each.valid_to = NOW
    book.session.flush()
    assert asked(book, book.cast.school.clerk).state == "confirmed"


def test_a_recall_that_no_class_takes_waits_for_the_admin_who_is_told_and_reminded(book: OpenBook) -> None:
    admin = make_admin(book.session, book.cast.school.school_id, book.cast.school.number)
    matter = asked(book)
    matter.do(Deed.GRANT, book.cast.school.principal)
    assert (matter.waits(), matter.told(admin)) == ([("retry", "system_admin")], [])
    command_id = matter.plan().books[0].command_id
    for _twice in range(2):
        deeds.stuck(book.session, matter.id, command_id, "Conflict", matter.at)
    assert matter.told(admin) == ["recall.retry"]
    first, *_more = matter.plan().alarms
    assert len(matter.plan().alarms) == 3
    deeds.alarm(book.session, matter.id, first, first.at)
    assert matter.told(admin) == ["recall.retry", "recall.retry"]
    matter.do(Deed.RETRY, admin)
    matter.tell_books()
    assert (matter.state, matter.waits()) == ("correcting", [])


def test_a_freeze_while_no_class_takes_it_asks_for_the_authority(book: OpenBook) -> None:
    head, matter = office_head(book), asked(book)
    matter.do(Deed.GRANT, book.cast.school.principal)
    freeze(book)
    matter.do(Deed.RETRY, book.cast.school.principal)
    assert (matter.state, matter.waits(), matter.plan().books) == ("authority", [("allow", "office_head")], ())
    matter.do(Deed.ALLOW, head)
    matter.tell_books()
    assert matter.state == "correcting"
