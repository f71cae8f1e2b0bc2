"""Rule files to change one thing in, as an office would."""

from pathlib import Path

import domain.rules

DATA = Path(domain.rules.__file__).parent / "data"


def changed(folder: Path, *changes: tuple[str, str], name: str = "tt22-2021.1.toml") -> Path:
    """Write a shipped file into the folder with each text replaced where it first stands."""
    text = (DATA / name).read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / f"changed-{len(list(folder.iterdir()))}.toml"
    path.write_text(text, encoding="utf-8")
    return path
