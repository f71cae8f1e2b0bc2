"""Greys of the device instead of Typst's grey profile: every reader would build its curve anew, for black and white.

PDF/A allows them where the document names the colours it is meant for (ISO 19005-3, 6.2.4.3), and Typst's output
intent does.
"""

import re
from dataclasses import replace

from documents.pdf_objects import PdfFile, PdfObject

_BY_PROFILE = re.compile(rb"\[/ICCBased (\d+) 0 R\]")
_ONE_COMPONENT = re.compile(rb"\d+ 0 obj\s<</Length \d+/N 1/")


def with_plain_greys(file: PdfFile) -> PdfFile:
    """The same file without the profile, unless something else names it; as it is, if Typst wrote none."""
    spaces = {one.number: found for one in file.objects if (found := _by_profile(one))}
    profiles = {one.number for one in file.objects if one.number in spaces.values() and _ONE_COMPONENT.match(one.data)}
    plain = (
        PdfObject.of(one.number, b"/DeviceGray") if spaces.get(one.number) in profiles else one for one in file.objects
    )
    objects = tuple(plain)
    left = {profile for profile in profiles if not any(b" %d 0 R" % profile in one.data for one in objects)}
    return replace(file, objects=tuple(one for one in objects if one.number not in left))


def _by_profile(one: PdfObject) -> int | None:
    """The number of the profile that a colour space is made of."""
    found = _BY_PROFILE.fullmatch(one.body) if b"[/ICCBased" in one.data[:30] else None
    return int(found[1]) if found else None
