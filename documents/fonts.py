"""What papers are set with. Apart from `documents.typeface`, whose library no running process needs."""

from pathlib import Path
from typing import Final

import typst

FOLDER: Final = Path(__file__).parents[1] / "templates" / "fonts"


def typefaces(folder: Path = FOLDER) -> typst.Fonts:
    """Those that Typst may set with: ours, and what it brings for a letter that ours lacks."""
    return typst.Fonts(include_system_fonts=False, font_paths=[folder])
