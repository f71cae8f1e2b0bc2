"""What families said: recorded, never changed, the last word counts; what needs it is refused without."""

import re
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from activities.oneroster import export_school
from domain.calendar import day_of
from domain.consents import Giver, Side, Standing, consent_rules
from domain.errors import Invalid, NotFound
from storage import consents
from storage.consents import Recording, Word
from storage.tables import Consent, DecisionOrigin, School
from tests.api.conftest import As
from tests.api.pages import words
from tests.api.rooms.test_homeroom import page
from tests.api.rooms.test_pupil_data import pupil_of
from tests.api.world import World
from tests.factories import YEAR, OpenBook
from tests.interchange.oneroster.drafts import Draft

NOW = datetime.now(UTC)
TODAY = day_of(NOW)
RULES = consent_rules()
BORN = date(2019, 3, 10)
YES, NO = {Side.REPRESENTATIVE: True}, {Side.REPRESENTATIVE: False}


@pytest.mark.parametrize(
    ("said", "on", "standing"),
    [
        ({}, date(2026, 3, 9), Standing.NONE),
        (YES, date(2026, 3, 9), Standing.GIVEN),  # not seven yet
        (YES, date(2026, 3, 10), Standing.WAITS_FOR_CHILD),
        (YES | {Side.CHILD: True}, date(2026, 3, 10), Standing.GIVEN),
        (YES | {Side.CHILD: False}, date(2026, 3, 9), Standing.WITHDRAWN),
        (NO | {Side.CHILD: True}, date(2026, 3, 10), Standing.WITHDRAWN),
        ({Side.CHILD: True}, date(2026, 3, 10), Standing.WAITS_FOR_REPRESENTATIVE),
    ],
)
def test_from_seven_years_on_the_child_is_asked_too(said: dict[Side, bool], on: date, standing: Standing) -> None:
    assert RULES.standing(said, BORN, on) is standing


def test_the_purposes_say_what_is_unverified() -> None:
    assert RULES.sources
    assert any("child_from" in each for each in RULES.unverified)
    assert {each.use for each in RULES.purposes} == {"", "oneroster"}


def form(**more: str) -> dict[str, str]:
    said = {"viec": "other_software", "nguoi": "mother", "noi": "co", "ngay": TODAY.isoformat()}
    return {"command_id": str(uuid4()), **said} | more


def rows(db: Session) -> list[Consent]:
    return list(db.scalars(select(Consent).order_by(Consent.id)))


async def test_the_clerk_records_and_withdraws_and_all_of_it_stays(desk: As, db: Session, book: OpenBook) -> None:
    db.commit()
    path = f"/hoc-ba/{book.records[0]}/dong-y"
    assert "Chưa ghi gì." in await page(desk("clerk"), path)
    given = form()
    for _twice in range(2):
        assert (await desk("clerk").post(path, data=given)).status_code == 303
    assert (await desk("admin").post(path, data=form(noi="khong", nguoi="father"))).status_code == 303
    shown = await page(desk("principal"), path)
    assert shown.count('data-name="Ai nói"') == 2
    assert "Đã rút lại hoặc từ chối" in shown
    assert '<form method="post" action="/hoc-ba' not in shown  # the principal reads
    first, second = rows(db)
    assert (first.giver, first.is_given, first.version) == ("mother", True, RULES.version)
    assert (second.giver, second.is_given) == ("father", False)
    assert first.recorded_by == book.cast.school.clerk != second.recorded_by
    assert db.get(DecisionOrigin, given["command_id"]) is not None
    for statement in (update(Consent).values(is_given=True), delete(Consent)):
        with pytest.raises(DBAPIError, match="append-only"), db.begin_nested():
            db.execute(statement)


@pytest.mark.parametrize(
    ("field", "value", "refusal"),
    [
        ("noi", "", "chọn người nói"),
        ("nguoi", "aunt", "chọn người nói"),
        ("viec", "weather", "Không có mục đích này"),
        ("ngay", "hôm qua", "không còn đúng"),
        ("ngay", (TODAY + timedelta(days=1)).isoformat(), "Ngày nói chưa đến"),
    ],
)
async def test_what_is_no_word_is_refused(
    desk: As, db: Session, book: OpenBook, field: str, value: str, refusal: str
) -> None:
    db.commit()
    answer = await desk("clerk").post(f"/hoc-ba/{book.records[0]}/dong-y", data=form(**{field: value}))
    assert refusal in words(answer, 422)
    assert rows(db) == []


async def test_what_was_said_later_is_not_overtaken_by_an_older_paper(desk: As, db: Session, book: OpenBook) -> None:
    db.commit()
    path = f"/hoc-ba/{book.records[0]}/dong-y"
    assert (await desk("clerk").post(path, data=form(noi="khong"))).status_code == 303
    answer = await desk("clerk").post(path, data=form(ngay=(TODAY - timedelta(days=1)).isoformat()))
    assert "Đã ghi điều được nói sau ngày" in words(answer, 422)
    assert [each.is_given for each in rows(db)] == [False]


@pytest.mark.parametrize("path", ["/hoc-ba/{record}/dong-y", "/lop/{book}/dong-y"])
@pytest.mark.parametrize(
    ("who", "codes"),
    [
        ("principal", (200, 403)),
        ("homeroom", (403, 403)),
        ("other", (403, 403)),
        ("foreigner", (404, 403)),
        ("nobody", (303, 303)),
    ],
)
async def test_who_reads_and_who_records(
    desk: As, db: Session, book: OpenBook, path: str, who: str, codes: tuple[int, int]
) -> None:
    db.commit()
    place = path.format(record=book.records[0], book=book.id)
    answers = await desk(who).get(place), await desk(who).post(place, data=form())
    assert tuple(each.status_code for each in answers) == codes
    assert rows(db) == []


async def test_a_class_is_recorded_with_one_sheet_and_only_what_was_ticked(
    desk: As, db: Session, book: OpenBook
) -> None:
    db.commit()
    path = f"/lop/{book.id}/dong-y"
    boxes = re.findall(r'name="co" value="([^"]+)"', await page(desk("clerk"), path))
    representatives = [each for each in boxes if each.endswith(":representative")]
    assert len(representatives) == len(book.records)
    asked = {key: value for key, value in form().items() if key != "noi"}
    answer = await desk("clerk").post(path, data=asked | {"co": representatives})
    assert answer.headers["Location"].endswith(f"xong={len(book.records)}")
    shown = await page(desk("clerk"), answer.headers["Location"])
    assert f"Đã ghi {len(book.records)} thay đổi." in shown
    before = re.findall(r'name="da" value="([^"]+)"', shown)
    assert sorted(before) == sorted(representatives)
    # Meanwhile somebody withdraws on a pupil's own page; the sheet that does not know of it takes nothing back.
    assert (await desk("clerk").post(f"/hoc-ba/{book.records[1]}/dong-y", data=form(noi="khong"))).status_code == 303
    first, *_others = representatives
    ticked = [each for each in representatives if each != first]
    again = asked | {"command_id": str(uuid4()), "co": ticked, "da": before}
    assert (await desk("admin").post(path, data=again)).headers["Location"].endswith("xong=1")
    found = consents.of_class(db, book.cast.school.school_id, book.cast.class_id, "other_software", TODAY)
    gone = {f"{each.pupil_id}:representative" for each in found if each.said == {Side.REPRESENTATIVE: False}}
    assert first in gone
    assert len(gone) == 2


@pytest.mark.parametrize("box", ["x:representative", "5f0c1a52-4a7f-4f3c-9a52-0a2b6a1f0c11:aunt", "x"])
async def test_a_sheet_of_something_else_is_refused(desk: As, db: Session, book: OpenBook, box: str) -> None:
    db.commit()
    sheet = form(co=box)
    assert "không còn đúng" in words(await desk("clerk").post(f"/lop/{book.id}/dong-y", data=sheet), 422)


async def test_whose_word_it_was_is_never_guessed(desk: As, db: Session, book: OpenBook) -> None:
    db.commit()
    path = f"/lop/{book.id}/dong-y"
    box, *_others = re.findall(r'name="co" value="([^"]+:representative)"', await page(desk("clerk"), path))
    answer = await desk("clerk").post(path, data=form(co=box, nguoi=""))
    assert "chọn người nói" in words(answer, 422)
    assert f'value="{box}" checked' in answer.text  # what was ticked is kept
    assert rows(db) == []


async def test_a_pupil_of_another_school_is_unknown(desk: As, db: Session, book: OpenBook, world: World) -> None:
    theirs = consents.of_class(db, world.foreign.school.school_id, world.foreign.class_id, "other_software", TODAY)[
        0
    ].pupil_id
    db.commit()
    sheet = form(co=f"{theirs}:representative")
    answer = await desk("clerk").post(f"/lop/{book.id}/dong-y", data=sheet)
    assert "Không tìm thấy học sinh này." in words(answer, 422)
    assert rows(db) == []


def test_what_one_school_was_told_is_not_another_s(db: Session, book: OpenBook, world: World) -> None:
    pupil = pupil_of(db, book.records[0])
    new = Recording(uuid4(), world.foreign.school.school_id, world.foreign.school.clerk, TODAY)
    with pytest.raises(NotFound):
        consents.record(db, new, [Word(pupil.id, "other_software", Giver.FATHER, is_given=True)], NOW)


def test_without_consent_a_pupil_is_in_no_package_for_other_software(db: Session, book: OpenBook) -> None:
    school = book.cast.school
    code = db.get_one(School, school.school_id).code
    lines = consents.of_class(db, school.school_id, book.cast.class_id, "other_software", TODAY)
    new = Recording(uuid4(), school.school_id, school.clerk, TODAY)
    said = [Word(lines[0].pupil_id, "other_software", giver, is_given=True) for giver in (Giver.FATHER, Giver.CHILD)]
    said.append(Word(lines[1].pupil_id, "publication", Giver.FATHER, is_given=True))
    consents.record(db, new, said, NOW)
    everybody = Draft.read(export_school(db, code, YEAR)).tables
    ids = {str(each.pupil_id) for each in lines}
    told = {line["sourcedId"]: line["metadata.hocba.consents"] for line in everybody["users"]}
    assert ids <= set(told)
    assert told[str(lines[0].pupil_id)] == "other_software"
    asked = Draft.read(export_school(db, code, YEAR, needs_consent=True)).tables
    left = ids & {line["sourcedId"] for line in asked["users"]}
    assert left == {str(lines[0].pupil_id)}
    assert ids & {line["userSourcedId"] for line in asked["enrollments"]} == left
    assert ids & {line["userSourcedId"] for line in asked["roles"]} == left
    assert ids & {line["sourcedId"] for line in asked["demographics"]} == left


def test_an_unknown_purpose_is_refused_in_words() -> None:
    with pytest.raises(Invalid):
        RULES.purpose("weather")
