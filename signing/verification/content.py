"""The attached content as JSON has it: nothing of it is checked before it is looked up here."""

from collections.abc import Mapping
from typing import Any, TypeAlias

Content: TypeAlias = Mapping[str, Any]


def by_field(content: Content) -> Content:
    """The content with its signers by their signature fields. Raises LookupError or TypeError if it has none."""
    return {**content, "signers": {each["field"]: each for each in content["signers"]}}


def value_at(content: object, path: str) -> object:
    """What stands at a path like "pupil.full_name" or "values.2"; "" if nothing does."""
    found = content
    for name in path.split("."):
        match found:
            case Mapping():
                found = found.get(name, "")
            case list() | tuple() if name.isdigit() and int(name) < len(found):
                found = found[int(name)]
            case _:
                return ""
    return found


def says(content: object, path: str) -> bool:
    """Whether something is printed for what stands there: white space alone is nothing."""
    return bool(str(value_at(content, path)).split())
