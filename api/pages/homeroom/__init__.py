"""The homeroom teacher's room: completeness, review, returns and holds, results."""

from api.pages.homeroom import decisions, results, returns, room, taken
from api.routers import joined

router = joined(room, decisions, returns, results, taken)
