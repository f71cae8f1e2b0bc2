"""A record proves its own file and no other, from whoever's bytes it comes."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signing.evidence.checking import Proof, check_evidence
from signing.evidence.errors import EvidenceExpired, EvidenceInvalid
from signing.evidence.records import Chains, assemble
from signing.tokens import DIGEST_BYTES
from tests.signing.evidence.batches import STAMPED, hashes_of, make_files, stamped_files
from tests.signing.evidence.conftest import Authorities
from tests.signing.tsa import found

MOMENT = datetime(2027, 1, 1, tzinfo=UTC)
FILE = make_files(1)[0]


@pytest.fixture(scope="module")
def record(authorities: Authorities) -> bytes:
    return assemble([stamped_files(make_files(3), authorities.first)[:1]])


def checked(der: bytes, file: bytes, authorities: Authorities) -> Proof:
    return check_evidence(der, hashes_of(file), authorities.roots, moment=MOMENT)


def refusal(chains: Chains, file: bytes, authorities: Authorities) -> str:
    with pytest.raises(EvidenceInvalid) as refused:
        checked(assemble(chains), file, authorities)
    return refused.value.message


@pytest.mark.parametrize("algorithm", DIGEST_BYTES)
@pytest.mark.parametrize("count", [1, 2, 3, 5, 35, 1000])
def test_every_file_of_a_batch_is_proven(authorities: Authorities, count: int, algorithm: str) -> None:
    files = make_files(count)
    stamps = stamped_files(files, authorities.first, algorithm)
    for at in {0, count // 2, count - 1}:
        proof = checked(assemble([[stamps[at]]]), files[at], authorities)
        assert (proof.time, proof.until) == (STAMPED, datetime(2031, 1, 1, tzinfo=UTC))
        assert [token.der for token in proof.tokens] == [stamps[at].token]


def test_the_hashes_of_a_file_may_be_given_as_a_mapping(authorities: Authorities) -> None:
    record = assemble([stamped_files([FILE], authorities.first)])
    hashes = {"sha256": hashlib.sha256(FILE).digest()}
    assert check_evidence(record, hashes, authorities.roots, moment=MOMENT).time == STAMPED
    with pytest.raises(EvidenceInvalid, match="Chưa có mã băm sha256"):
        check_evidence(record, {"sha512": bytes(64)}, authorities.roots, moment=MOMENT)


@pytest.mark.parametrize("count", [1, 2, 35])
def test_a_changed_file_is_refused(authorities: Authorities, count: int) -> None:
    files = make_files(count)
    stamps = stamped_files(files, authorities.first)
    message = refusal([[stamps[0]]], files[0] + b" ", authorities)
    assert "đã bị thay đổi" in message or "dữ liệu khác" in message


def test_the_path_of_another_file_is_refused(authorities: Authorities) -> None:
    files = make_files(35)
    stamps = stamped_files(files, authorities.first)
    swapped = replace(stamps[0], path=stamps[20].path)
    assert "không phải của tệp này" in refusal([[swapped]], files[0], authorities)


def test_the_token_of_another_batch_is_refused(authorities: Authorities) -> None:
    ours, theirs = (stamped_files(make_files(count), authorities.first) for count in (5, 6))
    mixed = replace(ours[0], token=theirs[0].token)
    assert "dữ liệu khác" in refusal([[mixed]], FILE, authorities)


def test_a_strangers_token_is_refused(authorities: Authorities) -> None:
    stranger = found("Lạ", datetime(2026, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC))
    assert "không do tổ chức được tin cậy" in refusal([stamped_files([FILE], stranger)], FILE, authorities)


def test_a_revoked_authority_proves_nothing(authorities: Authorities) -> None:
    record, crl = (
        assemble([stamped_files([FILE], authorities.first)]),
        authorities.first.crl(MOMENT, revoked_at=STAMPED),
    )
    with pytest.raises(EvidenceInvalid, match="đã bị thu hồi"):
        check_evidence(record, hashes_of(FILE), authorities.roots, moment=MOMENT, crls=[crl])


def test_a_moment_before_the_stamp_is_refused(authorities: Authorities) -> None:
    record, before = assemble([stamped_files([FILE], authorities.first)]), STAMPED - timedelta(days=1)
    with pytest.raises(EvidenceInvalid, match="không hợp lý"):
        check_evidence(record, hashes_of(FILE), authorities.roots, moment=before)


def test_an_expired_record_of_a_changed_file_is_invalid_first(authorities: Authorities) -> None:
    files, moment = make_files(2), datetime(2032, 1, 1, tzinfo=UTC)
    record = assemble([stamped_files(files, authorities.first)[:1]])
    with pytest.raises(EvidenceExpired, match="không được gia hạn"):
        check_evidence(record, hashes_of(files[0]), authorities.roots, moment=moment)
    with pytest.raises(EvidenceInvalid):
        check_evidence(record, hashes_of(files[1] + b" "), authorities.roots, moment=moment)


def test_the_callers_own_error_comes_through(authorities: Authorities) -> None:
    def unreadable(_algorithm: str) -> bytes:
        raise OSError

    with pytest.raises(OSError, match=r"^$"):
        check_evidence(
            assemble([stamped_files([FILE], authorities.first)]), unreadable, authorities.roots, moment=MOMENT
        )


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_no_changed_byte_changes_what_is_proven(authorities: Authorities, record: bytes, data: st.DataObject) -> None:
    changed = bytearray(record)
    changed[data.draw(st.integers(0, len(record) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        proof = checked(bytes(changed), FILE, authorities)
    except EvidenceInvalid:
        return
    # A few bytes of a CMS structure, such as its version, are covered by nothing.
    assert (proof.time, proof.until) == (STAMPED, datetime(2031, 1, 1, tzinfo=UTC))


@given(st.binary(max_size=200))
def test_random_bytes_are_refused(authorities: Authorities, der: bytes) -> None:
    with pytest.raises(EvidenceInvalid):
        checked(der, FILE, authorities)
