"""The typeface of the papers, made ready from its package when hocba is installed.

Typst brings Libertinus Serif with PostScript's outlines. The same face with TrueType's is cut to the letters of a paper
in a fraction of the time, and every reader opens it faster. Instructions for screens of few dots go: they would add 12
KB to each of millions of papers. The shapes, widths and kerning are the same, the name another, so that Typst cannot
take one for the other; without the files it sets with the face that it brings.
"""

import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from fontTools.ttLib import TTFont

from documents.fonts import FOLDER

_ROOT: Final = Path(__file__).parents[1]
PACKAGE: Final = _ROOT / "web" / "node_modules" / "@expo-google-fonts" / "libertinus-serif"
FILES: Final = tuple(f"LibertinusSerif_{each}.ttf" for each in ("400Regular", "700Bold", "400Regular_Italic"))
_FOR_SCREENS: Final = ("cvt ", "fpgm", "prep", "gasp")
_NAMES: Final = (1, 3, 4, 6, 16)  # OpenType's name table: family, unique id, full name, PostScript name, other family


def make_ready(package: Path = PACKAGE, folder: Path = FOLDER) -> None:
    """Write the faces that papers are set in. Raises FileNotFoundError without the package."""
    fresh = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for path in found(package):
        write_plain(path, fresh / path.name)
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)


def found(package: Path) -> Iterable[Path]:
    for name in FILES:
        yield next(iter(package.rglob(name)), package / name)


def write_plain(source: Path, target: Path) -> None:
    """The face without instructions, under a name of its own. Raises what reading a file raises."""
    with TTFont(source, recalcTimestamp=False) as face:
        for table in _FOR_SCREENS:
            if table in face:
                del face[table]
        for glyph in face["glyf"].glyphs.values():
            glyph.removeHinting()
        for record in face["name"].names:
            if record.nameID in _NAMES:
                record.string = str(record).replace("Libertinus", "Hocba")
        face.save(target)


if __name__ == "__main__":
    try:
        make_ready()
    except OSError as error:
        sys.exit(f"The papers' typeface could not be made ready: {error}")
