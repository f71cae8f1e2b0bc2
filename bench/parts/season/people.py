"""Who signs at each school: a key and a certificate of one's own, and a token to act through the API."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Final
from uuid import UUID, uuid4

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bench.parts.season.copies import copy_id
from bench.parts.season.template import Template
from config.settings import Settings
from domain.scopes import EVERY_SCOPE
from signing.authority import DevelopmentAuthority, IssuedKey
from signing.authority.certificates import Contents, certify, subject_name
from signing.keys import KeyStore
from storage.tables import ApiToken, CertificateRow, School, Staff

PASSPHRASE: Final = "mật khẩu đo thử"  # noqa: S105 - of keys that are thrown away
LASTS: Final = timedelta(days=300)
PAIRS: Final = 8  # key pairs in all: making one for each of thousands would take longer than the season
_BY_CERTIFY: Final = (x509.SubjectKeyIdentifier, x509.AuthorityKeyIdentifier)


@dataclass(frozen=True)
class Cast:
    """A school of the season: tokens of those who sign, and its books."""

    principal: str
    clerk: str
    homerooms: tuple[str, ...]
    books: tuple[UUID, ...]


def token_of(staff_id: UUID) -> str:
    return f"bench-{staff_id}"


def cast_of(template: Template, n: int) -> Cast:
    """Of the copy `n`, of the template itself for 0."""
    return Cast(
        token_of(copy_id(template.principal, n)),
        token_of(copy_id(template.clerk, n)),
        tuple(token_of(copy_id(each, n)) for each in template.homerooms),
        tuple(copy_id(each, n) for each in template.books),
    )


def equip(session: Session, settings: Settings, template: Template, schools: int) -> None:
    """Give everybody who signs a token, a key and a certificate."""
    maker = _Maker(DevelopmentAuthority.open(settings.pki_dir, services_url=settings.pki_url), settings)
    staff = [copy_id(each, n) for each in (template.principal, *template.homerooms) for n in range(schools)]
    clerks = [copy_id(template.clerk, n) for n in range(schools)]
    known = {row.id: row for row in session.execute(select(Staff.id, Staff.full_name, Staff.personal_id))}
    rows = [maker.person(known[each].id, known[each].full_name, known[each].personal_id) for each in staff]
    rows += [maker.school(*row) for row in session.execute(select(School.id, School.name, School.code))]
    session.execute(insert(CertificateRow), rows)
    session.execute(insert(ApiToken), [_token(each) for each in [*staff, *clerks]])


def _token(staff_id: UUID) -> dict[str, object]:
    hashed = sha256(token_of(staff_id).encode()).hexdigest()
    return {
        "id": uuid4(), "staff_id": staff_id, "name": "Đo thử", "token_sha256": hashed, "scopes": sorted(EVERY_SCOPE),
        "expires_at": datetime.now(UTC) + LASTS,
    }  # fmt: skip


class _Maker:
    """Certificates by the development authority, on a few key pairs in turn."""

    def __init__(self, authority: DevelopmentAuthority, settings: Settings) -> None:
        self._authority, self._folder, self._turns = authority, settings.key_store, count()
        self._pairs = [authority.issue_person(f"Cặp khoá {number}", f"0791900{number:05}") for number in range(PAIRS)]
        store = KeyStore(self._folder)
        for number, pair in enumerate(self._pairs):
            store.save(f"pair-{number}", pair, PASSPHRASE)

    def person(self, staff_id: UUID, name: str, personal_id: str) -> dict[str, object]:
        subject = ((NameOID.COMMON_NAME, name), (NameOID.USER_ID, f"CCCD:{personal_id}"))
        return self._kept(f"staff-{staff_id}", subject) | {"staff_id": staff_id, "school_id": None}

    def school(self, school_id: UUID, name: str, code: str) -> dict[str, object]:
        subject = (
            (NameOID.ORGANIZATION_NAME, name),
            (NameOID.ORGANIZATION_IDENTIFIER, f"SC:VN-{code}"),
            (NameOID.COMMON_NAME, name),
        )
        return self._kept(f"school-{school_id}", subject) | {"staff_id": None, "school_id": school_id}

    def _kept(self, key_ref: str, subject: tuple[tuple[x509.ObjectIdentifier, str], ...]) -> dict[str, object]:
        number = next(self._turns) % PAIRS
        pair = self._pairs[number]
        mine = self._certified(pair, subject_name((NameOID.COUNTRY_NAME, "VN"), *subject))
        chain = "".join(each.public_bytes(Encoding.PEM).decode() for each in (mine, *pair.certificates[1:]))
        (self._folder / f"{key_ref}.pem").write_text(chain, encoding="ascii")
        os.link(self._folder / f"pair-{number}.p12", self._folder / f"{key_ref}.p12")
        return {
            "id": uuid4(), "sha256": mine.fingerprint(hashes.SHA256()).hex(), "key_ref": key_ref, "chain_pem": chain,
            "not_before": mine.not_valid_before_utc, "not_after": mine.not_valid_after_utc,
        }  # fmt: skip

    def _certified(self, pair: IssuedKey, subject: x509.Name) -> x509.Certificate:
        old = pair.certificate
        more = [(each.value, each.critical) for each in old.extensions if not isinstance(each.value, _BY_CERTIFY)]
        span = (old.not_valid_before_utc, old.not_valid_after_utc)
        return certify(Contents(subject, pair.private_key.public_key(), span, more), self._authority.issuing)
