"""The one place where hocba's settings are read: HOCBA_ variables, files of secrets, and defaults for one machine."""

import hashlib
import ipaddress
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import quote

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SecretsSettingsSource, SettingsConfigDict

PROJECT = Path(__file__).resolve().parent.parent
PREFIX = "HOCBA_"
LOOPBACK = "127.0.0.1"
SMTP_PORTS = {"starttls": 587, "tls": 465, "none": 25}
BUCKET = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<prefix>[\w./-]*))?", re.ASCII)
SOCKET_PATH_LIMIT = 107  # bytes of sun_path in unix(7), less the closing zero


def socket_folder(var_dir: Path) -> Path:
    """Return where PostgreSQL's socket lives: inside `var_dir`, or in the temporary folder if that is too long."""
    inside = var_dir / "run" / "pg"
    if len(os.fsencode(inside / ".s.PGSQL.65535")) <= SOCKET_PATH_LIMIT:
        return inside
    mark = hashlib.sha256(os.fsencode(var_dir)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"hocba-{os.getuid()}-{mark}"


def words_of(listed: str) -> list[str]:
    """The values of a setting that lists several, between commas."""
    return [each.strip() for each in listed.split(",") if each.strip()]


def _embedded_url(values: Mapping[str, Any]) -> str:
    return _embedded_url_of("hocba", values["var_dir"], values["postgres_port"])


def _embedded_url_of(role: str, var_dir: Path, port: int) -> str:
    return f"postgresql+psycopg://{role}@/hocba?host={quote(str(socket_folder(var_dir)), safe='')}&port={port}"


def _own_url(values: Mapping[str, Any]) -> str:
    host = LOOPBACK if values["api_host"] in {"0.0.0.0", "::"} else values["api_host"]  # noqa: S104 - compared only
    return f"http://{host}:{values['api_port']}"


def _demo_tsa(values: Mapping[str, Any]) -> str:
    """The development authority stamps for demos; whoever seals in earnest names a service."""
    return f"http://{LOOPBACK}:{values['pki_port']}/tsa" if values["demo"] else ""


class Settings(BaseSettings):
    """Everything that may differ between two installations; made in `main` functions and passed down."""

    # Values stay out of error messages: one of them may be a password.
    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="forbid", frozen=True, env_ignore_empty=True, hide_input_in_errors=True
    )

    var_dir: Path = PROJECT / "var"
    secrets_dir: Path = Field(default_factory=lambda values: values["var_dir"] / "secrets")
    demo: bool = False

    api_host: str = LOOPBACK
    api_port: int = Field(default=8000, ge=1, le=65535)
    verify_url: str = Field(default_factory=lambda values: f"http://{LOOPBACK}:{values['api_port']}")

    # Where our own processes reach the API: the workers, that bring packets to our own record store.
    internal_url: str = Field(default_factory=_own_url)
    site_url: str = Field(default_factory=lambda values: values["verify_url"])  # where mailed links lead

    smtp_host: str = ""  # without one nothing is mailed: docs/notifications.md
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_port: int = Field(default_factory=lambda values: SMTP_PORTS[values["smtp_security"]], ge=1, le=65535)
    smtp_from: str = ""
    smtp_user: str = ""
    smtp_password: str = Field(default="", repr=False)
    smtp_ca_file: Path | None = None
    smtp_timeout_s: float = Field(default=20, gt=0, le=120)
    apprise_config: Path | None = None  # further channels of the schools: docs/notifications.md

    trusted_proxies: str = ""  # addresses or networks whose X-Forwarded-For and -Proto are believed

    oidc_issuer: str = ""  # single sign-on: docs/accounts.md
    oidc_client_id: str = ""
    oidc_client_secret: str = Field(default="", repr=False)
    oidc_name: str = "tài khoản ngành"
    oidc_second_factor: str = ""  # values of amr or acr that stand for a second factor

    postgres_port: int = Field(default=5432, ge=1, le=65535)
    postgres_fast: bool = False
    database_url: str = Field(default_factory=_embedded_url, repr=False)

    temporal_host: str = LOOPBACK
    temporal_port: int = Field(default=7233, ge=1, le=65535)
    temporal_ui_port: int = Field(default=8233, ge=1, le=65535)
    temporal_ui_origin: str = Field(default_factory=lambda values: f"http://{LOOPBACK}:{values['temporal_ui_port']}")
    temporal_namespace: str = "hocba"

    # A folder, or s3://BUCKET/PREFIX of the store below.
    object_store: Path | str = Field(default_factory=lambda values: values["var_dir"] / "objects")
    key_store: Path = Field(default_factory=lambda values: values["var_dir"] / "keys")
    pki_dir: Path = Field(default_factory=lambda values: values["var_dir"] / "pki")
    history_dir: Path | str = Field(default_factory=lambda values: values["var_dir"] / "history")
    history_origin: str = "hocba.localhost/history"

    s3_endpoint: str = ""  # Amazon's own without one
    s3_region: str = "us-east-1"
    s3_access_key_id: str = Field(default="", repr=False)
    s3_secret_access_key: str = Field(default="", repr=False)
    s3_ca_file: Path | None = None
    s3_timeout_s: float = Field(default=10, gt=0, le=60)

    pki_port: int = Field(default=8001, ge=1, le=65535)
    trust_file: Path = Field(default_factory=lambda values: values["pki_dir"] / "root.pem")
    status_hosts: frozenset[str] = frozenset()
    tsa_url: str = Field(default_factory=_demo_tsa)
    tsa_timeout_s: float = Field(default=180, gt=0, le=240)
    seal_timestamp: Literal["record", "batch"] = "record"
    key_providers: Path | None = None
    record_stores: Path | None = None  # where records are submitted to: docs/submission.md
    submit_per_second: float = Field(default=5, gt=0, le=1000)  # packets, of all workers together
    store_places: int = Field(default=4, ge=1, le=64)  # packets that our own store works on at once
    packet_signer: Literal["school", "head"] = "school"  # who signs packets of national records

    retention: Path | None = None  # how long personal data is kept, in place of what is shipped: docs/personal-data.md
    recall_workdays: int = Field(default=3, ge=1, le=60)  # until a recalled record is issued anew: docs/corrections.md

    rules_dir: Path | None = None  # rule sets of the installation, beside the shipped ones: docs/rules.md
    national_codes: Path | None = None  # the Ministry's code lists: docs/national-record.md

    log_format: Literal["auto", "json", "text"] = "auto"  # auto: text on a terminal; watching: docs/operations.md
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    metrics_host: str = LOOPBACK
    metrics_port: int | None = Field(default=None, ge=1, le=65533)  # of the API; `hocba up` takes the next two also
    otlp_endpoint: str = Field(default="", pattern="^(https?://.+)?$")  # where traces go; without one there are none

    worker_threads: int = Field(default=8, ge=1, le=256)
    paper_processes: int = Field(default=0, ge=0, le=256)  # 0: as many as the machine has processors
    workflow_cache: int = Field(default=5000, ge=100)
    worker_build: str = Field(default="", pattern=r"^[A-Za-z0-9._-]{0,60}$")  # worker versioning: docs/operations.md
    ready_file: Path | None = None
    crash_file: Path | None = None  # demo only: see worker/crash.py

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic calls it with this name
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the same
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read arguments, then HOCBA_ variables, then files in `secrets_dir`; never a .env file found by chance."""
        known = env_settings() | init_settings()
        var_dir = Path(known.get("var_dir", PROJECT / "var"))
        folder = Path(known.get("secrets_dir", var_dir / "secrets"))
        if not folder.is_dir():
            return (init_settings, env_settings)
        return (init_settings, env_settings, SecretsSettingsSource(settings_cls, secrets_dir=folder))

    @model_validator(mode="before")
    @classmethod
    def refuse_unknown_variables(cls, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """A misspelt variable must not be ignored in silence."""
        known = {PREFIX + name.upper() for name in cls.model_fields}
        unknown = sorted(name for name in os.environ if name.upper().startswith(PREFIX) and name.upper() not in known)
        if unknown:
            raise ValueError(f"unknown setting {', '.join(unknown)}")
        return values

    @field_validator("var_dir", "secrets_dir", "key_store", "pki_dir", "trust_file")
    @classmethod
    def make_absolute(cls, folder: Path) -> Path:
        """Child processes and PostgreSQL must mean the same folder, wherever they were started."""
        return folder.absolute()

    @field_validator("object_store", "history_dir")
    @classmethod
    def check_place(cls, place: Path | str) -> Path | str:
        """A folder as above, or the address of a bucket."""
        if not str(place).startswith("s3:"):
            return Path(place).absolute()
        if not BUCKET.fullmatch(str(place)):
            raise ValueError("a place in an S3-compatible store is written s3://BUCKET or s3://BUCKET/PREFIX")
        return place

    @field_validator("trusted_proxies")
    @classmethod
    def check_proxies(cls, listed: str) -> str:
        """Whoever is listed can say where a request comes from, so everybody and misspelt networks are refused."""
        for each in words_of(listed):
            if ipaddress.ip_network(each).prefixlen == 0:
                raise ValueError("HOCBA_TRUSTED_PROXIES must name proxies, not every address")
        return listed

    @model_validator(mode="after")
    def refuse_half_a_provider(self) -> Self:
        """Single sign-on is there with everything it needs, or not at all."""
        needed = {"oidc_issuer", "oidc_client_id", "oidc_client_secret"}
        missing = sorted(name for name in needed if not getattr(self, name))
        if missing and len(missing) < len(needed):
            raise ValueError(f"single sign-on also needs {', '.join(PREFIX + name.upper() for name in missing)}")
        plain = self.oidc_issuer.startswith(("http://127.0.0.1", "http://localhost"))
        if self.oidc_issuer and not self.oidc_issuer.startswith("https://") and not plain:
            raise ValueError("HOCBA_OIDC_ISSUER must be an https address")
        return self

    @model_validator(mode="after")
    def refuse_half_a_bucket(self) -> Self:
        """A store is asked with its key or not at all: without one the library would look for a cloud's."""
        is_bucket = isinstance(self.object_store, str) or isinstance(self.history_dir, str)
        if is_bucket and not (self.s3_access_key_id and self.s3_secret_access_key):
            raise ValueError("s3:// also needs HOCBA_S3_ACCESS_KEY_ID and HOCBA_S3_SECRET_ACCESS_KEY")
        if self.s3_endpoint and not self.s3_endpoint.startswith(("https://", "http://")):
            raise ValueError("HOCBA_S3_ENDPOINT must be an http or https address")
        return self

    @model_validator(mode="after")
    def refuse_open_demo(self) -> Self:
        """The demo's people and passwords are public, so nobody but this machine may reach them."""
        if self.demo and self.api_host not in (LOOPBACK, "localhost", "::1"):
            raise ValueError("the demo listens on this machine only: HOCBA_API_HOST must be 127.0.0.1")
        return self

    @model_validator(mode="after")
    def refuse_half_a_mail_server(self) -> Self:
        """Mail has a sender, and a password never goes over the wire in the clear to another machine."""
        if self.smtp_host and "@" not in self.smtp_from:
            raise ValueError("HOCBA_SMTP_HOST also needs HOCBA_SMTP_FROM, an address")
        is_far = self.smtp_host not in (LOOPBACK, "localhost", "::1")
        if self.smtp_user and self.smtp_security == "none" and is_far:
            raise ValueError("HOCBA_SMTP_USER needs HOCBA_SMTP_SECURITY starttls or tls")
        return self

    @property
    def postgres_embedded(self) -> bool:
        """Tell whether hocba runs its own PostgreSQL: it does unless HOCBA_DATABASE_URL names another."""
        return "database_url" not in self.model_fields_set

    def database_url_of(self, role: str) -> str:
        """The address for a process of this role; whoever names another database gives each process its own."""
        return _embedded_url_of(role, self.var_dir, self.postgres_port) if self.postgres_embedded else self.database_url

    @property
    def postgres_socket_dir(self) -> Path:
        return socket_folder(self.var_dir)

    @property
    def temporal_address(self) -> str:
        return f"{self.temporal_host}:{self.temporal_port}"

    @property
    def pki_url(self) -> str:
        """Where the development authority's services are, printed into every certificate it issues."""
        return f"http://{LOOPBACK}:{self.pki_port}"

    @property
    def api_url(self) -> str:
        return f"http://{self.api_host}:{self.api_port}"

    def environment(self) -> dict[str, str]:
        """Return the HOCBA_ variables that give a child process these very settings."""
        values = self.model_dump(mode="json", exclude_none=True)
        return {PREFIX + name.upper(): str(value) for name, value in values.items()}
