"""The room of handovers: work that goes from one person to others, for good or for a while."""

from api.pages.handovers import acting, opening, reading, short_leave
from api.routers import joined

router = joined(opening, short_leave, reading, acting)
