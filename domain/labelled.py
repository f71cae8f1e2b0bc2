"""Codes that know their Vietnamese name."""

from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """An enum whose value is the stored code and whose `label` is what people read."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @property
    def small(self) -> str:
        """Its label within a sentence: only its first letter loses its size ("giữa học kì II")."""
        return self.label[0].lower() + self.label[1:]
