"""Cells of a mark workbook as the API takes them."""

from collections.abc import Mapping

from interchange.marks import MarkBook

Cell = dict[str, str | int]


def slot_cells(book: MarkBook, slot: str, records: Mapping[str, str]) -> list[Cell]:
    """Everything a slot enters for the first time, of every pupil; `records` gives the record of each pupil code."""
    return [
        {
            "record_id": records[code],
            "item": key.item,
            "point": key.point.value,
            "kind": key.kind.value,
            "value": value,
            "version": 0,
        }
        for code, values in book.slots[slot].items()
        for key, value in values.items()
    ]
