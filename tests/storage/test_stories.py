"""The story of a record: decisions with reasons and origins, sittings at the grid, and nothing of other pupils."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from domain.curriculum import HOMEROOM
from domain.decisions import Action
from domain.stages import Stage
from domain.stories import EventKind, StoryChoice, StoryEvent, by_day, told
from storage import access, journal, staffing, stories
from storage.access import RecordHead
from storage.tables import Staff
from tests.factories import NOW, OpenBook, fill
from tests.storage.papers import make_document, make_signature


def head_of(book: OpenBook, record: int = 0) -> RecordHead:
    person = staffing.person(book.session, NOW, Staff.id == book.cast.homeroom)
    assert person is not None
    found = access.record(book.session, UUID(book.records[record]), person, NOW)
    assert found is not None
    return found


def story(book: OpenBook, record: int = 0, slots: set[str] | None = None) -> list[StoryEvent]:
    return told(stories.of_record(book.session, head_of(book, record), slots), StoryChoice(oldest_first=True))


def test_a_decision_tells_who_why_and_from_where(db: Session, book: OpenBook) -> None:
    book.submit_all()
    reason = book.reason("Điểm chưa khớp với bài làm.")
    work = book.take(
        book.decision(Action.RETURN, HOMEROOM, book.records[:1], to_slot="toan", reason_id=reason), "a-command"
    )
    journal.add_origin(db, work.command_id, book.cast.homeroom, "Chrome trên Windows", "192.0.2.1")
    [event] = [each for each in story(book) if each.kind is EventKind.RETURN]
    assert (event.reason, event.to_slot) == ("Điểm chưa khớp với bài làm.", "toan")
    assert (event.device, event.network) == ("Chrome trên Windows", "192.0.2.1")
    assert event.actor == db.get_one(Staff, book.cast.homeroom).full_name
    assert [each.stage for each in event.records] == [Stage.ENTRY]
    assert not [each for each in story(book, 1) if each.kind is EventKind.RETURN]


def test_an_origin_is_kept_once(db: Session, book: OpenBook) -> None:
    for device in ("Máy thứ nhất", "Máy thứ hai"):
        journal.add_origin(db, "a-command", book.cast.homeroom, device, "")
    assert db.scalars(text("SELECT device FROM decision_origins")).all() == ["Máy thứ nhất"]


def test_cells_of_one_sitting_are_one_event(db: Session, book: OpenBook) -> None:
    fill(book, ["toan", "am_nhac"], book.records[:2])
    events = [each for each in story(book) if each.kind is EventKind.ENTERED]
    assert {each.slots for each in events} == {("toan",), ("am_nhac",)}
    assert all(each.sitting and each.sitting.filled and each.sitting.pupils == 1 for each in events)
    whole = [each for each in stories.of_class(db, book.id) if each.kind is EventKind.ENTERED]
    assert [each.sitting.pupils for each in whole if each.sitting] == [2, 2]


def test_a_pause_begins_a_new_sitting(db: Session, book: OpenBook) -> None:
    later = """INSERT INTO cell_changes (record_id, slot, point, item, kind, version, before, after, changed_at)
               SELECT id, 'toan', 'end_hk1', 'toan', 'level', 2, :before, :after, now() + CAST(:gap AS interval)
               FROM term_records WHERE id = :record"""
    record = UUID(book.records[0])
    for gap, before, after in (("1 min", "", "T"), ("20 min", "T", "H"), ("55 min", "H", "")):
        db.execute(text(later), {"gap": gap, "before": before, "after": after, "record": record})
    sittings = [each.sitting for each in story(book) if each.sitting]
    assert [(each.filled, each.changed, each.cleared) for each in sittings] == [(1, 1, 0), (0, 0, 1)]


def test_a_subject_teacher_is_told_of_own_slots_only(book: OpenBook) -> None:
    book.review_all()
    found = story(book, slots={"am_nhac"})
    assert sorted(each.kind for each in found) == [EventKind.ENTERED, EventKind.SUBMIT]
    assert {slot for each in found for slot in each.slots} == {"am_nhac"}


def test_a_return_names_the_signatures_that_it_made_void(book: OpenBook) -> None:
    book.review_all()
    sheet = make_document(book, kind="subject_sheet", slot="toan", part=1)
    make_signature(book.session, sheet, book)
    back = {"to_slot": "toan", "reason_id": book.reason()}
    book.act(Action.RETURN, HOMEROOM, book.records[:1], **back)
    [event] = [each for each in story(book) if each.kind is EventKind.RETURN]
    assert [(each.kind, each.slot) for each in event.voids] == [("subject_sheet", "toan")]


def test_pupils_who_only_left_a_summary_are_told_so(book: OpenBook) -> None:
    book.review_all()
    book.act(Action.SIGN, "am_nhac")
    for slot in book.term.subject_slots:
        if slot != "am_nhac":
            book.act(Action.SIGN, slot)
    book.act(Action.SIGN, HOMEROOM)
    book.act(Action.HOLD, "principal", book.records[:1], reason_id=book.reason("Chờ giấy khai sinh."))
    [held] = [each for each in story(book) if each.kind is EventKind.HOLD]
    [other] = [each for each in story(book, 1) if each.kind is EventKind.HOLD]
    assert (held.is_aside, other.is_aside) == (False, True)
    [whole] = [each for each in stories.of_class(book.session, book.id) if each.kind is EventKind.HOLD]
    assert [each.record_id for each in whole.records] == [book.records[0]]


def test_a_story_is_told_by_day_in_either_order(book: OpenBook) -> None:
    book.submit_all()
    events = stories.of_class(book.session, book.id)
    newest = told(events, StoryChoice(kind="submit"))
    assert [each.number for each in newest] == list(range(len(newest), 0, -1))
    assert told(events, StoryChoice(kind="submit", slot="toan"))[0].slots == ("toan",)
    [day] = by_day(newest)
    assert day.events == tuple(newest)
