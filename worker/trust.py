"""What signing, sealing and proving need, made once from the settings."""

from collections.abc import Callable
from dataclasses import dataclass

from activities.confirming import Confirming
from activities.evidence import EvidenceKeeper
from activities.history import HistoryKeeper, open_log_book
from activities.papers import PaperPool
from activities.preflight import Preflight
from activities.proving import Proving
from activities.transfer_packages import TransferPackageActivities
from config.settings import Settings
from signing.providers.configured import configured_providers
from signing.revocation import RevocationService
from signing.timestamps import NoTimeStampService, TimeStampService
from signing.trust_store import trusted_roots
from signing.verification.apart import ApartVerifier
from storage.database import Sessions
from storage.objects import Objects


@dataclass(frozen=True)
class Trust:
    preflight: Preflight
    confirming: Confirming
    proving: Proving
    keeper: EvidenceKeeper
    history: HistoryKeeper
    packages: TransferPackageActivities


def make_trust(settings: Settings, sessions: Sessions, pool: PaperPool) -> Trust:
    roots = trusted_roots(settings.trust_file)
    stamps = (
        TimeStampService(settings.tsa_url, roots, settings.tsa_timeout_s) if settings.tsa_url else NoTimeStampService()
    )
    revocation = RevocationService(roots, _allowed(settings.status_hosts))
    objects, keeper = Objects.local(settings.object_store), EvidenceKeeper(sessions, stamps)
    book = open_log_book(settings.history_dir, settings.key_store, settings.history_origin)
    return Trust(
        preflight=Preflight(sessions, objects, revocation, stamps, settings.seal_timestamp),
        confirming=Confirming(sessions, configured_providers(settings.key_providers, settings.key_store)),
        proving=Proving(sessions, pool, stamps, keeper),
        keeper=keeper,
        history=HistoryKeeper(sessions, book),
        packages=TransferPackageActivities(sessions, objects, roots, ApartVerifier()),
    )


def _allowed(hosts: frozenset[str]) -> Callable[[str], bool]:
    """Certificates say whom to ask, and only those that lead to a trusted root are asked about."""
    return lambda host: not hosts or host in hosts
