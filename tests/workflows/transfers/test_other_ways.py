"""Grades 10 to 12 whose subjects differ, and pupils who leave the system or come from outside."""

from datetime import date

from sqlalchemy import select

from domain.curriculum import HOMEROOM
from domain.decisions import Action
from domain.transfers.phases import Deed, Phase
from storage.database import Sessions
from storage.tables import ClassGroup, PupilRow, TermRecord
from storage.transfers.requesting import Newcomer, Outside
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


async def comes(journey: Journey, **more: object) -> str:
    """A pupil whom the system does not know; gives the code."""
    code = f"N{journey.new.school.number}"
    newcomer = Newcomer("Học sinh Mới", "Nam", "Kinh", "", "Tỉnh Đồng Nai")
    born = date(2020, 3, 1)
    await journey.request(pupil=code, birth_date=born, outside=OUTSIDE, newcomer=newcomer, grade=1, **more)
    return code


async def test_a_pupil_comes_from_outside(journey: Journey) -> None:
    new = await journey.open(journey.new)
    await comes(journey)
    await journey.accept()
    assert journey.row().phase == Phase.CHECKING
    await journey.confirm()
    await journey.reach(Phase.PLACED)
    [arrived] = journey.enrolments()
    assert arrived.class_id == journey.new.class_id
    with journey.sessions() as session:
        query = select(TermRecord).where(TermRecord.enrolment_id == arrived.id)
        assert [each.class_term_id for each in session.scalars(query)] == [new.opened.class_term_id]
        assert session.get_one(PupilRow, arrived.pupil_id).full_name == "Học sinh Mới"


async def test_papers_that_were_brought_and_cannot_be_verified_are_for_the_principal(journey: Journey) -> None:
    await comes(journey)
    await journey.accept()
    journey.pretended.is_sound = False
    await journey.act(Deed.BRING, journey.new.school.clerk, package_sha256="c" * 64)
    assert journey.waits() == {"overrule"}
    assert "hiệu trưởng phải chấp nhận" in await refused(journey.confirm())
    await journey.act(Deed.OVERRULE, journey.new.school.principal, "Đã đối chiếu với học bạ giấy.")
    await journey.reach(Phase.PLACED)


async def test_a_newcomer_needs_particulars_and_a_number_of_his_own(journey: Journey) -> None:
    about = {"outside": OUTSIDE, "grade": 1, "pupil": "N-khong-ten", "birth_date": date(2020, 3, 1)}
    assert "họ và tên" in await refused(journey.request(**about))
    taken = journey.pupil().pupil_code
    newcomer = Newcomer("Học sinh Mới", "Nam", "Kinh")
    assert "trong hệ thống" in await refused(journey.request(**{**about, "pupil": taken, "newcomer": newcomer}))


async def test_whoever_the_number_belongs_to_the_refusal_is_the_same(journey: Journey) -> None:
    pupil, newcomer = journey.pupil(), Newcomer("Học sinh Mới", "Nam", "Kinh")
    about = {"outside": OUTSIDE, "grade": 1, "newcomer": newcomer}
    there = await refused(journey.request(**about))  # learns at the other school
    another = await refused(journey.request(**about, pupil=pupil.pupil_code, birth_date=date(2001, 2, 3)))
    assert there == another


async def test_a_pupil_comes_from_abroad(journey: Journey) -> None:
    abroad = Outside("Trường Sơ cấp Viêng Chăn", "", "", "Lào")
    newcomer = Newcomer("Học sinh Mới", "Nam", "Lào", "", "Viêng Chăn", "Lào")
    nowhere = Outside("Trường Sơ cấp Viêng Chăn")
    assert "tên và nước" in await refused(journey.request(pupil="N-2", outside=nowhere, newcomer=newcomer, grade=1))
    await journey.request(pupil="N-abroad", birth_date=date(2020, 3, 1), outside=abroad, newcomer=newcomer, grade=1)
    row = journey.row()
    assert (row.other_country, row.is_same_province, row.answer_due_at) == ("Lào", False, None)
    with journey.sessions() as session:
        assert session.get_one(PupilRow, row.pupil_id).nationality == "Lào"


async def test_what_a_pupil_from_outside_has_learned_is_compared(
    journey: Journey, moving_sessions: Sessions, pretended: Pretended
) -> None:
    chosen = ("dia_li", "hoa_hoc", "tin_hoc", "vat_li")
    tenth = make_journey(moving_sessions, journey.client, pretended, grade=10, optional=chosen)
    newcomer = Newcomer("Học sinh Mới", "Nam", "Kinh")
    about = {"outside": OUTSIDE, "newcomer": newcomer, "grade": 10, "birth_date": date(2010, 3, 1)}
    await tenth.request(**about, pupil="N-tenth", optional=chosen[:3])
    assert "bổ sung kiến thức" in await refused(tenth.accept())
    principal = tenth.new.school.principal
    await tenth.act(Deed.ACCEPT, principal, "Học bù Vật lí trong hè.", class_id=str(tenth.new.class_id))
    assert tenth.row().subject_gaps == ["vat_li"]


async def test_who_guesses_at_pupils_of_other_schools_has_to_wait(journey: Journey) -> None:
    pupil = journey.pupil()
    said = [await refused(journey.request(birth_date=date(2000, 1, day))) for day in range(1, 11)]
    assert "khớp với mã" in said[7]
    assert "nhiều lần" in said[-1]
    assert "nhiều lần" in await refused(journey.request(pupil=pupil.pupil_code))
