"""What waits in classes, by class-term and slot, and since when it has been waiting."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from domain.assessment import Term
from domain.outstanding import Outstanding
from domain.slot_marks import slot_name
from domain.stages import Stage
from domain.work import Work
from storage import arrivals
from storage.arrivals import Arrivals
from storage.entries import curriculum_of
from storage.open_work import OpenWork
from storage.work import Book, Piece


def outstanding(open_work: OpenWork) -> list[Outstanding]:
    """Everything that waits, the classes in order."""
    books = open_work.books
    since = arrivals.of_class_terms(open_work.session, books.keys())
    pieces = [*open_work.of_slots, *_held_together(open_work.of_records)]
    place = {class_term_id: number for number, class_term_id in enumerate(books)}
    lines = [_line(books[piece.class_term_id], piece, since) for piece in pieces]
    return sorted(lines, key=lambda each: place[each.class_term_id])


def _held_together(pieces: Iterable[Piece]) -> list[Piece]:
    """A class that is held at several stages waits for one decision all the same; it comes after the others."""
    found, held = [], dict[UUID, Piece]()
    for piece in pieces:
        if piece.work is not Work.RELEASE:
            found.append(piece)
        elif piece.class_term_id in held:
            before = held[piece.class_term_id]
            held[piece.class_term_id] = replace(before, pupils=before.pupils + piece.pupils)
        else:
            held[piece.class_term_id] = piece
    return [*found, *held.values()]


def _line(book: Book, piece: Piece, since: Arrivals) -> Outstanding:
    row, group, term = book.row, book.group, Term(book.row.term)
    return Outstanding(
        row.id, group.id, group.name, group.school_year, term, piece.slot,
        slot_name(curriculum_of(group, term), piece.slot), piece.work, piece.pupils,
        _came(piece, since) or row.created_at, row.due_at,
    )  # fmt: skip


def _came(piece: Piece, since: Arrivals) -> datetime | None:
    """None for a part that nobody ever sent back: it has waited since the book was opened."""
    if piece.work is Work.RELEASE:
        return since.held_since(piece.class_term_id)
    if piece.stage is Stage.ENTRY and not piece.returned:
        return None
    return since.came(piece.class_term_id, piece.stage)


def late_of(work: Iterable[Outstanding], now: datetime) -> list[Outstanding]:
    return [each for each in work if each.is_late(now)]
