"""The words of a mail with a link: made when it is sent, from what is known then; its token is kept nowhere."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sqlalchemy.orm import Session

from activities.account_links import USELESS, address_of
from domain.calendar import TIMEZONE
from domain.errors import NotFound
from interchange.catalogues import catalogue, speak_in
from signing.vault import Vault
from storage import account_links, mails

FOLDER: Final = Path(__file__).resolve().parent.parent / "templates" / "mail"


class LinkMail(NamedTuple):
    subject: str
    text: str
    html: str


def compose_link_mail(session: Session, key: str, vault: Vault, site_url: str) -> LinkMail:
    """The mail of the row `link/<id>`; composing it again gives the same. Raises NotFound once the link is useless."""
    link = account_links.by_id(session, UUID(key.removeprefix("link/")), datetime.now(UTC))
    if link is None:
        raise NotFound(USELESS)
    account = mails.reader(session, link.account_id)
    people = account_links.workplaces(session, account.id)
    values = {
        "language": account.language,
        "full_name": people[0][0] if people else "",
        "schools": [school for _, school in people],
        "login": account.login,
        "address": address_of(vault, site_url, link),
        "until": link.expires_at.astimezone(TIMEZONE).strftime("%H:%M, %d/%m/%Y"),
    }
    parts = (f"{link.purpose}.subject.txt", f"{link.purpose}.txt", f"{link.purpose}.html")
    subject, text, html = (_environment(account.language).get_template(part).render(values) for part in parts)
    return LinkMail(" ".join(subject.split()), text.strip() + "\n", html)


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found = catalogue(language)
    speak_in(environment, lambda: found)
    return environment
