"""Grades 10 to 12 whose subjects differ, and pupils who leave the system or come from outside."""

from datetime import date

from sqlalchemy import select

from domain.curriculum import HOMEROOM
from domain.decisions import Action
from domain.transfers.phases import Deed, Phase
from storage.database import Sessions
from storage.tables import ClassGroup, Enrolment, PupilRow, TermRecord
from storage.transfers.requesting import Outside
from tests.workflows.transfers.pretended import Pretended
from tests.workflows.transfers.schools import Journey, make_journey, refused

OUTSIDE = Outside("Trường Tiểu học Bằng Lăng Tím", "75000001", "Tỉnh Đồng Nai")


async def test_a_class_with_other_subjects_is_entered_with_a_reason(
    journey: Journey, moving_sessions: Sessions, pretended: Pretended
) -> None:
    chosen = ("dia_li", "hoa_hoc", "tin_hoc", "vat_li")
    tenth = make_journey(moving_sessions, journey.client, pretended, grade=10, optional=chosen)
    with moving_sessions.begin() as session:
        group = session.get_one(ClassGroup, tenth.new.class_id)
        group.optional_subjects = ["dia_li", "hoa_hoc", "sinh_hoc", "vat_li"]
    await tenth.request()
    assert "bổ sung kiến thức" in await refused(tenth.accept())
    principal = tenth.new.school.principal
    await tenth.act(Deed.ACCEPT, principal, "Học bù Sinh học trong tháng 12.", class_id=str(tenth.new.class_id))
    assert tenth.row().subject_gaps == ["sinh_hoc"]


async def test_a_pupil_leaves_the_system(journey: Journey) -> None:
    old = await journey.open(journey.old)
    await journey.request(arrives=False, outside=OUTSIDE)
    assert journey.row().phase == Phase.ACCEPTED
    await journey.release()
    await journey.write()
    assert journey.waits() == {"hand_over"}
    await journey.act(Deed.CONFIRM, journey.old.school.clerk)
    await journey.reach(Phase.PLACED)
    [left] = journey.enrolments()
    assert left.left_on is not None
    assert await old.state(old.records[0]) is None
    assert await old.is_refused(Action.SUBMIT, HOMEROOM, old.records[0])


async def test_a_pupil_comes_from_outside(journey: Journey) -> None:
    new = await journey.open(journey.new)
    with journey.sessions.begin() as session:
        session.add(
            PupilRow(
                pupil_code=f"N{journey.new.school.number}", personal_id="", full_name="Học sinh Mới",
                birth_date=date(2020, 3, 1), sex="Nam", ethnicity="Kinh", nationality="Việt Nam",
                place_of_birth="Tỉnh Đồng Nai",
            )
        )  # fmt: skip
    await journey.request(pupil=f"N{journey.new.school.number}", birth_date=date(2020, 3, 1), outside=OUTSIDE, grade=1)
    await journey.accept()
    assert journey.row().phase == Phase.CHECKING
    await journey.confirm()
    await journey.reach(Phase.PLACED)
    [arrived] = journey.enrolments()
    assert arrived.class_id == journey.new.class_id
    with journey.sessions() as session:
        query = select(TermRecord).where(TermRecord.enrolment_id == arrived.id)
        assert [each.class_term_id for each in session.scalars(query)] == [new.opened.class_term_id]
        assert session.scalars(select(Enrolment).where(Enrolment.record_uid == arrived.record_uid)).one()
