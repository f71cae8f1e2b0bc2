"""How the people of the demo speak to the API: patient while a part is down, and signing for all classes at once."""

import asyncio
import time
from collections.abc import Iterable
from typing import Any

import httpx

from cli.demo_data import PASSPHRASE, DemoAccount, DemoSchool
from cli.trouble import Trouble

PATIENCE = 120.0
PAUSE = 0.2
BUSY = (502, 503)
Together = dict[str, asyncio.Future[dict[str, Any]]]


class DemoClient:
    """Speaks for everybody in `classes`, the classes that are played side by side."""

    def __init__(self, http: httpx.AsyncClient, school: DemoSchool, classes: Iterable[str]) -> None:
        self.http = http
        self._school = school
        self._classes = tuple(classes)
        self._waiting: dict[tuple[str, frozenset[str]], Together] = {}

    async def send(self, method: str, path: str, who: DemoAccount, body: object = None) -> Any:  # noqa: ANN401
        """Send a request as somebody; while a part is down the same request is sent again, as a person would."""
        deadline = time.monotonic() + PATIENCE
        headers = {"Authorization": f"Bearer {who.token}"}
        while True:
            try:
                answer = await self.http.request(method, f"/api/v1{path}", json=body, headers=headers)
            except httpx.TransportError as error:
                trouble, is_busy = f"The API did not answer: {error!r}.", True
            else:
                if answer.is_success:
                    return answer.json() if answer.content else None
                trouble, is_busy = f"{method} {path} was refused: {answer.text}", answer.status_code in BUSY
            if not is_busy or time.monotonic() > deadline:
                raise Trouble(trouble)
            await asyncio.sleep(PAUSE)

    async def confirm(self, who: DemoAccount, step: frozenset[str], order_id: str) -> dict[str, Any]:
        """Give the answer to a prepared order, once all classes are where this person fills a slot of `step`."""
        together = self._waiting.setdefault((who.personal_id, step), {})
        together[order_id] = asyncio.get_running_loop().create_future()
        answer = together[order_id]
        mine = sum(any(self._school.account(each, slot) == who for slot in step) for each in self._classes)
        if len(together) == mine:
            del self._waiting[who.personal_id, step]
            await self._confirm(who, together)
        return await answer

    async def _confirm(self, who: DemoAccount, together: Together) -> None:
        """Confirm with one passphrase, again while a class-term does not answer."""
        body = {"order_ids": list(together), "passphrase": PASSPHRASE}
        lines = await self.send("POST", "/orders/confirm", who, body)
        while any(line["problem"] and line["problem"]["status"] in BUSY for line in lines):
            await asyncio.sleep(PAUSE)
            lines = await self.send("POST", "/orders/confirm", who, body)
        for line in lines:
            if line["problem"]:
                raise Trouble(f"An order was refused: {line['problem']['detail']}")
            together[line["order_id"]].set_result(line["outcome"])
