"""Where those who hand over, take over and confirm sign the minutes: rows of places above the proof, as many as needed.

The giver stands first, as in all minutes (bên giao, bên nhận), the principal last.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from documents.letters import BOLD, lines
from domain.documents import SignerContent
from domain.errors import Invalid
from domain.matter_papers import HandoverMinutesContent

Box = tuple[int, int, int, int]  # x1, y1, x2, y2 from the page's lower left

# Points.
_HEIGHT: Final = 45  # of a box
_ABOVE: Final = 36  # what is asked of the signer, and what parts one row from another
_TEXT: Final = 160.0  # width of what stands above and below a box
_LOWEST: Final = 110  # above the proof and the quiet zone of its code
_MOST: Final = 700  # leaves room for the last sentences on the page of the signatures
# Left and right of the boxes in a row of so many.
_COLUMNS: Final = {1: ((217, 377),), 2: ((66, 226), (369, 529)), 3: ((52, 202), (223, 373), (394, 544))}


@dataclass(frozen=True)
class MinutesPlaces:
    boxes: tuple[tuple[str, Box], ...]  # in signing order
    height: int  # of all, from the page's lower edge


def minutes_places(minutes: HandoverMinutesContent) -> MinutesPlaces:
    """Raises `Invalid` for more takers than can sign on one page."""
    boxes: list[tuple[str, Box]] = []
    lowest = _LOWEST
    for signers in reversed([*_rows(minutes.signers)]):
        low = lowest + max(map(_named, signers))
        high = low + _HEIGHT
        boxes[:0] = [
            (each.field, (x1, low, x2, high)) for each, (x1, x2) in zip(signers, _COLUMNS[len(signers)], strict=True)
        ]
        lowest = high + _ABOVE
    if lowest > _MOST:
        raise Invalid("Biên bản có quá nhiều người ký, không đủ chỗ cho chữ ký trên một trang.")
    return MinutesPlaces(tuple(boxes), lowest)


def _rows(signers: Sequence[SignerContent]) -> Iterator[Sequence[SignerContent]]:
    most = max(_COLUMNS)
    return (signers[start : start + most] for start in range(0, len(signers), most))


def _named(signer: SignerContent) -> int:
    """What the printed name and position take below a box."""
    name = lines(signer.name, 10.5 * BOLD, _TEXT) * 12.7
    position = lines(signer.position, 9, _TEXT) * 11.2 if signer.position else 0
    return round(name + position) + 6
