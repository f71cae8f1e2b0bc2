"""The people of the storm's school: they press again when no answer comes, and begin anew when they are refused."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final

import httpx

from cli.demo_client import DemoClient, _has_no_busy_line
from cli.demo_data import PASSPHRASE, DemoAccount, DemoSchool
from cli.trouble import Trouble
from tests.chaos.ledger import Ledger

IMPATIENT_SECONDS: Final = 10.0  # then the same request is sent again, while the first may still be under way
PAUSE: Final = 0.3
AGAIN: Final = (502, 503)
BROKEN: Final = 500
SETTLED: Final = frozenset({"completed", "failed"})
# The service that keeps the key did not answer: the same person presses the same button again.
NO_ANSWER: Final = "urn:hocba:ProviderUnavailable"


class Refused(Trouble):
    """A part of hocba said no; `code` is the type of the problem."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class OutOfTime(Trouble):
    """The storm is over and this has still no answer."""


class People(DemoClient):
    """Speaks for everybody of a school, and keeps what was answered."""

    def __init__(self, http: httpx.AsyncClient, school: DemoSchool, ledger: Ledger) -> None:
        super().__init__(http, school, ())
        self.ledger = ledger
        self.until = float("inf")  # of the monotonic clock

    def give_up_if_late(self, what: str) -> None:
        if time.monotonic() > self.until:
            raise OutOfTime(what)

    async def send(
        self,
        method: str,
        path: str,
        who: DemoAccount,
        body: object = None,
        is_whole: Callable[[Any], bool] = lambda _: True,
    ) -> Any:  # noqa: ANN401
        """Raises Refused for a refusal, OutOfTime when the storm has waited long enough."""
        if method == "GET":
            return await self._answer(method, path, who, None, is_whole)
        action = self.ledger.begin(path, body, self._services(who, path))
        try:
            answer = await self._answer(
                method, path, who, body, is_whole, lambda: setattr(action, "tries", action.tries + 1)
            )
        except Refused as refusal:
            self.ledger.refuse(action, f"{refusal.code} {refusal}")
            raise
        self.ledger.acknowledge(action, answer)
        return answer

    def _services(self, who: DemoAccount, path: str) -> frozenset[str]:
        """Whose signatures or seals need somebody else's service."""
        seals = who == self.school.accounts["seal"]
        if path.endswith("/orders"):
            return frozenset({"stamps"}) if seals else frozenset()
        if path.endswith("/confirm"):
            signs_remotely = seals or who == self.school.accounts["principal"]
            return frozenset({"service"} if signs_remotely else ()) | frozenset({"stamps"} if seals else ())
        return frozenset()

    async def _answer(
        self,
        method: str,
        path: str,
        who: DemoAccount,
        body: object,
        is_whole: Callable[[Any], bool],
        tried: Callable[[], None] = lambda: None,
    ) -> Any:  # noqa: ANN401
        headers = {"Authorization": f"Bearer {who.token}"}
        while True:
            tried()
            try:
                answer = await self.http.request(method, f"/api/v1{path}", json=body, headers=headers)
            except httpx.TransportError:
                pass
            else:
                found = answer.json() if answer.is_success and answer.content else None
                if answer.is_success and is_whole(found):
                    return found
                self._judge(answer, f"{method} {path}")
            self.give_up_if_late(f"{method} {path} has no answer.")
            await asyncio.sleep(PAUSE)

    def _judge(self, answer: httpx.Response, what: str) -> None:
        """Returns if the same may be sent again."""
        if answer.status_code == BROKEN:
            self.ledger.broken.append((time.monotonic(), f"{what}: {answer.text[:400]}"))
        elif not answer.is_success and answer.status_code not in AGAIN:
            problem = answer.json()
            raise Refused(problem["type"], f"{answer.status_code} {problem['detail']}")

    async def prepared(self, who: DemoAccount, order: dict[str, Any]) -> dict[str, Any]:
        """The order once it waits no more. Raises Refused for one that ended."""
        while order["state"] == "preparing":
            self.give_up_if_late(f"Order {order['order_id']} is not prepared: {order['trouble']}.")
            await asyncio.sleep(PAUSE)
            order = await self.send("GET", f"/orders/{order['order_id']}", who)
        if order["state"] == "failed":
            raise Refused(f"urn:hocba:{order['trouble']['code']}", order["trouble"]["message"])
        return order

    async def confirm(self, who: DemoAccount, step: str, order_id: str) -> dict[str, Any]:
        """Confirm one order, look after it while it waits, and press again for its outcome."""
        body = {"order_ids": [order_id], "passphrase": PASSPHRASE}
        while True:
            try:
                [line] = await self.send("POST", "/orders/confirm", who, body, _has_no_busy_line)
            except Refused as refusal:
                if refusal.code != NO_ANSWER or time.monotonic() > self.until:
                    raise
                await asyncio.sleep(PAUSE)
                continue
            if line["outcome"]:
                return dict(line["outcome"])
            if line["problem"]:
                raise Refused(line["problem"]["type"], line["problem"]["detail"])
            await self._settled(who, order_id)

    async def _settled(self, who: DemoAccount, order_id: str) -> None:
        while True:
            order = await self.send("GET", f"/orders/{order_id}", who)
            if order["state"] == "failed":
                raise Refused(f"urn:hocba:{order['trouble']['code']}", order["trouble"]["message"])
            if order["state"] in SETTLED:
                return
            self.give_up_if_late(f"Order {order_id} is {order['state']}: {order['trouble']}.")
            await asyncio.sleep(PAUSE)
