"""Gathers every sentence that pages say, and updates `templates/locale/en.po`: `python tools/catalogue.py`.

Sentences stand in templates and code as they are shown in Vietnamese; what was said before and is gone is dropped. Those
that have no translation yet are printed.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Final, TypeAlias

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from api.errors import STATUSES
from domain.duties import DUTY_NAMES
from domain.scopes import SCOPE_NAMES
from domain.slot_marks import HOMEROOM_NAME
from domain.stages import STAGE_NAMES

Sentence: TypeAlias = str | tuple[str, str]  # two of them: for one, and for many

PROJECT: Final = Path(__file__).resolve().parent.parent
FILE: Final = PROJECT / "templates" / "locale" / "en.po"
TEMPLATES: Final = ("templates/pages/**/*.html", "templates/mail/*.html", "templates/mail/*.txt")
CODE: Final = ("api", "activities", "domain", "storage", "signing", "interchange", "workflows")
# Where sentences stand in code: translated there, marked for later, or refusals that pages translate. A refusal that
# names what was typed is an f-string and stays Vietnamese.
REFUSALS: Final = ("NotAllowed", "NotFound", "Conflict", "Incomplete", "Invalid", "SigningFailed")
CALLS: Final = frozenset({"_", "gettext", "marked", "ngettext", "counted", *REFUSALS})
# Enums whose labels people read on pages (`domain/labelled.py`).
LABELLED: Final = ("domain", "storage")
# Vietnamese does not change with a number and English does: a sentence with this place has two translations.
NUMBER: Final = "%(count)s"


def gathered() -> Catalog:
    """Every sentence of templates and code, with the files it stands in."""
    found = Catalog(locale="en", fuzzy=False, project="hocba", charset="utf-8")
    for file, sentence in chain(_of_templates(), _of_code(), _of_data()):
        numbered = isinstance(sentence, str) and NUMBER in sentence
        found.add((sentence, sentence) if numbered else sentence, locations=[(file, 0)])
    return found


def _of_templates() -> Iterator[tuple[str, Sentence]]:
    for file in sorted(chain.from_iterable(PROJECT.glob(pattern) for pattern in TEMPLATES)):
        with file.open("rb") as source:
            calls = list(babel_extract(source, ("_", "gettext", "ngettext"), (), {"newstyle_gettext": "true"}))
        for _, call, said, _ in calls:
            texts = [each for each in (said if isinstance(said, tuple) else (said,)) if each]
            if texts:
                yield _named(file), (texts[0], texts[1]) if call == "ngettext" else texts[0]


def _of_code() -> Iterator[tuple[str, Sentence]]:
    for file in sorted(chain.from_iterable((PROJECT / folder).rglob("*.py") for folder in CODE)):
        tree = ast.parse(file.read_text("utf-8"))
        for node in ast.walk(tree):
            sentence = _called(node) if isinstance(node, ast.Call) else None
            if sentence:
                yield _named(file), sentence
            if isinstance(node, ast.ClassDef) and _named(file).startswith(LABELLED):
                yield from ((_named(file), label) for label in _labels(node))


def _called(node: ast.Call) -> Sentence | None:
    """What a call says, where it is written out."""
    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
    if name not in CALLS:
        return None
    texts = [each.value for each in node.args[:2] if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    if name == "ngettext":
        return (texts[0], texts[1]) if len(texts) == len(node.args[:2]) else None
    first = node.args[0] if node.args else None
    return texts[0] if isinstance(first, ast.Constant) and texts else None


def _labels(node: ast.ClassDef) -> Iterator[str]:
    """The labels of an enum that has them."""
    if any(isinstance(base, ast.Name) and base.id == "Labelled" for base in node.bases):
        for line in node.body:
            if isinstance(line, ast.Assign) and isinstance(line.value, ast.Tuple):
                label = line.value.elts[1]
                if isinstance(label, ast.Constant):
                    yield str(label.value)


def _of_data() -> Iterator[tuple[str, Sentence]]:
    """Names that are data: stages, duties, scopes, subjects and their headings, headings of refusals."""
    for name in chain(STAGE_NAMES.values(), DUTY_NAMES.values(), SCOPE_NAMES.values(), [HOMEROOM_NAME]):
        yield "domain", name
    yield from (("api", title) for _, title in STATUSES.values())
    for file in sorted((PROJECT / "domain" / "curricula").glob("*.toml")):
        text = file.read_text("utf-8")
        yield from ((_named(file), name) for name in re.findall(r'\bname = "([^"]+)"', text))
        yield from ((_named(file), each["short"]) for each in tomllib.loads(text)["subjects"])


def _named(file: Path) -> str:
    return file.relative_to(PROJECT).as_posix()


def known() -> Catalog:
    """What is translated now."""
    if not FILE.exists():
        return Catalog(locale="en", fuzzy=False, project="hocba", charset="utf-8")
    with FILE.open("rb") as source:
        return read_po(source, locale="en")


def updated() -> Catalog:
    """What is said now, with the translations that there are."""
    catalogue = known()
    catalogue.update(gathered(), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    catalogue.header_comment = "# What pages say, in English."
    for message in catalogue:
        message.flags.discard("fuzzy")
    return catalogue


def missing(catalogue: Catalog) -> list[Message]:
    """Sentences without a translation, or without one of the two that a number needs."""
    return [each for each in catalogue if each.id and not (all(each.string) if each.pluralizable else each.string)]


def main() -> None:
    catalogue = updated()
    FILE.parent.mkdir(exist_ok=True)
    with FILE.open("wb") as target:
        write_po(target, catalogue, width=120, sort_output=True, include_lineno=False)
    left = missing(catalogue)
    for message in left:
        print(f"  {', '.join(sorted({file for file, _ in message.locations}))}: {message.id}")
    print(f"{len(left)} of {len(catalogue)} sentences are missing.")


if __name__ == "__main__":
    main()
