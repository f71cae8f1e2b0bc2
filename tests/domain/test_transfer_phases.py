"""Whose turn each step of a transfer is, and that after the pivot nothing is taken back."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Conflict, NotAllowed
from domain.transfers import phases
from domain.transfers.phases import AUTOMATIC, FORWARD_ONLY, NEEDS_REASON, OVER, Deed, Direction, Phase
from domain.transfers.states import Side, TransferState

ALL = list(product(Direction, Phase, Deed))


def allowed(direction: Direction, phase: Phase, deed: Deed) -> bool:
    try:
        phases.require(direction, phase, deed)
    except Conflict:
        return False
    return True


@pytest.mark.parametrize("direction", Direction)
def test_what_is_over_stays_over(direction: Direction) -> None:
    assert not any(allowed(direction, phase, deed) for phase in OVER for deed in Deed)


@pytest.mark.parametrize("phase", Phase)
def test_a_cancellation_gives_back_only_what_was_taken(phase: Phase) -> None:
    if phase in OVER | FORWARD_ONLY | {Phase.UNDOING}:
        assert not allowed(Direction.WITHIN, phase, Deed.CANCEL)
        return
    after = phases.require(Direction.WITHIN, phase, Deed.CANCEL)
    assert after is (Phase.CANCELLED if phase in {Phase.REQUESTED, Phase.ACCEPTED} else Phase.UNDOING)


def test_both_principals_decide_and_each_only_the_own_part() -> None:
    for deed, side in ((Deed.ACCEPT, Side.RECEIVING), (Deed.RELEASE, Side.SENDING)):
        moves = [
            move for phase in Phase if (move := phases.move_of(Direction.WITHIN, phase, deed)) is not None
        ]  # fmt: skip
        assert [(move.side, move.offices) for move in moves] == [(side, frozenset({"principal"}))]


def test_nothing_follows_by_itself_that_somebody_could_press() -> None:
    own = {
        Deed.REQUEST, Deed.SIGN, Deed.SEAL, Deed.DETACHED, Deed.PACKED, Deed.MOVED, Deed.COMMITTED, Deed.UNDONE,
        Deed.STUCK,
    }  # fmt: skip
    assert not [each for each in ALL if each[2] in own and allowed(*each)]


@pytest.mark.parametrize("phase", Phase)
def test_only_what_follows_by_itself_is_tried_again(phase: Phase) -> None:
    if phase in AUTOMATIC:
        assert phases.require(Direction.WITHIN, phase, Deed.RETRY) is phase
    else:
        assert not allowed(Direction.WITHIN, phase, Deed.RETRY)


@pytest.mark.parametrize("deed", Deed)
def test_what_is_refused_or_taken_back_needs_a_reason(deed: Deed) -> None:
    if deed in NEEDS_REASON:
        with pytest.raises(NotAllowed, match="lý do"):
            phases.require_reason(deed, "")
    phases.require_reason(deed, "reason-1")


def test_every_phase_has_its_name_in_the_statute() -> None:
    assert {phases.state_of(phase) for phase in Phase} == set(TransferState)


@pytest.mark.parametrize(
    ("phase", "deed", "words"),
    [
        (Phase.COMMITTING, Deed.CANCEL, "Học sinh đã thuộc trường nơi đến nên không huỷ được nữa."),
        (Phase.PLACED, Deed.CANCEL, "làm đơn chuyển trường mới"),
        (Phase.REFUSED, Deed.ACCEPT, "Việc chuyển trường này đã kết thúc: không chuyển."),
        (Phase.CANCELLED, Deed.CANCEL, "Việc chuyển trường này đã kết thúc: đã huỷ."),
        (Phase.PLACED, Deed.CONFIRM, "Việc chuyển trường này đã kết thúc: đã xong."),
        (Phase.REQUESTED, Deed.RELEASE, "Chưa làm được việc “Đồng ý cho chuyển, trả hồ sơ”: đang ở bước “Chờ trường"),
    ],
)
def test_a_refusal_says_why(phase: Phase, deed: Deed, words: str) -> None:
    with pytest.raises(Conflict) as refused:
        phases.require(Direction.WITHIN, phase, deed)
    assert words in refused.value.message


@given(st.sampled_from(Direction), st.lists(st.sampled_from(Deed), max_size=30))
def test_whatever_is_tried_nothing_goes_on_after_the_end(direction: Direction, tried: list[Deed]) -> None:
    seen = [phases.first_phase(direction)]
    for deed in tried:
        if deed is Deed.RETRY:
            continue  # leads nowhere else
        try:
            seen.append(phases.require(direction, seen[-1], deed))
        except Conflict:
            continue
    assert not any(phase in OVER | {Phase.UNDOING} for phase in seen[:-1])
