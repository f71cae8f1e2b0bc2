"""What is entered where it matters only that something is."""

from domain.entry import Cell
from domain.scales import CellKind


def plausible(cell: Cell) -> str:
    """A value that any cell of its kind takes."""
    match cell.kind:
        case CellKind.SCORE:
            return "9"
        case CellKind.LEVEL:
            return cell.scale.choices[0].value
        case CellKind.COMMENT:
            return "Có tiến bộ, cần tiếp tục phát huy."
