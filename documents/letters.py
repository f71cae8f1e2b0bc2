"""About how many lines a Vietnamese text takes, from the widths of the letters of Libertinus Serif."""

import math
from functools import lru_cache
from typing import Final

# Advance widths in em, rounded up; any other letter counts as one em.
_ADVANCES: Final = {
    0.25: " .,;:'|",
    0.28: "lijíìỉĩị!{}\\",
    0.32: "()/JItfÍÌỈĨỊ",
    0.36: '"-[]r*',
    0.43: "zc`?",
    0.46: "eéèẻẽẹêếềểễệ~aáàảãạăắằẳẵặâấầẩẫậ#$0123456789",
    0.50: "sbxFSgoóòỏõọôốồổỗộơớờởỡợqv_–",
    0.53: "dkđpyýỳỷỹỵuúùủũụưứừửữựL^",
    0.56: "nhPEÉÈẺẼẸÊẾỀỂỄỆ+<=>",
    0.60: "YÝỲỶỸỴBRTZ",
    0.66: "K%CVXUÚÙỦŨỤƯỨỪỬỮỰ",
    0.71: "GAÁÀẢÃẠĂẮẰẲẴẶÂẤẦẨẪẬDĐNOÓÒỎÕỌÔỐỒỔỖỘƠỚỜỞỠỢQ&",
    0.79: "HwmM",
}
_ADVANCE: Final = {letter: width for width, letters in _ADVANCES.items() for letter in letters}
_SPACE: Final = 0.25
BOLD: Final = 1.11  # bold letters are about so much wider


@lru_cache(maxsize=8192)
def _em(word: str) -> float:
    return sum(_ADVANCE.get(letter, 1.0) for letter in word)


def lines(text: str, size: float, width: float) -> int:
    """Return the lines of a text in letters of `size`, in a column of `width`, both in points."""
    room, count, used = width / size, 1, -_SPACE
    for word in text.split():
        needed = _em(word)
        used += _SPACE + needed
        if used > room:
            count += max(1, math.ceil(needed / room))
            used = needed % room
    return count


def width(text: str, size: float) -> float:
    """Return how wide a text is on one line, in points."""
    words = text.split()
    return size * (sum(map(_em, words)) + _SPACE * max(0, len(words) - 1))


def narrowest(text: str, size: float, most: int) -> float:
    """Return the least width, in points, in which a text takes at most so many lines."""
    words = text.split()
    spans = {
        width(" ".join(words[start:end]), size) + 0.01
        for start in range(len(words))
        for end in range(start + 1, len(words) + 1)
    }
    return next((span for span in sorted(spans) if lines(text, size, span) <= most), 0.0)
