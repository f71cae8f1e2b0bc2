"""The language of a page: Vietnamese as written in code and templates, others from `templates/locale/*.po`."""

from contextvars import ContextVar
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from fastapi import Request

from api.guard import visitor_of

FOLDER: Final = Path(__file__).resolve().parent.parent.parent / "templates" / "locale"
VIETNAMESE: Final = "vi"
LANGUAGES: Final = {VIETNAMESE: "Tiếng Việt", "en": "English"}
LANGUAGE_COOKIE: Final = "hocba_language"
_current: ContextVar[str] = ContextVar("language", default=VIETNAMESE)


def speak(language: str) -> None:
    """Set the language of everything that this request still says."""
    _current.set(language if language in LANGUAGES else VIETNAMESE)


def language_of(request: Request) -> str:
    """The account's choice, else the browser's last one; Vietnamese until somebody chooses."""
    visitor = visitor_of(request)
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    if visitor is not None and visitor.account_id is not None:
        return visitor.language
    return chosen if chosen in LANGUAGES else VIETNAMESE


async def spoken(request: Request) -> None:
    """For routes that say something before their page is written: a dependency of their router."""
    speak(language_of(request))


def current_language() -> str:
    return _current.get()


def gettext(message: str) -> str:
    """The sentence in the language of this request; one without a translation stays Vietnamese."""
    return catalogue(_current.get()).gettext(message) if message else ""


def ngettext(one: str, many: str, count: int) -> str:
    return catalogue(_current.get()).ngettext(one, many, count)


def marked(message: str) -> str:
    """Mark a sentence for the catalogues where it cannot be translated yet, as in a constant."""
    return message


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
