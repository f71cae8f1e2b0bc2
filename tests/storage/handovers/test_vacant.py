"""Parts that nobody took are given later, however late; what was given to somebody else meanwhile is dropped."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from domain.errors import Conflict, NotAllowed
from domain.matter_papers import HandoverMinutesContent
from domain.matters.handovers import Deed, HandoverKind, HandoverState
from storage import reassigning
from storage.handovers import reading
from storage.handovers.reading import ItemLine
from storage.matters import papers, waits
from storage.reassigning import Change
from storage.staffing import Person
from storage.tables import Document, SignatureRow
from tests.storage.handovers.playing import AT, INSTANT, NOW, Handing, Stage
from tests.storage.papers import make_signature

LATE = AT + timedelta(days=5)


@pytest.fixture
def stage(db: Session) -> Stage:
    return Stage.make(db)


def died(stage: Stage, **successors: UUID | None) -> Handing:
    """Nobody is asked; without successors it is over at once, with everything vacant."""
    handing = stage.open(HandoverKind.DEATH, successors, at=NOW)
    stage.now = LATE
    return handing


def name(handing: Handing, slot: str, successor: UUID | None) -> None:
    handing.do(Deed.NAME_SUCCESSOR, handing.stage.head, items=(handing.item(slot),), successor_id=successor)


def line(handing: Handing, slot: str) -> ItemLine:
    stage = handing.stage
    person = Person(stage.head, stage.school_id, "", frozenset({"principal"}))
    view = reading.view_of(stage.session, handing.id, person, stage.now)
    assert view is not None
    return next(each for each in view.items if each.item.slot == slot)


def given(stage: Stage, slot: str, staff_id: UUID) -> None:
    """By the page of assignments, beside any handover."""
    person = Person(stage.head, stage.school_id, "", frozenset({"principal"}))
    change = Change(stage.class_id, slot, staff_id, stage.now)
    reassigning.change_slots(stage.session, person, [change], (uuid4(), "Phân công lại"))
    stage.session.expire_all()


def asked(handing: Handing) -> list[tuple[str, UUID | None]]:
    return [(each.what, each.staff_id) for each in waits.of_matter(handing.stage.session, handing.id)]


def test_a_vacant_part_is_given_after_everything_was_over(stage: Stage) -> None:
    handing, one = died(stage), stage.newcomer()
    handing.do(Deed.REPORT, stage.head)
    assert handing.state() is HandoverState.DONE
    assert stage.holder("toan", LATE) is None
    name(handing, "toan", one)
    assert (handing.state(), handing.case.matter.settled_at) == (HandoverState.STANDING, None)
    assert asked(handing) == [("accept", one)]
    stage.now = LATE + timedelta(hours=1)
    handing.do(Deed.ACCEPT, one)
    assert stage.holders("toan", stage.now - INSTANT, stage.now) == [None, one]
    assert line(handing, "toan").item.applied_at == stage.now
    assert handing.state() is HandoverState.SIGNING  # the first who takes over: there are minutes now


def test_minutes_under_way_are_written_anew(stage: Stage) -> None:
    one, two = stage.newcomer(), stage.newcomer()
    handing = died(stage, toan=one)
    handing.do(Deed.ACCEPT, one)
    paper = signed(handing, "taker")
    name(handing, "homeroom", two)
    assert paper.state == "live"
    handing.do(Deed.ACCEPT, two)
    assert (paper.state, handing.state()) == ("void", HandoverState.SIGNING)
    assert sorted(each for what, each in asked(handing) if what == "sign" and each) == sorted((one, two))


def test_minutes_that_all_have_signed_stay(stage: Stage) -> None:
    one, two = stage.newcomer(), stage.newcomer()
    handing = died(stage, toan=one)
    handing.do(Deed.ACCEPT, one)
    paper = signed(handing, "taker", "principal")
    handing.tick()
    assert handing.state() is HandoverState.STANDING
    name(handing, "homeroom", two)
    handing.do(Deed.ACCEPT, two)
    assert (paper.state, handing.state()) == ("live", HandoverState.STANDING)
    assert stage.holder("homeroom", stage.now + timedelta(seconds=1)) == two


def signed(handing: Handing, *fields: str) -> Document:
    """The minutes as their orders leave them."""
    session, book = handing.stage.session, handing.stage.book
    paper = Document(
        id=papers.current_id(session, handing.id), kind="handover_minutes", school_id=handing.stage.school_id,
        matter_id=handing.id, lookup_code=uuid4().hex, content_sha256="a" * 64, sha256=uuid4().hex * 2, size=1,
    )  # fmt: skip
    session.add(paper)
    session.flush()
    for field in fields:
        make_signature(session, paper, book, field)
    return paper


def test_who_is_named_late_may_decline_and_the_principal_is_asked_again(stage: Stage) -> None:
    handing, one = died(stage), stage.newcomer()
    name(handing, "toan", one)
    handing.do(Deed.DECLINE, one, reason="Đã đủ tiết dạy")
    assert "name" in {what for what, _ in asked(handing)}
    name(handing, "toan", None)
    assert {what for what, _ in asked(handing)} == {"report"}


def test_what_was_given_meanwhile_is_not_given_twice(stage: Stage) -> None:
    handing, one = died(stage), stage.newcomer()
    given(stage, "toan", stage.book.cast.music)
    assert not line(handing, "toan").is_free
    with pytest.raises(Conflict, match="đã giao cho người khác"):
        name(handing, "toan", one)
    name(handing, "homeroom", one)
    given(stage, "homeroom", stage.book.cast.music)
    with pytest.raises(Conflict, match="đã giao cho người khác"):
        handing.do(Deed.ACCEPT, one)


def test_a_part_that_was_given_to_somebody_else_takes_nobody_into_the_minutes(stage: Stage) -> None:
    """Accepted, but dropped when everybody had accepted."""
    one, two = stage.newcomer(), stage.newcomer()
    handing = stage.open(HandoverKind.DEATH, {"toan": one, "homeroom": two}, at=AT)
    handing.do(Deed.ACCEPT, one)
    stage.now = AT
    given(stage, "toan", stage.book.cast.music)
    handing.do(Deed.ACCEPT, two)
    dropped = line(handing, "toan")
    assert (dropped.item.accepted_at is not None, dropped.item.applied_at, dropped.is_free) == (True, None, False)
    assert handing.case.takers == [two]
    content = papers.draft(stage.session, handing.id, stage.now)
    assert isinstance(content, HandoverMinutesContent)
    assert {each.taker for each in content.lines if each.subject == "toan"} == {"Đã giao cho người khác"}


def test_only_who_manages_the_school_gives_what_is_vacant(stage: Stage) -> None:
    handing, one = died(stage), stage.newcomer()
    with pytest.raises(NotAllowed):
        handing.do(Deed.NAME_SUCCESSOR, one, items=(handing.item("toan"),), successor_id=one)


def test_nothing_is_vacant_of_who_is_back(stage: Stage) -> None:
    until = AT + timedelta(days=3)
    handing = stage.open(HandoverKind.EMERGENCY, until=until)
    stage.now = until + INSTANT
    handing.tick()
    with pytest.raises(Conflict, match="đã hết"):
        name(handing, "toan", stage.newcomer())


def test_minutes_signed_but_not_noted_yet_fall_with_a_cancellation(stage: Stage) -> None:
    one = stage.newcomer()
    handing = stage.open(HandoverKind.DEATH, {"toan": one}, at=AT)
    handing.do(Deed.ACCEPT, one)
    paper = signed(handing, "taker", "principal")
    handing.do(Deed.CANCEL, stage.head, reason="Nhầm người")
    handing.tick()  # the note of the last signature comes after it
    assert (paper.state, handing.state(), asked(handing)) == ("void", HandoverState.CANCELLED, [])
    assert stage.holder("toan", AT) == stage.leaver
    assert stage.session.query(SignatureRow).filter_by(document_id=paper.id).count() == 2
