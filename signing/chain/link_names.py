"""Names of a chain's links in a line, in Vietnamese and English."""

from datetime import datetime
from typing import Final

from domain.calendar import day_of
from domain.chains import GapLink, Happened, Link, LinkKind, LinkState, LoggedLink, MoveLink, PaperLink, TermLink
from signing.verification.sentences import Language

_STATES: Final[dict[LinkState, dict[Language, str]]] = {
    LinkState.IN_FORCE: {"vi": "có hiệu lực", "en": "in force"},
    LinkState.RECALLED: {"vi": "đã thu hồi", "en": "recalled"},
    LinkState.SUPERSEDED: {"vi": "đã được thay thế", "en": "superseded"},
    LinkState.NOT_LOGGED: {"vi": "không ghi nhật ký", "en": "not in the log"},
}
_PAPERS: Final[dict[LinkKind, dict[Language, str]]] = {
    LinkKind.YEAR_RECORD: {"vi": "Học bạ năm học {}", "en": "Record of the year {}"},
    LinkKind.IDENTITY_PAGE: {"vi": "Trang thông tin học sinh {}", "en": "Identity page {}"},
    LinkKind.TRANSFER_RESULT: {"vi": "Kết quả học tập khi chuyển trường {}", "en": "Result of a transfer {}"},
    LinkKind.TERM_SUMMARY: {"vi": "Bảng tổng hợp học kì I năm học {}", "en": "First term's class summary {}"},
    LinkKind.PAPER_EXTRACT: {"vi": "Trích lục học bạ các năm trước {}", "en": "Extract from earlier records {}"},
}

# Of a paper that is not in the file.
_KEPT: Final[dict[Language, str]] = {"vi": "trường giữ", "en": "kept at the school"}


def link_name(link: Link, language: Language = "vi") -> str:
    """A link in a line: what it is, of which year and school, and how it stands."""
    match link:
        case MoveLink():
            return _move_name(link, language)
        case GapLink():
            nothing = "không có học bạ" if language == "vi" else "no record"
            return f"{link.school_year} · {link.school_name} · {nothing}"
        case TermLink():
            name, kept = _PAPERS[link.kind][language].format(link.school_year), _KEPT[language]
            return f"{name} · {link.school_code} · {_state(link, language)} · {kept} · SHA-256 {link.sha256}"
        case PaperLink():
            return _paper_name(link, language)


def _move_name(link: MoveLink, language: Language) -> str:
    moved = "Chuyển trường" if language == "vi" else "Moved"
    return f"{moved} {link.moved_on or link.school_year}: {link.from_school} → {link.to_school}"


def _paper_name(link: PaperLink, language: Language) -> str:
    name = _PAPERS[link.kind][language].format(link.school_year).strip()
    version = f"bản {link.version}" if language == "vi" else f"version {link.version}"
    parts = [name, link.class_name, link.school_name, version, _standing(link, language), link.lookup_code]
    return " · ".join(part for part in parts if part)


def _standing(link: PaperLink, language: Language) -> str:
    state = _state(link, language)
    by = "thay bằng" if language == "vi" else "replaced by"
    return f"{state}, {by} {link.replaced_by}" if link.replaced_by else state


def _state(link: LoggedLink, language: Language) -> str:
    since = link.at(Happened.RECALLED) if link.state is LinkState.RECALLED else ""
    day = f" {day_of(datetime.fromisoformat(since)):%d/%m/%Y}" if since else ""
    return f"{_STATES[link.state][language]}{day}"
