"""Who signs the papers of matters, in which order, and what is found where it was another one."""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import permutations

import pypdfium2
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields

from documents.places import places_of
from domain.documents import SignatureField
from domain.matter_papers import HandoverMinutesContent, IdentityPageContent, TransferResultContent
from signing.authority import IssuedKey, subject_id
from signing.errors import SigningRefused
from signing.verification.sentences import sentence
from signing.verification.verdicts import Check, Verdict
from signing.verification.verify import verify
from tests.documents.matter_samples import DECEASED, handover_minutes, identity_page, transfer_result
from tests.signing.conftest import Cast, prepared_for, signed_by
from tests.signing.verification.papers import C, attachable, canonical, lying, renderer

GIVER, PRINCIPAL, SEAL = (each.value for each in (SignatureField.GIVER, SignatureField.PRINCIPAL, SignatureField.SEAL))
TAKERS = ("taker_1", "taker_2", "taker_3")
Keys = Mapping[str, IssuedKey]


@pytest.fixture(scope="module")
def keys(curve_cast: Cast) -> Keys:
    """A person for each field, and the school."""
    person = curve_cast.authority.issue_person
    people = {field: person(f"Giáo viên thử {at}", f"07919000002{at}") for at, field in enumerate((GIVER, *TAKERS))}
    named = {
        each: curve_cast.keys[each] for each in (SignatureField.TAKER, SignatureField.PRINCIPAL, SignatureField.SEAL)
    }
    return {**people, **{field.value: key for field, key in named.items()}}


def signable(content: C, keys: Keys) -> C:
    return replace(
        content,
        signers=tuple(replace(each, signer_id=subject_id(keys[each.field].certificate)) for each in content.signers),
    )


def signed(pdf: bytes, keys: Keys, fields: Sequence[str]) -> bytes:
    for field in fields:
        pdf = signed_by(keys[field], pdf, field)  # a field of its own
    return pdf


def rendered(content: HandoverMinutesContent | IdentityPageContent | TransferResultContent, keys: Keys) -> bytes:
    return renderer().render(signable(content, keys)).pdf


@pytest.mark.parametrize("content", [identity_page(5), transfer_result()])
def test_what_the_school_says_is_signed_and_sealed(
    content: IdentityPageContent | TransferResultContent, keys: Keys, curve_cast: Cast
) -> None:
    found = verify(signed(rendered(content, keys), keys, (PRINCIPAL, SEAL)), curve_cast.roots)
    assert found.holds
    assert [each.field for each in found.signatures] == [PRINCIPAL, SEAL]


@pytest.mark.parametrize("takers", [*permutations(TAKERS)])
def test_takers_sign_in_any_order_between_giver_and_principal(
    takers: tuple[str, ...], keys: Keys, curve_cast: Cast
) -> None:
    found = verify(signed(rendered(handover_minutes(60, 3), keys), keys, (GIVER, *takers, PRINCIPAL)), curve_cast.roots)
    assert found.holds
    assert [each.field for each in found.signatures] == [GIVER, *takers, PRINCIPAL]


def test_minutes_hold_without_a_giver_if_they_say_why(keys: Keys, curve_cast: Cast) -> None:
    content = handover_minutes(2, without_giver=DECEASED)
    assert verify(signed(rendered(content, keys), keys, ("taker", PRINCIPAL)), curve_cast.roots).holds


def test_a_giver_who_is_missing_without_a_word_is_found(keys: Keys, curve_cast: Cast) -> None:
    content = signable(handover_minutes(2, without_giver=DECEASED), keys)
    whole = attachable(content)
    whole["content"]["without_giver"] = ""
    found = verify(signed(lying(content, canonical(whole)), keys, ("taker", PRINCIPAL)), curve_cast.roots)
    assert {Check.RECORD_ATTACHED, Check.PLAN} <= set(found.failures())


@pytest.mark.parametrize(
    ("before", "field"),
    [((), "taker_2"), ((), PRINCIPAL), ((GIVER,), PRINCIPAL), ((GIVER, "taker_1", "taker_3"), PRINCIPAL)],
)
def test_signing_minutes_out_of_turn_is_refused(before: tuple[str, ...], field: str, keys: Keys) -> None:
    pdf = signed(rendered(handover_minutes(4, 3), keys), keys, before)
    with pytest.raises(SigningRefused, match="Chưa đến lượt"):
        prepared_for(keys[field], pdf, field)  # a field of its own


@pytest.mark.parametrize(
    "order", [("taker_1", GIVER, "taker_2", "taker_3", PRINCIPAL), (GIVER, "taker_1", "taker_2", PRINCIPAL, "taker_3")]
)
def test_minutes_signed_in_another_order_are_found(
    order: tuple[str, ...], keys: Keys, curve_cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signing.pdf._require_due", lambda *_: None)
    found = verify(signed(rendered(handover_minutes(4, 3), keys), keys, order), curve_cast.roots)
    assert found.verdict is Verdict.INVALID
    assert Check.REVISIONS in found.failures()


@pytest.mark.parametrize("missing", [GIVER, "taker_2", PRINCIPAL])
def test_a_signature_missing_from_the_minutes_is_found(
    missing: str, keys: Keys, curve_cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signing.pdf._require_due", lambda *_: None)
    others = [field for field in (GIVER, *TAKERS, PRINCIPAL) if field != missing]
    found = verify(signed(rendered(handover_minutes(4, 3), keys), keys, others), curve_cast.roots)
    assert {Check.ALL_SIGNED, Check.WHOLE_FILE} <= set(found.failures())


def test_a_taker_who_signs_for_another_is_found(keys: Keys, curve_cast: Cast) -> None:
    swapped = {**keys, "taker_1": keys["taker_2"], "taker_2": keys["taker_1"]}
    pdf = signed(rendered(handover_minutes(4, 3), keys), swapped, (GIVER, *TAKERS, PRINCIPAL))
    assert verify(pdf, curve_cast.roots).failures() == (Check.SIGNER, Check.SIGNER)


def test_fields_for_fewer_takers_than_are_named_are_found(keys: Keys, curve_cast: Cast) -> None:
    content = signable(handover_minutes(4, 3), keys)
    whole = attachable(content)
    del whole["content"]["signers"][2]
    found = verify(signed(lying(content, canonical(whole)), keys, (GIVER, *TAKERS, PRINCIPAL)), curve_cast.roots)
    assert {Check.RECORD_ATTACHED, Check.PLAN} <= set(found.failures())


def test_the_principal_closes_the_minutes(keys: Keys) -> None:
    content = handover_minutes(4, 3)
    pdf = rendered(content, keys)
    fields = enumerate_sig_fields(PdfFileReader(io.BytesIO(pdf), strict=True))
    assert [name for name, _, field in fields if "/Lock" in field.get_object()] == [PRINCIPAL]
    assert [each.field for each in places_of(content)] == [GIVER, *TAKERS, PRINCIPAL]


def test_the_principal_s_stamp_fills_its_frame_where_no_seal_covers_it(keys: Keys) -> None:
    content = handover_minutes()
    pdf = signed(rendered(content, keys), keys, (GIVER, "taker", PRINCIPAL))
    x1, y1, x2, y2 = places_of(content)[-1].box
    with pypdfium2.PdfDocument(pdf) as document:
        document.init_forms()
        document[0].flatten()
        left = document[0].get_textpage().get_text_bounded(x1, y1, x1 + (x2 - x1) / 3, y2)
    assert left.strip()


def other_date(page: IdentityPageContent) -> IdentityPageContent:
    return replace(page, pupil=replace(page.pupil, birth_date="2018-02-02"))


def other_level(result: TransferResultContent) -> TransferResultContent:
    first, *others = result.tables
    line = replace(first.lines[1], values=("C", *first.lines[1].values[1:]))
    return replace(result, tables=(replace(first, lines=(first.lines[0], line, *first.lines[2:])), *others))


def other_count(minutes: HandoverMinutesContent) -> HandoverMinutesContent:
    first, *others = minutes.lines
    return replace(minutes, lines=(replace(first, cells_filled=35), *others))


# The paper, what is printed instead, who signs it, and what it is called that differs.
ATTACKS = [
    (identity_page(5), other_date, (PRINCIPAL, SEAL), ("ngày sinh", "date of birth")),
    (
        transfer_result(),
        other_level,
        (PRINCIPAL, SEAL),
        ("kết quả, cột thứ 1, dòng thứ 2, bảng thứ 1", "result, column 1, line 2, table 1"),
    ),
    (
        handover_minutes(),
        other_count,
        (GIVER, "taker", PRINCIPAL),
        ("số ô đã nhập, dòng thứ 1", "cells filled, line 1"),
    ),
]


@pytest.mark.parametrize(("content", "change", "fields", "names"), ATTACKS)
def test_a_signed_paper_that_prints_something_else_is_not_valid(
    content: C, change: Callable[[C], C], fields: Sequence[str], names: tuple[str, str], keys: Keys, curve_cast: Cast
) -> None:
    honest = signable(content, keys)
    pdf = lying(change(honest), canonical(attachable(honest)))
    found = verify(signed(pdf, keys, fields), curve_cast.roots)
    (failed,) = [each for each in found.findings if not each.holds]
    assert (found.verdict, failed.check) == (Verdict.INVALID, Check.PRINTED)
    assert sentence(failed) == f"Nội dung in trên trang khác với dữ liệu đính kèm: {names[0]}."
    assert sentence(failed, "en") == f"What is printed on the pages differs from the attached record: {names[1]}."
