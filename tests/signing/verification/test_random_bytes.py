"""No byte of a sealed record can be another: whatever is flipped, put in or taken out, it is no longer valid."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from signing.errors import Unreadable
from signing.verification.verdicts import Verdict
from signing.verification.verify import verify
from tests.signing.verification.holes import hole
from tests.signing.verification.world import World

# A share of the file, so that the strategy needs no file; half of the changes go where no signature looks.
SHARES = st.floats(0, 1, exclude_max=True)


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(share=SHARES, in_hole=st.booleans(), taken=st.integers(0, 3), put=st.binary(max_size=3))
def test_a_record_with_any_other_byte_is_not_valid(
    record: bytes, world: World, share: float, taken: int, put: bytes, *, in_hole: bool
) -> None:
    start, end = hole(record) if in_hole else (0, len(record))
    at = start + int(share * (end - start))
    altered = record[:at] + put + record[at + taken :]
    assert (_verdict(altered, world) is Verdict.VALID) == (altered == record)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(share=SHARES, bit=st.integers(0, 7), digit=st.sampled_from(b"0123456789ABCDEF"))
def test_a_record_with_any_other_digit_in_its_seal_is_not_valid(
    record: bytes, world: World, share: float, bit: int, digit: int
) -> None:
    start, end = hole(record)
    at = start + int(share * (end - start))
    for new in (record[at] ^ 1 << bit, digit):
        altered = record[:at] + bytes([new]) + record[at + 1 :]
        assert (_verdict(altered, world) is Verdict.VALID) == (altered == record), (at, new)


def _verdict(pdf: bytes, world: World) -> Verdict:
    try:
        return verify(pdf, world.roots).verdict
    except Unreadable:
        return Verdict.INVALID
