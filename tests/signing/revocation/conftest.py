"""The services of one authority, one that asks them, and a person to ask about."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from signing.authority import DevelopmentAuthority, KeyKind
from signing.errors import ProviderUnavailable
from signing.revocation import RevocationService, StatusUnavailable
from tests.signing.pki import Stage, staged

NAME = "Giáo viên thử"
Chain = tuple[x509.Certificate, ...]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("pki")) as stage:
        yield stage


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory, running: Stage) -> DevelopmentAuthority:
    return DevelopmentAuthority.open(tmp_path_factory.mktemp("stranger"), KeyKind.P_256, running.url)


@pytest.fixture
def stage(running: Stage) -> Stage:
    running.reset()
    return running


@pytest.fixture
def service(stage: Stage) -> Iterator[RevocationService]:
    opened = RevocationService([stage.authority.root], is_local, timeout_s=2)
    with closing(opened):
        yield opened


@pytest.fixture
def chain(stage: Stage) -> Chain:
    return person(stage)


def is_local(host: str) -> bool:
    return host == "127.0.0.1"


def now() -> datetime:
    return datetime.now(UTC)


def person(stage: Stage) -> Chain:
    return stage.authority.issue_person(NAME, "079190000011").certificates


def serial(chain: Chain) -> int:
    return chain[0].serial_number


def sha256(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex()


def unavailable(service: RevocationService, chain: Chain) -> str:
    with pytest.raises(StatusUnavailable) as error:
        service.check(chain, now())
    assert isinstance(error.value, ProviderUnavailable)
    assert NAME not in error.value.message
    assert f"{serial(chain):x}"[:16] in error.value.message
    return error.value.message
