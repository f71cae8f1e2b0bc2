"""Our own record store's interface for schools' systems and authorities, under /store/v1 (docs/submission.md)."""

from api.routers import joined
from api.store import packets, records

router = joined(packets, records)
