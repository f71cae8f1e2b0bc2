"""Gathers every sentence that pages say, and updates `templates/locale/en.po`: `python -m tools.catalogue`.

Sentences stand in templates and code as they are shown in Vietnamese; what was said before and is gone is dropped.
"""

import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from api.errors import STATUSES
from domain.assessment import Term
from domain.duties import DUTY_NAMES
from domain.scopes import SCOPE_NAMES
from domain.slot_marks import HOMEROOM_NAME
from domain.stages import STAGE_NAMES

PROJECT: Final = Path(__file__).resolve().parent.parent
FILE: Final = PROJECT / "templates" / "locale" / "en.po"
METHODS: Final = [("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2"), ("**.py", "python")]
OPTIONS: Final = {"templates/**.html": {"newstyle_gettext": "true"}, "templates/**.txt": {"newstyle_gettext": "true"}}
# Where sentences stand in code: translated there, marked for later, or refusals that pages translate.
REFUSALS: Final = ("NotAllowed", "NotFound", "Conflict", "Incomplete", "Invalid", "SigningFailed")
KEYWORDS: Final = {
    "_": None,
    "gettext": None,
    "marked": None,
    "ngettext": (1, 2),
    **dict.fromkeys(REFUSALS),
}
SKIPPED: Final = {".venv", ".tools", "node_modules", "var", "tests", "bench", "cli", "tools", "build", "migrations"}
PEOPLE_SEE: Final = ("api", "templates", "activities", "domain", "storage", "signing", "interchange", "workflows")


def gathered() -> Catalog:
    """Every sentence of templates and code, with where it stands."""
    found = Catalog(locale="en", fuzzy=False, project="hocba", charset="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # refusals that name what was typed: they stay Vietnamese
        messages = list(
            extract_from_dir(
                PROJECT, METHODS, OPTIONS, KEYWORDS, directory_filter=lambda folder: Path(folder).name not in SKIPPED
            )
        )
    for file, _line, message, _comments, context in messages:
        if file.split("/", 1)[0] in PEOPLE_SEE and message:
            found.add(message, locations=[(file, 0)], context=context)
    for sentence in _constants():
        found.add(sentence, locations=[("domain", 0)])
    return found


def _constants() -> Iterator[str]:
    """Names that are data: stages, duties, scopes, terms, subjects, headings of refusals."""
    for names in (STAGE_NAMES.values(), DUTY_NAMES.values(), SCOPE_NAMES.values()):
        yield from names
    yield from (term.label for term in Term)
    yield from (title for _, title in STATUSES.values())
    yield HOMEROOM_NAME
    for file in sorted((PROJECT / "domain" / "curricula").glob("*.toml")):
        yield from re.findall(r'\bname = "([^"]+)"', file.read_text("utf-8"))


def known() -> Catalog:
    """What is translated now."""
    if not FILE.exists():
        return Catalog(locale="en", fuzzy=False, project="hocba", charset="utf-8")
    with FILE.open("rb") as source:
        return read_po(source, locale="en")


def main() -> None:
    catalogue = known()
    catalogue.update(gathered(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    FILE.parent.mkdir(exist_ok=True)
    with FILE.open("wb") as target:
        write_po(target, catalogue, width=120, sort_output=True, omit_header=False, include_lineno=False)
    print(f"{sum(1 for each in catalogue if each.id and not each.string)} of {len(catalogue)} sentences are missing.")


if __name__ == "__main__":
    main()
