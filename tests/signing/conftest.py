"""A development authority with one key of each kind of signer, and documents signed with them."""

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from documents.form import place_fields
from domain.documents import FIELDS, DocumentKind, SignatureField
from signing.authority import DevelopmentAuthority, IssuedKey, KeyKind, subject_id
from signing.mechanisms import Mechanism, default_mechanism, sign
from signing.pdf import BatchSigner, PreparedSignature, embed
from signing.verification.apart import ApartVerifier
from tests.signing import samples

SIGNED_AT = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
YEAR = DocumentKind.YEAR_RECORD


@dataclass(frozen=True)
class Cast:
    """Keys by field; the ids in the record are those of these certificates unless a test says otherwise."""

    authority: DevelopmentAuthority
    keys: dict[SignatureField, IssuedKey]

    @property
    def roots(self) -> list[x509.Certificate]:
        return [self.authority.root]

    def ids(self) -> dict[SignatureField, str]:
        return {field: subject_id(key.certificate) for field, key in self.keys.items()}

    def unsigned(self, kind: DocumentKind = YEAR) -> bytes:
        return samples.render(samples.record_json(kind, self.ids()))

    def placed(self, kind: DocumentKind = YEAR) -> bytes:
        return place_fields(self.unsigned(kind), samples.places(kind))

    def signed(self, pdf: bytes, *fields: SignatureField) -> bytes:
        """The document after these fields were signed by their own keys."""
        for field in fields:
            pdf = signed_by(self.keys[field], pdf, field)
        return pdf

    def finished(self, kind: DocumentKind = YEAR) -> bytes:
        return self.signed(self.placed(kind), *FIELDS[kind])


def prepared_for(key: IssuedKey, pdf: bytes, field: str, mechanism: Mechanism | None = None) -> PreparedSignature:
    return BatchSigner(key.certificates, mechanism, signed_at=SIGNED_AT).prepare(pdf, field)


def raw_by(key: IssuedKey, prepared: PreparedSignature) -> bytes:
    return sign(key.private_key, prepared.mechanism, prepared.to_be_signed)


def signed_by(key: IssuedKey, pdf: bytes, field: str, mechanism: Mechanism | None = None) -> bytes:
    prepared = prepared_for(key, pdf, field, mechanism or default_mechanism(key.certificate))
    return embed(prepared, key.certificates, raw_by(key, prepared))


def issue_cast(folder: Path, kind: KeyKind) -> Cast:
    authority = DevelopmentAuthority.open(folder, kind)
    keys = {
        SignatureField.SUBJECT_TEACHER: authority.issue_person("Giáo viên bộ môn thử", "079190000011"),
        SignatureField.HOMEROOM: authority.issue_person("Giáo viên chủ nhiệm thử", "079190000012"),
        SignatureField.GIVER: authority.issue_person("Người bàn giao thử", "079190000014"),
        SignatureField.TAKER: authority.issue_person("Người nhận bàn giao thử", "079190000015"),
        SignatureField.PRINCIPAL: authority.issue_person("Hiệu trưởng thử", "079175000013"),
        SignatureField.SEAL: authority.issue_organisation("Trường Tiểu học Mẫu", "79000701"),
    }
    return Cast(authority, keys)


@pytest.fixture(scope="session")
def cast(tmp_path_factory: pytest.TempPathFactory) -> Cast:
    return issue_cast(tmp_path_factory.mktemp("pki"), KeyKind.RSA_2048)


@pytest.fixture(scope="session")
def curve_cast(tmp_path_factory: pytest.TempPathFactory) -> Cast:
    return issue_cast(tmp_path_factory.mktemp("pki-p256"), KeyKind.P_256)


@pytest.fixture(scope="session")
def placed(cast: Cast) -> bytes:
    return cast.placed()


@pytest.fixture(scope="session")
def sealed(cast: Cast) -> bytes:
    return cast.finished()


@pytest.fixture(scope="session")
def sheet(cast: Cast) -> bytes:
    return cast.finished(DocumentKind.SUBJECT_SHEET)


class KeptVerifier(ApartVerifier):
    """One process for the files of many commands, as for those of a server: it starts longer than it verifies."""

    def __exit__(self, *ended: object) -> None:
        """It waits for the next command."""


@pytest.fixture(scope="session")
def kept_verifier() -> Iterator[ApartVerifier]:
    with closing(KeptVerifier()) as verifier:
        yield verifier


@pytest.fixture
def one_process(kept_verifier: ApartVerifier, monkeypatch: pytest.MonkeyPatch) -> None:
    """`hocba verify` has its files read there."""
    monkeypatch.setattr("cli.verify.ApartVerifier", lambda: kept_verifier)


def tool(name: str) -> str:
    """Path of a Debian tool, looked for in HOCBA_TOOLS_BIN first; a missing one fails the test."""
    search = os.pathsep.join(filter(None, (os.environ.get("HOCBA_TOOLS_BIN"), os.environ.get("PATH"))))
    found = shutil.which(name, path=search)
    if found is None:
        pytest.fail(f"{name} is not installed: tools/debian_tools.sh fetches it, or set HOCBA_TOOLS_BIN to its folder")
    return found


def tool_file(path: str) -> Path:
    """A file of a Debian package, by its path below /; a missing one fails the test."""
    for root in (Path("/"), Path(__file__).parents[2] / ".tools/unpacked"):
        if (root / path).exists():
            return root / path
    pytest.fail(f"/{path} is missing: tools/debian_tools.sh fetches it")
