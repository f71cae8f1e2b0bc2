"""What the minutes say of the work, and whose turn it is to sign them."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.matter_limits import check_matter_paper
from domain.assessment import Term
from domain.decisions import Action
from domain.matter_papers import HandoverMinutesContent
from domain.matters.handovers import Deed, HandoverKind, HandoverState, next_turn
from storage.handovers import signing
from storage.matters import papers, waits
from storage.tables import SignatureRow, SigningOrder
from tests.factories import fill
from tests.storage.handovers.playing import AT, NOW, Handing, Stage
from tests.storage.papers import make_document, make_order


@pytest.fixture
def stage(db: Session) -> Stage:
    return Stage.make(db)


def taken(stage: Stage, kind: HandoverKind = HandoverKind.RETIREMENT) -> Handing:
    one, two = stage.newcomer(), stage.newcomer()
    handing = stage.open(kind, {"toan": one, "homeroom": two})
    if handing.state() is HandoverState.CONFIRMING:
        handing.do(Deed.CONFIRM, stage.leaver)
    handing.do(Deed.ACCEPT, one)
    handing.do(Deed.ACCEPT, two)
    return handing


def awaited(stage: Stage, handing: Handing) -> tuple[str, ...]:
    return next_turn([each.field for each in signing.unsigned(stage.session, handing.case)])


def minutes(stage: Stage, handing: Handing) -> HandoverMinutesContent:
    content = papers.draft(stage.session, handing.id, NOW)
    assert isinstance(content, HandoverMinutesContent)
    check_matter_paper(content)
    return content


def test_the_minutes_count_what_is_entered_sent_signed_and_open(stage: Stage) -> None:
    book = stage.book
    fill(book)
    book.act(Action.SUBMIT, "toan")
    sheet = make_document(book, kind="subject_sheet", slot="toan")
    order = make_order(book, Action.SIGN, "toan", lease=False)
    stage.session.add(
        SignatureRow(
            document_id=sheet.id, field="subject_teacher", order_id=order.id, staff_id=stage.leaver,
            certificate_id=order.certificate_id, signed_at=NOW, sha256=sheet.sha256,
        )
    )  # fmt: skip
    handing = taken(stage)
    content = minutes(stage, handing)
    line = next(each for each in content.lines if each.subject == "toan")
    assert (line.class_name, line.term_name, line.records, line.records_sent) == ("1A1", Term.HK1.label, 3, 3)
    assert line.cells_filled == line.cells_required > 0
    assert [each.lookup_code for each in line.sheets] == [sheet.lookup_code]
    other = next(each for each in content.lines if each.subject == "tieng_viet")
    assert (other.taker, other.records_sent) == ("Chưa có người nhận", 0)
    assert "Chưa gửi (3 học sinh)" in other.open


def test_the_giver_signs_first_then_the_takers_in_any_order_then_the_principal(stage: Stage) -> None:
    handing = taken(stage)
    content = minutes(stage, handing)
    assert [each.field for each in content.signers] == ["giver", "taker_1", "taker_2", "principal"]
    assert awaited(stage, handing) == ("giver",)
    [wait] = [each for each in waits.of_matter(stage.session, handing.id) if each.field]
    assert (wait.staff_id, wait.due_at) == (stage.leaver, AT)


def test_of_somebody_who_died_the_minutes_are_without_a_giver(stage: Stage) -> None:
    handing = taken(stage, HandoverKind.DEATH)
    content = minutes(stage, handing)
    assert [each.field for each in content.signers] == ["taker_1", "taker_2", "principal"]
    assert content.without_giver
    assert awaited(stage, handing) == ("taker_1", "taker_2")


def test_a_giver_who_did_not_sign_in_time_is_left_out_by_the_principal(stage: Stage) -> None:
    handing = taken(stage)
    handing.do(Deed.WITHOUT_GIVER, stage.head, reason="Không ký kịp trước khi nghỉ")
    assert awaited(stage, handing) == ("taker_1", "taker_2")
    assert "Không ký kịp" in minutes(stage, handing).without_giver


def test_a_delegation_has_no_minutes(stage: Stage) -> None:
    one = stage.newcomer()
    handing = stage.open(HandoverKind.DELEGATION, {"toan": one}, by=stage.leaver, until=AT.replace(month=12, day=20))
    handing.do(Deed.ACCEPT, one)
    assert handing.state() is HandoverState.STANDING
    assert not stage.session.scalars(select(SigningOrder).where(SigningOrder.matter_id == handing.id)).all()
