"""How a long-lived Python process collects its garbage."""

import gc


def collect_rarely() -> None:
    """Call once everything is imported: what is loaded never needs looking at again, and cycles are few.

    A request or a paper leaves thousands of objects behind; collecting at Python's own pace costs a tenth of the time,
    and every full round over the loaded libraries stops a process for a tenth of a second.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)
