"""Submission to record stores: the school's room, and the authority's two."""

from api.pages.submission import certificates, packets, received, room
from api.routers import joined

router = joined(room, packets, certificates, received)
