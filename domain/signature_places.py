"""Where on a page each signature of a document has its place, and what a stamp there says."""

from dataclasses import dataclass

SIGNED, SEALED = "Đã ký số", "Đã đóng dấu số"
# What the names of the stamps' fonts begin with, among the resources of a document's form.
STAMP_FONT = "HocbaStamp-"

# Decree 30/2020/NĐ-CP, annex I, part II: the picture of an organisation's seal is red, as large as the real seal, and
# covers about a third of the authorised person's signature, at its left.
SEAL_COVERS = 1 / 3
# The real size differs from school to school. 36 mm, the round seal as we know it from Circular 07/2010/TT-BCA, stands
# for it until schools say theirs; a smaller one fits the same places.
SEAL_DIAMETER = 36 / 25.4 * 72  # points
SEAL_WORDS = 17  # points below the seal for what it says and when


@dataclass(frozen=True)
class SignaturePlace:
    """One signature box; `page` counts from 0 (-1 is the last), `box` is (x1, y1, x2, y2) in PDF points."""

    field: str  # a SignatureField, or that of a subject or of one of several takers
    label: str
    page: int
    box: tuple[int, int, int, int]
