"""The signing room: what waits for one's signature, the dialog in which it is given, and what one has signed."""

from api.pages.signing import batch, desk, journal
from api.routers import joined

# Addresses with a name come before those with an id in the same place.
router = joined(desk, journal, batch)
