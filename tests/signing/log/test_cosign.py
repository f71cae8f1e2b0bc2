"""The second office: it signs a log that only grew, and refuses every other, whoever signed it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing.log.cosign import Cosigner
from signing.log.errors import LogForked, NoteInvalid
from signing.log.notes import Note
from signing.log.tiles import Tiles
from tests.signing.log.samples import ORIGIN, entries, history, signer, written

AT = datetime(2027, 6, 15, 3, 4, 5, tzinfo=UTC)
ENTRIES = entries(600)
OFFICE = Cosigner(signer("office.example", seed=2), signer().log_key, ORIGIN)
SEEN = history(written(ENTRIES[:300])).checkpoint()


@given(st.data(), st.integers(1, 600))
def test_a_log_that_grew_is_cosigned(data: st.DataObject, size: int) -> None:
    old, store = data.draw(st.integers(0, size)), written(ENTRIES[:size])
    seen = history(written(ENTRIES[:old])).checkpoint()
    proof = history(store).consistency_proof(old, size)
    cosigned = OFFICE.cosign(seen, store.files["checkpoint"], proof, at=AT)
    history(store).add_cosignature(cosigned.line, OFFICE.signer.cosigner_key)
    found = OFFICE.signer.cosigner_key.find(Note.parse(store.files["checkpoint"]))
    assert (cosigned.checkpoint, found.cosigned_at) == (history(store).checkpoint(), AT)


def test_an_office_with_a_copy_proves_the_growth_itself() -> None:
    copy = written(ENTRIES)
    proof = Tiles(copy, 600).consistency_proof(SEEN.size, 600)
    assert OFFICE.cosign(SEEN, copy.files["checkpoint"], proof, at=AT).checkpoint.size == 600


def test_the_first_checkpoint_is_taken_as_it_is() -> None:
    assert OFFICE.cosign(None, written(ENTRIES).files["checkpoint"], [], at=AT).checkpoint.size == 600


def test_a_cosigned_checkpoint_can_be_offered_again() -> None:
    store = written(ENTRIES)
    first = OFFICE.cosign(None, store.files["checkpoint"], [], at=AT)
    history(store).add_cosignature(first.line, OFFICE.signer.cosigner_key)
    assert OFFICE.cosign(first.checkpoint, store.files["checkpoint"], [], at=AT) == first


def test_a_shrunk_log_is_refused() -> None:
    with pytest.raises(LogForked, match="trước đây có 300 mục, nay chỉ còn 299"):
        OFFICE.cosign(SEEN, written(ENTRIES[:299]).files["checkpoint"], [], at=AT)


@pytest.mark.parametrize(
    "rewritten",
    [
        ENTRIES[:100] + ENTRIES[101:],
        [*ENTRIES[:100], b"changed", *ENTRIES[101:]],
        [*ENTRIES[:100], b"back-dated", *ENTRIES[100:]],
        [b"changed", *ENTRIES[1:300]],
    ],
    ids=["deleted", "changed", "back-dated", "of the same size"],
)
def test_a_forked_log_is_refused_whatever_it_offers_as_proof(rewritten: list[bytes]) -> None:
    store = written(rewritten)
    size = len(rewritten)
    for proof in ([], Tiles(store, size).consistency_proof(300, size), [SEEN.root]):
        with pytest.raises(LogForked, match="rẽ nhánh: 300 mục đầu"):
            OFFICE.cosign(SEEN, store.files["checkpoint"], proof, at=AT)


def test_a_log_that_grew_is_refused_without_its_proof() -> None:
    with pytest.raises(LogForked, match="rẽ nhánh"):
        OFFICE.cosign(SEEN, written(ENTRIES).files["checkpoint"], [], at=AT)


def test_a_checkpoint_by_another_key_or_of_another_log_is_not_cosigned() -> None:
    offered = written(ENTRIES).files["checkpoint"]
    with pytest.raises(NoteInvalid, match="không có chữ ký"):
        Cosigner(OFFICE.signer, signer(seed=3).log_key, ORIGIN).cosign(None, offered, [], at=AT)
    with pytest.raises(NoteInvalid, match="thuộc nhật ký khác"):
        Cosigner(OFFICE.signer, OFFICE.log_key, "other.example").cosign(None, offered, [], at=AT)
