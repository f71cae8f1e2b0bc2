"""What is refused, objected to or cancelled leaves everything as it was; after the pivot nothing is taken back."""

import asyncio
from threading import Event
from uuid import uuid4

import pytest
from sqlalchemy import select

from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.decisions import Action
from domain.errors import Conflict
from domain.transfers.phases import Deed, Ground, Phase
from storage.tables import Document, Notice
from storage.transfers import following
from tests.factories import make_staff
from tests.workflows.transfers.schools import Journey, LiveBook, refused
from tests.workflows.transfers.test_transfer import signed_by_subjects
from workflows.transfer_runs import AGAIN

WAITING = (Phase.REQUESTED, Phase.ACCEPTED, Phase.WRITING, Phase.CHECKING)


async def is_as_before(old: LiveBook, stage: str) -> bool:
    state = await old.state(old.records[0])
    return state is not None and (state["stage"], state["moving"]) == (stage, False)


async def test_the_receiving_school_refuses_with_a_reason(journey: Journey) -> None:
    await journey.request()
    principal = journey.new.school.principal
    assert "phải có lý do" in await refused(journey.act(Deed.REFUSE, principal))
    await journey.act(Deed.REFUSE, principal, "Trường đã đủ học sinh theo chỉ tiêu.")
    assert await journey.handle.result() == Phase.REFUSED
    assert "đã kết thúc" in await refused(journey.accept())
    assert len(journey.enrolments()) == 1


async def test_the_former_school_objects_on_legal_grounds_only(journey: Journey) -> None:
    await journey.request()
    await journey.accept()
    head, why = journey.old.school.principal, "Người nộp đơn không có giấy tờ giám hộ."
    assert "căn cứ" in await refused(journey.act(Deed.OBJECT, head, why))
    assert "căn cứ" in await refused(journey.act(Deed.OBJECT, head, why, ground="fees"))
    await journey.act(Deed.OBJECT, head, why, ground=Ground.NOT_GUARDIAN)
    assert await journey.handle.result() == Phase.REFUSED
    assert journey.row().ground == Ground.NOT_GUARDIAN


@pytest.mark.parametrize("phase", WAITING)
async def test_a_cancelled_transfer_leaves_the_record_where_it_stood(journey: Journey, phase: Phase) -> None:
    old = await journey.open(journey.old)
    await signed_by_subjects(journey, old)
    await journey.up_to(phase)
    assert await is_as_before(old, "subject_signed") is (phase in {Phase.REQUESTED, Phase.ACCEPTED})
    await journey.act(Deed.CANCEL, journey.new.school.clerk, "Gia đình không chuyển nữa.")
    await journey.reach(Phase.CANCELLED)
    assert await journey.handle.result() == Phase.CANCELLED
    assert await is_as_before(old, "subject_signed")
    await old.do(Action.SIGN, HOMEROOM)
    assert journey.waits() == set()
    with journey.sessions() as session:
        papers = session.scalars(select(Document).where(Document.matter_id == journey.matter_id)).all()
        assert [each.state for each in papers] == (["recalled"] if phase is Phase.CHECKING else [])
        told = session.scalars(select(Notice).where(Notice.subject_ref.startswith("transfer.cancelled/"))).all()
        assert {journey.old.school.principal, journey.new.school.principal} <= {each.staff_id for each in told}
    row = journey.row()
    assert (row.package_sha256 is None) or row.expired_at is not None
    assert len(journey.enrolments()) == 1


async def test_a_paper_that_only_the_principal_signed_is_void_after_a_cancellation(journey: Journey) -> None:
    await journey.up_to(Phase.WRITING)
    await journey.sign(PRINCIPAL)
    await journey.act(Deed.CANCEL, journey.old.school.principal, "Gia đình rút đơn.")
    await journey.reach(Phase.CANCELLED)
    with journey.sessions() as session:
        assert session.scalars(select(Document.state).where(Document.matter_id == journey.matter_id)).all() == ["void"]
    assert await refused(journey.sign(SEAL))


async def test_a_cancellation_while_a_signature_is_noted_is_followed(
    journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    await journey.up_to(Phase.WRITING)
    cancelled, note = Event(), following.note_signed
    monkeypatch.setattr(following, "note_signed", lambda *told: (cancelled.wait(20), note(*told))[1])
    await journey.sign(PRINCIPAL)
    await journey.act(Deed.CANCEL, journey.old.school.principal, "Gia đình rút đơn.")
    cancelled.set()
    await journey.reach(Phase.CANCELLED)


async def test_a_cancellation_while_a_step_is_refused_is_followed_at_once(
    journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not when what was refused would be tried again."""
    await journey.up_to(Phase.ACCEPTED)
    cancelled = Event()

    def refuse(*_: object) -> None:
        cancelled.wait(20)
        raise Conflict("Còn sổ của học sinh chưa dừng.")

    monkeypatch.setattr(following, "note_detached", refuse)
    await journey.release()
    await journey.act(Deed.CANCEL, journey.old.school.principal, "Gia đình rút đơn.")
    cancelled.set()
    await journey.until(lambda: journey.row().phase == Phase.CANCELLED, AGAIN.total_seconds() / 2)


async def test_a_workflow_that_is_cancelled_from_outside_gives_everything_back(journey: Journey) -> None:
    old = await journey.open(journey.old)
    await journey.up_to(Phase.WRITING)
    await journey.handle.cancel()
    assert await journey.handle.result() == Phase.CANCELLED
    assert await is_as_before(old, "entry")


async def test_after_the_pivot_nothing_is_cancelled(journey: Journey) -> None:
    await journey.up_to(Phase.PLACED)
    for who in (journey.new.school.clerk, journey.old.school.principal):
        assert "kết thúc" in await refused(journey.act(Deed.CANCEL, who, "Đổi ý."))


async def test_who_may_do_what_at_each_step(journey: Journey) -> None:
    """Nobody of the other school, no clerk for the head, no head of a school that has nothing to do with it."""
    with journey.sessions.begin() as session:
        stranger = make_staff(session, journey.new.school.school_id, 987_654)
    await journey.request()
    accepts = {"class_id": str(journey.new.class_id)}
    for who in (journey.new.school.clerk, journey.old.school.principal, stranger):
        assert "vai trò" in await refused(journey.act(Deed.ACCEPT, who, **accepts))
    assert "Chỉ văn thư" in await refused(journey.act(Deed.CANCEL, journey.old.school.clerk, "Không phải của mình."))
    await journey.accept()
    for who in (journey.old.school.clerk, journey.new.school.principal):
        assert "vai trò" in await refused(journey.act(Deed.RELEASE, who))
    await journey.release()
    await journey.write()
    for who in (journey.old.school.clerk, journey.new.school.principal, stranger):
        assert "vai trò" in await refused(journey.act(Deed.CONFIRM, who))
    await journey.act(Deed.CONFIRM, journey.new.homeroom)
    await journey.reach(Phase.PLACED)


async def test_steps_are_taken_in_their_order_and_a_command_once(journey: Journey) -> None:
    await journey.request()
    await journey.request()
    assert "Chưa làm được" in await refused(journey.release())
    assert "Chưa làm được" in await refused(journey.confirm())
    command = str(uuid4())
    for _ in range(2):
        await journey.act(
            Deed.ACCEPT, journey.new.school.principal, class_id=str(journey.new.class_id), command_id=command
        )
    assert journey.row().phase == Phase.ACCEPTED


async def test_a_pupil_is_found_by_number_and_birth_date_only_and_nobody_fishes(journey: Journey) -> None:
    pupil, clerk = journey.pupil(), journey.person(journey.new.school.clerk)
    wrong = pupil.birth_date.replace(year=pupil.birth_date.year - 1)
    own = journey.new
    said = {
        await refused(journey.transfers.request(clerk, journey.application(**more)))
        for more in (
            {"birth_date": wrong},
            {"pupil": "khong-co"},
            {"pupil": ""},
            {"pupil": pupil.full_name},
        )
    }
    assert len(said) == 1
    assert pupil.full_name not in said.pop()
    teacher = journey.person(own.homeroom)
    assert "văn thư" in await refused(journey.transfers.request(teacher, journey.application()))
    await journey.transfers.request(clerk, journey.application(pupil=pupil.personal_id))


async def test_a_pupil_has_one_transfer_at_a_time(journey: Journey) -> None:
    await journey.request()
    second = Journey(journey.sessions, journey.client, journey.pretended, journey.old, journey.new, journey.officer)
    assert "chưa xong" in await refused(second.request())
    await journey.act(Deed.REFUSE, journey.new.school.principal, "Trường đã đủ học sinh.")
    await second.request()
    assert second.row().phase == Phase.REQUESTED


async def test_a_class_of_another_grade_or_school_is_refused(journey: Journey) -> None:
    await journey.request()
    principal = journey.new.school.principal
    for class_id in ("", str(journey.old.class_id)):
        assert "Chưa chọn lớp" in await refused(journey.act(Deed.ACCEPT, principal, class_id=class_id))


@pytest.mark.parametrize("turn", range(4))
async def test_a_confirmation_and_a_cancellation_at_once_leave_one_of_both(journey: Journey, turn: int) -> None:
    """Whoever is first in the database: the pupil is at one school, and its record goes on there alone."""
    old, new = await journey.open(journey.old), await journey.open(journey.new)
    await journey.up_to(Phase.CHECKING)
    both = [journey.confirm(), journey.act(Deed.CANCEL, journey.old.school.principal, "Gia đình rút đơn.")]
    await asyncio.gather(*(both if turn % 2 else both[::-1]), return_exceptions=True)
    assert await journey.handle.result() in {Phase.PLACED, Phase.CANCELLED}
    is_placed = journey.row().phase == Phase.PLACED
    open_ones = [each.class_id for each in journey.enrolments() if each.left_on is None]
    assert open_ones == [journey.new.class_id if is_placed else journey.old.class_id]
    assert await is_as_before(old, "entry") is not is_placed
    assert (len((await new.handle.query("snapshot"))["records"]) == 4) is is_placed
