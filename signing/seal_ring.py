"""The picture of a seal for a school that has handed in none: rings, its name along them, a star in the middle.

Everything is drawn around the origin, in points, as operators of a content stream (ISO 32000-1, 8.5 and 9.4).
"""

from math import cos, pi, sin, tau
from unicodedata import normalize

from signing.stamp_font import StampFont

# Fractions of the radius: (radius, width of the line) of each ring; the name stands between the last two.
_RINGS = ((0.982, 0.036), (0.925, 0.012), (0.61, 0.016))
_BAND = 0.76  # the middle of the name's capitals
_LARGEST = 0.2  # size of its letters
_HALF_CAPITAL = 0.32  # of the size, above the baseline
_TRACKING = 0.04  # of the size, after each letter
_SWEEP = tau * 0.88  # as far as a long name goes around
_STAR, _SMALL_STAR = 0.36, 0.06
_KAPPA = 0.5523  # control points of a quarter circle as a Bézier curve


def ring(font: StampFont, name: str, radius: float) -> bytes:
    """A seal of this radius, in the current colours. Raises SigningFailed for a letter that the font lacks."""
    circles = [b"%.2f w %s" % (line * radius, _circle(at * radius)) for at, line in _RINGS]
    stars = [_star(0, _STAR * radius), _star(-_BAND * radius, _SMALL_STAR * radius)]
    return b" ".join([*circles, *stars, _along(font, name, radius)])


def _along(font: StampFont, name: str, radius: float) -> bytes:
    """The name in capitals around the top, each letter upright on the circle; long names are written smaller."""
    letters = [(font.encoded(letter), font.width(letter, 1) + _TRACKING) for letter in normalize("NFC", name).upper()]
    length = sum(advance for _, advance in letters)
    size = min(_LARGEST * radius, _SWEEP * _BAND * radius / (length + _SWEEP * _HALF_CAPITAL))
    baseline = _BAND * radius - _HALF_CAPITAL * size
    drawn = [b"BT %s %.2f Tf" % (font.resource_name.encode(), size)]
    turn = length * size / baseline / 2  # of the letter that comes next, from upright
    for code, advance in letters:
        step = advance * size / baseline
        angle = turn - step / 2
        across, up, half = cos(angle), sin(angle), advance * size / 2
        start = (-up * baseline - across * half, across * baseline - up * half)
        drawn.append(b"%.3f %.3f %.3f %.3f %.2f %.2f Tm %s Tj" % (across, up, -up, across, *start, code))
        turn -= step
    return b" ".join([*drawn, b"ET"])


def _circle(radius: float) -> bytes:
    bend = radius * _KAPPA
    curves = (
        (radius, bend, bend, radius, 0, radius),
        (-bend, radius, -radius, bend, -radius, 0),
        (-radius, -bend, -bend, -radius, 0, -radius),
        (bend, -radius, radius, -bend, radius, 0),
    )
    drawn = b" ".join(b"%.2f %.2f %.2f %.2f %.2f %.2f c" % curve for curve in curves)
    return b"%.2f 0 m %s s" % (radius, drawn)


def _star(y: float, radius: float) -> bytes:
    """A filled five-pointed star, one point up."""
    reaches = (radius, radius * 0.382) * 5
    angles = [pi / 2 + step * pi / 5 for step in range(10)]
    corners = [(reach * cos(angle), y + reach * sin(angle)) for reach, angle in zip(reaches, angles, strict=True)]
    return b"%.2f %.2f m %s f" % (*corners[0], b" ".join(b"%.2f %.2f l" % corner for corner in corners[1:]))
