"""When a person is not to be disturbed, by the clock of Vietnam."""

from datetime import datetime, time, timedelta

from domain.calendar import TIMEZONE


def quiet_until(at: datetime, begin: time, end: time) -> datetime | None:
    """The end of the quiet hours in which `at` falls; None outside of them. Equal times mean none at all."""
    local = at.astimezone(TIMEZONE)
    clock = local.time()
    if begin == end:
        return None
    over_midnight = begin > end
    if over_midnight and not (clock >= begin or clock < end):
        return None
    if not over_midnight and not begin <= clock < end:
        return None
    day = local.date() + timedelta(days=int(over_midnight and clock >= begin))
    return datetime.combine(day, end, TIMEZONE)
