"""The comment bank over HTTP: each teacher's own phrases, before those of the product."""

from typing import Any

import pytest

from tests.api.conftest import As

PHRASES, SUGGESTIONS = "/api/v1/comment-phrases", "/api/v1/comment-suggestions"
PHRASE = {"subject": "toan", "item": "toan", "level": "T", "text": "Em tính nhẩm nhanh."}


async def test_a_phrase_is_kept_changed_and_removed(as_: As) -> None:
    homeroom = as_("homeroom")
    kept = (await homeroom.post(PHRASES, json=PHRASE)).json()
    new = {"id": kept["id"], "used": 0, "last_used_at": None}
    assert (await homeroom.post(PHRASES, json=PHRASE)).json() == kept == PHRASE | new
    changed = await homeroom.put(f"{PHRASES}/{kept['id']}", json={"level": "H", "text": "Em cẩn thận."})
    assert (changed.json()["level"], changed.json()["text"]) == ("H", "Em cẩn thận.")
    assert (await homeroom.get(PHRASES, params={"subject": "toan", "level": "H"})).json() == [changed.json()]
    assert (await homeroom.delete(f"{PHRASES}/{kept['id']}")).status_code == 204
    assert (await homeroom.get(PHRASES)).json() == []


async def test_a_phrase_that_is_there_already_is_not_made_twice(as_: As) -> None:
    first, second = [(await as_("homeroom").post(PHRASES, json=PHRASE | {"level": each})).json() for each in "TH"]
    same = {"level": first["level"], "text": first["text"]}
    answer = await as_("homeroom").put(f"{PHRASES}/{second['id']}", json=same)
    assert (answer.status_code, answer.json()["detail"]) == (409, "Thầy cô đã lưu mẫu nhận xét này rồi.")


async def test_nobody_sees_the_phrases_of_others(as_: As) -> None:
    await as_("homeroom").post(PHRASES, json=PHRASE)
    for person in ("principal", "music", "foreigner"):
        assert (await as_(person).get(PHRASES)).json() == []
        found = (await as_(person).get(SUGGESTIONS, params={"subject": "toan", "grade": 1})).json()
        assert PHRASE["text"] not in [each["text"] for each in found]


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"subject": "xyz", "item": "xyz"}, 404),
        ({"item": "am_nhac"}, 404),
        ({"level": "A"}, 422),
        ({"text": " "}, 422),
        ({"text": "x" * 301}, 422),
        ({"text": "x" * 5000}, 422),
    ],
)
async def test_a_phrase_that_no_cell_could_take_is_refused(as_: As, wrong: dict[str, str], status: int) -> None:
    assert (await as_("homeroom").post(PHRASES, json=PHRASE | wrong)).status_code == status


async def suggested(as_: As, **query: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    found: list[dict[str, Any]] = (await as_("homeroom").get(SUGGESTIONS, params=query)).json()
    return found


async def test_own_phrases_come_before_those_of_the_product(as_: As) -> None:
    given = await suggested(as_, subject="toan", grade=1, level="T", term="hk1")
    assert len(given) >= 3
    assert {(each["phrase_id"], each["used"], each["level"]) for each in given} == {(None, 0, "T")}
    own = [PHRASE | {"level": ""}, PHRASE | {"text": given[0]["text"]}, PHRASE | {"level": "C", "text": "Khác."}]
    for phrase in own:
        await as_("homeroom").post(PHRASES, json=phrase)
    found = await suggested(as_, subject="toan", grade=1, level="T", term="hk1")
    assert {each["text"] for each in found[:2]} == {PHRASE["text"], given[0]["text"]}
    assert all(each["phrase_id"] for each in found[:2])
    assert found[2:] == given[1:]


async def test_a_homeroom_comment_is_asked_for_by_its_item(as_: As) -> None:
    found = await suggested(as_, subject="homeroom", grade=4, item="qualities", level="Đ")
    assert {(each["item"], each["level"]) for each in found} == {("qualities", "Đ")}
    overall = await suggested(as_, subject="homeroom", grade=4, level="HTXS")
    assert {each["item"] for each in overall} == {"homeroom"}


async def test_nothing_is_suggested_for_what_the_grade_does_not_have(as_: As) -> None:
    assert await suggested(as_, subject="vat_li", grade=1) == []


@pytest.mark.parametrize("query", [{"grade": 13}, {"grade": 0}, {"level": "A"}, {"term": "hk9"}])
async def test_a_senseless_question_is_refused(as_: As, query: dict[str, Any]) -> None:
    asked: dict[str, Any] = {"subject": "toan", "grade": 1, **query}
    assert (await as_("homeroom").get(SUGGESTIONS, params=asked)).status_code == 422
