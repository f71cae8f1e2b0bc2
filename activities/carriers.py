"""What carries a message out of the application: a mail server, or the further channels that Apprise knows."""

import hashlib
import re
import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Final, Literal, Protocol
from uuid import UUID

from apprise import Apprise, AppriseConfig
from apprise.common import MATCH_ALL_TAG

from activities.letters import Letter

_ENHANCED: Final = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
_PERMANENT: Final = range(500, 600)


@dataclass(frozen=True)
class Addressee:
    """To whom; `key` is the message's own, by which a second copy can be told from a second message."""

    key: str
    account_id: UUID
    email: str
    channel_locked: bytes | None
    schools: tuple[str, ...]  # codes


class NotCarried(Exception):
    """The message did not go out. `trouble` is a code: what servers say may hold addresses."""

    def __init__(self, trouble: str, *, is_final: bool, is_everybodys: bool = False) -> None:
        super().__init__(trouble)
        self.trouble = trouble
        self.is_final = is_final
        self.is_everybodys = is_everybodys  # the server itself is away: the next message would fare no better


class Carrier(Protocol):
    def carry(self, letter: Letter, to: Addressee) -> None:
        """Raises NotCarried."""

    def rest(self) -> None:
        """Nothing more is to be carried for now."""


@dataclass(frozen=True)
class MailServer:
    host: str
    port: int
    sender: str
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: Path | None = None
    timeout_s: float = 20.0


class MailCarrier:
    """One connection for as many messages as there are; a connection that broke is made anew for the next one."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._smtp: smtplib.SMTP | None = None

    def carry(self, letter: Letter, to: Addressee) -> None:
        try:
            message = _message(letter, to, self._server.sender)
        except (MessageError, ValueError) as error:  # an address that is none
            raise NotCarried("address", is_final=True) from error
        try:
            self._smtp = self._smtp or self._connect()
        except (OSError, ValueError, smtplib.SMTPException) as error:
            raise NotCarried(_trouble_of(error), is_final=False, is_everybodys=True) from error
        try:
            self._smtp.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            self.rest()
            raise NotCarried(_trouble_of(error), is_final=_is_final(error)) from error

    def rest(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with suppress(OSError, smtplib.SMTPException):
                smtp.quit()

    def _connect(self) -> smtplib.SMTP:
        server, context = self._server, ssl.create_default_context(cafile=self._server.ca_file)
        if server.security == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout_s, context=context)
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=server.timeout_s)
        try:
            if server.security == "starttls":
                smtp.starttls(context=context)
            if server.user:
                smtp.login(server.user, server.password)
        except (OSError, ValueError, smtplib.SMTPException):  # ValueError: a password that is not ASCII
            smtp.close()
            raise
        return smtp


class OwnChannel:
    """The channel that a person chose; `unlock` opens the address that the account keeps locked."""

    def __init__(self, unlock: Callable[[UUID, bytes], str]) -> None:
        self._unlock = unlock

    def carry(self, letter: Letter, to: Addressee) -> None:
        apprise = Apprise()
        if to.channel_locked is None or not apprise.add(self._unlock(to.account_id, to.channel_locked)):
            raise NotCarried("channel", is_final=True)
        _post(apprise, letter, None)

    def rest(self) -> None:
        pass


class SchoolChannel:
    """The channels that the installation has for its schools: an Apprise configuration, tagged by schools' codes."""

    def __init__(self, config: Path) -> None:
        self._config = config

    def carry(self, letter: Letter, to: Addressee) -> None:
        config = AppriseConfig()
        config.add(str(self._config))
        apprise = Apprise()
        apprise.add(config)
        tagged = [school for school in to.schools if list(apprise.find(tag=school))]
        if not tagged:
            raise NotCarried("no channel", is_final=True)
        for school in tagged:
            _post(apprise, letter, school)

    def rest(self) -> None:
        pass


def _post(apprise: Apprise, letter: Letter, tag: str | None) -> None:
    if not apprise.notify(title=letter.subject, body=letter.text, tag=tag or MATCH_ALL_TAG):
        raise NotCarried("channel", is_final=False)


def _message(letter: Letter, to: Addressee, sender: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = to.email
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = message_id(to.key, sender)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    return message


def message_id(key: str, sender: str) -> str:
    """The same for the same key, so that a copy sent after a crash is known as one."""
    domain = parseaddr(sender)[1].rpartition("@")[2] or "hocba"
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{domain}>"


def _is_final(error: Exception) -> bool:
    """Whether this addressee or this message will never be taken; a sender or password refused is ours to mend."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code in _PERMANENT for code, _ in error.recipients.values())
    return isinstance(error, smtplib.SMTPDataError | smtplib.SMTPNotSupportedError) and (
        getattr(error, "smtp_code", 550) in _PERMANENT
    )


def _trouble_of(error: Exception) -> str:
    """The codes alone: "550 5.1.1"."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return _codes(*next(iter(error.recipients.values())))
    if isinstance(error, smtplib.SMTPResponseException):
        return _codes(error.smtp_code, error.smtp_error)
    return type(error).__name__


def _codes(code: int, said: bytes | str) -> str:
    words = said.decode(errors="replace") if isinstance(said, bytes) else said
    found = _ENHANCED.search(words)
    return f"{code} {found[0]}" if found else str(code)
