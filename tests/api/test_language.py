"""Every sentence in two languages: nothing of ours stays Vietnamese in an English page, and a choice lasts."""

import re
import unicodedata
from collections.abc import Iterator
from contextvars import copy_context
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from api.pages.language import speak
from api.pages.templating import make_templates
from domain.assessment import Term
from interchange.catalogues import FOLDER, catalogue, filled
from tests.api.conftest import As
from tests.api.world import World
from tools.catalogue import FILE, PROJECT, TEMPLATES, forms, gathered, known, missing, updated

# Letters that English does not have.
VIETNAMESE = re.compile(r"[À-ÖØ-öø-ỹ]")
PLACES = re.compile(r"%\(\w+\)s|\{\w+\}")
SAYING = frozenset({"_", "gettext", "ngettext"})
EVERY = sorted(file for pattern in TEMPLATES for file in PROJECT.glob(pattern))
SCRIPTS = sorted((PROJECT / "web" / "static" / "js").rglob("*.js"))


@cache
def sentences() -> frozenset[tuple[str, ...]]:
    """All that is said now."""
    return frozenset(forms(each.id) for each in gathered())


def by_name(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def test_every_sentence_is_translated() -> None:
    """`make words` gathers and prints what is missing."""
    assert [each.id for each in missing(updated())] == []


def test_the_catalogue_holds_no_sentence_that_nobody_says() -> None:
    assert [each.id for each in known() if forms(each.id) not in sentences()] == []


def test_no_translation_is_a_guess() -> None:
    assert [each.id for each in known() if each.fuzzy and each.id] == []


def test_a_translation_has_the_places_of_its_sentence() -> None:
    for each in known():
        wanted = set(PLACES.findall(forms(each.id)[0]))
        assert [set(PLACES.findall(text)) for text in forms(each.string)] == [wanted] * len(forms(each.string)), each.id


def test_translations_are_english() -> None:
    """What a quotation names in a spreadsheet is in its own language."""
    texts = [re.sub("“[^”]*”", "", text) for each in known() if each.id for text in forms(each.string)]
    assert [text for text in texts if VIETNAMESE.search(text)] == []


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


class Texts(HTMLParser):
    """What a page shows and reads out: text, and attributes that are words."""

    ATTRIBUTES = ("title", "aria-label", "placeholder", "alt")

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = [value for name, value in attrs if value and (name in self.ATTRIBUTES or name.startswith("data-"))]
        self.found += [" ".join(value.split()) for value in said]

    def handle_data(self, data: str) -> None:
        self.found.append(" ".join(data.split()))


def of_ours(page: str) -> list[str]:
    """Vietnamese texts of a page that are sentences of ours, or hold one of some length."""
    ours = {first for first, *_ in sentences() if VIETNAMESE.search(first)} - FROM_DATA
    long = [each for each in ours if each.count(" ") > 2 and not PLACES.search(each)]
    texts = Texts()
    texts.feed(page)
    vietnamese = [text for text in texts.found if VIETNAMESE.search(text)]
    return [text for text in vietnamese if text in ours or any(each in text for each in long)]


SPOKEN = {"language": "en", "back": "/"}
# The name of the language itself.
FROM_DATA = {"Tiếng Việt"}
PAGES = [
    ("music", "/viec-cua-toi"),
    ("music", "/lop/{class_term_id}/nhap/am_nhac"),
    ("homeroom", "/lop/{class_term_id}/chu-nhiem"),
    ("homeroom", "/lop/{class_term_id}/nhap/homeroom"),
    ("homeroom", "/lop/{class_term_id}/nhap/chuyen-can"),
    ("homeroom", "/lop/{class_term_id}/ket-qua"),
    ("homeroom", "/ky"),
    ("principal", "/tien-do"),
    ("principal", "/duyet"),
    ("principal", "/duyet/han"),
    ("principal", "/lop/{class_term_id}"),
    ("principal", "/lop/{class_term_id}/duyet"),
    ("principal", "/lop/{class_term_id}/lich-su"),
    ("principal", "/nguoi"),
    ("clerk", "/dong-dau"),
    ("clerk", "/so-phat-hanh"),
    ("clerk", "/chung-thu-so"),
    ("admin", "/nguoi-dung"),
    ("admin", "/phan-cong"),
    ("admin", "/so/mo"),
    ("admin", "/nhap-du-lieu"),
    ("admin", "/thong-bao"),
    ("admin", "/tai-khoan"),
    ("nobody", "/kiem-tra"),
    ("nobody", "/v/ABCDEFGH"),
    ("nobody", "/quen-mat-khau"),
]


@pytest.mark.parametrize(("person", "path"), PAGES)
async def test_an_english_page_has_no_vietnamese_sentence_of_ours(
    desk: As, world: World, person: str, path: str
) -> None:
    client = desk(person)
    await client.post("/ngon-ngu", data=SPOKEN)
    answer = await client.get(path.format(class_term_id=world.class_term_id))
    assert '<html lang="en"' in answer.text
    assert of_ours(answer.text) == []


async def test_a_refusal_speaks_the_language_of_the_page(desk: As) -> None:
    client = desk("clerk")
    await client.post("/ngon-ngu", data=SPOKEN)
    refused = await client.get("/hoc-ba/00000000-0000-4000-8000-000000000000/xem")
    assert refused.status_code == 404
    assert "This report book was not found." in refused.text


async def test_a_refusal_that_a_script_shows_speaks_the_language_of_the_page(desk: As, world: World) -> None:
    client = desk("music")
    await client.post("/ngon-ngu", data=SPOKEN)
    wanted = {"subject": "am_nhac", "item": "am_nhac", "level": "9%<b", "text": "Em hát hay."}
    refused = await client.post("/api/v1/comment-phrases", json=wanted)
    assert refused.json()["title"] == "Invalid data"
    assert refused.json()["detail"] == "“9%<b” is not an assessment level."
    assert refused.json()["type"] == "urn:hocba:Invalid"
    out_of_form = await client.post("/api/v1/comment-phrases", json=wanted | {"level": "9" * 5})
    assert out_of_form.json()["detail"] == "Achievement level: must not have more than 4 characters."


async def test_a_choice_signed_out_lasts_in_that_browser_only(desk: As) -> None:
    client = desk("nobody")
    assert '<html lang="vi"' in (await client.get("/kiem-tra")).text
    await client.post("/ngon-ngu", data=SPOKEN)
    assert "For everybody, without signing in." in (await client.get("/kiem-tra")).text
    assert '<html lang="vi"' in (await desk("nobody").get("/kiem-tra")).text


async def test_a_choice_signed_in_goes_with_the_account(desk: As) -> None:
    await desk("clerk").post("/ngon-ngu", data=SPOKEN)
    elsewhere = desk("clerk")
    assert '<html lang="en"' in (await elsewhere.get("/tien-do")).text
    await elsewhere.post("/ngon-ngu", data={"language": "vi", "back": "/"})
    assert '<html lang="vi"' in (await desk("clerk").get("/tien-do")).text


@pytest.mark.parametrize(
    ("count", "words"), [(1, "1 pupil"), (2, "2 pupils"), ("1", "1 pupil"), ("1.234", "1.234 pupils")]
)
def test_english_has_a_form_for_one_and_for_many(count: object, words: str) -> None:
    assert filled(catalogue("en"), "%(count)s học sinh", {"count": count}) == words
    assert filled(catalogue("vi"), "%(count)s học sinh", {"count": count}) == f"{count} học sinh"


def test_names_within_a_sentence_are_translated_too() -> None:
    values = {"name": "1A1", "term": Term.HK1.label, "parts": ("Toán", "Âm nhạc"), "count": 1}
    said = "Lớp %(name)s, %(term)s: ký %(parts)s cho %(count)s học sinh."
    assert filled(catalogue("en"), said, values) == "Class 1A1, Term 1: sign Maths, Music for 1 pupil."
    assert filled(catalogue("vi"), said, values) == "Lớp 1A1, Học kì I: ký Toán, Âm nhạc cho 1 học sinh."


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_finished_sentence_may_quote_anything(language: str) -> None:
    page = make_templates().env.from_string("{{ _(told) }}")
    told = "“100% <b>” không phải là mức đánh giá."
    context = copy_context()
    context.run(speak, language)
    shown = context.run(page.render, told=told)
    assert "“100% &lt;b&gt;”" in shown
    assert ("không phải" in shown) == (language == "vi")


def test_values_within_a_sentence_are_escaped() -> None:
    environment = make_templates().env
    shown = environment.from_string("{{ _('Chọn %(name)s', name=name) }}").render(name="<b>")
    assert shown == "Chọn &lt;b&gt;"


@pytest.mark.parametrize("path", SCRIPTS, ids=by_name)
def test_scripts_take_their_words_from_the_page(path: Path) -> None:
    """Letters that a script reads (what people type) are single words of `entry/reading.js`."""
    code = re.sub(r"^\s*//.*$|\s//\s.*$", "", path.read_text("utf-8"), flags=re.MULTILINE)
    strings = re.findall(r'"[^"\n]*"|`[^`]*`', code)
    assert [each for each in strings if VIETNAMESE.search(each) and path.name != "reading.js"] == []
    assert "documentElement.lang" not in code
