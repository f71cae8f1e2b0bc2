"""A browser in words for its owner, read from what it says of itself. It only has to be recognised, never trusted."""

from typing import Final

# The first that fits: most programs also claim to be the ones they descend from.
_PROGRAMS: Final = (
    ("coc_coc_browser", "Cốc Cốc"),
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Zalo", "Zalo"),
    ("FBAN/", "Facebook"),
    ("FBAV/", "Facebook"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
UNKNOWN: Final = "Trình duyệt không rõ"


def device_in_words(user_agent: str) -> str:
    """As "Chrome trên Windows"."""
    program = next((name for sign, name in _PROGRAMS if sign in user_agent), UNKNOWN)
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), "")
    return f"{program} trên {system}" if system else program
