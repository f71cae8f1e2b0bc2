"""How long something has waited, and how it lies to its deadline, in words: filters of the pages."""

from datetime import datetime

from api.pages.language import counted, gettext
from domain import deadlines
from domain.calendar import day_of
from domain.deadlines import Urgency, days_left


def lateness(due_at: datetime, now: datetime) -> str:
    """Still 3 days, due today, or 2 days late."""
    left = days_left(due_at, now)
    if left < 0:
        return counted("trễ %(count)s ngày", -left)
    if left == 0:
        return gettext("hạn hôm nay")
    return counted("còn %(count)s ngày", left)


def age(since: datetime, now: datetime) -> str:
    """How many days something has stood where it stands."""
    days = max((day_of(now) - day_of(since)).days, 0)
    return counted("%(count)s ngày", days) if days else gettext("từ hôm nay")


def urgency(due_at: datetime, now: datetime) -> str:
    """The class of a chip: late, soon (a week), or neither."""
    return _CHIPS[deadlines.urgency(due_at, now)]


_CHIPS = {Urgency.LATE: "trouble", Urgency.TODAY: "warning", Urgency.SOON: "warning", Urgency.LATER: "quiet"}
TIMING = {"lateness": lateness, "age": age, "urgency": urgency}
