"""What certificates will get in the way of signing: said before anybody starts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from api.pages.language import counted, gettext
from api.pages.language import marked as _
from storage import watching
from storage.staffing import Person
from storage.tables import CertificateRow

_TROUBLE: Final[Mapping[str, str]] = {
    "missing": _("chưa được đăng ký"),
    "expired": _("đã hết hạn"),
    "not_yet": _("chưa đến ngày có hiệu lực"),
    "suspended": _("đang tạm dừng"),
    "revoked": _("đã bị thu hồi"),
}
MINE: Final = _("Chứng thư số của thầy/cô")
SCHOOLS: Final = _("Chứng thư số của nhà trường")


@dataclass(frozen=True)
class Certificate:
    """Whose it is, how it stands in words, and whether somebody has to act now (`trouble`) or soon."""

    owner: str
    words: str
    trouble: bool
    soon: bool = False


def of_person(session: Session, person: Person, moment: datetime) -> Certificate:
    return _said(MINE, *watching.to_sign_with(session, CertificateRow.staff_id == person.staff_id, moment))


def of_school(session: Session, person: Person, moment: datetime) -> Certificate:
    return _said(SCHOOLS, *watching.to_sign_with(session, CertificateRow.school_id == person.school_id, moment))


def in_the_way(certificates: list[Certificate]) -> Iterator[Certificate]:
    """Those that somebody has to do something about."""
    return (each for each in certificates if each.trouble or each.soon)


def _said(owner: str, condition: str, days: int) -> Certificate:
    if condition in _TROUBLE:
        return Certificate(gettext(owner), gettext(_TROUBLE[condition]), trouble=True)
    words = counted("còn %(count)s ngày", days)
    return Certificate(gettext(owner), words, trouble=False, soon=condition == "expiring")
