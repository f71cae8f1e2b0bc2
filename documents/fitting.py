"""How large the letters of a record's page can be, so that Typst need not set it several times to find out.

A guess, made to be a little too high: what is left over stands empty above the last lines of the page. Where it is too
low after all, the file has a third page and is made again with measured pages (`documents.render`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from documents.letters import lines
from domain.documents import SheetReference

# Size of letters and space between lines, both in points; None asks the template to measure.
Setting = tuple[float, float]
Sizes = tuple[Setting | None, Setting | None]
MEASURED: Final[Sizes] = (None, None)

PITCH: Final = 1.2  # from one line to the next, em
_STEPS: Final = tuple(10.75 - 0.25 * step for step in range(12))  # down to 8 points
_SPARE: Final = 4.0  # points a page may be higher than foretold
# Points by which the space between lines grows: records that share it share what Typst remembers of a page.
_SHARE: Final = 3.0


@dataclass(frozen=True)
class Page:
    height: float  # points for text
    slots: int  # places between lines that take a share of what is left
    most: float  # points, the largest share

    def setting(self, height: Callable[[float], float]) -> Setting | None:
        """Return the largest letters in which a text of this height fits; None for small ones, worth measuring."""
        for size in _STEPS:
            left = self.height - height(size) - _SPARE
            if left >= 0:
                return size, min(self.most, left / self.slots) // _SHARE * _SHARE
        return None


def sheet_lines(sheets: Sequence[SheetReference], width: float) -> list[int]:
    """Return the lines of each row of the signed sheets, which stand in two columns of a width in points."""
    each = [lines(f"{one.subject_name}: {one.signer_name}; 0000 0000 0000", 8, width) for one in sheets]
    return [max(pair) for pair in zip_longest(each[::2], each[1::2], fillvalue=0)]
