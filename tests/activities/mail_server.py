"""A real mail server on this machine, with TLS and a password, that answers as it is told to."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from activities.carriers import MailServer
from tests.signing.providers.csc_https import Tls

USER, PASSWORD = "hocba", "a password of the mail server"
SENDER = "Học bạ số <hocba@truong.example>"
DROP = "drop"


@dataclass
class Postbox:
    """What arrived; `answers` are the next ones to RCPT, `after_data` to a message: DROP takes it and hangs up."""

    messages: list[EmailMessage] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    after_data: list[str] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.answers.pop(0) if self.answers else ""
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the same
        answer = self.after_data.pop(0) if self.after_data else "250 OK"
        if answer in {"250 OK", DROP}:
            found = message_from_bytes(envelope.original_content or b"", policy=default)
            assert isinstance(found, EmailMessage)
            self.messages.append(found)
        if answer == DROP and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
        return "250 OK" if answer == DROP else answer

    def words(self, number: int = 0) -> str:
        part = self.messages[number].get_body(("plain",))
        assert part is not None
        return str(part.get_content())


@dataclass(frozen=True)
class Running:
    box: Postbox
    server: MailServer


def _authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:  # noqa: ANN401
    is_known = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_known)


@contextmanager
def mail_server(folder: Path) -> Iterator[Running]:
    tls, box = Tls.make(folder), Postbox()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(
        box, hostname="127.0.0.1", port=port, tls_context=tls.context, require_starttls=True, auth_required=True,
        authenticator=_authenticate,
    )  # fmt: skip
    controller.start()
    try:
        yield Running(
            box, MailServer("127.0.0.1", port, SENDER, user=USER, password=PASSWORD, ca_file=tls.ca_bundle, timeout_s=5)
        )
    finally:
        controller.stop()
