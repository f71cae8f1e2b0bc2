"""The catalogues of the words that people read: Vietnamese as written, other languages from `templates/locale`."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from markupsafe import escape

from interchange.finished import FinishedSentences

NUMBER: Final = "%(count)s"  # a sentence with this place has two translations, for one and for many
NAMES: Final = frozenset({"term", "part", "parts"})  # values that are names of ours and have translations themselves
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
    translations = Translations(compiled)
    translations.add_fallback(FinishedSentences(read))
    return translations


def said(found: NullTranslations, message: str, values: Mapping[str, object]) -> str:
    """The sentence for its number, its places not filled yet: a count of 1 takes the form for one."""
    if NUMBER not in message:
        return found.gettext(message)
    return found.ngettext(message, message, 1 if str(values.get("count")) == "1" else 2)


def filled(found: NullTranslations, message: str, values: Mapping[str, object]) -> str:
    """The sentence with its places filled, by names of ours in the same language."""
    return said(found, message, values) % _spoken(found, values)


def _spoken(found: NullTranslations, values: Mapping[str, object]) -> dict[str, object]:
    return {name: _name(found, value) if name in NAMES else value for name, value in values.items()}


def _name(found: NullTranslations, value: object) -> object:
    if isinstance(value, tuple):
        return ", ".join(found.gettext(each) for each in value)
    return found.gettext(value) if isinstance(value, str) and value else value


def speak_in(environment: Environment, found: Callable[[], NullTranslations]) -> None:
    """Give templates `_`, `gettext` and `ngettext` of the catalogue that is found at that moment."""

    @pass_context
    def gettext(context: Context, message: str, /, **values: object) -> str:
        words = said(found(), message, values) if message else ""
        shown = escape(words) if context.eval_ctx.autoescape else words  # a refusal may quote what was typed
        return shown % _spoken(found(), values) if values else shown

    environment.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: message, lambda one, many, number: found().ngettext(one, many, number), newstyle=True
    )
    environment.globals["gettext"] = gettext
