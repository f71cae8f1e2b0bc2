"""Which fields a document has, whose they are, and in which order they may be signed."""

import pytest

from domain.documents import SignatureField, in_signing_order, role_of, subject_field, taker_fields, turn_of

MINUTES = ("giver", "taker_1", "taker_2", "principal")
RECORD = (subject_field("toan"), subject_field("ngu_van"), "homeroom", "principal", "seal")


def test_one_taker_needs_no_number() -> None:
    assert taker_fields(1) == ("taker",)
    assert taker_fields(3) == ("taker_1", "taker_2", "taker_3")
    assert taker_fields(0) == ()


@pytest.mark.parametrize(
    ("field", "role"),
    [("taker", SignatureField.TAKER), ("taker_12", SignatureField.TAKER), ("giver", SignatureField.GIVER)],
)
def test_fields_of_minutes_are_somebody_s(field: str, role: SignatureField) -> None:
    assert role_of(field) is role
    assert turn_of(field) == role


def test_a_name_that_is_none_of_ours_is_nobody_s() -> None:
    with pytest.raises(ValueError, match="takers"):
        role_of("takers")


@pytest.mark.parametrize(
    ("signed", "plan"),
    [
        ((), MINUTES),
        (("giver",), MINUTES),
        (("giver", "taker_2"), MINUTES),
        (("giver", "taker_2", "taker_1", "principal"), MINUTES),
        (("taker", "principal"), ("taker", "principal")),
        ((RECORD[1], RECORD[0], "homeroom"), RECORD),
    ],
)
def test_those_of_one_turn_sign_in_any_order(signed: tuple[str, ...], plan: tuple[str, ...]) -> None:
    assert in_signing_order(signed, plan)


@pytest.mark.parametrize(
    ("signed", "plan"),
    [
        (("taker_1",), MINUTES),
        (("giver", "taker_1", "principal"), MINUTES),
        (("giver", "taker_1", "taker_1"), MINUTES),
        (("giver", "taker_3"), MINUTES),
        (("principal",), MINUTES),
        ((*MINUTES, "seal"), MINUTES),
        ((RECORD[0], "homeroom"), RECORD),
        (("homeroom",), RECORD),
    ],
)
def test_another_order_is_none(signed: tuple[str, ...], plan: tuple[str, ...]) -> None:
    assert not in_signing_order(signed, plan)
