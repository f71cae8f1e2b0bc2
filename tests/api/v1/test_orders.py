"""Signing orders over HTTP: whose they are, what stops them, and where the passphrase does not go."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.curriculum import HOMEROOM, PRINCIPAL
from domain.decisions import Action
from storage.tables import CertificateRow, SigningOrder
from tests.api.conftest import As
from tests.api.fakes import FakeApprovals
from tests.api.signing import CONFIRM, end_assignment, raw_signatures, right
from tests.api.world import PASSPHRASE, Keyring, World
from tests.factories import OpenBook
from tests.storage.papers import make_order


def ask(world: World, **more: object) -> dict[str, object]:
    words = {"order_id": str(uuid4()), "action": "sign", "slot": HOMEROOM, "record_ids": list(world.records)}
    return words | more


def orders_of(world: World) -> str:
    return f"/api/v1/class-terms/{world.class_term_id}/orders"


def certificate_of(db: Session, world: World, person: str) -> CertificateRow:
    return db.scalars(select(CertificateRow).where(CertificateRow.staff_id == world.who(person))).one()


async def test_the_same_order_id_gives_the_same_order(
    as_: As, world: World, db: Session, approvals: FakeApprovals
) -> None:
    words = ask(world)
    first, second = [await as_("homeroom").post(orders_of(world), json=words) for _ in range(2)]
    assert first.status_code == 200
    assert first.json() == second.json()
    assert approvals.prepared == [words["order_id"]] * 2
    mine = select(func.count()).where(SigningOrder.class_term_id == world.class_term_id)
    assert db.scalar(mine) == 1


@pytest.mark.parametrize("more", [{"slot": "toan"}, {"record_ids": "fewer"}])
async def test_an_order_id_used_for_something_else_is_refused(as_: As, world: World, more: dict[str, object]) -> None:
    if "record_ids" in more:
        more = {"record_ids": list(world.records[:1])}
    words = ask(world)
    assert (await as_("homeroom").post(orders_of(world), json=words)).status_code == 200
    answer = await as_("homeroom").post(orders_of(world), json=words | more)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:hocba:Conflict")


@pytest.mark.parametrize(
    ("more", "status"),
    [(["dao_duc"], 200), (["am_nhac"], 403), (["toan"], 422), ([HOMEROOM] * 2, 422), (["KHÔNG"], 422)],
)
async def test_a_teacher_signs_several_own_subjects_and_nobody_else_s(
    as_: As, world: World, db: Session, approvals: FakeApprovals, more: list[str], status: int
) -> None:
    words = ask(world, slot="toan", more_slots=more)
    answer = await as_("homeroom").post(orders_of(world), json=words)
    assert answer.status_code == status
    found = db.scalars(select(SigningOrder.more_slots).where(SigningOrder.class_term_id == world.class_term_id)).all()
    assert (found, len(approvals.prepared)) == (([more], 1) if status == 200 else ([], 0))


async def test_a_record_of_another_school_is_not_found(as_: As, world: World, approvals: FakeApprovals) -> None:
    words = ask(world, record_ids=[world.records[0], world.foreign_record])
    assert (await as_("homeroom").post(orders_of(world), json=words)).status_code == 404
    assert approvals.prepared == []


async def test_while_one_person_signs_another_waits(as_: As, world: World, order: SigningOrder) -> None:
    answer = await as_("homeroom").post(orders_of(world), json=ask(world))
    assert answer.status_code == 409
    assert "người khác ký" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"not_after": datetime.now(UTC) - timedelta(seconds=1)}, "đã hết hạn"),
        ({"not_before": datetime.now(UTC) + timedelta(days=1)}, "chưa có hiệu lực"),
        ({"state": "revoked"}, "bị thu hồi"),
    ],
)
async def test_nobody_signs_with_a_certificate_that_is_not_valid_now(
    as_: As, world: World, db: Session, order: SigningOrder, changes: dict[str, object], words: str
) -> None:
    for person in ("homeroom", "principal"):
        for name, value in changes.items():
            setattr(certificate_of(db, world, person), name, value)
    db.commit()
    opened = await as_("homeroom").post(orders_of(world), json=ask(world))
    confirmed = await as_("principal").post(CONFIRM, json=right(order))
    for answer in (opened, confirmed):
        assert answer.status_code == 403
        assert words in answer.json()["detail"]


async def test_without_a_certificate_nothing_is_prepared(as_: As, world: World, approvals: FakeApprovals) -> None:
    answer = await as_("music").post(orders_of(world), json=ask(world, slot="am_nhac"))
    assert answer.status_code == 403
    assert answer.json()["detail"] == "Chưa đăng ký chứng thư số."
    assert approvals.prepared == []


async def test_a_certificate_changed_since_the_preparation_stops_the_confirmation(
    as_: As, world: World, db: Session, order: SigningOrder, keys: Keyring, approvals: FakeApprovals
) -> None:
    certificate_of(db, world, "principal").state = "replaced"
    keys.give_person(db, world.who("principal"))
    db.commit()
    answer = await as_("principal").post(CONFIRM, json=right(order))
    assert answer.status_code == 403
    assert answer.json()["detail"] == "Chứng thư số đã thay đổi; hãy bắt đầu lại."
    assert approvals.decided == {}


async def test_an_order_that_has_expired_signs_nothing(
    as_: As, db: Session, order: SigningOrder, approvals: FakeApprovals
) -> None:
    order.expires_at = datetime.now(UTC) - timedelta(seconds=1)
    db.commit()
    answer = await as_("principal").post(CONFIRM, json=right(order))
    assert answer.status_code == 409
    assert "hết hạn" in answer.json()["detail"]
    assert raw_signatures(db, order) == [None]
    assert approvals.decided == {}


async def test_an_order_not_prepared_yet_cannot_be_confirmed(as_: As, db: Session, book: OpenBook) -> None:
    order = make_order(book, Action.APPROVE, PRINCIPAL)
    order.expires_at = datetime.now(UTC) + timedelta(minutes=10)
    db.commit()
    answer = await as_("principal").post(CONFIRM, json=right(order))
    assert answer.status_code == 409
    assert answer.json()["detail"] == "Lệnh ký chưa sẵn sàng."


async def test_an_order_is_its_signers_alone(as_: As, world: World, db: Session, book: OpenBook) -> None:
    order = make_order(book, Action.SIGN, HOMEROOM)
    db.commit()
    for person in ("principal", "clerk", "admin", "music", "foreigner"):
        assert (await as_(person).post(CONFIRM, json=right(order))).status_code == 404
    assert (await as_("principal").post(CONFIRM, json=right(order) | {"order_ids": [str(uuid4())]})).status_code == 404


async def test_whoever_left_the_class_since_cannot_confirm(as_: As, world: World, db: Session, book: OpenBook) -> None:
    order = make_order(book, Action.SIGN, HOMEROOM)
    db.commit()
    end_assignment(db, world, HOMEROOM)
    assert (await as_("homeroom").post(CONFIRM, json=right(order))).status_code == 403


@pytest.mark.parametrize("wrong", ["", "đoán mò", PASSPHRASE + " ", "\x00", "x" * 100_000])
async def test_a_wrong_passphrase_says_so_and_loses_nothing(
    as_: As, db: Session, order: SigningOrder, approvals: FakeApprovals, wrong: str
) -> None:
    answer = await as_("principal").post(CONFIRM, json=right(order) | {"passphrase": wrong})
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:hocba:WrongPassphrase")
    assert answer.json()["detail"] == "Mật khẩu chữ ký không đúng."
    assert (raw_signatures(db, order), approvals.decided) == ([None], {})
    assert (await as_("principal").post(CONFIRM, json=right(order))).status_code == 200
    assert None not in raw_signatures(db, order)


async def test_pressing_confirm_again_keeps_the_first_signatures_and_the_first_answer(
    as_: As, db: Session, order: SigningOrder, approvals: FakeApprovals
) -> None:
    first = await as_("principal").post(CONFIRM, json=right(order))
    signed = raw_signatures(db, order)
    second = await as_("principal").post(CONFIRM, json=right(order))
    assert (first.status_code, first.json()) == (200, second.json())
    assert raw_signatures(db, order) == signed
    assert list(approvals.decided) == [str(order.id)]


@pytest.mark.parametrize("body", [{"passphrase": 7}, {"passphrase": [PASSPHRASE]}, {"pass": PASSPHRASE}])
async def test_a_confirmation_out_of_form_does_not_repeat_the_passphrase(
    as_: As, order: SigningOrder, body: dict[str, object]
) -> None:
    answer = await as_("principal").post(CONFIRM, json={"order_ids": [str(order.id)]} | body)
    assert answer.status_code == 422
    assert "body.pass" in answer.json()["errors"][0]["path"]
    assert PASSPHRASE not in answer.text
