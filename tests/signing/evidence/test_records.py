"""A record is put together from rows, always the same way, and no other bytes are taken for one."""

import hashlib
from dataclasses import replace

import pytest
from asn1crypto.algos import DigestAlgorithm
from asn1crypto.core import Asn1Value
from asn1crypto.tsp import ArchiveTimeStamp

from signing.evidence.errors import EvidenceInvalid
from signing.evidence.records import MAX_RECORD_BYTES, MAX_STAMPS, Stamp, assemble, take_apart
from signing.evidence.structures import ArchiveTimeStampChain, ArchiveTimeStampSequence, EvidenceRecord
from signing.evidence.tree import HashTree
from tests.signing.evidence.batches import STAMPED, make_files, rehashed, renewed, stamped, stamped_files
from tests.signing.evidence.conftest import Authorities
from tests.signing.tsa import awkward


@pytest.fixture(scope="module")
def stamps(authorities: Authorities) -> list[Stamp]:
    return stamped_files(make_files(1000), authorities.first)


def test_the_same_rows_give_the_same_bytes(stamps: list[Stamp]) -> None:
    assert assemble([[stamps[0]]]) == assemble([[replace(stamps[0])]])


def test_a_record_comes_apart_into_the_stamps_it_was_made_of(authorities: Authorities, stamps: list[Stamp]) -> None:
    files, lone = make_files(2), stamped([bytes(32)], authorities.first)
    again = renewed(stamped_files(files, authorities.first), authorities.second)
    newest = rehashed([([[stamps[0], again[0]]], files[0])], authorities.third)
    for chains in ([[stamps[5]]], [[lone[0]]], [[stamps[0], again[0]]], [[stamps[0], again[0]], [newest[0]]]):
        assert take_apart(assemble(chains)) == chains


def test_a_token_stays_byte_for_byte_what_it_was(stamps: list[Stamp]) -> None:
    stamp = replace(stamps[0], token=awkward(stamps[0].token))
    assert take_apart(assemble([[stamp]])) == [[stamp]]


def test_a_record_is_small(stamps: list[Stamp]) -> None:
    assert 1200 <= len(assemble([[stamps[0]]])) <= 1600


def test_hash_functions_are_named_once_in_order_of_use(authorities: Authorities, stamps: list[Stamp]) -> None:
    file = make_files(1)[0]
    again = renewed(stamps[:1], authorities.second)[0]
    newest = rehashed([([[stamps[0], again]], file)], authorities.third)[0]
    record = EvidenceRecord.load(assemble([[stamps[0], again], [newest]]))
    assert [each["algorithm"] for each in record["digest_algorithms"].native] == ["sha256", "sha512"]
    assert record["version"].native == "v1"


@pytest.mark.parametrize("damaged", [b"", b"\x04\x00", b"\x30\x01", b"\x30\x00\x00"])
def test_damaged_rows_are_refused(stamps: list[Stamp], damaged: bytes) -> None:
    for stamp in (replace(stamps[0], path=damaged), replace(stamps[0], token=damaged)):
        with pytest.raises(EvidenceInvalid, match="không đọc được"):
            take_apart(assemble([[stamp]]))


def test_bytes_that_are_no_record_are_refused(stamps: list[Stamp]) -> None:
    record = assemble([[stamps[0]]])
    long = b"\x30\x84" + MAX_RECORD_BYTES.to_bytes(4) + bytes(MAX_RECORD_BYTES)
    for der in (
        b"",
        b"\x30\x00",
        record[:-1],
        record + b"\0",
        long,
        b"\x30\x80" * 50_000,
        assemble([]),
        assemble([[]]),
    ):
        with pytest.raises(EvidenceInvalid, match="không đọc được"):
            take_apart(der)


def test_more_stamps_than_any_record_needs_are_refused(stamps: list[Stamp]) -> None:
    assert len(take_apart(assemble([stamps[:1] * MAX_STAMPS]))[0]) == MAX_STAMPS
    with pytest.raises(EvidenceInvalid):
        take_apart(assemble([stamps[:1]] * (MAX_STAMPS + 1)))


def test_a_token_over_another_kind_of_hash_is_refused(authorities: Authorities) -> None:
    digest = hashlib.sha3_256(b"data").digest()
    token = authorities.first.token(digest, STAMPED, "sha3_256")
    with pytest.raises(EvidenceInvalid):
        take_apart(assemble([[Stamp("sha3_256", HashTree.over([bytes(32)]).path(bytes(32)), token)]]))


@pytest.mark.parametrize("field", ["digest_algorithm", "attributes"])
def test_a_record_written_otherwise_is_refused(stamps: list[Stamp], field: str) -> None:
    extra: dict[str, Asn1Value] = {
        "digest_algorithm": DigestAlgorithm({"algorithm": "sha256"}),
        "attributes": [{"type": "2.5.4.3", "values": []}],
    }
    record = EvidenceRecord.load(assemble([[stamps[0]]]))
    stamp = record["archive_time_stamp_sequence"][0][0]
    added = ArchiveTimeStamp(
        {field: extra[field], "reduced_hashtree": stamp["reduced_hashtree"], "time_stamp": stamp["time_stamp"]}
    )
    record["archive_time_stamp_sequence"] = ArchiveTimeStampSequence([ArchiveTimeStampChain([added])])
    with pytest.raises(EvidenceInvalid):
        take_apart(record.dump())


@pytest.mark.parametrize("change", [{"version": "v2"}, {"digest_algorithms": [{"algorithm": "sha1"}]}])
def test_a_record_with_another_head_is_refused(stamps: list[Stamp], change: dict[str, Asn1Value]) -> None:
    record = EvidenceRecord.load(assemble([[stamps[0]]]))
    for name, value in change.items():
        record[name] = value
    with pytest.raises(EvidenceInvalid):
        take_apart(record.dump())
