"""How the people of the demo speak to the API: patient while a part is down, and signing for all classes at once."""

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Any

import httpx

from cli.demo_data import PASSPHRASE, DemoAccount, DemoSchool
from cli.trouble import Trouble

PATIENCE = 120.0
PAUSE = 0.2
BUSY = (502, 503)
SUBJECTS = "subjects"
Together = dict[str, asyncio.Future[dict[str, Any]]]


class DemoClient:
    """Speaks for everybody in `classes`, the classes that are played side by side."""

    def __init__(self, http: httpx.AsyncClient, school: DemoSchool, classes: Iterable[str]) -> None:
        self.http = http
        self.school = school
        self._classes = tuple(classes)
        self._waiting: dict[tuple[str, str], Together] = {}

    async def send(
        self,
        method: str,
        path: str,
        who: DemoAccount,
        body: object = None,
        is_whole: Callable[[Any], bool] = lambda _: True,
    ) -> Any:  # noqa: ANN401
        """Send a request as somebody; while a part is down the same request is sent again, as a person would.

        `is_whole` says of an answer that no part was missing in it. Raises Trouble for a refusal, or out of patience.
        """
        deadline = time.monotonic() + PATIENCE
        headers = {"Authorization": f"Bearer {who.token}"}
        while True:
            try:
                answer = await self.http.request(method, f"/api/v1{path}", json=body, headers=headers)
            except httpx.TransportError as error:
                trouble, is_busy = f"The API did not answer: {error!r}.", True
            else:
                found = answer.json() if answer.is_success and answer.content else None
                if answer.is_success and is_whole(found):
                    return found
                is_busy = answer.is_success or answer.status_code in BUSY
                trouble = f"{method} {path} was refused: {answer.text}"
            if not is_busy or time.monotonic() > deadline:
                raise Trouble(trouble)
            await asyncio.sleep(PAUSE)

    async def confirm(self, who: DemoAccount, step: str, order_id: str) -> dict[str, Any]:
        """Give the answer to a prepared order, once all classes are where this person acts at `step`.

        A step is a slot, or SUBJECTS for those of all subjects.
        """
        together = self._waiting.setdefault((who.personal_id, step), {})
        together[order_id] = asyncio.get_running_loop().create_future()
        answer = together[order_id]
        mine = sum(who in self._acting(each, step) for each in self._classes)
        if len(together) == mine:
            del self._waiting[who.personal_id, step]
            await self._confirm(who, together)
        return await answer

    def _acting(self, class_name: str, step: str) -> list[DemoAccount]:
        if step == SUBJECTS:
            return self.school.subject_teachers(class_name)
        return [self.school.account(class_name, step)]

    async def _confirm(self, who: DemoAccount, together: Together) -> None:
        body = {"order_ids": list(together), "passphrase": PASSPHRASE}
        for line in await self.send("POST", "/orders/confirm", who, body, _has_no_busy_line):
            if line["problem"]:
                raise Trouble(f"An order was refused: {line['problem']['detail']}")
            together[line["order_id"]].set_result(line["outcome"])


def _has_no_busy_line(lines: list[dict[str, Any]]) -> bool:
    """A class-term that does not answer leaves its order's line busy, while the others go on."""
    return not any(line["problem"] and line["problem"]["status"] in BUSY for line in lines)
