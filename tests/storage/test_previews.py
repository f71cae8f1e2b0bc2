"""Previews belong to one person and slot, are used once, and do not outlive their hour."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from domain.errors import NotFound
from domain.scales import CellKind
from storage import previews
from storage.previews import PreviewedEdit, SlotOfPerson
from tests.factories import NOW, OpenBook, edit

LATER = NOW + timedelta(hours=1)


def owner_of(book: OpenBook) -> SlotOfPerson:
    return SlotOfPerson(book.id, "toan", book.cast.homeroom)


def some_edits(book: OpenBook) -> list[PreviewedEdit]:
    first = replace(edit(book, "toan", CellKind.COMMENT, "Em đọc “tốt”."), version=3)
    second = replace(edit(book, "toan", CellKind.SCORE, "", record=1), version=0)
    return [PreviewedEdit(first, in_doubt=True), PreviewedEdit(second, in_doubt=False)]


def test_a_preview_is_taken_once(book: OpenBook) -> None:
    edits = some_edits(book)
    kept = previews.keep(book.session, owner_of(book), edits, NOW)
    assert kept.expires_at == LATER
    assert previews.take(book.session, kept.id, owner_of(book), NOW) == edits
    with pytest.raises(NotFound, match="hãy tải tệp lên lại"):
        previews.take(book.session, kept.id, owner_of(book), NOW)


@pytest.mark.parametrize("change", ["slot", "staff_id", "class_term_id"])
def test_a_preview_is_nobody_elses(book: OpenBook, change: str) -> None:
    kept = previews.keep(book.session, owner_of(book), some_edits(book), NOW)
    other = replace(owner_of(book), **{change: "am_nhac" if change == "slot" else uuid4()})  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        previews.take(book.session, kept.id, other, NOW)
    assert previews.take(book.session, kept.id, owner_of(book), NOW)


def test_a_preview_ends_with_its_hour(book: OpenBook) -> None:
    old = previews.keep(book.session, owner_of(book), some_edits(book), NOW)
    new = previews.keep(book.session, owner_of(book), [], NOW + timedelta(minutes=1))
    with pytest.raises(NotFound):
        previews.take(book.session, old.id, owner_of(book), LATER)
    assert previews.take(book.session, new.id, owner_of(book), LATER) == []
