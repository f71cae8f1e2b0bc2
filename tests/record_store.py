"""A record store over HTTP on this machine, that misbehaves on demand: each request takes the next of its moods."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar

from activities.submission.receiving import Receiving
from domain.errors import DomainError
from interchange.receipts import pong_body, write_receipt

Mood = tuple[str, str]  # what it does, and with what: "good", "dies", "says" status


@dataclass
class Standing:
    """`moods` are used up from the front; without any left it behaves. `bodies` are the packets that came."""

    receiving: Receiving
    url: str = ""
    moods: list[Mood] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    standing: ClassVar[Standing]

    def do_GET(self) -> None:
        mood, detail = self._mood()
        body = pong_body("Kho thử", datetime.now(UTC)).model_dump_json().encode() if mood == "good" else detail.encode()
        self._answer(200, body)

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        self.standing.bodies.append(data)
        mood, detail = self._mood()
        if mood == "says":
            status, _, retry = detail.partition(" ")
            self._answer(int(status), b'{"detail": "Kh\xc3\xb4ng nh\xe1\xba\xadn."}', retry)
        elif mood == "babbles":
            self._answer(200, detail.encode())
        else:
            self._take(data, dies=mood == "dies")

    def _take(self, data: bytes, *, dies: bool) -> None:
        try:
            status, body = 200, write_receipt(self.standing.receiving.take_in(data, datetime.now(UTC)))
        except DomainError as error:
            status, body = 422, f'{{"detail": "{error.message}"}}'.encode()
        if dies:  # after it has taken the packet, before it says so
            self.close_connection = True
            self.connection.close()
            return
        self._answer(status, body)

    def _mood(self) -> Mood:
        return self.standing.moods.pop(0) if self.standing.moods else ("good", "")

    def _answer(self, status: int, body: bytes, retry_after: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if retry_after:
            self.send_header("Retry-After", retry_after)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silent."""


@contextmanager
def standing_store(receiving: Receiving) -> Iterator[Standing]:
    standing = Standing(receiving)
    handler = type("Handler", (_Handler,), {"standing": standing})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    standing.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield standing
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
