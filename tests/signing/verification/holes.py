"""Takes the CMS out of a signature's hole, and puts another one in."""

import re
from collections.abc import Callable

from asn1crypto import cms
from asn1crypto.parser import peek

_HOLE = re.compile(rb"/Contents <([0-9A-Fa-f]+)>")


def hole(pdf: bytes, which: int = -1) -> tuple[int, int]:
    """Where the hex digits of a signature's hole begin and end; the last signature's unless told otherwise."""
    return [*_HOLE.finditer(pdf)][which].span(1)


def cms_in(pdf: bytes, which: int = -1) -> bytes:
    start, end = hole(pdf, which)
    padded = bytes.fromhex(pdf[start:end].decode())
    return padded[: peek(padded)]


def with_cms(pdf: bytes, der: bytes, which: int = -1) -> bytes:
    """The file with this CMS instead, as we write it."""
    start, end = hole(pdf, which)
    digits = der.hex().upper().encode().ljust(end - start, b"0")
    assert len(digits) == end - start, "there is no room"
    return pdf[:start] + digits + pdf[end:]


def changed(pdf: bytes, change: Callable[[cms.SignedData], None], which: int = -1) -> bytes:
    """The file after a change to the CMS that leaves its signature as it is."""
    content = cms.ContentInfo.load(cms_in(pdf, which))
    change(content["content"])
    return with_cms(pdf, content.dump(force=True), which)


def unsigned(signed: cms.SignedData, *attributes: tuple[str, object]) -> None:
    """Give a signature these unsigned attributes and no others."""
    listed = [cms.CMSAttribute({"type": kind, "values": [value]}) for kind, value in attributes]
    signed["signer_infos"][0]["unsigned_attrs"] = listed


def token_of(signed: cms.SignedData) -> cms.ContentInfo:
    return signed["signer_infos"][0]["unsigned_attrs"][0]["values"][0]
