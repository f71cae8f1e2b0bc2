"""Where on a page each signature of a document has its place."""

from dataclasses import dataclass

from domain.documents import SignatureField


@dataclass(frozen=True)
class SignaturePlace:
    """One signature box; `page` counts from 0 (-1 is the last), `box` is (x1, y1, x2, y2) in PDF points."""

    field: SignatureField
    label: str
    page: int
    box: tuple[int, int, int, int]
