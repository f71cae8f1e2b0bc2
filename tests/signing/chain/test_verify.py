"""A genuine chain of three years, two schools and a recalled version is valid, and is told in words."""

from signing.chain.sentences import chain_headline, chain_sentence, link_name
from signing.chain.verdicts import ChainVerification
from tests.signing.chain.world import Books


def told(found: ChainVerification) -> list[str]:
    return [chain_sentence(each) for each in found.failures()]


def test_a_genuine_chain_is_valid(books: Books, handed: bytes) -> None:
    found = books.verify(handed)
    assert told(found) == []
    assert found.holds
    assert chain_headline(found) == "CHUỖI HỌC BẠ HỢP LỆ"
    for each in found.links:
        print(link_name(each.link))
