"""A pupil moves: in the middle of a term, of signing, between terms, back again; what was entered goes along."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select

from domain.assessment import Term
from domain.calendar import day_of
from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.decisions import Action
from domain.entry import required_cells
from domain.stages import Stage
from domain.transfers.phases import Deed, Phase
from interchange.sample_school.cells import plausible
from storage import board, class_view, opening, paper_facts, results, saving
from storage.matters import steps
from storage.tables import Assessment, ClassTermRow, Matter, MatterWait, Notice, PupilTerm, TermRecord
from tests.workflows.transfers.schools import DUE, Journey, LiveBook, refused

_CELL = (Assessment.slot, Assessment.point, Assessment.item, Assessment.kind, Assessment.value)


def enter(journey: Journey, book: LiveBook, *slots: str, records: tuple[str, ...] = ()) -> None:
    curriculum = book.cast.curriculum
    with journey.sessions.begin() as session:
        for slot in slots or curriculum.slots:
            edits = [
                saving.CellEdit(UUID(record), cell.key, plausible(cell), 0)
                for record in records or book.records
                for cell in required_cells(curriculum, book.opened.term, slot)
            ]
            saving.save_cells(session, book.opened.class_term_id, slot, edits, book.cast.who(slot)).require_all()


async def signed_by_subjects(journey: Journey, book: LiveBook) -> None:
    enter(journey, book)
    for slot in book.cast.curriculum.slots:
        await book.do(Action.SUBMIT, slot)
    await book.do(Action.REVIEW, HOMEROOM)
    for slot in book.cast.curriculum.slots[:-1]:
        await book.do(Action.SIGN, slot)


async def issued(journey: Journey, book: LiveBook) -> None:
    await signed_by_subjects(journey, book)
    await book.do(Action.SIGN, HOMEROOM)
    await book.do(Action.APPROVE, PRINCIPAL)
    await book.do(Action.SEAL, SEAL)
    assert journey.record(book.records[0]).stage == Stage.ISSUED


async def test_a_pupil_moves_in_the_middle_of_a_term_with_what_was_entered(journey: Journey) -> None:
    old, new = await journey.open(journey.old), await journey.open(journey.new)
    leaving = old.records[0]
    enter(journey, old, "toan", HOMEROOM)
    with journey.sessions.begin() as session:
        session.add(PupilTerm(record_id=UUID(leaving), absent_excused=3, absent_unexcused=1, height_cm="121"))
    await old.do(Action.SUBMIT, "toan")
    await journey.up_to(Phase.PLACED)
    before, after = journey.enrolments()
    assert (before.record_uid, before.left_on) == (after.record_uid, journey.row().moved_on)
    assert (after.class_id, after.order_no, after.joined_on) == (journey.new.class_id, 4, before.left_on)
    assert after.register_no == "12/2026"
    assert await old.state(leaving) is None
    assert journey.record(leaving).detached_from == old.opened.class_term_id
    arrived = journey.record_in(new)
    state = await new.state(arrived)
    assert state is not None
    assert (state["stage"], set(state["open_slots"])) == ("entry", set(new.cast.curriculum.slots))
    with journey.sessions() as session:
        cells = [
            set(session.execute(select(*_CELL).where(Assessment.record_id == UUID(each))).all())
            for each in (leaving, arrived)
        ]
        assert cells[0] == cells[1] != set()
        kept = session.get_one(PupilTerm, UUID(arrived))
        assert (kept.absent_excused, kept.absent_unexcused, kept.height_cm) == (3, 1, "121")
    await old.do(Action.SUBMIT, HOMEROOM, *old.records[1:])


async def test_the_number_in_the_register_is_in_no_history(journey: Journey) -> None:
    await journey.up_to(Phase.CHECKING)
    clerk = journey.new.school.clerk
    assert "dài quá" in await refused(journey.act(Deed.CONFIRM, clerk, register_no="9" * 31))
    assert await refused(journey.act(Deed.CONFIRM, journey.old.school.clerk, register_no="77/2026"))
    assert journey.row().register_no == ""
    await journey.confirm()
    await journey.reach(Phase.PLACED)
    assert journey.row().register_no == "12/2026"
    assert "12/2026" not in (await journey.handle.fetch_history()).to_json()


async def test_its_diary_is_whole_and_everybody_whom_it_concerns_is_told(journey: Journey) -> None:
    await journey.up_to(Phase.PLACED)
    with journey.sessions() as session:
        matter = session.get_one(Matter, journey.matter_id)
        assert matter.settled_at is not None
        assert steps.first_broken_step(session, matter.id) is None
        assert not session.scalars(select(MatterWait).where(MatterWait.matter_id == matter.id)).all()
        told = set(session.scalars(select(Notice.staff_id).where(Notice.subject_ref.contains(str(matter.id)))))
        assert {journey.old.school.principal, journey.new.school.principal, journey.old.homeroom} <= told


async def test_who_comes_is_written_into_his_schooling(journey: Journey) -> None:
    await journey.up_to(Phase.PLACED)
    _, after = journey.enrolments()
    with journey.sessions() as session:
        lines = paper_facts.schooling_of(session, after.school_year, [after.pupil_id])[after.pupil_id]
    assert [each.arrived_on for each in lines] == ["", str(day_of(datetime.now(UTC)))]
    assert [each.class_name for each in lines] == ["1A1", "1A1"]


async def test_a_pupil_moves_while_the_class_is_being_signed(journey: Journey) -> None:
    """The summary that he stood in falls apart; the others are signed again without him, and their book ends."""
    old = await journey.open(journey.old)
    await signed_by_subjects(journey, old)
    await old.do(Action.SIGN, HOMEROOM)
    leaving, staying = old.records[0], old.records[1:]
    await journey.up_to(Phase.WRITING)
    state = await old.state(staying[0])
    assert state is not None
    assert (state["stage"], state["part"]) == ("subject_signed", 0)
    assert await old.is_refused(Action.SIGN, HOMEROOM)
    await old.do(Action.SIGN, HOMEROOM, *staying)
    await journey.write()
    await journey.confirm()
    await journey.reach(Phase.PLACED)
    await old.do(Action.APPROVE, PRINCIPAL, *staying)
    await old.do(Action.SEAL, SEAL, *staying)
    assert await old.handle.result() == "issued"
    assert journey.record(leaving).class_term_id is None


async def test_a_first_term_that_the_former_school_sealed_counts(journey: Journey) -> None:
    first, elsewhere = await journey.open(journey.old), await journey.open(journey.new)
    await issued(journey, first)
    year = [await journey.open(cast, Term.YEAR_END) for cast in (journey.old, journey.new)]
    await journey.up_to(Phase.PLACED)
    arrived = journey.record_in(year[1])
    with journey.sessions() as session:
        assert results.first_terms(session, [UUID(arrived)]) == {UUID(arrived): UUID(first.records[0])}
        _, after = journey.enrolments()
        query = select(TermRecord.id).where(
            TermRecord.enrolment_id == after.id, TermRecord.class_term_id == elsewhere.opened.class_term_id
        )
        assert session.scalars(query).all() == []
    assert journey.record(first.records[0]).class_term_id == first.opened.class_term_id
    assert await year[0].state(year[0].records[0]) is None


async def test_a_pupil_moves_between_terms_and_the_next_book_has_him(journey: Journey) -> None:
    first = await journey.open(journey.old)
    await issued(journey, first)
    await journey.up_to(Phase.PLACED)
    _, after = journey.enrolments()
    with journey.sessions.begin() as session:
        opened = [opening.open_term(session, cast.class_id, Term.YEAR_END, DUE) for cast in (journey.old, journey.new)]
        late = opening.open_term(session, journey.new.class_id, Term.HK1, DUE)
        mine = [
            set(session.scalars(select(TermRecord.enrolment_id).where(TermRecord.class_term_id == each.class_term_id)))
            for each in (*opened, late)
        ]
    assert [len(each.record_ids) for each in (*opened, late)] == [2, 4, 3]
    assert [after.id in each for each in mine] == [False, True, False]


async def test_what_was_begun_goes_on_in_a_book_that_is_opened_later(journey: Journey) -> None:
    old = await journey.open(journey.old)
    enter(journey, old, "toan")
    await journey.up_to(Phase.PLACED)
    new = await journey.open(journey.new)
    with journey.sessions() as session:
        values = session.scalars(
            select(Assessment.value).where(Assessment.record_id == UUID(journey.record_in(new)))
        ).all()
    assert values


async def test_a_class_whose_book_is_finished_is_taken_up_again(journey: Journey) -> None:
    await journey.open(journey.old)
    new = await journey.open(journey.new)
    await issued(journey, new)
    assert await new.handle.result() == "issued"
    await journey.up_to(Phase.PLACED)
    arrived = journey.record_in(new)
    state = await new.state(arrived)
    assert state is not None
    assert state["stage"] == "entry"
    assert await new.is_refused(Action.SUBMIT, HOMEROOM, new.records[0])
    with journey.sessions() as session:
        assert session.get_one(ClassTermRow, new.opened.class_term_id).stage == "entry"


async def test_who_comes_back_is_found_again_with_what_was_entered_elsewhere(journey: Journey) -> None:
    old, new = await journey.open(journey.old), await journey.open(journey.new)
    await journey.up_to(Phase.PLACED)
    enter(journey, new, "toan", records=(journey.record_in(new),))
    back = Journey(journey.sessions, journey.client, journey.pretended, journey.new, journey.old, journey.officer)
    pupil = journey.pupil()
    await back.request(pupil=pupil.pupil_code, birth_date=pupil.birth_date)
    await back.accept()
    await back.release()
    await back.write()
    await back.confirm()
    await back.reach(Phase.PLACED)
    stays = back.enrolments()
    assert [each.left_on is None for each in stays] == [False, False, True]
    assert {each.class_id for each in stays[:2]} == {journey.old.class_id, journey.new.class_id}
    assert (stays[2].class_id, stays[2].order_no) == (journey.old.class_id, 1)
    assert len({each.record_uid for each in stays}) == 1
    with journey.sessions() as session:
        record = UUID(back.record_in(old))
        assert str(record) != old.records[0]
        assert session.scalars(select(Assessment.value).where(Assessment.record_id == record)).all()


async def test_a_dossier_that_is_sent_back_is_written_signed_and_packed_anew(journey: Journey) -> None:
    await journey.open(journey.old)
    journey.pretended.is_sound = False
    await journey.up_to(Phase.CHECKING)
    first = journey.row()
    assert journey.waits() == {"overrule"}
    await journey.act(Deed.SEND_BACK, journey.new.school.principal, "Chữ ký trong học bạ lớp trước không kiểm được.")
    await journey.write()
    second = journey.row()
    assert second.document_id != first.document_id
    assert second.package_sha256 != first.package_sha256
    await journey.act(Deed.OVERRULE, journey.new.school.principal, "Đã đối chiếu với bản giấy.")
    await journey.reach(Phase.PLACED)


async def test_records_of_a_book_that_opens_during_a_transfer_stand_still_before_the_pivot(journey: Journey) -> None:
    await journey.up_to(Phase.CHECKING)
    old = await journey.open(journey.old)
    await journey.confirm()
    await journey.reach(Phase.PLACED)
    assert await old.state(old.records[0]) is None


async def test_the_class_says_who_is_on_the_way_and_who_left_when(journey: Journey) -> None:
    old, new = await journey.open(journey.old), await journey.open(journey.new)
    await journey.up_to(Phase.WRITING)
    with journey.sessions() as session:
        first, *others = board.record_lines(session, old.opened.class_term_id)
        assert (first.held, first.moving) == (True, True)
        assert not any(each.held or each.moving for each in others)
    await journey.write()
    await journey.confirm()
    await journey.reach(Phase.PLACED)
    name = journey.pupil().full_name
    with journey.sessions() as session:
        for book, arrived, deeds in (
            (old, False, ["detach_commit", "detach_begin"]),
            (new, True, ["attach"]),
        ):
            view = class_view.class_view(session, book.opened.class_term_id, datetime.now(UTC))
            assert [(each.full_name, each.arrived) for each in view.moves] == [(name, arrived)]
            assert [each.deed for each in view.happened] == deeds
            assert (view.pupils, view.held) == (4 if arrived else 2, 0)
        assert name not in {each.full_name for each in board.record_lines(session, old.opened.class_term_id)}
