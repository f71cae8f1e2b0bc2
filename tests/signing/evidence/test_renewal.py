"""Evidence renewed in time proves the first time for decades; not renewed, it lapses. No clock is asked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from signing.evidence.checking import Proof, check_evidence
from signing.evidence.errors import EvidenceExpired, EvidenceInvalid
from signing.evidence.records import Chains, Stamp, assemble
from tests.clock import freeze_time
from tests.signing.evidence.batches import (
    REHASHED,
    RENEWED,
    STAMPED,
    hashes_of,
    make_files,
    rehashed,
    renewed,
    stamped,
    stamped_files,
)
from tests.signing.evidence.conftest import Authorities

FILES = make_files(5)
IN_2032, IN_2036, IN_2040 = (datetime(year, 9, 1, tzinfo=UTC) for year in (2032, 2036, 2040))


@pytest.fixture(scope="module")
def stamps(authorities: Authorities) -> list[Stamp]:
    return stamped_files(FILES, authorities.first)


@pytest.fixture(scope="module")
def renewals(authorities: Authorities, stamps: list[Stamp]) -> list[Stamp]:
    """One batch in 2030 over the tokens of four batches; the first belongs to FILES."""
    others = [stamped_files(make_files(count), authorities.first)[0] for count in (1, 2, 3)]
    return renewed([stamps[0], *others], authorities.second)


def checked(chains: Chains, authorities: Authorities, moment: datetime, file: bytes = FILES[0]) -> Proof:
    return check_evidence(assemble(chains), hashes_of(file), authorities.roots, moment=moment)


def test_without_renewal_the_evidence_lapses_with_the_certificate(
    authorities: Authorities, stamps: list[Stamp]
) -> None:
    assert checked([[stamps[0]]], authorities, datetime(2031, 1, 1, tzinfo=UTC)).time == STAMPED
    with pytest.raises(EvidenceExpired):
        checked([[stamps[0]]], authorities, IN_2032)


def test_renewed_evidence_proves_the_first_time_after_the_first_certificate_ended(
    authorities: Authorities, stamps: list[Stamp], renewals: list[Stamp]
) -> None:
    for file, stamp in zip(FILES, stamps, strict=True):
        proof = checked([[stamp, renewals[0]]], authorities, IN_2036, file)
        assert (proof.time, proof.until) == (STAMPED, datetime(2037, 1, 1, tzinfo=UTC))
        assert [token.gen_time for token in proof.tokens] == [STAMPED, RENEWED]


@pytest.mark.parametrize("today", ["2026-11-24", "2050-01-01"])
def test_the_moment_counts_and_not_todays_date(
    authorities: Authorities, stamps: list[Stamp], renewals: list[Stamp], today: str
) -> None:
    with freeze_time(today):
        assert checked([[stamps[0], renewals[0]]], authorities, IN_2036).time == STAMPED
        with pytest.raises(EvidenceExpired):
            checked([[stamps[0]]], authorities, IN_2036)


def test_renewed_evidence_lapses_in_its_turn_and_can_be_renewed_again(
    authorities: Authorities, stamps: list[Stamp], renewals: list[Stamp]
) -> None:
    chain = [stamps[0], renewals[0]]
    with pytest.raises(EvidenceExpired):
        checked([chain], authorities, IN_2040)
    third = renewed(renewals[:1], authorities.third, REHASHED)[0]
    assert checked([[*chain, third]], authorities, IN_2040).time == STAMPED


def test_a_renewal_that_came_too_late_is_no_proof(authorities: Authorities, stamps: list[Stamp]) -> None:
    late = renewed(stamps[:1], authorities.second, IN_2032)[0]
    with pytest.raises(EvidenceExpired):
        checked([[stamps[0], late]], authorities, IN_2036)


def test_a_renewal_that_leaves_a_token_out_is_refused(
    authorities: Authorities, stamps: list[Stamp], renewals: list[Stamp]
) -> None:
    third = renewed(renewals[:1], authorities.third, REHASHED)[0]
    others = [stamped_files(make_files(count), authorities.first)[0] for count in (1, 2, 3)]
    foreign = renewed(others, authorities.second)[0]
    for chain in ([stamps[0], third], [renewals[0], stamps[0]], [stamps[0], foreign], [renewals[0]]):
        with pytest.raises(EvidenceInvalid, match=r"không phải của tệp này|dữ liệu khác"):
            checked([chain], authorities, IN_2036)


def test_a_renewal_dated_before_what_it_renews_is_refused(authorities: Authorities, stamps: list[Stamp]) -> None:
    early = renewed(stamps[:1], authorities.first, STAMPED - timedelta(days=30))[0]
    with pytest.raises(EvidenceInvalid, match="không hợp lý"):
        checked([[stamps[0], early]], authorities, datetime(2027, 1, 1, tzinfo=UTC))


def test_one_chain_keeps_to_one_hash_function(authorities: Authorities, stamps: list[Stamp]) -> None:
    other = renewed([replace(stamps[0], algorithm="sha512")], authorities.second)[0]
    with pytest.raises(EvidenceInvalid, match="trộn lẫn"):
        checked([[stamps[0], other]], authorities, IN_2036)


def test_a_new_hash_function_begins_a_new_chain(
    authorities: Authorities, stamps: list[Stamp], renewals: list[Stamp]
) -> None:
    records = [([[stamp, renewals[0]]], file) for stamp, file in zip(stamps, FILES, strict=True)]
    for (chains, file), newest in zip(records, rehashed(records, authorities.third), strict=True):
        proof = checked([*chains, [newest]], authorities, IN_2040, file)
        assert (proof.time, proof.until) == (STAMPED, datetime(2045, 1, 1, tzinfo=UTC))
        assert [token.digest_algorithm for token in proof.tokens] == ["sha256", "sha256", "sha512"]


def test_a_new_chain_over_another_file_or_other_stamps_is_refused(
    authorities: Authorities, stamps: list[Stamp], renewals: list[Stamp]
) -> None:
    chains = [[stamps[0], renewals[0]]]
    wrong_file = rehashed([(chains, FILES[1])], authorities.third)
    wrong_stamps = rehashed([([[stamps[0]]], FILES[0])], authorities.third)
    only_file = stamped([hashes_of(FILES[0])("sha512")], authorities.third, REHASHED, "sha512")
    for newest in (wrong_file, wrong_stamps, only_file):
        with pytest.raises(EvidenceInvalid, match="dữ liệu khác"):
            checked([*chains, newest], authorities, IN_2040)


def test_a_new_chain_needs_the_files_hash_by_its_own_function(
    authorities: Authorities, stamps: list[Stamp], renewals: list[Stamp]
) -> None:
    chains = [[stamps[0], renewals[0]]]
    record = assemble([*chains, rehashed([(chains, FILES[0])], authorities.third)])
    hashes = {"sha256": hashes_of(FILES[0])("sha256")}
    with pytest.raises(EvidenceInvalid, match="Chưa có mã băm sha512"):
        check_evidence(record, hashes, authorities.roots, moment=IN_2040)
