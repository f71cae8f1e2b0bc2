"""The sheet in front of a file for printing."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import typst

from documents.fonts import typefaces
from documents.render import TEMPLATES, RenderFailed, literal


@dataclass(frozen=True)
class Cover:
    """What stands on it; nobody is named."""

    school: str
    title: str
    lines: Sequence[str]


def cover_sheet(cover: Cover) -> bytes:
    """A page of PDF. Raises RenderFailed if the template is at fault."""
    source = f'#import "/cover.typ": cover\n#cover(bytes({literal(json.dumps(asdict(cover)))}))'
    try:
        pdf = typst.Compiler(root=TEMPLATES, font_paths=typefaces(), ignore_system_fonts=True).compile(source.encode())
    except typst.TypstError as error:
        raise RenderFailed(error.message) from error
    if not isinstance(pdf, bytes):
        raise RenderFailed("Typst returned no single PDF")
    return pdf
