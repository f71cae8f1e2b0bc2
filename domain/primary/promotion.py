"""Completion, promotion and commendation in primary school (Circular 27/2020/TT-BGDĐT art. 11 and 13)."""

from typing import Final

from domain.primary.levels import OverallResult

LAST_GRADE: Final = 5


def programme_completed(result: OverallResult | None) -> bool:
    """Circular 27/2020 art. 11: every result but CHT completes the class programme; no result completes nothing."""
    return result is not None and result != OverallResult.CHT


def promoted(result: OverallResult | None, *, principal_decides: bool = False) -> bool:
    """Circular 27/2020 art. 11: completion promotes; otherwise the principal may still decide to promote."""
    return programme_completed(result) or principal_decides


def completion_text(grade: int, result: OverallResult | None, *, principal_decides: bool = False) -> str:
    """Return section 6 of the record's year (Circular 27/2020 art. 11)."""
    programme = "chương trình tiểu học" if grade == LAST_GRADE else f"chương trình lớp {grade}"
    if programme_completed(result):
        return f"Hoàn thành {programme}"
    state = f"Chưa hoàn thành {programme}" if result else "Thực hiện theo kế hoạch giáo dục cá nhân"
    return f"{state}; được lên lớp theo quyết định của Hiệu trưởng" if principal_decides else state


def commendation_title(result: OverallResult | None, *, recognised: bool) -> str:
    """Return the title of Circular 27/2020 art. 13, or "".

    `recognised`: the class recognised outstanding work in a subject or clear progress in a quality or competency.
    """
    if result == OverallResult.HTXS:
        return "Học sinh Xuất sắc"
    if result == OverallResult.HTT and recognised:
        return "Học sinh Tiêu biểu hoàn thành tốt trong học tập và rèn luyện"
    return ""
