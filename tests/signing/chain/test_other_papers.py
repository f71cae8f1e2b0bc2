"""Identity pages, results of transfers and first terms in a chain: each is told, and whatever is changed is found."""

import pytest

from domain.chains import LinkKind, LinkState, PaperLink, TermLink
from domain.stored_zip import stored_zip
from signing.chain.file import CHAIN, STATEMENT, unpack_chain
from signing.chain.link_names import link_name
from signing.chain.verdicts import ChainCheck
from signing.verification.verdicts import Verdict
from tests.signing.chain.tampering import chain_of, changes, members, signed_anew, verdict
from tests.signing.chain.test_tampering import faults
from tests.signing.chain.world import (
    FIRST_PAGE,
    ISSUED,
    NEXT_PAGE,
    PAGE,
    PAGE_AT_B,
    RESULT,
    STORY,
    TERM_BEFORE,
    WHOLE,
    Books,
    Told,
)

OTHERS = {"identity_page", "transfer_result", "term_summary"}


def test_all_of_them_are_links_that_hold(books: Books, with_all: bytes) -> None:
    found = books.verify(with_all)
    assert (found.failures(), found.holds) == ((), True)
    kinds = [each.link.kind for each in found.links]
    assert [kinds.count(LinkKind(kind)) for kind in ("identity_page", "transfer_result", "term_summary")] == [3, 1, 1]
    names = [link_name(each.link, "en") for each in found.links]
    assert any(name.startswith("Identity page") and "superseded, replaced by" in name for name in names)
    assert any("Result of a transfer 2025-2026 · 3A" in name for name in names)
    assert any("First term's class summary" in name and "kept at the school" in name for name in names)


def test_a_page_is_replaced_by_the_next_of_its_school(books: Books, with_all: bytes) -> None:
    links = [each for each in unpack_chain(with_all).chain.found if isinstance(each, PaperLink)]
    pages = {(each.school_code, each.version): each for each in links if each.kind is LinkKind.IDENTITY_PAGE}
    first, second = pages[FIRST_PAGE.school.code, 1], pages[FIRST_PAGE.school.code, 2]
    assert (first.state, first.replaced_by) == (LinkState.SUPERSEDED, second.lookup_code)
    assert [pages[PAGE_AT_B.school.code, 1].state, second.state] == [LinkState.IN_FORCE, LinkState.IN_FORCE]


def test_every_field_of_theirs_is_held_against_what_is_signed_and_proven(books: Books, with_all: bytes) -> None:
    held, missed, tried = members(with_all), [], 0
    chain = chain_of(with_all)
    theirs = {f"links/{at}/" for at, each in enumerate(chain["links"]) if each["link"]["kind"] in OTHERS}
    for name, changed in changes(chain):
        if not name.startswith(tuple(theirs)):
            continue
        tampered = signed_anew(held, changed)
        if tampered[CHAIN] != held[CHAIN]:
            tried += 1
            missed += [name] if verdict(books, tampered) is Verdict.VALID else []
    assert tried > 500
    assert missed == []


def test_their_bytes_are_held_against_their_hashes(books: Books, with_all: bytes) -> None:
    held = members(with_all)
    for told in (FIRST_PAGE, NEXT_PAGE, RESULT, PAGE_AT_B):
        name = f"papers/{books.paper(told).sha256}.pdf"
        content = held[name]
        other = content[:500] + bytes([content[500] ^ 1]) + content[501:]
        assert verdict(books, held | {name: other}) is not Verdict.VALID


@pytest.mark.parametrize(
    ("without", "check"),
    [
        (FIRST_PAGE, ChainCheck.VERSIONS),
        (TERM_BEFORE, ChainCheck.NAMED),
        (STORY[2], ChainCheck.NAMED),
        (NEXT_PAGE, ChainCheck.STATEMENT),
        (RESULT, ChainCheck.STATEMENT),
        (PAGE_AT_B, ChainCheck.STATEMENT),
    ],
)
def test_one_that_was_taken_away_is_found(books: Books, with_all: bytes, without: Told, check: ChainCheck) -> None:
    """By what others say of it; the last one of its kind, as the last year, by the signature of the log's key."""
    held = members(books.log_of(WHOLE).file([each for each in WHOLE if each is not without]))
    held[STATEMENT] = members(with_all)[STATEMENT] if check is ChainCheck.STATEMENT else held[STATEMENT]
    assert check in faults(books.verify(stored_zip(held)))


def test_two_pages_of_one_school_in_force_are_found(books: Books) -> None:
    twice = (*STORY, Told(0, 1, {ISSUED: 1}, kind=PAGE), Told(1, 2, {ISSUED: 4}, kind=PAGE))
    assert faults(books.verify(books.file(twice))) == {ChainCheck.VERSIONS}


def test_a_page_that_the_log_does_not_know_is_found(books: Books, with_all: bytes) -> None:
    unlogged = (*STORY, Told(0, 1, {}, kind=PAGE))
    assert faults(books.verify(books.file(unlogged))) == {ChainCheck.STATE}


def test_a_term_of_another_year_is_found(books: Books, with_all: bytes) -> None:
    held, chain = members(with_all), chain_of(with_all)
    link = next(each["link"] for each in chain["links"] if each["link"]["kind"] == "term_summary")
    link["school_year"] = "2019-2020"
    chain["links"].sort(key=lambda each: each["link"]["school_year"])
    found = books.verify(stored_zip(signed_anew(held, chain)))
    assert ChainCheck.IN_ITS_YEAR in faults(found)


def test_a_corrected_id_is_explained_by_the_page_that_bears_it(books: Books) -> None:
    """Years before the correction keep the former one; without such a page it may be another pupil's."""
    page = Told(2, 1, {ISSUED: 7}, kind=PAGE, personal_id="079212003344")
    assert books.verify(books.file((*STORY, page))).holds


def test_a_summary_is_not_in_the_file(books: Books, with_all: bytes) -> None:
    chain = unpack_chain(with_all)
    [term] = [each for each in chain.chain.found if isinstance(each, TermLink)]
    assert term.sha256 == books.sha256(TERM_BEFORE)
    assert term.sha256 not in {each.sha256 for each in chain.papers}
