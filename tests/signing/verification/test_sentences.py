"""Every finding is said in both languages, with its own words."""

import re
import unicodedata

import pytest

from signing.tokens import TokenFault
from signing.verification.sentences import Language, sentence
from signing.verification.verdicts import Check, Finding, Reason, Verdict

LANGUAGES: tuple[Language, ...] = ("vi", "en")
FAILED = (Verdict.INVALID, Verdict.INDETERMINATE)
OF_CHECKS = [Finding(check, outcome) for check in Check for outcome in (Verdict.VALID, Verdict.INVALID)]
OF_REASONS = [Finding(Check.IN_FORCE, Verdict.INVALID, reason) for reason in Reason]


def is_accented(text: str) -> bool:
    return unicodedata.normalize("NFD", text) != text or "đ" in text.lower()


@pytest.mark.parametrize("finding", [*OF_CHECKS, *OF_REASONS], ids=lambda each: f"{each.check}-{each.reason}")
def test_every_check_and_every_reason_has_a_sentence_in_both_languages(finding: Finding) -> None:
    vietnamese, english = (sentence(finding, language) for language in LANGUAGES)
    assert is_accented(vietnamese)
    assert not is_accented(english)
    for said in (vietnamese, english):
        assert re.fullmatch(r"\S.*[^\s.]\.", said)
        assert said[0].isupper()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_of_them_are_alike(language: Language) -> None:
    said = [sentence(finding, language) for finding in (*OF_CHECKS, *OF_REASONS)]
    assert len(set(said)) == len(said)


@pytest.mark.parametrize("outcome", FAILED)
def test_a_reason_says_more_than_its_check(outcome: Verdict) -> None:
    plain, reasoned = Finding(Check.IN_FORCE, outcome), Finding(Check.IN_FORCE, outcome, Reason.REVOKED)
    assert "thu hồi" in sentence(reasoned)
    assert sentence(reasoned) != sentence(plain)


def test_what_is_not_proven_is_not_called_wrong() -> None:
    assert sentence(Finding(Check.TIME, Verdict.INDETERMINATE)) == "Không đủ căn cứ xác định thời điểm ký."


@pytest.mark.parametrize("fault", [each for each in TokenFault if each is not TokenFault.REFUSED])
def test_every_fault_of_a_time_stamp_is_a_reason(fault: TokenFault) -> None:
    # A service refuses requests, and then there is no time stamp.
    assert sentence(Finding(Check.TIME_STAMP, Verdict.INVALID, Reason(f"stamp_{fault}")), "en")
