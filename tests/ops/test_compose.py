"""docker-compose.yml, checked without an engine: it was never run as a whole, so at least everything must fit."""

import re
import subprocess
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import IndexedValueType

from cli.services.temporal import SEARCH_ATTRIBUTES
from config.places import history_place, objects_place
from config.settings import PREFIX, PROJECT, Settings
from signing.log.secret import log_secret
from signing.log.signers import NoteSigner
from signing.vault import Vault
from storage.buckets import Bucket
from tests.ops.composed import (
    ASKED,
    BROUGHT,
    composed,
    configured,
    environment_of,
    hocbas,
    is_once,
    make_secrets,
    secrets_of,
    services,
    variables_within,
)
from worker.__main__ import named
from worker.serving import QUEUES

COMPOSE = (PROJECT / "docker-compose.yml").read_text(encoding="utf-8")
ONCE = {name for name, each in services().items() if is_once(each)}
LASTING = set(services()) - ONCE
# Each writes something at its start where a read-only root would not let it; see the file.
WRITES = {"mail", "temporal-ui"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "secrets"
    make_secrets(folder)
    for name in BROUGHT:
        (folder / name).write_text("brought")
    return folder


@pytest.mark.parametrize("missing", ASKED)
def test_what_has_no_default_is_asked_for_by_name(missing: str, tmp_path: Path) -> None:
    read = configured({name: value for name, value in ASKED.items() if name != missing}, tmp_path)
    assert read.returncode != 0
    assert f"required variable {missing} is missing a value" in read.stderr


def test_every_secret_is_a_file_that_is_made_or_brought(made: Path) -> None:
    files = {name: Path(each["file"]) for name, each in composed()["secrets"].items()}
    assert {path.name for path in files.values()} == {path.name for path in made.iterdir()}
    assert all(path.parent.name == "secrets" for path in files.values())
    assert {source for each in services().values() for source in secrets_of(each).values()} == set(files)


@pytest.mark.parametrize("name", services())
def test_no_secret_is_a_variable(name: str) -> None:
    for variable in environment_of(services()[name]):
        secret = re.search("PASSWORD|PWD|SECRET(?!S_DIR)|KEY(?!_STORE)|DATABASE_URL", variable)
        assert secret is None or variable.endswith("_FILE"), variable


@pytest.mark.parametrize("name", services())
def test_every_image_is_pinned_and_none_is_the_deprecated_one(name: str) -> None:
    image = services()[name]["image"]
    assert re.fullmatch(r"[a-z/-]+:v?\d+(\.\d+)*(-alpine)?", image)
    assert "auto-setup" not in image


@pytest.mark.parametrize("name", services())
def test_services_wait_for_services_that_exist_and_for_health_only_where_it_is_told(name: str) -> None:
    for other, wait in (services()[name].get("depends_on") or {}).items():
        expected = "service_completed_successfully" if other in ONCE else "service_healthy"
        assert wait["condition"] == expected
        assert other in ONCE or "healthcheck" in services()[other]


@pytest.mark.parametrize("name", services())
def test_every_service_is_held_within_bounds(name: str) -> None:
    service = services()[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service.get("read_only", False) is (name not in WRITES)
    assert int(service["mem_limit"]) <= 4 * 1024**3
    assert not service.get("privileged")
    if name in LASTING:
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"][0] == "CMD"
        assert service["cpus"] > 0
        assert "stop_grace_period" in service or name == "temporal-ui"


def test_only_the_proxy_is_reached_from_outside_this_machine() -> None:
    published = {
        (name, port.get("host_ip", ""), port["published"])
        for name, service in services().items()
        for port in service.get("ports", ())
    }
    assert published == {("proxy", "", "80"), ("proxy", "", "443"), ("temporal-ui", "127.0.0.1", "8233")}


def test_the_inner_network_leads_nowhere_and_few_have_a_way_out() -> None:
    assert composed()["networks"]["inside"]["internal"] is True
    joined = {name: set(each["networks"]) for name, each in services().items()}
    assert all("inside" in networks for networks in joined.values())
    assert {name for name, networks in joined.items() if "outside" in networks} == {
        "api", "worker-sign", "worker-proof", "worker-submit", "mail",
    }  # fmt: skip


def test_the_api_believes_the_proxy_and_nobody_else() -> None:
    address = services()["proxy"]["networks"]["inside"]["ipv4_address"]
    assert environment_of(services()["api"])["HOCBA_TRUSTED_PROXIES"] == address
    [network] = composed()["networks"]["inside"]["ipam"]["config"]
    assert ip_address(address) in ip_network(network["subnet"])


def test_two_api_processes_and_every_queue_is_served() -> None:
    assert services()["api"]["deploy"]["replicas"] == 2
    commands = [each["command"] for name, each in hocbas().items() if name.startswith("worker-")]
    served = [queue for command in commands for queue in named(command[-1])]
    assert sorted(served) == sorted(QUEUES)


@pytest.mark.parametrize("name", hocbas())
def test_each_process_starts_with_the_settings_and_secrets_that_it_is_given(
    name: str, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, value in variables_within(name, tmp_path, made).items():
        monkeypatch.setenv(variable, value)
    settings = Settings()
    role = {"migrate": "hocba", "api": "hocba_api"}.get(name, "hocba_worker")
    assert settings.database_url.startswith(f"postgresql+psycopg://{role}:")
    if "HOCBA_OBJECT_STORE" in environment_of(services()[name]):
        assert isinstance(objects_place(settings), Bucket)
        assert isinstance(history_place(settings), Bucket)


@pytest.mark.parametrize("name", ["api", "worker-proof"])
def test_keys_that_are_made_beforehand_are_those_that_hocba_reads(name: str, made: Path, tmp_path: Path) -> None:
    """Containers cannot make them: their folder of secrets is not theirs to write."""
    variables_within(name, tmp_path, made)
    before = {path.name for path in tmp_path.iterdir()}
    Vault.open(tmp_path)
    NoteSigner.open(tmp_path / "history.key", "hocba.example/history")
    if name == "worker-proof":
        log_secret(tmp_path / "history.secret")
    assert {path.name for path in tmp_path.iterdir()} == before


def test_nobody_holds_a_secret_that_it_does_not_need() -> None:
    holders: dict[str, set[str]] = {}
    for name, service in services().items():
        for source in secrets_of(service).values():
            holders.setdefault(source, set()).add(name)
    documents = {"api", "worker-sign", "worker-proof", "worker-submit"}
    assert holders == {
        "postgres_password": {"postgresql"},
        "hocba_password": {"postgresql"},
        "hocba_api_password": {"postgresql"},
        "hocba_worker_password": {"postgresql"},
        "temporal_password": {"postgresql", "temporal", "temporal-schema"},
        "database_url_owner": {"migrate"},
        "database_url_api": {"api"},
        "database_url_worker": {name for name in hocbas() if name.startswith("worker-")},
        "s3_access_key_id": documents | {"objects", "buckets"},
        "s3_secret_access_key": documents | {"objects", "buckets"},
        "account-key": {"api", "worker-proof"},
        "history-keys.json": {"api", *(name for name in hocbas() if name.startswith("worker-"))},
        "history.key": {"api", "worker-proof"},
        "history.secret": {"worker-proof"},
        "relay_password": {"mail"},
        "tls.crt": {"proxy"},
        "tls.key": {"proxy"},
    }


def test_history_shards_are_512_from_the_first_day() -> None:
    assert environment_of(services()["temporal"])["NUM_HISTORY_SHARDS"] == "512"


def test_the_namespace_has_our_search_attributes() -> None:
    script = (PROJECT / "ops" / "temporal" / "namespace.sh").read_text(encoding="utf-8")
    names = {"Keyword": "KEYWORD", "KeywordList": "KEYWORD_LIST", "Datetime": "DATETIME", "Bool": "BOOL"}
    found = {
        name: IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{names[kind]}")
        for name, kind in re.findall(r"\b([A-Z]\w+)=([A-Z]\w+)", script)
        if kind in names
    }
    assert found == SEARCH_ATTRIBUTES


def test_hocbas_variables_are_settings_that_exist() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for service in hocbas().values():
        assert {each for each in environment_of(service) if each.startswith(PREFIX)} <= known


@pytest.mark.parametrize("file", re.findall(r"file: \./(ops/\S+)", COMPOSE))
def test_files_that_are_handed_in_exist_and_scripts_can_be_read_by_a_shell(file: str) -> None:
    assert (PROJECT / file).is_file()
    if file.endswith(".sh"):
        subprocess.run(["sh", "-n", PROJECT / file], check=True)


def test_the_image_does_not_run_as_root_and_takes_only_what_it_needs() -> None:
    last = (PROJECT / "Dockerfile").read_text(encoding="utf-8").rpartition("\nFROM ")[2]
    assert re.search(r"^USER 10001:10001$", last, re.MULTILINE)
    assert "pip" not in last
    ignored = (PROJECT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".git", ".venv", ".tools", "var", "secrets", "site", "tests"} <= set(ignored)


def test_the_image_gets_the_same_versions_without_what_only_developers_need() -> None:
    pins = {
        name: set(re.findall(r"^([\w.-]+==[\w.+-]+)", (PROJECT / name).read_text(encoding="utf-8"), re.MULTILINE))
        for name in ("requirements.lock", "requirements-run.lock")
    }
    run = pins["requirements-run.lock"]
    assert run < pins["requirements.lock"]
    assert not {pin for pin in run if pin.startswith(("pytest", "moto", "mypy", "ruff", "playwright"))}
