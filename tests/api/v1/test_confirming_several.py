"""One confirmation for several orders: the key opens once, and each class-term answers for itself."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.errors import Unavailable
from domain.curriculum import HOMEROOM
from domain.decisions import Action
from domain.errors import Conflict
from signing.keys import KeyStore, OpenKey
from signing.mechanisms import Mechanism
from storage import registration
from storage.tables import CertificateRow, SigningOrder
from tests.api.conftest import As
from tests.api.fakes import FakeApprovals
from tests.api.signing import CONFIRM, end_assignment, make_prepared, raw_signatures, right
from tests.api.world import World
from tests.factories import SINCE, OpenBook, open_book
from tests.storage.papers import make_order


@pytest.fixture
def second_order(db: Session, world: World) -> SigningOrder:
    """The principal's, of another class."""
    return make_prepared(db, open_book(db, world.other_cast))


async def test_several_classes_are_signed_with_one_opening_of_the_key(
    as_: As, db: Session, order: SigningOrder, second_order: SigningOrder, approvals: FakeApprovals,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    opened: list[str] = []
    really_open = KeyStore.open

    def counted(store: KeyStore, key_ref: str, passphrase: str, mechanism: Mechanism) -> OpenKey:
        opened.append(key_ref)
        return really_open(store, key_ref, passphrase, mechanism)

    monkeypatch.setattr(KeyStore, "open", counted)
    answer = await as_("principal").post(CONFIRM, json=right(order, second_order))
    assert answer.status_code == 200
    assert [(line["order_id"], line["problem"]) for line in answer.json()] == [
        (str(order.id), None), (str(second_order.id), None),
    ]  # fmt: skip
    assert list(approvals.decided) == [str(order.id), str(second_order.id)]
    assert None not in raw_signatures(db, order) + raw_signatures(db, second_order)
    assert len(opened) == 1


async def test_an_order_that_has_expired_does_not_hold_up_the_others(
    as_: As, db: Session, order: SigningOrder, second_order: SigningOrder, approvals: FakeApprovals
) -> None:
    order.expires_at = datetime.now(UTC) - timedelta(seconds=1)
    db.commit()
    answer = await as_("principal").post(CONFIRM, json=right(order, second_order))
    assert answer.status_code == 200
    late, done = answer.json()
    assert (late["outcome"], late["problem"]["status"]) == (None, 409)
    assert "hết hạn" in late["problem"]["detail"]
    assert (done["order_id"], done["outcome"]["done"]) == (str(second_order.id), second_order.record_ids)
    assert list(approvals.decided) == [str(second_order.id)]


async def test_whoever_lost_one_task_still_signs_the_other(
    as_: As, world: World, db: Session, book: OpenBook, approvals: FakeApprovals
) -> None:
    lost, kept = (make_prepared(db, book, Action.SIGN, slot) for slot in ("toan", HOMEROOM))
    end_assignment(db, world, "toan")
    answer = await as_("homeroom").post(CONFIRM, json=right(lost, kept))
    assert [line["problem"] and line["problem"]["status"] for line in answer.json()] == [403, None]
    assert list(approvals.decided) == [str(kept.id)]


@pytest.mark.parametrize("refusal", [Conflict("Hồ sơ đã thay đổi."), Unavailable()])
async def test_one_class_s_refusal_is_told_beside_the_other_s_answer(
    as_: As, order: SigningOrder, second_order: SigningOrder, approvals: FakeApprovals, refusal: Exception
) -> None:
    approvals.refuses_orders[str(order.id)] = refusal
    refused, done = (await as_("principal").post(CONFIRM, json=right(order, second_order))).json()
    assert (refused["problem"]["status"], done["problem"]) == (503 if isinstance(refusal, Unavailable) else 409, None)
    del approvals.refuses_orders[str(order.id)]
    again = await as_("principal").post(CONFIRM, json=right(order, second_order))
    assert [line["problem"] for line in again.json()] == [None, None]
    assert again.json()[1] == done


async def test_a_stranger_s_order_among_one_s_own_signs_nothing(
    as_: As, db: Session, book: OpenBook, second_order: SigningOrder, approvals: FakeApprovals
) -> None:
    stranger = make_order(book, Action.SIGN, HOMEROOM)
    db.commit()
    answer = await as_("principal").post(CONFIRM, json=right(second_order, stranger))
    assert answer.status_code == 404
    assert (raw_signatures(db, second_order), approvals.decided) == ([None], {})


async def test_orders_of_two_certificates_are_confirmed_one_by_one(
    as_: As, db: Session, order: SigningOrder, second_order: SigningOrder, world: World, approvals: FakeApprovals
) -> None:
    """Somebody who is both principal and clerk signs with one key and seals with another."""
    registration.add_position(
        db, world.school.school_id, world.school.principal, "seal_clerk", "Văn thư", (SINCE, None)
    )
    seal = db.scalars(select(CertificateRow).where(CertificateRow.school_id == world.school.school_id)).one()
    second_order.action, second_order.slot, second_order.certificate_id = "seal", "seal", seal.id
    db.commit()
    answer = await as_("principal").post(CONFIRM, json=right(order, second_order))
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:hocba:Conflict")
    assert "chứng thư số khác nhau" in answer.json()["detail"]
    assert approvals.decided == {}


@pytest.mark.parametrize("order_ids", [[], ["x"], "twice"])
async def test_a_confirmation_names_each_order_once(as_: As, order: SigningOrder, order_ids: object) -> None:
    ids = [str(order.id)] * 2 if order_ids == "twice" else order_ids
    answer = await as_("principal").post(CONFIRM, json=right(order) | {"order_ids": ids})
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:hocba:InvalidRequest")
