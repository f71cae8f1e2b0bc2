"""A school in a campaign of its authority: the data review, and the phases with their deadlines."""

from api.pages.review import board, taken
from api.routers import joined

router = joined(taken, board)
