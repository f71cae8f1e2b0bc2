"""The small font of the signature stamps: one subset per document, embedded together with the fields.

Stamps show "Đã ký số", a time and, in capitals, the school's name. A font subset in every stamp would cost 8 KB each;
this one is embedded once, in the form's default resources (/DR, ISO 32000-1, 12.7.2), and every stamp draws with it.
PDF/A wants every font embedded.

A process that has compiled with Typst must not fork (the child would hang), so nothing is compiled at import.
"""

import hashlib
from functools import cache
from unicodedata import normalize

import typst

from documents.pdf_objects import PdfObject, cut
from domain.signature_places import SEALED, SIGNED, STAMP_FONT

_TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
_CAPITALS = "".join(normalize("NFC", vowel + tone) for vowel in "AĂÂEÊIOÔƠUƯY" for tone in _TONES)
# Whatever a school's name is written with, foreign letters included.
_NAMES = _CAPITALS + "BCDĐFGHJKLMNPQRSTVWXZ" + "-–.,&'()"
ALPHABET = "".join(dict.fromkeys(SIGNED + SEALED + "0123456789:/+ " + _NAMES))
_SOURCE = f"""
#set document(date: none)
#set page(width: auto, height: auto)
#set text(font: "Libertinus Serif", weight: "bold", number-width: "tabular", features: (kern: 0, liga: 0))
#"{ALPHABET}"
"""


@cache
def stamp_font() -> tuple[str, int, tuple[PdfObject, ...]]:
    """Name of the font as a resource, the number of its object, and the objects that make it, numbered from 0.

    The name tells fonts of different codes and widths apart. Raises `ValueError` if Typst lays its file out otherwise.
    """
    pdf = typst.compile(_SOURCE.encode(), format="pdf", ignore_system_fonts=True)
    if not isinstance(pdf, bytes):
        raise TypeError("Typst returned no single PDF")
    objects = {one.number: one for one in cut(pdf).objects}
    font = next(one for one in objects.values() if b"/Subtype/Type0" in one.data)
    needed, waiting = {font.number}, [font]
    while waiting:
        found = waiting.pop().references - needed
        needed |= found
        waiting += [objects[number] for number in found]
    numbers = {number: at for at, number in enumerate(sorted(needed))}
    made = tuple(objects[number].renumbered(numbers.__getitem__) for number in numbers)
    tag = hashlib.sha256(b"".join(one.body for one in made)).hexdigest()[:12]
    return STAMP_FONT + tag, numbers[font.number], made
