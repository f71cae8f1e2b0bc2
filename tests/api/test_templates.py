"""What every page template keeps to."""

import re
import unicodedata
from pathlib import Path

import pytest
from jinja2 import meta

from api.pages.templating import FOLDER, FRAME, make_templates

PAGES = sorted(path for path in FOLDER.rglob("*.html") if path.name != "base.html" and not path.name.startswith("_"))
EVERY = sorted(FOLDER.rglob("*.html"))


def by_name(path: Path) -> str:
    return path.name


@pytest.mark.parametrize("path", PAGES, ids=by_name)
def test_every_page_has_a_title_of_its_own(path: Path) -> None:
    title = re.search(r"{% block title %}(.+?){% endblock %}", path.read_text("utf-8"))
    assert title is not None
    assert title[1].strip()
    assert [other.name for other in PAGES if title[0] in other.read_text("utf-8")] == [path.name]


@pytest.mark.parametrize("path", EVERY, ids=by_name)
def test_the_first_line_says_what_a_template_needs(path: Path) -> None:
    text = path.read_text("utf-8")
    said = re.fullmatch(r"{# .+\. Needs: (.+)\. #}", text.splitlines()[0])
    assert said is not None
    needed = set() if said[1] == "nothing" else set(said[1].split(", "))
    own = meta.find_undeclared_variables(make_templates().env.parse(text))
    assert own <= needed | FRAME | {"_", "asset", "gettext", "ngettext"}


@pytest.mark.parametrize("path", EVERY, ids=by_name)
def test_no_template_loads_from_elsewhere_or_holds_a_script(path: Path) -> None:
    text = path.read_text("utf-8")
    assert unicodedata.is_normalized("NFC", text)
    assert not re.search(r"(src|href|action)=\"(https?:)?//", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|style=", text)
    assert "| safe" not in text


def test_an_undefined_name_is_an_error_and_output_is_escaped() -> None:
    environment = make_templates().env
    assert environment.from_string("{{ x }}").render(x="<b>") == "&lt;b&gt;"
    with pytest.raises(Exception, match="'x' is undefined"):
        environment.from_string("{{ x }}").render()


@pytest.mark.parametrize("path", EVERY, ids=by_name)
def test_files_are_asked_for_with_their_version(path: Path) -> None:
    assert not re.search(r"(src|href)=\"/(static|packages)/(?!icon)", path.read_text("utf-8"))
