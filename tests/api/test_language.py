"""Every sentence in two languages: nothing of ours stays Vietnamese in an English page, and a choice lasts."""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from interchange.catalogues import FOLDER
from tools.catalogue import FILE, PROJECT, TEMPLATES, forms, gathered, known, missing, updated

# Letters that English does not have.
VIETNAMESE = re.compile(r"[À-ÖØ-öø-ỹ]")
PLACES = re.compile(r"%\(\w+\)s|\{\w+\}")
SAYING = frozenset({"_", "gettext", "ngettext"})
EVERY = sorted(file for pattern in TEMPLATES for file in PROJECT.glob(pattern))
SCRIPTS = sorted((PROJECT / "web" / "static" / "js").rglob("*.js"))


def by_name(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def test_every_sentence_is_translated() -> None:
    """`make words` gathers and prints what is missing."""
    assert [each.id for each in missing(updated())] == []


def test_the_catalogue_holds_no_sentence_that_nobody_says() -> None:
    said = {forms(each.id) for each in gathered()}
    assert [each.id for each in known() if forms(each.id) not in said] == []


def test_no_translation_is_a_guess() -> None:
    assert [each.id for each in known() if each.fuzzy and each.id] == []


def test_a_translation_has_the_places_of_its_sentence() -> None:
    for each in known():
        wanted = set(PLACES.findall(forms(each.id)[0]))
        assert [set(PLACES.findall(text)) for text in forms(each.string)] == [wanted] * len(forms(each.string)), each.id


def test_translations_are_english() -> None:
    assert [text for each in known() if each.id for text in forms(each.string) if VIETNAMESE.search(text)] == []


def test_the_catalogue_is_composed_text() -> None:
    assert {FOLDER / "en.po"} == {FILE}
    assert unicodedata.is_normalized("NFC", FILE.read_text("utf-8"))


def unsaid(node: nodes.Node) -> Iterator[str]:
    """Vietnamese text of a template that no call of gettext says."""
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in SAYING:
        for value in node.kwargs:
            yield from unsaid(value)
        return
    text = node.data if isinstance(node, nodes.TemplateData) else node.value if isinstance(node, nodes.Const) else ""
    if isinstance(text, str) and VIETNAMESE.search(text):
        yield text.strip()
    for child in node.iter_child_nodes():
        yield from unsaid(child)


@pytest.mark.parametrize("path", EVERY, ids=by_name)
def test_templates_say_nothing_vietnamese_without_gettext(path: Path) -> None:
    assert list(unsaid(Environment(autoescape=True).parse(path.read_text("utf-8")))) == []
