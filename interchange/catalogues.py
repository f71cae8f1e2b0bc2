"""The catalogues of the words that people read: Vietnamese as written, other languages from `templates/locale`."""

from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

FOLDER: Final = Path(__file__).resolve().parent.parent / "templates" / "locale"


@lru_cache
def catalogue(language: str) -> NullTranslations:
    """The catalogue as it is written: read at the first use, so nothing has to be compiled."""
    file = FOLDER / f"{language}.po"
    if not file.exists():
        return NullTranslations()
    with file.open("rb") as source:
        read = read_po(source, locale=language)
    compiled = BytesIO()
    write_mo(compiled, read)
    compiled.seek(0)
    return Translations(compiled)
