"""What needs consent, as data, and whether it is there: the representative's, and the child's who is old enough.

Decree 13/2023/NĐ-CP art. 20, Law 91/2025/QH15; what of it is unverified stands in the file.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from domain.errors import Invalid
from domain.labelled import Labelled

_FILE: Final = Path(__file__).parent / "data" / "dong-y-2026.1.toml"
ONEROSTER: Final = "oneroster"


class Side(Labelled):
    """Whose consent it is."""

    REPRESENTATIVE = "representative", "Người đại diện"
    CHILD = "child", "Học sinh"


class Giver(Labelled):
    """Who said it, by relation to the pupil; names are not kept."""

    FATHER = "father", "Cha"
    MOTHER = "mother", "Mẹ"
    GUARDIAN = "guardian", "Người giám hộ"
    CHILD = "child", "Học sinh"

    @property
    def side(self) -> Side:
        return Side.CHILD if self is Giver.CHILD else Side.REPRESENTATIVE


class Standing(Labelled):
    NONE = "none", "Chưa có"
    WAITS_FOR_CHILD = "waits_for_child", "Chờ học sinh đồng ý"
    WAITS_FOR_REPRESENTATIVE = "waits_for_representative", "Chờ người đại diện đồng ý"
    GIVEN = "given", "Đã đồng ý"
    WITHDRAWN = "withdrawn", "Đã rút lại hoặc từ chối"


@dataclass(frozen=True)
class Purpose:
    """`use` names what hocba itself does for it and refuses without consent; "" if it only tells others."""

    code: str
    name: str
    about: str
    use: str = ""


@dataclass(frozen=True)
class ConsentRules:
    """One version; `child_from` is in full years."""

    version: str
    title: str
    effective_from: date
    child_from: int
    sources: tuple[str, ...]
    unverified: tuple[str, ...]
    without_consent: str
    purposes: tuple[Purpose, ...]

    def purpose(self, code: str) -> Purpose:
        """Raises Invalid for a code that is none of them."""
        found = next((each for each in self.purposes if each.code == code), None)
        if found is None:
            raise Invalid("Không có mục đích này; thầy/cô hãy tải lại trang.")
        return found

    def of_use(self, use: str) -> tuple[Purpose, ...]:
        return tuple(each for each in self.purposes if each.use == use)

    def asks_child(self, birth_date: date, on: date) -> bool:
        """Whether the child is asked, too."""
        birthday_to_come = (on.month, on.day) < (birth_date.month, birth_date.day)
        return on.year - birth_date.year - birthday_to_come >= self.child_from

    def standing(self, said: Mapping[Side, bool], birth_date: date, on: date) -> Standing:
        """`said` is the last word of each side: True is consent; who never said anything is absent."""
        if False in said.values():
            return Standing.WITHDRAWN
        if not said:
            return Standing.NONE
        if Side.REPRESENTATIVE not in said:
            return Standing.WAITS_FOR_REPRESENTATIVE
        if Side.CHILD not in said and self.asks_child(birth_date, on):
            return Standing.WAITS_FOR_CHILD
        return Standing.GIVEN


@cache
def consent_rules() -> ConsentRules:
    found = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    lists = {name: tuple(found[name]) for name in ("sources", "unverified")}
    return ConsentRules(**{**found, **lists, "purposes": tuple(Purpose(**each) for each in found["purposes"])})
