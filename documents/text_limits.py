"""Refuses a text that is too long for its place, in words for whoever wrote it."""

from collections.abc import Iterable

from domain.errors import Invalid


def check_text(label: str, text: str, limit: int) -> None:
    if len(text) > limit:
        raise Invalid(f"{label} dài {len(text)} ký tự, chỉ được tối đa {limit} ký tự.")


def check_texts(texts: Iterable[tuple[str, str, int]]) -> None:
    """Labels, texts and limits; raises `Invalid` for the first text that is too long."""
    for label, text, limit in texts:
        check_text(label, text, limit)
