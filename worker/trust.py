"""What signing, sealing and proving need, made once from the settings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cryptography.x509 import Certificate

from activities.confirming import Confirming
from activities.evidence import EvidenceKeeper
from activities.history import HistoryKeeper, open_log_book
from activities.papers import PaperPool
from activities.preflight import Preflight
from activities.proving import Proving
from activities.transfer_packages import TransferPackageActivities
from config.places import history_place, objects_place
from config.settings import Settings
from signing.providers.configured import configured_providers
from signing.revocation import RevocationService
from signing.timestamps import NoTimeStampService, TimeStampService
from signing.trust_store import trusted_roots
from signing.verification.apart import ApartVerifier
from storage.database import Sessions
from storage.objects import Objects


@dataclass(frozen=True)
class Grounds:
    """What is asked before anything is signed, and by what is proven when it was."""

    objects: Objects
    roots: Sequence[Certificate]
    stamps: TimeStampService
    preflight: Preflight


@dataclass(frozen=True)
class Trust:
    objects: Objects
    preflight: Preflight
    confirming: Confirming
    proving: Proving
    keeper: EvidenceKeeper
    history: HistoryKeeper
    packages: TransferPackageActivities


def make_grounds(settings: Settings, sessions: Sessions) -> Grounds:
    roots = trusted_roots(settings.trust_file)
    stamps = (
        TimeStampService(settings.tsa_url, roots, settings.tsa_timeout_s) if settings.tsa_url else NoTimeStampService()
    )
    revocation = RevocationService(roots, _allowed(settings.status_hosts))
    objects = Objects(objects_place(settings))
    preflight = Preflight(sessions, objects, revocation, stamps, settings.seal_timestamp)
    return Grounds(objects, roots, stamps, preflight)


def make_trust(settings: Settings, sessions: Sessions, pool: PaperPool, grounds: Grounds) -> Trust:
    """Also opens the history log, whose key and secret are made on first use."""
    keeper = EvidenceKeeper(sessions, grounds.stamps)
    book = open_log_book(history_place(settings), settings.key_store, settings.history_origin)
    return Trust(
        objects=grounds.objects,
        preflight=grounds.preflight,
        confirming=Confirming(sessions, configured_providers(settings.key_providers, settings.key_store)),
        proving=Proving(sessions, pool, grounds.stamps, keeper),
        keeper=keeper,
        history=HistoryKeeper(sessions, book),
        packages=TransferPackageActivities(sessions, grounds.objects, grounds.roots, ApartVerifier()),
    )


def _allowed(hosts: frozenset[str]) -> Callable[[str], bool]:
    """Certificates say whom to ask, and only those that lead to a trusted root are asked about."""
    return lambda host: not hosts or host in hosts
