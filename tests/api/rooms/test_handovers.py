"""Pages of handovers: what each person sees and may do at each step, what is asked of the workflow, what is refused."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from api.handovers import Wanted, WantedStep
from api.services import Services
from domain.errors import Conflict, NotAllowed
from domain.matters.handovers import Deed, HandoverKind
from storage import journal
from storage.handovers import opening, steps
from storage.handovers.deciding import case_of
from storage.handovers.opening import NewHandover, Wish
from storage.handovers.steps import Move
from storage.tables import Staff
from tests.api.conftest import As
from tests.api.fakes import FakeHandovers
from tests.api.pages import reads, words
from tests.api.world import World
from tests.factories import make_certificate

SOON = timedelta(days=10)


def clock() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def asked(services: Services) -> FakeHandovers:
    assert isinstance(services.handovers, FakeHandovers)
    return services.handovers


def reason(db: Session, world: World) -> UUID:
    reason_id = uuid4()
    journal.add_reason(db, reason_id, world.school.school_id, world.school.principal, "Đủ tuổi nghỉ hưu")
    return reason_id


def handover(db: Session, world: World, kind: HandoverKind = HandoverKind.RETIREMENT, days: int = 10) -> UUID:
    """The homeroom teacher hands mathematics to the music teacher."""
    at = clock() + timedelta(days=days)
    until = at + SOON if kind.is_temporary else None
    wishes = (Wish((world.cast.class_id, "toan", ""), world.cast.music),)
    people = (world.school.school_id, world.school.principal, world.cast.homeroom, reason(db, world))
    new = NewHandover(uuid4(), kind, *people, at, until, wishes)
    opening.open_handover(db, new, clock)
    steps.begin(db, new.matter_id, clock)
    db.commit()
    return new.matter_id


def do(db: Session, world: World, matter_id: UUID, deed: Deed, person: str, **more: object) -> None:
    move = Move(deed, str(uuid4()), world.who(person), reason(db, world), **more)  # type: ignore[arg-type]
    steps.take(db, matter_id, move, clock)
    db.commit()


def step(**more: str) -> dict[str, str]:
    return {"command_id": str(uuid4()), **more}


async def test_the_principal_chooses_who_and_why_and_sees_everything_that_the_person_holds(
    desk: As, world: World
) -> None:
    first = await reads(desk("principal"), "/ban-giao/moi")
    assert "Ai bàn giao, vì sao, từ lúc nào" in first
    assert "Mỗi phần việc sang ai" not in first
    asked = {"nguoi": str(world.cast.homeroom), "loai": "retirement", "thay": str(world.cast.music)}
    second = words(await desk("principal").post("/ban-giao/moi/xem", data=asked), 200)
    assert f'value="{world.cast.class_id}/toan/{world.cast.music}" selected' in second
    assert "Chứng thư số của người này không ký được nữa" in second
    assert "Chưa gửi (3 học sinh)" in second


async def test_a_new_handover_is_asked_for_with_its_parts(desk: As, world: World, asked: FakeHandovers) -> None:
    form = step(
        loai="maternity", nguoi=str(world.cast.homeroom), tu="2027-01-04", gio="07:30", den="2027-07-03",
        reason="Nghỉ thai sản", phan=f"{world.cast.class_id}/toan/{world.cast.music}",
    )  # fmt: skip
    answer = await desk("admin").post("/ban-giao/moi", data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/ban-giao/{form['command_id']}?xong=open")
    [(name, (_, wanted))] = asked.asked
    assert name == "open"
    assert isinstance(wanted, Wanted)
    assert wanted.effective_at.astimezone(UTC) == datetime(2027, 1, 4, 0, 30, tzinfo=UTC)
    assert wanted.until == datetime(2027, 7, 3, 17, tzinfo=UTC)
    [item] = wanted.items
    assert (item.slot, item.successor_id) == ("toan", str(world.cast.music))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"loai": ""}, "Hãy chọn người bàn giao và trường hợp."),
        ({"reason": " "}, "Hãy ghi lý do"),
        ({"tu": "x"}, "hãy chọn một ngày"),
        ({"gio": "25:99"}, "Giờ phải có dạng 07:30."),
    ],
)
async def test_what_cannot_be_read_is_refused_and_kept(
    desk: As, world: World, asked: FakeHandovers, change: dict[str, str], said: str
) -> None:
    form = step(loai="retirement", nguoi=str(world.cast.homeroom), tu="2027-01-04", reason="Nghỉ hưu") | change
    answer = await desk("principal").post("/ban-giao/moi", data=form)
    assert said in words(answer, 422)
    assert not asked.asked


async def test_a_refusal_of_the_rules_is_shown_on_the_form(desk: As, world: World, asked: FakeHandovers) -> None:
    asked.refuses = Conflict("Đã có một việc bàn giao như vậy của người này đang làm.")
    form = step(loai="retirement", nguoi=str(world.cast.homeroom), tu="2027-01-04", reason="Đủ tuổi")
    answer = await desk("principal").post("/ban-giao/moi", data=form)
    assert answer.status_code == 422
    assert "Đã có một việc bàn giao như vậy" in answer.text
    assert ">Đủ tuổi</textarea>" in answer.text


async def test_another_schools_people_cannot_be_named(desk: As, world: World) -> None:
    foreign = str(world.foreign.homeroom)
    for answer in (
        await desk("principal").get(f"/ban-giao/moi?nguoi={foreign}"),
        await desk("principal").post("/ban-giao/moi/xem", data={"nguoi": foreign, "loai": "retirement"}),
    ):
        assert answer.status_code == 404


async def test_why_somebody_leaves_stands_in_no_address(desk: As, world: World) -> None:
    shown = await reads(desk("principal"), f"/ban-giao/moi?nguoi={world.cast.homeroom}&loai=retirement")
    assert 'method="get"' not in shown
    assert "Mỗi phần việc sang ai" not in shown


async def test_who_leaves_sees_the_work_in_numbers_and_confirms(desk: As, world: World, db: Session) -> None:
    matter_id = handover(db, world)
    page = await reads(desk("homeroom"), f"/ban-giao/{matter_id}")
    assert "Tôi xác nhận tình trạng công việc" in page
    assert "Tình trạng công việc" in page
    assert "0/3" in page
    assert "Xác nhận tình trạng công việc bàn giao".lower() in page.lower()
    assert "Tôi nhận các phần đã chọn" not in await reads(desk("music"), f"/ban-giao/{matter_id}")


async def test_who_takes_over_accepts_or_declines_with_a_reason(
    desk: As, world: World, db: Session, asked: FakeHandovers
) -> None:
    matter_id = handover(db, world)
    do(db, world, matter_id, Deed.CONFIRM, "homeroom")
    page = await reads(desk("music"), f"/ban-giao/{matter_id}")
    item = next(each for each in case_of(db, matter_id).items if each.successor_id)
    assert f'value="{item.id}" checked' in page
    answer = await desk("music").post(f"/ban-giao/{matter_id}/nhan", data=step(phan=str(item.id)))
    assert answer.headers["Location"] == f"/ban-giao/{matter_id}?xong=accept"
    refused = await desk("music").post(f"/ban-giao/{matter_id}/tu-choi", data=step(phan=str(item.id)))
    assert (refused.status_code, "Hãy ghi lý do" in refused.text) == (422, True)
    [(name, (_, _, wanted))] = asked.asked
    assert name == "step"
    assert isinstance(wanted, WantedStep)
    assert (wanted.deed, wanted.items) == (Deed.ACCEPT, (item.id,))


async def test_who_lacks_a_certificate_reads_who_can_help(
    desk: As, world: World, db: Session, asked: FakeHandovers
) -> None:
    matter_id = handover(db, world)
    do(db, world, matter_id, Deed.CONFIRM, "homeroom")
    asked.refuses = NotAllowed(steps.NO_CERTIFICATE)
    answer = await desk("music").post(f"/ban-giao/{matter_id}/nhan", data=step())
    assert (answer.status_code, "Hãy nhờ cán bộ quản trị của trường" in answer.text) == (422, True)


async def test_after_a_refusal_the_principal_names_somebody_else(desk: As, world: World, db: Session) -> None:
    matter_id = handover(db, world)
    do(db, world, matter_id, Deed.CONFIRM, "homeroom")
    do(db, world, matter_id, Deed.DECLINE, "music")
    page = await reads(desk("principal"), f"/ban-giao/{matter_id}")
    assert "Chọn người nhận khác" in page
    assert "từ chối</span><small>Đủ tuổi nghỉ hưu" in page
    assert "Chọn người nhận khác" not in await reads(desk("homeroom"), f"/ban-giao/{matter_id}")


async def test_a_leave_can_be_ended_by_who_is_away_or_the_principal(desk: As, world: World, db: Session) -> None:
    matter_id = handover(db, world, HandoverKind.MATERNITY)
    page = await reads(desk("principal"), f"/ban-giao/{matter_id}")
    assert "Huỷ việc bàn giao" in page
    assert "Trả lại việc sớm hoặc muộn hơn" not in page


async def test_a_handover_is_seen_by_who_has_a_part_in_it(desk: As, world: World, db: Session) -> None:
    matter_id = handover(db, world)
    for person, status in (("principal", 200), ("admin", 200), ("music", 200), ("other", 404), ("foreigner", 404)):
        answer = await desk(person).get(f"/ban-giao/{matter_id}")
        assert answer.status_code == status, person
        assert (await desk(person).post(f"/ban-giao/{matter_id}/huy", data=step())).status_code in {422, status}
        listed = f"/ban-giao/{matter_id}" in await reads(desk(person), "/ban-giao")
        assert listed is (status == 200), person


async def test_everybody_asks_a_colleague_to_stand_in_for_some_days(
    desk: As, world: World, asked: FakeHandovers
) -> None:
    page = await reads(desk("music"), "/nghi-ngan-ngay")
    assert "Âm nhạc" in page
    form = step(
        tu="2027-01-04", den="2027-01-06", reason="Đi tập huấn",
        phan=f"{world.cast.class_id}/am_nhac/{world.cast.homeroom}",
    )  # fmt: skip
    answer = await desk("music").post("/nghi-ngan-ngay", data=form)
    assert answer.status_code == 303
    [(_, (_, wanted))] = asked.asked
    assert isinstance(wanted, Wanted)
    assert (wanted.kind, wanted.staff_id) == (HandoverKind.DELEGATION, world.cast.music)


async def test_one_colleague_is_asked_for_everything_but_what_another_one_is_chosen_for(
    desk: As, world: World, asked: FakeHandovers
) -> None:
    cast = world.cast
    parts = [f"{cast.class_id}/toan/", f"{cast.class_id}/tieng_viet/{world.school.principal}"]
    form = step(tu="2027-01-04", den="2027-01-06", reason="Đi tập huấn", thay=str(cast.music)) | {"phan": parts}
    assert (await desk("homeroom").post("/nghi-ngan-ngay", data=form)).status_code == 303
    [(_, (_, wanted))] = asked.asked
    assert isinstance(wanted, Wanted)
    takers = {each.slot: each.successor_id for each in wanted.items}
    assert takers == {"toan": str(cast.music), "tieng_viet": str(world.school.principal)}


async def test_an_office_is_not_handed_on_by_its_holder(desk: As, world: World) -> None:
    page = await reads(desk("clerk"), "/nghi-ngan-ngay")
    assert "không dạy phần nào" in page
    assert "<select" not in page.partition("<main")[2]


async def test_the_people_page_leads_to_a_handover_for_whoever_leaves(desk: As, world: World) -> None:
    page = await reads(desk("principal"), f"/nguoi/{world.cast.homeroom}/chuyen")
    assert f"/ban-giao/moi?nguoi={world.cast.homeroom}" in page


def standing_in(db: Session, world: World) -> UUID:
    """The music teacher stands in for the homeroom teacher in mathematics, since a minute ago."""
    since = clock() - timedelta(minutes=1)
    make_certificate(db, world.cast.music)
    wishes = (Wish((world.cast.class_id, "toan", ""), world.cast.music),)
    people = (world.school.school_id, world.cast.homeroom, world.cast.homeroom, reason(db, world))
    new = NewHandover(uuid4(), HandoverKind.DELEGATION, *people, since, since + SOON, wishes)
    opening.open_handover(db, new, lambda: since)
    steps.begin(db, new.matter_id, lambda: since)
    move = Move(Deed.ACCEPT, str(uuid4()), world.cast.music)
    steps.take(db, new.matter_id, move, lambda: since)
    db.commit()
    return new.matter_id


async def test_whatever_a_stand_in_does_says_for_whom(desk: As, world: World, db: Session) -> None:
    standing_in(db, world)
    name = db.get_one(Staff, world.cast.homeroom).full_name
    acting = db.get_one(Staff, world.cast.music).full_name
    said = f"làm thay {name}"
    assert said in await reads(desk("principal"), f"/phan-cong/{world.cast.class_id}/toan")
    assert f"{acting} ({said})" in await reads(desk("principal"), f"/lop/{world.class_term_id}")
    assert f"{acting} {said}" in await reads(desk("principal"), f"/lop/{world.class_term_id}/duyet")


async def test_the_tasks_of_a_stand_in_say_for_whom(desk: As, world: World, db: Session) -> None:
    standing_in(db, world)
    name = db.get_one(Staff, world.cast.homeroom).full_name
    assert f"làm thay {name}" in await reads(desk("music"), "/viec-cua-toi")
    assert "làm thay" not in await reads(desk("homeroom"), "/viec-cua-toi")
