"""How records stand with the store: each counted once, by what our store has, else by what its school was answered."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.calendar import day_of
from storage.campaigns import offices
from storage.campaigns.offices import OfficeFacts
from storage.submission import freezing, outbox, standing
from storage.submission.standing import CohortLine
from storage.tables import Packet
from tests.factories import NOW, SINCE, YEAR, OpenBook, make_certificate, open_book
from tests.office import manager_of
from tests.storage.papers import make_document
from tests.storage.submission.store_rows import keep, submissions


@pytest.fixture
def year(db: Session) -> OpenBook:
    """Three records that were issued."""
    book = open_book(db, term=Term.YEAR_END)
    for at in range(len(book.records)):
        make_document(book, kind="year_record", record=at, sealed_at=NOW)
    outbox.add_issued(db, book.opened.record_ids)
    return book


def school_of(book: OpenBook) -> UUID:
    return book.cast.school.school_id


def put_in_packet(db: Session, book: OpenBook) -> UUID:
    certificate = make_certificate(db, None, school_id=school_of(book))
    packet = Packet(
        id=uuid4(), command_id=uuid4(), store="city", school_id=school_of(book), name="Gói", sha256="b" * 64, size=1,
        records=3, certificate_id=certificate.id, signed_by=book.cast.school.clerk,
    )  # fmt: skip
    db.add(packet)
    db.flush()
    return packet.id


def lines(db: Session, book: OpenBook) -> list[CohortLine]:
    office = manager_of(db, school_of(book), day_of(NOW))
    assert office is not None
    db.flush()
    return standing.cohorts(db, office, NOW)


def line(**more: int) -> CohortLine:
    return CohortLine(str(YEAR), 1, 1, **more)


def uids(db: Session, book: OpenBook) -> list[str]:
    return [str(each.record_uid) for each in submissions(db, school_of(book))]


def test_what_was_issued_waits_until_the_store_has_it(db: Session, year: OpenBook) -> None:
    assert lines(db, year) == [line(waiting=3)]
    first, _, _ = submissions(db, school_of(year))
    first.state, first.reason = "refused", "Sai mã."
    assert lines(db, year) == [line(waiting=3)]
    keep(db, school_of(year), str(first.record_uid))
    assert lines(db, year) == [line(waiting=2, accepted=1, accepting=1)]


def test_what_another_installations_store_answered_counts(db: Session, year: OpenBook) -> None:
    packet_id = put_in_packet(db, year)
    for each in submissions(db, school_of(year)):
        each.packet_id, each.state = packet_id, "accepted"
    assert lines(db, year) == [line(accepted=3, accepting=1)]
    assert freezing.freeze(db, [school_of(year)], str(YEAR), 1, NOW) == 3
    assert lines(db, year) == [line(frozen=3)]


def test_a_freeze_concerns_what_was_accepted(db: Session, year: OpenBook) -> None:
    for uid in uids(db, year)[:2]:
        keep(db, school_of(year), uid)
    before = standing.cohort(lines(db, year), str(YEAR), 1)
    assert freezing.freeze(db, [school_of(year)], str(YEAR), 1, NOW) == before.accepted == 2
    assert lines(db, year) == [line(waiting=1, frozen=2)]
    assert freezing.freeze(db, [school_of(year)], str(YEAR), 1, NOW) == 0
    assert lines(db, year) == [line(waiting=1, frozen=2)]


def test_a_recall_that_has_not_arrived_is_told_before_the_freeze(db: Session, year: OpenBook) -> None:
    first, *_ = submissions(db, school_of(year))
    keep(db, school_of(year), str(first.record_uid))
    outbox.add_recalled(db, [first.document_id], NOW)
    assert lines(db, year) == [line(waiting=2, accepted=1, accepting=1, changing=1)]
    keep(db, school_of(year), str(first.record_uid), 2)
    assert lines(db, year) == [line(waiting=2)]


def test_a_year_of_which_all_is_recalled_is_left_out(db: Session, year: OpenBook) -> None:
    for each in submissions(db, school_of(year)):
        keep(db, school_of(year), str(each.record_uid))
        keep(db, school_of(year), str(each.record_uid), 2)
    assert lines(db, year) == []


def test_the_newest_year_comes_first_and_others_are_of_no_records(db: Session, year: OpenBook) -> None:
    keep(db, school_of(year), "of-another-system", school_year="2027-2028", grade=5)
    found = lines(db, year)
    assert [(each.school_year, each.grade) for each in found] == [("2027-2028", 5), (str(YEAR), 1)]
    assert standing.cohort(found, str(YEAR), 9) == CohortLine(str(YEAR), 9)


def test_another_authority_sees_nothing(db: Session, year: OpenBook) -> None:
    facts = OfficeFacts("khac", "Ủy ban nhân dân phường khác", "commune_authority", None, SINCE.date())
    assert standing.cohorts(db, offices.add_authority(db, facts), NOW) == []
