"""The language of a page: Vietnamese as written in code and templates, others from `templates/locale/*.po`."""

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Final

from babel.support import NullTranslations
from fastapi import Request

from api.guard import visitor_of
from interchange.catalogues import catalogue, filled
from signing.verification.sentences import Language

VIETNAMESE: Final[Language] = "vi"
LANGUAGES: Final[Mapping[Language, str]] = {VIETNAMESE: "Tiếng Việt", "en": "English"}
LANGUAGE_COOKIE: Final = "hocba_language"
_current: ContextVar[Language] = ContextVar("language", default=VIETNAMESE)


def speak(language: str) -> None:
    """Set the language of everything that this request still says."""
    _current.set("en" if language == "en" else VIETNAMESE)


def language_of(request: Request) -> str:
    """The account's choice, else the browser's last one; Vietnamese until somebody chooses."""
    visitor = visitor_of(request)
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    if visitor is not None and visitor.account_id is not None:
        return visitor.language
    return chosen if chosen in LANGUAGES else VIETNAMESE


async def spoken(request: Request) -> None:
    """A dependency of every route: what is said before its page is written is in the visitor's language, too."""
    speak(language_of(request))


def current_language() -> Language:
    return _current.get()


def current_catalogue() -> NullTranslations:
    return catalogue(_current.get())


def gettext(message: str) -> str:
    """The sentence in the language of this request; one without a translation stays Vietnamese."""
    return current_catalogue().gettext(message) if message else ""


def ngettext(one: str, many: str, count: int) -> str:
    return current_catalogue().ngettext(one, many, count)


def counted(message: str, count: int, **values: object) -> str:
    """A sentence with a %(count)s, in the form that its number takes, and its places filled."""
    return filled(current_catalogue(), message, {"count": count, **values})


def in_words(message: str, values: Mapping[str, object]) -> str:
    """A sentence that is kept beside its values, as templates say it."""
    return filled(current_catalogue(), message, values)


def marked(message: str) -> str:
    """Mark a sentence for the catalogues where it cannot be translated yet, as in a constant."""
    return message
