"""Settings: where they come from, what is refused, what is derived."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from config.settings import SOCKET_PATH_LIMIT, Settings, socket_folder


def test_the_database_is_our_own_unless_another_is_named(tmp_path: Path) -> None:
    own = Settings(var_dir=tmp_path)
    other = Settings(var_dir=tmp_path, database_url="postgresql+psycopg://db/hocba")
    assert own.postgres_embedded
    assert "host=" in own.database_url
    assert not other.postgres_embedded


def test_a_misspelt_variable_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOCBA_APIPORT", "9000")
    with pytest.raises(ValidationError, match="unknown setting HOCBA_APIPORT"):
        Settings()


@pytest.mark.parametrize("port", ["0", "65536", "web"])
def test_an_impossible_port_is_refused(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("HOCBA_API_PORT", port)
    with pytest.raises(ValidationError):
        Settings()


def test_the_demo_refuses_to_listen_to_other_machines() -> None:
    with pytest.raises(ValidationError, match="this machine only"):
        Settings(demo=True, api_host="0.0.0.0")  # noqa: S104


@pytest.mark.parametrize("listed", ["0.0.0.0/0", "::/0", "proxy.example", "10.0.0.1/8"])
def test_a_proxy_is_an_address_and_not_everybody(listed: str) -> None:
    with pytest.raises(ValidationError):
        Settings(trusted_proxies=listed)


@pytest.mark.parametrize(
    "given",
    [
        {"oidc_issuer": "https://id.example"}, {"oidc_client_id": "x", "oidc_client_secret": "y"},
        {"oidc_issuer": "http://id.example", "oidc_client_id": "x", "oidc_client_secret": "y"},
    ],
)  # fmt: skip
def test_half_a_provider_or_an_open_one_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match=r"single sign-on|https"):
        Settings.model_validate(given)


def test_the_providers_secret_is_not_shown() -> None:
    given = {"oidc_issuer": "https://id.example", "oidc_client_id": "x", "oidc_client_secret": "do-not-show"}
    assert "do-not-show" not in repr(Settings.model_validate(given))


def test_a_secret_is_read_from_its_file_and_not_shown(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "hocba_database_url").write_text("postgresql+psycopg://hocba:secret@db/hocba")
    settings = Settings(var_dir=tmp_path)
    assert settings.database_url == "postgresql+psycopg://hocba:secret@db/hocba"
    assert not settings.postgres_embedded
    assert "secret@" not in repr(settings)


def test_a_wrong_value_is_not_repeated_in_the_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOCBA_API_PORT", "a-password-pasted-here")
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert "a-password-pasted-here" not in str(refused.value)


def test_a_child_process_gets_the_same_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(var_dir=tmp_path, api_port=9001, demo=True)
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    assert Settings() == settings


def test_a_relative_state_folder_means_the_same_for_every_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOCBA_VAR_DIR", "state")
    assert Settings().var_dir.is_absolute()


def test_the_socket_path_stays_short_enough_for_the_kernel() -> None:
    folder = Path("/srv/hocba")
    deep = folder / ("a" * 120)
    assert socket_folder(folder / "var") == folder / "var" / "run" / "pg"
    assert len(str(socket_folder(deep) / ".s.PGSQL.65535")) <= SOCKET_PATH_LIMIT
    assert socket_folder(deep) != socket_folder(folder / ("b" * 120))
