"""What every answer bears, whatever it is: headers that bind the browser, safe names of files, cookies out of reach."""

import re
from typing import Final

from httpx import Response

from api.assets import ASK_EACH_TIME, FOR_GOOD
from api.headers import ALWAYS_SECURE, HEADERS, WITHIN_OUR_PAGE

FILE_NAME: Final = re.compile(r'(inline|attachment); filename="[A-Za-z0-9][A-Za-z0-9._-]*\.[a-z]{3,5}"')
KEPT: Final = (HEADERS["Cache-Control"], FOR_GOOD, ASK_EACH_TIME)


def assert_protected(answer: Response, *, is_secure: bool = False) -> None:
    told = {name: answer.headers.get(name) for name in HEADERS}
    assert told.pop("Cache-Control") in KEPT
    wanted = {name: value for name, value in HEADERS.items() if name != "Cache-Control"}
    is_file = answer.headers.get("Content-Type", "") == "application/pdf"
    assert told in (wanted, wanted | WITHIN_OUR_PAGE) if is_file else told == wanted
    assert not any("unsafe" in value or "*" in value for value in wanted.values())
    assert {name: answer.headers.get(name) for name in ALWAYS_SECURE} == (
        ALWAYS_SECURE if is_secure else dict.fromkeys(ALWAYS_SECURE)
    )
    if "Content-Disposition" in answer.headers:
        assert FILE_NAME.fullmatch(answer.headers["Content-Disposition"])
    for cookie in answer.headers.get_list("Set-Cookie"):
        flags = {each.strip().lower() for each in cookie.split(";")[1:]}
        assert {"httponly", "samesite=lax", "path=/"} <= flags, cookie
        assert ("secure" in flags) is is_secure, cookie
