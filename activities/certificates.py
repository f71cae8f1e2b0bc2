"""The certificate that a person is about to sign with, in the facts that the person should see before confirming."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cryptography.x509 import load_pem_x509_certificates
from sqlalchemy.orm import Session

from activities.confirming import Confirming, Way
from domain.decisions import Action
from signing.authority.certificates import common_name
from storage import certificates, watching
from storage.staffing import Person
from storage.tables import CertificateRow

_SHOWN = 4  # last digits of a serial number


@dataclass(frozen=True)
class CertificateCard:
    """`condition` is one of `storage.watching`; `way` says how its owner confirms."""

    id: UUID
    holder: str
    issuer: str
    serial_end: str
    not_after: datetime
    days_left: int
    condition: str
    way: Way

    @property
    def is_usable(self) -> bool:
        return self.condition in {"valid", "expiring"} and self.way is not Way.NOWHERE


def certificate_card(
    session: Session, confirming: Confirming, person: Person, action: Action, now: datetime
) -> CertificateCard | None:
    """The certificate for an action, or the last one where none can be used; None where none was ever registered."""
    row = certificates.best(session, action, person.staff_id, person.school_id, now)
    return None if row is None else card_of(row, confirming, now)


def card_of(row: CertificateRow, confirming: Confirming, now: datetime) -> CertificateCard:
    holder, issuer, serial_end = names_of(row.chain_pem)
    return CertificateCard(
        id=row.id,
        holder=holder,
        issuer=issuer,
        serial_end=serial_end,
        not_after=row.not_after,
        days_left=max((row.not_after - now).days, 0),
        condition=watching.condition(row, now, now + watching.EXPIRING),
        way=confirming.way(row.provider),
    )


def names_of(chain_pem: str) -> tuple[str, str, str]:
    """Whose certificate it is, who issued it, and the end of its serial number; empty where nothing was kept."""
    if not chain_pem:
        return "", "", ""
    leaf = load_pem_x509_certificates(chain_pem.encode())[0]
    return common_name(leaf.subject), common_name(leaf.issuer), f"{leaf.serial_number:x}"[-_SHOWN:].upper()
