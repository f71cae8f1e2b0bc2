"""The second between: at the last instant the one, from the moment on the other, and nobody else at any time."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from domain.decisions import Action
from domain.errors import NotAllowed
from domain.matters.handovers import Deed, HandoverKind
from storage import authority, certificate_list
from storage.orders import NewOrder, open_order, release
from storage.tables import CertificateRow, SigningOrder
from tests.factories import make_certificate
from tests.storage.handovers.playing import AT, INSTANT, NOW, UNTIL, Stage
from tests.storage.papers import new_order


@pytest.fixture
def stage(db: Session) -> Stage:
    stage = Stage.make(db)
    stage.book.review_all()
    return stage


def order_of(stage: Stage, staff_id: UUID, slot: str = "toan") -> SigningOrder:
    """An order that was opened some day by this person."""
    base = new_order(stage.book, Action.SIGN, slot)
    mine = stage.session.query(CertificateRow).filter_by(staff_id=staff_id).first()
    certificate = mine or make_certificate(stage.session, staff_id)
    new = NewOrder(
        base.order_id, base.class_term_id, base.action, base.slots, staff_id, certificate.id, base.record_ids
    )
    order = open_order(stage.session, new, NOW)
    release(stage.session, order)
    return order


def may(stage: Stage, order: SigningOrder, *moments: datetime) -> list[bool]:
    found = []
    for at in moments:
        try:
            authority.require(stage.session, order, at)
        except NotAllowed:
            found.append(False)
        else:
            found.append(True)
    return found


@pytest.mark.parametrize("kind", [each for each in HandoverKind if each.is_leaving])
def test_of_a_leaving(stage: Stage, kind: HandoverKind) -> None:
    one, nobody = stage.newcomer(), stage.newcomer()
    orders = [order_of(stage, each) for each in (stage.leaver, one, nobody)]
    handing = stage.open(kind, {"toan": one})
    if not kind.giver_is_gone:
        handing.do(Deed.CONFIRM, stage.leaver)
    handing.do(Deed.ACCEPT, one)
    found = [may(stage, order, AT - INSTANT, AT, AT + timedelta(days=400)) for order in orders]
    assert found == [[True, False, False], [False, True, True], [False, False, False]]


@pytest.mark.parametrize("kind", [HandoverKind.MATERNITY, HandoverKind.DELEGATION])
def test_of_what_goes_back(stage: Stage, kind: HandoverKind) -> None:
    one = stage.newcomer()
    mine, theirs = order_of(stage, stage.leaver), order_of(stage, one)
    by = stage.leaver if kind is HandoverKind.DELEGATION else stage.head
    until = AT + timedelta(days=9)
    handing = stage.open(kind, {"toan": one}, by=by, until=until)
    if kind.has_minutes:
        handing.do(Deed.CONFIRM, stage.leaver)
    handing.do(Deed.ACCEPT, one)
    moments = (AT - INSTANT, AT, until - INSTANT, until)
    assert may(stage, mine, *moments) == [True, False, False, True]
    assert may(stage, theirs, *moments) == [False, True, True, False]


def test_who_is_on_leave_is_listed_as_not_able_to_sign(stage: Stage) -> None:
    stage.open(HandoverKind.MATERNITY, {}, until=UNTIL)
    able = [
        stage.leaver in certificate_list.people_who_can_sign(stage.session, stage.school_id, at)
        for at in (AT - INSTANT, AT, UNTIL - INSTANT, UNTIL)
    ]
    assert able == [True, False, False, True]
    lines = certificate_list.certificate_list(stage.session, stage.school_id, AT)
    assert next(each.condition for each in lines if each.staff_id == stage.leaver) == "suspended"
