"""docker-compose.yml, checked without Docker: it was never run, so at least its words must be right."""

import re
from typing import Any

import pytest
import yaml
from temporalio.api.enums.v1 import IndexedValueType

from cli.services.temporal import SEARCH_ATTRIBUTES
from config.settings import PREFIX, PROJECT, Settings

TEXT = (PROJECT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def environment(service: dict[str, Any]) -> dict[str, str]:
    variables: dict[str, str] = service.get("environment", {})
    return variables


@pytest.mark.parametrize("name", SERVICES)
def test_no_password_is_written_down_or_has_a_default(name: str) -> None:
    for variable, value in environment(SERVICES[name]).items():
        if re.search("PASSWORD|PWD|SECRET|DATABASE_URL", variable):
            assert re.search(r"\$\{[A-Z_]+:\?[^}]+\}", value), variable
            assert ":-" not in value, variable


@pytest.mark.parametrize("name", SERVICES)
def test_every_image_is_pinned_and_none_is_the_deprecated_one(name: str) -> None:
    image = SERVICES[name]["image"]
    assert re.fullmatch(r"[a-z/-]+:\d+(\.\d+)*", image)
    assert "auto-setup" not in image


@pytest.mark.parametrize("name", SERVICES)
def test_services_wait_for_services_that_exist(name: str) -> None:
    for other, wait in SERVICES[name].get("depends_on", {}).items():
        once = wait["condition"] == "service_completed_successfully"
        assert once == (SERVICES[other].get("restart") == "no")


def test_only_this_machine_reaches_the_published_ports_and_none_is_the_engines() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert set(published) == {"api", "temporal-ui"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)
    assert COMPOSE["networks"]["engine"]["internal"] is True


def test_history_shards_are_512_from_the_first_day() -> None:
    assert environment(SERVICES["temporal"])["NUM_HISTORY_SHARDS"] == "512"


def test_the_namespace_keeps_90_days_and_has_our_search_attributes() -> None:
    script = COMPOSE["configs"]["namespace"]["content"]
    names = {"Keyword": "KEYWORD", "KeywordList": "KEYWORD_LIST", "Datetime": "DATETIME", "Bool": "BOOL"}
    found = {
        name: IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{names[kind]}")
        for name, kind in re.findall(r"\b([A-Z]\w+)=([A-Z]\w+)", script)
    }
    assert found == SEARCH_ATTRIBUTES
    assert "--retention 2160h" in script


def test_hocbas_variables_are_settings_that_exist() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for name in ("api", "worker", "signer", "migrate"):
        assert {v for v in environment(SERVICES[name]) if v.startswith(PREFIX)} <= known


def test_files_the_image_does_not_need_stay_outside() -> None:
    ignored = (PROJECT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".git", ".venv", "var"} <= set(ignored)
