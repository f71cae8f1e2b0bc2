"""All addresses of the interface for other systems."""

from api.routers import joined
from api.v1 import (
    decisions,
    entry,
    imports,
    marks,
    opening,
    orders,
    own_device,
    phrases,
    reads,
    reports,
    results,
    trust,
    verification,
)

router = joined(
    reads, reports, entry, phrases, results, marks, opening, imports, decisions, orders, own_device, trust, verification
)
