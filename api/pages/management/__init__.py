"""How a school is run: who does what and how far it is, books and deadlines, certificates, lists taken in."""

from api.pages.management import (
    assignments,
    board,
    certificates,
    deadlines,
    offices,
    opening_books,
    people,
    reassigning,
    roster_uploads,
)
from api.routers import joined

router = joined(
    offices, assignments, board, certificates, deadlines, opening_books, people, reassigning, roster_uploads
)
