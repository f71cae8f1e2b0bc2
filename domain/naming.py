"""Many names in few words."""

from collections.abc import Sequence
from typing import Final

_NAMED: Final = 3


def few(names: Sequence[str]) -> str:
    """Name the first three and count the rest, which the record itself shows: a trace must fit on its page."""
    count, named = len(names) - _NAMED, ", ".join(names[:_NAMED])
    return f"{named} và {count} mục khác" if count > 0 else named
