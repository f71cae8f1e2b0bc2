"""A genuine chain of three years, two schools and a recalled version is valid, and is told in words."""

import pytest

from domain.documents import DocumentKind
from signing.chain.history import Trust
from signing.chain.link_names import link_name
from signing.chain.sentences import chain_headline, chain_sentence
from signing.chain.verdicts import ChainCheck, ChainFinding
from signing.log.cosign import Cosigner
from signing.log.events import EventKind
from signing.verification.verdicts import Verdict
from tests.signing.chain.world import LOG_KEY, STORY, B, Books, Told, at_day
from tests.signing.log.samples import ORIGIN, history, signer

OFFICE = signer("office.example", seed=2)


def test_a_genuine_chain_is_valid(books: Books, handed: bytes) -> None:
    found = books.verify(handed)
    assert [chain_sentence(each) for each in found.failures()] == []
    assert found.holds
    assert chain_headline(found) == "CHUỖI HỌC BẠ HỢP LỆ"
    assert found.as_of is not None
    assert all(each.paper is None or each.paper.holds for each in found.links)


def test_its_links_are_told_from_the_first_year_on(books: Books, handed: bytes) -> None:
    names = [link_name(each.link) for each in books.verify(handed).links]
    assert [name.split(" · ")[0] for name in names] == [
        "Học bạ năm học 2023-2024", "Học bạ năm học 2023-2024", "Học bạ năm học 2024-2025",
        f"Chuyển trường 2025-09-15: Trường Tiểu học Mẫu → {B.name}", "Học bạ năm học 2025-2026",
    ]  # fmt: skip
    assert "bản 1 · đã thu hồi " in names[0]
    assert f"thay bằng {names[1].rpartition(' · ')[2]} ·" in names[0]
    assert names[1].split(" · ")[3:5] == ["bản 2", "có hiệu lực"]


def test_an_extract_of_former_years_is_a_link_of_its_own(books: Books) -> None:
    found = books.verify(books.file((*STORY, Told(0, 1, {EventKind.ISSUED: 1}, kind=DocumentKind.PAPER_EXTRACT))))
    assert [chain_sentence(each) for each in found.failures()] == []
    assert found.holds
    assert link_name(found.links[0].link).startswith("Trích lục học bạ các năm trước · Trường Tiểu học Mẫu · bản 1")


def test_the_same_story_gives_the_same_bytes(books: Books, handed: bytes) -> None:
    log = books.log_of(STORY)
    store = log.written()
    state = log.state(store)
    assert log.file(STORY, state=state) == log.file(tuple(reversed(STORY)), state=state)


def test_an_office_that_must_have_signed_is_asked_for(books: Books, handed: bytes) -> None:
    log = books.log_of(STORY)
    store = log.written()
    state = log.state(store)
    line = Cosigner(OFFICE, LOG_KEY, ORIGIN).cosign(None, store.files["checkpoint"], [], at=at_day(9)).line
    history(store).add_cosignature(line, OFFICE.cosigner_key)
    seen = log.file(STORY, state=type(state)(store.files["checkpoint"], state.evidence))
    trust = Trust(books.world.roots, LOG_KEY, (OFFICE.cosigner_key,))
    assert books.verify(seen, trust).holds
    assert books.verify(handed, trust).failures() == (
        ChainFinding(ChainCheck.WITNESS, Verdict.INDETERMINATE, "office.example"),
    )


@pytest.mark.parametrize("check", list(ChainCheck))
def test_every_finding_has_its_sentences(check: ChainCheck) -> None:
    said = {
        chain_sentence(ChainFinding(check, outcome, "2023-2024"), language)
        for outcome in (Verdict.VALID, Verdict.INVALID)
        for language in ("vi", "en")
    }
    assert len(said) == 4
    assert all(each.endswith(".") and "{" not in each for each in said)
