"""A recall and a transfer of one pupil wait for each other, whichever comes first."""

from dataclasses import dataclass, replace
from uuid import UUID, uuid4, uuid5

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.calendar import day_of
from domain.decisions import Action, Decision
from domain.errors import Conflict
from domain.matters import MatterKind
from domain.matters.corrections import Deed
from domain.record_states import MATTER
from domain.transfers import phases
from domain.transfers.messages import TransferDeed
from domain.transfers.phases import Phase
from storage import moving, opening, results
from storage.corrections import deeds
from storage.paper_facts import facts_on
from storage.tables import PupilTerm, Recall, TermRecord
from storage.transfers import books, following, steps
from tests.correcting import Correction
from tests.factories import OpenBook, fill, make_class, make_school, open_book
from tests.issued import issue
from tests.storage.corrections.test_recalls import freeze, office_head
from tests.storage.moving import AT, Later, confirmed, is_over, make_later


@pytest.fixture
def later(db: Session) -> Later:
    return make_later(db)


def recalled(later: Later) -> Correction:
    matter = Correction(later.book, MatterKind.RECALL)
    matter.do(Deed.ASK, later.book.cast.homeroom, record_ids=later.book.records[:1], slots=("toan",))
    return matter


def test_a_year_that_is_recalled_stays_at_its_school_and_keeps_the_pupil_until_it_is_issued(later: Later) -> None:
    later.row.phase = Phase.ACCEPTED
    matter, principal = recalled(later), later.book.cast.school.principal
    matter.do(Deed.GRANT, principal)
    matter.tell_books()
    later.row.phase = Phase.ATTACHING
    later.db.flush()
    assert books.to_detach(later.db, later.row, 1) == []
    with pytest.raises(Conflict, match="đang được thu hồi"):
        moving.arrive(later.db, later.row, AT)
    issue(later.book, later.book.records[:1], version=2)
    assert matter.state == "settled"
    assert moving.arrive(later.db, later.row, AT) is not None


@pytest.mark.parametrize("phase", [Phase.DETACHING, Phase.WRITING, Phase.PACKING, Phase.CHECKING, Phase.ATTACHING])
def test_what_a_dossier_speaks_of_is_not_recalled_meanwhile(later: Later, phase: Phase) -> None:
    matter, principal = recalled(later), later.book.cast.school.principal
    later.row.phase = phase
    later.db.flush()
    with pytest.raises(Conflict, match="hồ sơ chuyển trường ghi theo học bạ hiện có"):
        matter.do(Deed.GRANT, principal)
    assert matter.state == "confirmed"
    later.row.phase = Phase.COMMITTING
    later.db.flush()
    matter.do(Deed.GRANT, principal)
    assert matter.state == "recalling"


def test_a_principal_does_not_release_whose_record_is_recalled(later: Later) -> None:
    later.row.phase = Phase.ACCEPTED
    later.db.flush()
    matter, principal = recalled(later), later.book.cast.school.principal
    matter.do(Deed.GRANT, principal)
    release = TransferDeed(str(later.row.matter_id), phases.Deed.RELEASE, str(principal), str(uuid4()))
    with pytest.raises(Conflict, match="đang được thu hồi"):
        steps.take(later.db, release, AT)
    later.row.phase = Phase.DETACHING
    with pytest.raises(Conflict, match="đang được thu hồi"):
        following.note_detached(later.db, later.row.matter_id, AT)


@dataclass
class Left:
    """A pupil whose first term the former school issued, and whose year goes on at another one."""

    first: OpenBook
    year: OpenBook
    arrived: str

    @property
    def db(self) -> Session:
        return self.first.session

    def recall(self, who: UUID | None = None, **more: object) -> Correction:
        matter = Correction(self.first, MatterKind.RECALL)
        named = {"record_ids": self.first.records[:1], "first_slots": ("toan",)} | more
        matter.do(Deed.ASK, who or self.first.cast.homeroom, **named)
        return matter


@pytest.fixture
def left(db: Session) -> Left:
    old, new = (make_class(db, make_school(db, number)) for number in (1, 2))
    first, year = open_book(db, old), open_book(db, new, Term.YEAR_END)
    db.add(PupilTerm(record_id=UUID(first.records[0]), absent_excused=3))
    issue(first)
    row = confirmed(db, old, new)
    record_id = str(uuid5(row.matter_id, str(year.id)))
    year.take(Decision(Action.ATTACH, MATTER, (record_id,), matter_id=str(row.matter_id)))
    is_over(db, row)
    year.opened = replace(year.opened, record_ids=(*year.opened.record_ids, UUID(record_id)))
    return Left(first, year, record_id)


def test_a_first_term_is_corrected_where_it_was_issued_and_the_new_school_s_year_follows(left: Left) -> None:
    fill(left.year, records=[left.arrived])
    left.year.act(Action.SUBMIT, "toan", [left.arrived])
    matter = left.recall()
    matter.do(Deed.GRANT, left.first.cast.school.principal)
    assert [(each.class_term_id, each.decision.action) for each in matter.plan().books] == [
        (str(left.first.id), Action.RECALL), (str(left.year.id), Action.UNLOCK),
    ]  # fmt: skip
    matter.tell_books(left.year)
    assert matter.state == "correcting"
    assert "toan" in left.year.term.records[left.arrived].open_slots
    facts = facts_on(left.db, left.first.id, day_of(AT))
    mine = left.db.get_one(TermRecord, UUID(left.first.records[0]))
    assert results.entered(left.db, facts, [mine])[mine.id].absent_excused == 3
    issue(left.first, left.first.records[:1])
    recall = left.db.get_one(Recall, matter.id)
    assert (matter.state, recall.former_document != recall.new_document) == ("settled", True)
    assert results.first_terms(left.db, [UUID(left.arrived)]) == {UUID(left.arrived): mine.id}


def test_a_first_term_that_is_being_corrected_is_not_begun_anew_elsewhere(left: Left) -> None:
    matter = left.recall()
    matter.do(Deed.GRANT, left.first.cast.school.principal)
    matter.tell_books(left.year)
    late = opening.open_term(left.db, left.year.cast.class_id, Term.HK1, AT)
    enrolment_id = left.db.get_one(TermRecord, UUID(left.arrived)).enrolment_id
    query = select(TermRecord.enrolment_id).where(TermRecord.class_term_id == late.class_term_id)
    assert enrolment_id not in set(left.db.scalars(query))


def test_each_school_recalls_what_it_issued(left: Left) -> None:
    issue(left.year, [left.arrived])
    with pytest.raises(Conflict, match="trường đó thu hồi học bạ cả năm trước"):
        left.recall()
    elsewhere = Correction(left.year, MatterKind.RECALL)
    asked = {"record_ids": (left.arrived,), "slots": ("toan",)}
    with pytest.raises(Conflict, match="trường trước đây"):
        elsewhere.do(Deed.ASK, left.year.cast.homeroom, **asked, first_slots=("toan",))
    elsewhere.do(Deed.ASK, left.year.cast.homeroom, **asked)
    elsewhere.do(Deed.GRANT, left.year.cast.school.principal)
    elsewhere.tell_books()
    assert left.recall().state == "confirmed"


def test_a_record_that_is_frozen_after_the_decision_waits_for_the_authority(later: Later) -> None:
    is_over(later.db, later.row)
    matter, principal = recalled(later), later.book.cast.school.principal
    matter.do(Deed.GRANT, principal)
    kept = freeze(later.book)
    head = office_head(later.book)
    [order] = matter.plan().books
    with pytest.raises(Conflict, match="vừa được chốt"):
        later.book.take(order.decision, order.command_id)
    for _twice in range(2):
        deeds.stuck(later.db, matter.id, order.command_id, "conflict", matter.at)
    assert (matter.state, matter.waits()) == ("authority", [("allow", "office_head")])
    matter.do(Deed.ALLOW, head)
    matter.tell_books()
    assert (matter.state, kept.recall_allowed_by) == ("correcting", head)
