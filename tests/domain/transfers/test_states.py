"""Every act in every state by each side: what is allowed, and what is said where it is not."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import NotAllowed
from domain.transfers.states import ENDED, SETTLED, Side, advance, allowed
from domain.transfers.states import TransferAct as A
from domain.transfers.states import TransferState as S

SENDING, RECEIVING = Side.SENDING, Side.RECEIVING
MOVES = {
    (S.REQUESTED, A.ACCEPT, RECEIVING): S.ACCEPTED,
    (S.REQUESTED, A.REFUSE, RECEIVING): S.REFUSED,
    (S.REQUESTED, A.CANCEL, SENDING): S.CANCELLED,
    (S.REQUESTED, A.CANCEL, RECEIVING): S.CANCELLED,
    (S.ACCEPTED, A.RELEASE, SENDING): S.RELEASED,
    (S.ACCEPTED, A.REFUSE, SENDING): S.REFUSED,
    (S.ACCEPTED, A.CANCEL, SENDING): S.CANCELLED,
    (S.ACCEPTED, A.CANCEL, RECEIVING): S.CANCELLED,
    (S.RELEASED, A.RECEIVE, RECEIVING): S.RECEIVED,
    (S.RELEASED, A.CANCEL, SENDING): S.CANCELLED,
    (S.RELEASED, A.CANCEL, RECEIVING): S.CANCELLED,
    (S.RECEIVED, A.PLACE, RECEIVING): S.PLACED,
}
ALL = list(product(S, A, Side))


@pytest.mark.parametrize(("state", "act", "side"), ALL)
def test_each_side_can_do_what_is_its_own_and_nothing_else(state: S, act: A, side: Side) -> None:
    if after := MOVES.get((state, act, side)):
        assert advance(state, act, side) is after
    else:
        with pytest.raises(NotAllowed):
            advance(state, act, side)
    assert (act in allowed(state, side)) is ((state, act, side) in MOVES)


@pytest.mark.parametrize(
    ("state", "act", "side", "words"),
    [
        (S.RECEIVED, A.CANCEL, SENDING, "Học sinh đã thuộc trường nơi đến nên không từ chối hay huỷ được nữa."),
        (S.PLACED, A.REFUSE, RECEIVING, "làm đơn chuyển trường mới"),
        (S.REFUSED, A.ACCEPT, RECEIVING, "Hồ sơ chuyển trường đã kết thúc: không tiếp nhận."),
        (S.CANCELLED, A.CANCEL, SENDING, "Hồ sơ chuyển trường đã kết thúc: đã huỷ."),
        (S.PLACED, A.PLACE, RECEIVING, "Hồ sơ chuyển trường đã kết thúc: đã xếp lớp."),
        (S.REQUESTED, A.RELEASE, SENDING, "Lúc này không trả hồ sơ được: hồ sơ chuyển trường đang ở bước đã nhận đơn."),
        (S.REQUESTED, A.ACCEPT, SENDING, "Lúc này việc đồng ý tiếp nhận là của trường nơi đến, không phải của"),
        (S.ACCEPTED, A.RELEASE, RECEIVING, "việc trả hồ sơ là của trường nơi đi, không phải của trường nơi đến."),
    ],
)  # fmt: skip
def test_a_refusal_says_why(state: S, act: A, side: Side, words: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        advance(state, act, side)
    assert words in refused.value.message


@given(st.lists(st.tuples(st.sampled_from(A), st.sampled_from(Side)), max_size=30))
def test_whatever_is_tried_nothing_goes_back_once_the_pupil_is_there(tried: list[tuple[A, Side]]) -> None:
    seen = [S.REQUESTED]
    for act, side in tried:
        try:
            seen.append(advance(seen[-1], act, side))
        except NotAllowed:
            continue
    assert len(set(seen)) == len(seen)
    assert not any(state in ENDED for state in seen[:-1])
    settled = [state for state in seen if state in SETTLED]
    assert settled == seen[len(seen) - len(settled) :]
