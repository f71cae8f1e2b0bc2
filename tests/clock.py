"""A clock that stands still where the test looks, while the servers that run beside it keep the real one."""

from functools import partial

from freezegun import freeze_time

# Without real_asyncio a server's loop in another thread would put its next wake-up years ahead, and never end.
frozen = partial(freeze_time, real_asyncio=True)
