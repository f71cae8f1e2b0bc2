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
