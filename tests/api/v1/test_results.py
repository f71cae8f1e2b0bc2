"""Computed results over HTTP, and the decisions about a pupil's year that they depend on."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.curriculum import HOMEROOM
from domain.decisions import Action
from domain.scales import CellKind
from storage import saving
from storage.tables import PromotionDecision, PupilTerm, Reason
from tests.api.conftest import As
from tests.api.world import World
from tests.factories import OpenBook, edit, fill, open_book

API = "/api/v1/class-terms"
WAIVED = {"assessment_waived": True, "individual_plan": False, "reason": "Theo hồ sơ khuyết tật."}


@pytest.fixture
def year(db: Session, world: World) -> OpenBook:
    """A year handed in by everybody; the first pupil has not completed maths."""
    book = open_book(db, world.cast, Term.YEAR_END)
    fill(book)
    low = [edit(book, "toan", CellKind.LEVEL, "C")]
    saving.save_cells(db, book.id, "toan", low, world.cast.homeroom).require_all()
    for slot in book.cast.curriculum.slots:
        book.act(Action.SUBMIT, slot)
    db.commit()
    return book


def decision(book: OpenBook, record: int = 0, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    asked = {"record_ids": [book.records[record]], "is_promoted": True, "reason": "Tiến bộ rõ trong hè."}
    return asked | more


async def test_homeroom_and_offices_see_results_and_subject_teachers_do_not(as_: As, year: OpenBook) -> None:
    path = f"{API}/{year.id}/results"
    for person in ("homeroom", "principal", "clerk", "admin"):
        low, good, _ = (await as_(person).get(path)).json()
        assert [low["verdicts"][0]["level"], good["verdicts"][0]["level"]] == ["CHT", "HTXS"]
        assert (good["rule_version"], good["is_promoted"], low["is_promoted"]) == ("tt27-2020/1", True, None)
        assert good["reasons"][0].startswith("Hoàn thành xuất sắc: ")
    for person in ("music", "other", "foreigner"):
        assert (await as_(person).get(path)).status_code == 404


async def test_until_everything_is_there_it_is_said_what_is_not(as_: As, world: World, db: Session) -> None:
    book = open_book(db, world.cast, Term.YEAR_END)
    fill(book)
    db.commit()
    own = (await as_("homeroom").get(f"{API}/{book.id}/results")).json()
    office = (await as_("principal").get(f"{API}/{book.id}/results")).json()
    assert {each["pending"] for each in own} == {"Chưa gửi: Âm nhạc."}
    assert {each["pending"] for each in office} == {"Chưa gửi: Tiếng Việt, Toán, Đạo đức và 6 phần khác."}


async def test_how_a_pupil_is_assessed_is_set_with_a_reason(as_: As, world: World, db: Session) -> None:
    path = f"{API}/{world.class_term_id}/pupils/{world.records[0]}/assessment"
    assert (await as_("admin").put(path, json=WAIVED)).status_code == 204
    assert db.get_one(PupilTerm, UUID(world.records[0])).assessment_waived
    assert "Theo hồ sơ khuyết tật." in db.scalars(select(Reason.text)).all()
    problems = await as_("homeroom").get(f"{API}/{world.class_term_id}/cells/toan/problems")
    assert world.records[0] not in [each["record_id"] for each in problems.json()]


@pytest.mark.parametrize("wrong", [{"reason": " "}, {"reason": None}, {"assessment_waived": None}])
async def test_it_is_not_set_without_a_reason(as_: As, world: World, db: Session, wrong: dict[str, None]) -> None:
    path = f"{API}/{world.class_term_id}/pupils/{world.records[0]}/assessment"
    assert (await as_("principal").put(path, json=WAIVED | wrong)).status_code == 422
    assert db.get(PupilTerm, UUID(world.records[0])) is None


async def test_it_is_refused_once_homeroom_has_handed_in_and_no_reason_stays(
    as_: As, year: OpenBook, db: Session
) -> None:
    path = f"{API}/{year.id}/pupils/{year.records[0]}/assessment"
    answer = await as_("principal").put(path, json=WAIVED)
    assert (answer.status_code, answer.json()["record_ids"]) == (409, [year.records[0]])
    assert "Theo hồ sơ khuyết tật." not in db.scalars(select(Reason.text)).all()


async def test_it_is_not_set_for_pupils_of_other_classes(as_: As, world: World) -> None:
    path = f"{API}/{world.class_term_id}/pupils/{world.foreign_record}/assessment"
    assert (await as_("principal").put(path, json=WAIVED)).status_code == 404


async def test_the_principal_decides_what_the_rules_leave_open(
    as_: As, world: World, year: OpenBook, db: Session
) -> None:
    path = f"{API}/{year.id}/promotion-decisions"
    assert (await as_("principal").put(path, json=decision(year))).status_code == 204
    kept = db.scalars(select(PromotionDecision)).one()
    assert (kept.record_id, kept.is_promoted, kept.decided_by) == (UUID(year.records[0]), True, world.school.principal)
    assert db.get_one(Reason, kept.reason_id).text == "Tiến bộ rõ trong hè."
    found = (await as_("homeroom").get(f"{API}/{year.id}/results")).json()[0]
    assert found["is_promoted"]
    assert found["verdicts"][1]["text"].endswith("được lên lớp theo quyết định của Hiệu trưởng")


async def test_a_needless_decision_is_refused_in_words(as_: As, year: OpenBook, db: Session) -> None:
    path = f"{API}/{year.id}/promotion-decisions"
    answer = await as_("principal").put(path, json=decision(year, record=1))
    assert (answer.status_code, answer.json()["record_ids"]) == (409, [year.records[1]])
    assert answer.json()["detail"] == "Theo quy định, việc lên lớp đã rõ, hiệu trưởng không phải quyết định."
    assert db.scalars(select(PromotionDecision)).all() == []


async def test_the_first_term_has_nothing_to_decide(as_: As, world: World, book: OpenBook) -> None:
    answer = await as_("principal").put(f"{API}/{world.class_term_id}/promotion-decisions", json=decision(book))
    assert answer.json()["detail"] == "Việc lên lớp chỉ được quyết định ở sổ cuối năm học."


@pytest.mark.parametrize("person", [HOMEROOM, "admin", "clerk"])
async def test_nobody_decides_for_the_principal(as_: As, year: OpenBook, db: Session, person: str) -> None:
    path = f"{API}/{year.id}/promotion-decisions"
    assert (await as_(person).put(path, json=decision(year))).status_code == 403
    assert db.scalars(select(PromotionDecision)).all() == []


@pytest.mark.parametrize("wrong", [{"reason": "a"}, {"record_ids": []}, {"is_promoted": None}])
async def test_a_decision_has_a_reason_and_pupils(as_: As, year: OpenBook, wrong: dict[str, Any]) -> None:
    answer = await as_("principal").put(f"{API}/{year.id}/promotion-decisions", json=decision(year, **wrong))
    assert answer.status_code == 422
