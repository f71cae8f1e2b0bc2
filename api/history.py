"""The files of the history log under /history, from wherever they lie (c2sp.org/tlog-tiles).

Public as a whole: entries name nobody, and whoever holds a copy can tell a rewritten log from the one he knows.
"""

import re
from typing import Final

from fastapi import HTTPException, status
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from activities.history import PUBLIC_KEY
from api.assets import ASK_EACH_TIME, FOR_GOOD
from api.services import Services
from signing.log.log import CHECKPOINT

_TILE: Final = re.compile(r"tile/(entries|\d{1,2})/(x\d{3}/)*\d{3}(\.p/\d{1,3})?", re.ASCII)


async def history_files(scope: Scope, receive: Receive, send: Send) -> None:
    """For a mount. Tiles never change, not even partial ones: a wider one has another name. Else 404, or 405."""
    if scope["method"] not in {"GET", "HEAD"}:
        raise HTTPException(status.HTTP_405_METHOD_NOT_ALLOWED)
    services: Services = scope["app"].state.services
    path = scope["path"].removeprefix(scope["root_path"]).removeprefix("/")
    is_tile = _TILE.fullmatch(path) is not None
    data = await run_in_threadpool(services.history.read, path) if is_tile or path in {CHECKPOINT, PUBLIC_KEY} else None
    if data is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND)
    kept, kind = (FOR_GOOD, "application/octet-stream") if is_tile else (ASK_EACH_TIME, "text/plain; charset=utf-8")
    answer = Response(data, headers={"Cache-Control": kept}, media_type=kind)
    await answer(scope, receive, send)
