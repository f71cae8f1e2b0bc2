"""The key providers of an installation, by the names under which certificates are registered."""

from collections.abc import Mapping
from pathlib import Path

from signing.keys import KeyStore
from signing.providers.base import KeyProvider
from signing.providers.pkcs12 import Pkcs12Provider


def configured_providers(file: Path | None, key_store: Path) -> Mapping[str, KeyProvider]:
    """`pkcs12` over the key store, and what the file names."""
    return {"pkcs12": Pkcs12Provider(KeyStore(key_store))}
