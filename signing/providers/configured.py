"""The key providers of an installation, by the names under which certificates are registered with them.

A TOML file has one table for each; secrets are not in it but in files of their own:

    [seal-hsm]
    kind = "pkcs11"
    module = "/usr/lib/softhsm/libsofthsm2.so"

    [remote]
    kind = "csc"
    base_url = "https://signing.example"
    version = "2"
    client_id = "hocba"
    client_secret = { file = "/run/secrets/remote_client" }
"""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from domain.errors import Invalid
from signing.keys import KeyStore
from signing.providers.base import KeyProvider
from signing.providers.pkcs11 import Pkcs11Provider
from signing.providers.pkcs12 import Pkcs12Provider
from signing.providers.remote.csc import CscProvider
from signing.providers.remote.csc_connection import CscSettings
from signing.providers.remote.gateway import GatewaySettings, HashGateway

PKCS12 = "pkcs12"
# Keys on their owner's own device need no configuration.
RESERVED = frozenset({PKCS12, "token", "document"})

_KINDS: Mapping[str, Callable[[dict[str, Any]], KeyProvider]] = {
    "pkcs11": lambda table: Pkcs11Provider(Path(table["module"])),
    "csc": lambda table: CscProvider(CscSettings(**table)),
    "gateway": lambda table: HashGateway(GatewaySettings(**table)),
}


def configured_providers(file: Path | None, key_store: Path) -> Mapping[str, KeyProvider]:
    """`pkcs12` over the key store, and those that the file names.

    Raises Invalid, without any value of the file, when the file or a table of it cannot be used.
    """
    own: dict[str, KeyProvider] = {PKCS12: Pkcs12Provider(KeyStore(key_store))}
    if file is None:
        return own
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Invalid(f"Không đọc được tệp cấu hình nơi giữ khoá ký: {file}") from error
    return own | {name: _provider(file, name, table) for name, table in tables.items()}


def _provider(file: Path, name: str, table: object) -> KeyProvider:
    place = f"{file}, mục [{name}]"
    if name in RESERVED or not isinstance(table, dict):
        raise Invalid(f"Tên này không dùng được cho nơi giữ khoá ký: {place}")
    values = dict(table)
    kind = values.pop("kind", "")
    if kind not in _KINDS:
        raise Invalid(f"Không biết loại nơi giữ khoá ký (kind): {place}")
    try:
        return _KINDS[kind](_with_secrets(values))
    except ValidationError as error:
        # "from None": what was entered stays out of logs.
        wrong = ", ".join(sorted({".".join(map(str, each["loc"])) or each["type"] for each in error.errors()}))
        raise Invalid(f"Cấu hình nơi giữ khoá ký sai ở {wrong}: {place}") from None
    except (OSError, KeyError) as error:
        raise Invalid(f"Cấu hình nơi giữ khoá ký thiếu tệp hoặc giá trị: {place}") from error


def _with_secrets(values: dict[str, Any]) -> dict[str, Any]:
    """Each `{ file = "..." }` replaced by what the file holds."""
    return {name: _secret(value) for name, value in values.items()}


def _secret(value: Any) -> Any:  # noqa: ANN401 - whatever TOML may hold
    if not isinstance(value, dict):
        return value
    if set(value) == {"file"}:
        return Path(value["file"]).read_text(encoding="utf-8").strip()
    return _with_secrets(value)
