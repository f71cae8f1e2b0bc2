"""Our own words in the codes of the Ministry's lists, which an office may replace list by list.

The lists are not published to us: `CodeLists.unconfirmed` names those that must be replaced before anything is sent.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from domain.errors import Invalid, NotFound
from domain.ethnicities import ETHNICITIES
from domain.labelled import Labelled


class CodeList(Labelled):
    """Which list; its label finishes the sentence "chưa có mã ..."."""

    CIRCULAR = "circular", "thông tư"
    SCHOOL_LEVEL = "school_level", "cấp học"
    GRADE = "grade", "khối"
    SEX = "sex", "giới tính"
    NATIONALITY = "nationality", "quốc tịch"
    ETHNICITY = "ethnicity", "dân tộc"
    PROVINCE = "province", "tỉnh, thành phố"
    PRIMARY_SUBJECT = "primary_subject", "môn học cấp tiểu học"
    SECONDARY_SUBJECT = "secondary_subject", "môn học cấp THCS, THPT"
    SECONDARY_SUBJECT_NAME = "secondary_subject_name", "tên ngắn của môn học"


@dataclass(frozen=True)
class _Codes:
    """One list: code by our own word (a subject's code, a grade's number, a country's name)."""

    confirmed: bool
    note: str
    codes: Mapping[str, str]


_DEFAULT: Final = Path(__file__).with_name("codes.toml")
_FILE: Final = TypeAdapter(dict[CodeList, _Codes])


@dataclass(frozen=True)
class CodeLists:
    lists: Mapping[CodeList, _Codes]

    def code(self, kind: CodeList, word: str) -> str:
        """The code of our word; raises NotFound if the list has none."""
        try:
            return self.lists[kind].codes[word]
        except KeyError:
            raise NotFound(f"Danh mục chưa có mã {kind.label} cho “{word}”.") from None

    @property
    def unconfirmed(self) -> tuple[CodeList, ...]:
        """The lists that are not the Ministry's own."""
        return tuple(kind for kind, each in self.lists.items() if not each.confirmed)


def code_or_empty(codes: CodeLists, kind: CodeList, word: str) -> str:
    """The code of our word; "" if the list has none."""
    try:
        return codes.code(kind, word)
    except NotFound:
        return ""


def load_codes(own: Path | None = None) -> CodeLists:
    """The lists of the package, each replaced by the one of `own` (TOML of the same form) if it has it.

    Raises Invalid if that file cannot be read.
    """
    lists = _read(_DEFAULT) | (_read(own) if own else {})
    ethnicities = lists[CodeList.ETHNICITY]
    every = replace(ethnicities, codes=ETHNICITIES | dict(ethnicities.codes))
    return CodeLists(lists | {CodeList.ETHNICITY: every})


def _read(path: Path) -> dict[CodeList, _Codes]:
    try:
        return _FILE.validate_python(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise Invalid(f"Không đọc được danh mục mã trong tệp {path.name}.") from error
