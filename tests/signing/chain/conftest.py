"""The books of the story, made once."""

import pytest

from tests.signing.chain.world import WHOLE, Books, make_books


@pytest.fixture(scope="session")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    return make_books(tmp_path_factory.mktemp("chain"))


@pytest.fixture(scope="session")
def handed(books: Books) -> bytes:
    """The file of the whole story."""
    return books.file()


@pytest.fixture(scope="session")
def with_all(books: Books) -> bytes:
    """The same with identity pages, the result of the transfer, and the first term at the former school."""
    return books.file(WHOLE)
