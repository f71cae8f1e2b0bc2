"""Submission to record stores: the school's room, and the authority's."""

from api.pages.submission import certificates, lookup, packets, received, room, store
from api.routers import joined

router = joined(room, packets, certificates, received, store, lookup)
