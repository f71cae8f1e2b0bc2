"""Where on a page each signature of a document has its place, and what a stamp there says."""

from dataclasses import dataclass

from domain.documents import SignatureField

SIGNED, SEALED = "Đã ký số", "Đã đóng dấu số"
# What the names of the stamps' fonts begin with, among the resources of a document's form.
STAMP_FONT = "HocbaStamp-"


@dataclass(frozen=True)
class SignaturePlace:
    """One signature box; `page` counts from 0 (-1 is the last), `box` is (x1, y1, x2, y2) in PDF points."""

    field: SignatureField
    label: str
    page: int
    box: tuple[int, int, int, int]
