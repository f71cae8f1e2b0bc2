"""The words of a message, made when it is sent, from what is due then: no pupil's name, nobody's marks."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple, Protocol, TypeAlias

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.calendar import day_of
from domain.matters.tasks import place_of, words_of
from domain.notices import Kind, Told
from domain.waiting import Waiting
from interchange.catalogues import catalogue, speak_in
from storage import digests, mails, notices
from storage.mails import base_of
from storage.matters.waits import MatterTask
from storage.tables import MailRow, ManagingAuthority, School, Staff

FOLDER: Final = Path(__file__).resolve().parent.parent / "templates" / "mail"
LONGEST: Final = 20  # lines of a section; the rest is one click away


def _(message: str) -> str:
    """Mark a sentence for the catalogues of other languages."""
    return message


class Letter(Protocol):
    """What a composer hands over: plain text and HTML say the same."""

    @property
    def subject(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def html(self) -> str: ...


class Written(NamedTuple):
    subject: str
    text: str
    html: str


# Composes the message of a row, or None when there is nothing left to say. NotFound means the same.
Composer: TypeAlias = Callable[[Session, MailRow, str], Letter | None]


@dataclass(frozen=True)
class Line:
    words: str
    values: Mapping[str, object]
    path: str
    due_at: datetime | None


@dataclass(frozen=True)
class Section:
    title: str
    lines: Sequence[Line]
    more: int = 0


@dataclass(frozen=True)
class Sheet:
    """What the templates of a letter take; `subject` and `opening` take `values`."""

    subject: str
    opening: str
    sections: Sequence[Section]
    values: Mapping[str, object] = field(default_factory=dict)
    full_name: str = ""
    schools: Sequence[str] = ()


_SUBJECTS: Final = {
    frozenset({Kind.RETURNED}): _("Có phần học bạ bị trả lại để sửa"),
    frozenset({Kind.TURN}): _("Đến lượt thầy/cô: việc học bạ sắp đến hạn"),
    frozenset({Kind.NEW_DEVICE}): _("Đăng nhập từ một thiết bị mới"),
}
_SEVERAL: Final = _("Việc học bạ cần làm ngay")
_NEW_DEVICE: Final = _(
    "Nếu không phải thầy/cô vừa đăng nhập, hãy mở trang tài khoản, đăng xuất mọi thiết bị và đổi mật khẩu ngay."
)


def compose_digest(session: Session, row: MailRow, site_url: str) -> Letter | None:
    """The message of a morning."""
    now = datetime.now(UTC)
    digest = digests.digests(session, [row.account_id], now).get(row.account_id)
    if digest is None:
        return None
    late = [_of_matter(each) for each in digest.matters if each.due_at is not None and each.due_at <= now]
    near = [_of_matter(each) for each in digest.matters if each.due_at is not None and each.due_at > now]
    groups = (
        (_("Quá hạn"), [*map(_of_task, digest.late), *late]),
        (_("Được trả lại để sửa"), map(_of_task, digest.returned)),
        (_("Đến hạn trong bảy ngày"), [*near, *map(_of_task, digest.soon)]),
        (_("Tin mới"), map(_of_told, digest.news)),
    )
    subject = _("Việc học bạ hôm nay: %(count)s việc") if digest.count else _("Tin học bạ hôm nay")
    opening = _("Đây là những việc đang chờ thầy/cô sáng nay.")
    sheet = Sheet(subject, opening, _sections(groups), {"count": digest.count})
    return _written(session, row, sheet, site_url)


def compose_notice(session: Session, row: MailRow, site_url: str) -> Letter | None:
    """What could not wait for the morning."""
    told = notices.of_mail(session, base_of(row.key), datetime.now(UTC))
    if not told:
        return None
    kinds = frozenset(each.kind for each in told)
    opening = _NEW_DEVICE if kinds == {Kind.NEW_DEVICE} else _("Có việc đang chờ thầy/cô.")
    groups = [(_("Việc cần làm"), map(_of_told, told))]
    return _written(session, row, Sheet(_SUBJECTS.get(kinds, _SEVERAL), opening, _sections(groups)), site_url)


# Who adds a kind of message adds its composer here; those that need secrets are added where the worker is made.
COMPOSERS: Final[Mapping[str, Composer]] = {"digest": compose_digest, "notice": compose_notice}


def _sections(groups: Iterable[tuple[str, Iterable[Line]]]) -> list[Section]:
    whole = [(title, list(lines)) for title, lines in groups]
    return [Section(title, lines[:LONGEST], max(len(lines) - LONGEST, 0)) for title, lines in whole if lines]


def _of_task(task: Waiting) -> Line:
    return Line(task.words, task.values, task.path, task.place.due_at)


def _of_matter(task: MatterTask) -> Line:
    words = words_of(task.kind, task.what, task.field)
    return Line(words, {}, place_of(task.kind, task.matter_id, task.field), task.due_at)


def _of_told(told: Told) -> Line:
    return Line(told.words, told.values, told.path, told.due_at)


def _written(session: Session, row: MailRow, sheet: Sheet, site_url: str) -> Written:
    language = mails.reader(session, row.account_id).language
    place = func.coalesce(School.name, ManagingAuthority.name)
    people = session.execute(
        select(Staff.full_name, place)
        .outerjoin(School, School.id == Staff.school_id)
        .outerjoin(ManagingAuthority, ManagingAuthority.id == Staff.authority_id)
        .where(Staff.account_id == row.account_id)
        .order_by(place)
    ).all()
    environment = _environment(language)
    subject = environment.from_string("{{ _(words, **values) }}").render(words=sheet.subject, values=sheet.values)
    full_name = people[0][0] if people else ""
    values = {
        "letter": replace(sheet, full_name=full_name, schools=[school for _, school in people]),
        "site_url": site_url.rstrip("/"),
        "language": language,
        "subject": subject,
    }
    text, html = (environment.get_template(name).render(values) for name in ("letter.txt", "letter.html"))
    return Written(subject, text.strip() + "\n", html)


def _last_day(due_at: datetime) -> str:
    return day_of(due_at - timedelta(seconds=1)).strftime("%d/%m/%Y")


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
    environment.filters["last_day"] = _last_day
    found = catalogue(language)
    speak_in(environment, lambda: found)
    return environment
