"""Gathers every sentence that pages say, and updates `templates/locale/en.po`: `python -m tools.catalogue`.

Sentences stand in templates and code as they are shown in Vietnamese; what was said before and is gone is dropped.
Those that have no translation yet are printed.
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
from domain.assessment import Term
from domain.consents import consent_rules
from domain.curriculum import curriculum_for, offered
from domain.duties import DUTY_NAMES
from domain.entry import cells_of
from domain.scopes import SCOPE_NAMES
from domain.sights import SIGHT_NAMES
from domain.slot_marks import HOMEROOM_NAME
from domain.stages import STAGE_NAMES
from tools.finished import is_said, patterns_of

Sentence: TypeAlias = str | tuple[str, str]  # two of them: for one, and for many

PROJECT: Final = Path(__file__).resolve().parent.parent
FILE: Final = PROJECT / "templates" / "locale" / "en.po"
TEMPLATES: Final = ("templates/pages/**/*.html", "templates/mail/*.html", "templates/mail/*.txt")
CODE: Final = ("api", "activities", "domain", "storage", "signing", "interchange", "workflows")
# Where sentences stand in code: translated there, marked for later, or refusals that pages translate.
REFUSALS: Final = ("NotAllowed", "NotFound", "Conflict", "Incomplete", "Invalid", "SigningFailed", "NotReached")
CALLS: Final = frozenset({"_", "gettext", "marked", "ngettext", "counted", *REFUSALS})
# Words that sentences are put together from, where they stand among others that nobody reads.
PARTS: Final = (
    "Bản dùng thử",
    "Chỉ đánh giá bổ sung khi kết quả giáo dục cuối năm học là Chưa hoàn thành (Thông tư 27/2020, Điều 11).",
    "Chưa có số định danh",
    "Chưa được lên lớp",
    "Con dấu số của nhà trường",
    "mức của phẩm chất, năng lực",
    "mức đánh giá",
    "mức đạt được của môn học",
    "phần chủ nhiệm",
    "Trình duyệt không rõ",
    "Ở lại lớp",
)
SUMMARY: Final = ("mức", "điểm", "Số ngày nghỉ")  # columns of a class summary that have no name elsewhere
PAPERS: Final = (
    "domain/primary/paper.py",
    "domain/secondary/paper.py",
    "domain/transfers/results.py",
)  # what documents say is Vietnamese
WHOLE: Final = (
    "api/errors.py",
    "api/field_errors.py",
    "domain/campaigns/gaps.py",
    "domain/account_states.py",
    "domain/transfers/extracts.py",
    "domain/primary/pupil_result.py",
    "domain/secondary/pupil_result.py",
    "signing/verification/errors.py",
    "domain/primary/year.py",
    "domain/primary/promotion.py",
    "domain/secondary/learning.py",
    "domain/secondary/promotion.py",
    "signing/revocation.py",
    "signing/timestamps.py",
    "signing/tokens.py",
)
# Elsewhere every sentence is said on pages: as it stands, or filled in before (`interchange/finished.py` takes it apart
# again). Not so in papers and spreadsheets, in files of ours, and what only whoever runs the system is told.
UNSAID: Final = (
    *PAPERS,
    "activities/auditing",
    "activities/oneroster.py",
    "api/approvals.py",
    "domain/roster_changes.py",
    "domain/rules/reading.py",
    "domain/rules/tables.py",
    "interchange/national",
    "interchange/oneroster",
    "interchange/pupil_data.py",
    "interchange/reports",
    "interchange/sample_school",
    "interchange/slot_workbook/validation.py",
    "interchange/slot_workbook/writing.py",
    "interchange/staff.py",
    "signing/chain/file.py",
    "signing/chain/sentences.py",
    "signing/authority",
    "signing/container.py",
    "signing/evidence",
    "signing/log",
    "signing/providers/configured.py",
    "signing/trust_store.py",
    "signing/vault.py",
    "signing/verification",
    "signing/xades_verifier.py",
    "storage/migrations",
    "workflows",
)
GRADES: Final = range(1, 13)
ELECTIVES: Final = 4
# Enums whose labels people read on pages (`domain/labelled.py`).
LABELLED: Final = ("domain", "storage")
# Vietnamese does not change with a number and English does: a sentence with this place has two translations.
NUMBER: Final = "%(count)s"


def gathered() -> Catalog:
    """Every sentence of templates and code, with the files it stands in."""
    found = Catalog(locale="en", fuzzy=False, project="hocba", charset="utf-8")
    for file, sentence in chain(_of_templates(), _of_code(), _of_data()):
        said = (sentence, sentence) if isinstance(sentence, str) and NUMBER in sentence else sentence
        found.add(said, locations=[(file, 0)])
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
        name = _named(file)
        yield from ((name, sentence) for sentence in _of_module(name, ast.parse(file.read_text("utf-8"))))


def _of_module(name: str, tree: ast.Module) -> Iterator[Sentence]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (sentence := _called(node)):
            yield sentence
        if isinstance(node, ast.ClassDef) and name.startswith(LABELLED):
            yield from _labels(node)
    if name in WHOLE:
        yield from _texts(tree)
    if not name.startswith(UNSAID):
        yield from patterns_of(tree)
        yield from (text for text in _texts(tree) if text[0].isupper() and text.endswith("."))


def _texts(tree: ast.AST) -> Iterator[str]:
    """Vietnamese texts that are written out whole."""
    strings = {part for each in ast.walk(tree) if isinstance(each, ast.JoinedStr) for part in ast.walk(each)}
    docstrings = {each.value for each in ast.walk(tree) if isinstance(each, ast.Expr)}
    parts = strings | docstrings
    for each in ast.walk(tree):
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and each not in parts:
            yield from [each.value] if is_said(each.value) else []


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
    lists = (STAGE_NAMES.values(), DUTY_NAMES.values(), SCOPE_NAMES.values(), SIGHT_NAMES.values())
    for name in chain(*lists, SUMMARY, PARTS, [HOMEROOM_NAME]):
        yield "domain", name
    rules = consent_rules()
    asked = ((each.name, each.about) for each in rules.purposes)
    yield from (("domain/consents", words) for words in (rules.without_consent, *chain.from_iterable(asked)))
    yield from (("api", title) for _, title in STATUSES.values())
    for file in sorted((PROJECT / "domain" / "rules" / "data").glob("*.toml")):
        yield from ((_named(file), source) for source in re.findall(r'\bsource = "([^"]+)"', file.read_text("utf-8")))
    for file in sorted((PROJECT / "domain" / "curricula").glob("*.toml")):
        text = file.read_text("utf-8")
        yield from ((_named(file), name) for name in re.findall(r'\bname = "([^"]+)"', text))
        yield from ((_named(file), each["short"]) for each in tomllib.loads(text)["subjects"])
    yield from (("domain/entry.py", part) for part in _headings() if part)


def _headings() -> Iterator[str]:
    """Headings of the columns that teachers fill in: the name, and when in parentheses."""
    for grade in GRADES:
        electives = [each.code for each in offered(grade) if each.elective][:ELECTIVES]
        curriculum = curriculum_for(grade, optional=electives, topics=["toan"] if electives else [])
        for cell in (cell for term in Term for slot in curriculum.slots for cell in cells_of(curriculum, term, slot)):
            name, _, when = cell.heading.partition(" (")
            yield from (name, when.removesuffix(")"))


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
    return [each for each in catalogue if each.id and not all(forms(each.string))]


def forms(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    """A sentence or its translation: one form, or one for each number."""
    return (text or "",) if isinstance(text, str | None) else tuple(text)


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
