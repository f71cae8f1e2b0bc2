"""What a paper's code tells: how the paper stands, for each way it can stand."""

import pytest
from sqlalchemy.orm import Session

from domain.documents import DocumentKind
from storage.looking_up import paper_of
from storage.tables import LogEvent
from tests.factories import NOW, YEAR, OpenBook
from tests.storage.papers import make_document, make_signature

CODE = "ABCDEFGHIJKLMNOPQRSTUVWX23"


@pytest.mark.parametrize(
    ("events", "state", "standing"),
    [
        ([], "live", None),
        ([], "void", None),
        (["issued"], "live", "in_force"),
        (["issued", "transferred"], "live", "in_force"),
        (["issued", "recalled"], "live", "recalled"),
        (["issued", "superseded"], "void", "superseded"),
    ],
)
def test_a_signed_paper_tells_how_it_stands(
    db: Session, book: OpenBook, events: list[str], state: str, standing: str | None
) -> None:
    document = make_document(book, lookup_code=CODE)
    make_signature(db, document, book)
    for kind in events:
        db.add(LogEvent(document_id=document.id, kind=kind, happened_at=NOW))
        db.flush()
    document.state = state
    found = paper_of(db, CODE)
    assert found is not None
    assert (found.kind, found.standing, found.is_void) == (DocumentKind.CLASS_SUMMARY, standing, state == "void")
    assert (found.school_year, found.sealed_at, found.lookup_code) == (str(YEAR), None, CODE)


@pytest.mark.parametrize("typed", [CODE.lower(), f" {CODE} ", "-".join(CODE[at : at + 4] for at in range(0, 26, 4))])
def test_it_is_found_as_people_type_it(db: Session, book: OpenBook, typed: str) -> None:
    make_signature(db, make_document(book, lookup_code=CODE), book)
    assert paper_of(db, typed) is not None


def test_an_unsigned_paper_and_another_code_are_not_found(db: Session, book: OpenBook) -> None:
    make_document(book, lookup_code=CODE)
    assert paper_of(db, CODE) is None
    assert paper_of(db, "") is None
