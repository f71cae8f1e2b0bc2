"""All that submission offers to people and other systems, made once from the settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography import x509

from activities.submission.packing import Packing
from activities.submission.receiving import PLACES, Receiving
from activities.submission.sending import ConnectionTest
from activities.submission.store_client import StoreClient
from interchange.record_stores import StoreAddress
from signing.providers.base import KeyProvider
from storage.database import Sessions
from storage.objects import Objects


@dataclass(frozen=True)
class Exchange:
    """`own_name` is what our own store calls itself to those who test their connection."""

    packing: Packing
    receiving: Receiving
    connection: ConnectionTest
    own_name: str


def make_exchange(
    sessions: Sessions,
    objects: Objects,
    providers: Mapping[str, KeyProvider],
    roots: Sequence[x509.Certificate],
    stores: Mapping[str, StoreAddress],
    places: int = PLACES,
) -> Exchange:
    clients = {code: StoreClient(each.name, each.url) for code, each in stores.items()}
    return Exchange(
        Packing(sessions, objects, providers),
        Receiving(sessions, objects, roots, places),
        ConnectionTest(clients),
        next(iter(stores.values())).name,
    )
