"""Sentences that code fills in before it says them: `f"Lớp {group.name}"` is `Lớp %(name)s` in the catalogue."""

import ast
import re
from collections.abc import Iterator
from string import Formatter
from typing import Final

_VIETNAMESE: Final = re.compile(r"[À-ÖØ-öø-ỹ]")
_NO_NAME: Final = "value"


def is_said(text: str) -> bool:
    """Vietnamese words: no heading of a paper in capitals, no joint between words, nothing with signs of a program."""
    is_whole = text == text.strip(" ,") and not set("{}\\") & set(text)
    return is_whole and not text.isupper() and bool(_VIETNAMESE.search(text))


def patterns_of(tree: ast.Module) -> Iterator[str]:
    """Every Vietnamese f-string and filled constant of a module with named places, and the constants that fill them."""
    constants = dict(_constants(tree))
    for each in ast.walk(tree):
        match each:
            case ast.JoinedStr() if is_said(_literal(each).strip(" ,")) and _named(each)[0] not in " ,":
                yield _named(each)
                yield from (text for place in _places(each) if (text := constants.get(getattr(place, "id", ""))))
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="format")) if name in constants:
                yield _formatted(constants[name], each.args)


def _literal(said: ast.JoinedStr) -> str:
    return "".join(str(each.value) for each in said.values if isinstance(each, ast.Constant))


def _places(said: ast.JoinedStr) -> list[ast.expr]:
    return [each.value for each in said.values if isinstance(each, ast.FormattedValue)]


def _named(said: ast.JoinedStr) -> str:
    """Two places with at most a space between them are one: nobody could tell where the first ends."""
    text, taken, ends_with_place = "", list[str](), False
    for each in said.values:
        if isinstance(each, ast.FormattedValue):
            if not ends_with_place:
                taken.append(_free(_name(each.value), taken))
                text += f"%({taken[-1]})s"
            ends_with_place = True
        elif isinstance(each, ast.Constant) and not (ends_with_place and each.value == " "):
            text += str(each.value).replace("%", "%%")
            ends_with_place = False
    return text


def _formatted(constant: str, arguments: list[ast.expr]) -> str:
    text, taken = "", list[str]()
    for literal, field, _, _ in Formatter().parse(constant):
        text += literal.replace("%", "%%")
        if field is not None:
            taken.append(name := _free(field or _name(arguments[len(taken)]), taken))
            text += f"%({name})s"
    return text


def _free(name: str, taken: list[str]) -> str:
    """The name, numbered where the sentence has it already."""
    return next(each for number in range(1, 100) if (each := name + str(number) * (number > 1)) not in taken)


def _name(value: ast.expr) -> str:
    """A short name that stays while the expression means the same: the last word of what is shown."""
    match value:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.strip("_").lower()
        case ast.Call(func=ast.Name(id="len")):
            return "count"
        case (
            ast.Call(func=ast.Attribute(value=ast.Constant()), args=[of, *_])  # a joint and what it joins
            | ast.Call(func=ast.Attribute(value=ast.Name() | ast.Attribute() as of))
            | ast.Call(func=ast.Name() | ast.Attribute() as of)
            | ast.Subscript(value=of)
            | ast.BinOp(left=of)
            | ast.GeneratorExp(elt=of)
        ):
            return _name(of)
    return _NO_NAME


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for each in tree.body:
        match each:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text)))
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant(value=str(text)))
            ) if _VIETNAMESE.search(text):
                yield name, text
