"""What verdicts, times, roles and documents are called."""

from dataclasses import replace

import pytest

from domain.documents import DocumentKind, SignatureField
from signing.verification.labels import headline, kind_name, role_name, time_note
from signing.verification.sentences import Language
from signing.verification.verdicts import Proof, Standing, Verdict
from signing.verification.verify import verify
from tests.signing.verification.world import World

LANGUAGES = pytest.mark.parametrize("language", ["vi", "en"])


@pytest.mark.parametrize(
    ("standing", "vietnamese", "english"),
    [
        (None, "HỢP LỆ", "VALID"),
        (Standing.IN_FORCE, "HỢP LỆ", "VALID"),
        (Standing.RECALLED, "CHỮ KÝ HỢP LỆ, BẢN ĐÃ THU HỒI", "SIGNATURES VALID, DOCUMENT RECALLED"),
        (Standing.SUPERSEDED, "CHỮ KÝ HỢP LỆ, ĐÃ CÓ PHIÊN BẢN MỚI", "SIGNATURES VALID, DOCUMENT SUPERSEDED"),
    ],
)
def test_what_was_signed_well_says_so_and_how_it_stands_now(
    record: bytes, world: World, standing: Standing | None, vietnamese: str, english: str
) -> None:
    found = verify(record, world.roots, standing=standing)
    assert (headline(found), headline(found, "en")) == (vietnamese, english)


@pytest.mark.parametrize("standing", [None, *Standing])
def test_a_standing_does_not_hide_that_something_is_wrong(
    record: bytes, world: World, standing: Standing | None
) -> None:
    invalid = verify(record + b"junk", world.roots, standing=standing)
    assert (headline(invalid), headline(invalid, "en")) == ("KHÔNG HỢP LỆ", "NOT VALID")
    unproven = verify(record, world.roots, evidence=[b"junk"], standing=standing)
    assert (headline(unproven), headline(unproven, "en")) == ("CHƯA ĐỦ CĂN CỨ", "INDETERMINATE")


def test_what_nobody_signed_is_not_valid(record: bytes, world: World) -> None:
    unsigned = replace(verify(record, world.roots), signatures=())
    assert unsigned.verdict is Verdict.INVALID


@LANGUAGES
def test_every_proof_role_and_kind_has_a_name_of_its_own(language: Language) -> None:
    notes = {time_note(proof, language) for proof in Proof}
    roles = {role_name(field, language) for field in SignatureField}
    kinds = {kind_name(kind, language) for kind in (*DocumentKind, None)}
    assert (len(notes), len(roles), len(kinds)) == (len(Proof), len(SignatureField), len(DocumentKind) + 1)
    assert all((*notes, *roles, *kinds))


@LANGUAGES
def test_a_field_of_a_stranger_s_is_called_what_it_calls_itself(language: Language) -> None:
    assert role_name("extra", language) == "extra"
