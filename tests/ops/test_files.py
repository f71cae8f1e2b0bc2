"""What Grafana shows and Prometheus rings for is there when a hocba is scraped; logs and traces name nobody."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml

from cli.services.machine import metrics_ports
from config.settings import LOOPBACK, PROJECT, Settings
from tests.ops.conftest import NAME, Running

OPS = PROJECT / "ops"
RULES = yaml.safe_load((OPS / "prometheus" / "alerts.yml").read_text())["groups"][0]["rules"]
DASHBOARD = json.loads((OPS / "grafana" / "hocba.json").read_text())
SCRAPES = yaml.safe_load((OPS / "prometheus" / "prometheus.yml").read_text())["scrape_configs"]
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
ASKED = [rule["expr"] for rule in RULES] + [each["expr"] for panel in PANELS for each in panel["targets"]]
RUNBOOK = (PROJECT / "docs" / "operations.md").read_text()
# Of the language itself; whatever else is a word, and not called, is a metric.
KEYWORDS = {"and", "or", "unless", "by", "without", "on", "ignoring", "bool", "offset", "inf"}
OF_PROMETHEUS = {"up": {"job", "instance", "part"}}
OF_TARGETS = {"job", "instance", "part"}


def metrics_of(expression: str) -> dict[str, set[str]]:
    """The metrics that an expression names, with the labels it picks them by."""
    picked: dict[str, set[str]] = {}
    for name, matchers in re.findall(r"\b([a-z_:][a-z0-9_:]*)\{([^}]*)\}", expression):
        picked.setdefault(name, set()).update(re.findall(r'(\w+)\s*[=!]~?=?"', matchers))
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]|\"[^\"]*\"", " ", expression)
    bare = re.sub(r"\b(?:by|without|on|ignoring)\s*\([^)]*\)", " ", bare)
    for name, called in re.findall(r"\b([a-z_:][a-z0-9_:]*)\b(\s*\()?", bare):
        if not called and name not in KEYWORDS:
            picked.setdefault(name, set())
    return picked


def grouped_by(expression: str) -> set[str]:
    return {label for each in re.findall(r"\bby\s*\(([^)]*)\)", expression) for label in re.findall(r"\w+", each)}


def there(running: Running) -> dict[str, set[str]]:
    found = dict(OF_PROMETHEUS)
    for scrape in running.scrapes.values():
        for name, labels in scrape.labels.items():
            found[name] = found.get(name, set()) | labels
    return found


def test_expressions_are_read_as_prometheus_reads_them() -> None:
    asked = (
        'sum by (le) (rate(a_bucket{x="1",y!~"b(c)"}[$__rate_interval])) / on (z) b_total > 0 and absent(c) or up == 0'
    )
    assert metrics_of(asked) == {"a_bucket": {"x", "y"}, "b_total": set(), "c": set(), "up": set()}
    assert grouped_by(asked) == {"le"}


@pytest.mark.parametrize("expression", ASKED)
def test_every_metric_and_label_that_is_asked_for_is_there(running: Running, expression: str) -> None:
    known = there(running)
    asked = metrics_of(expression)
    assert asked
    for name, labels in asked.items():
        assert name in known, name
        assert labels <= known[name] | OF_TARGETS, name
    of_all = set().union(*(known[name] for name in asked)) | OF_TARGETS
    assert grouped_by(expression) <= of_all


def test_each_alert_has_a_name_a_weight_and_a_page_of_the_runbook() -> None:
    assert len({rule["alert"] for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["runbook_url"] == f"docs/operations.md#{rule['alert'].lower()}"
        assert f"\n### {rule['alert']}\n" in RUNBOOK, rule["alert"]


def test_the_runbook_has_no_page_too_many() -> None:
    assert set(re.findall(r"^### (Hocba\w+)$", RUNBOOK, re.MULTILINE)) == {rule["alert"] for rule in RULES}


def test_every_metric_of_ours_is_in_the_manual(running: Running) -> None:
    ours = {name for name in there(running) if name.startswith("hocba_")}
    families = {re.sub("_(bucket|count|sum)$", "", name) for name in ours}
    assert {name for name in families if f"`{name}`" not in RUNBOOK} == set()


def test_the_dashboard_is_whole() -> None:
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
    for panel in PANELS:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        assert panel["datasource"]["uid"] == "${datasource}"
        assert panel["title"]


def test_prometheus_asks_where_hocba_up_answers() -> None:
    (job,) = SCRAPES
    targets = {each["labels"]["part"]: each["targets"] for each in job["static_configs"]}
    ports = metrics_ports(Settings(metrics_port=9464))
    assert targets == {part: [f"{LOOPBACK}:{port}"] for part, port in ports.items()}


def test_without_a_port_nothing_is_scraped() -> None:
    assert metrics_ports(Settings()) == {}
    assert Settings().metrics_host == LOOPBACK


def test_a_scrape_names_nobody_and_no_id(running: Running) -> None:
    for scrape in running.scrapes.values():
        assert not re.search("[0-9a-f]{8}-[0-9a-f]{4}", scrape.text)
        assert NAME not in scrape.text
        assert quote(NAME) not in scrape.text


def test_every_line_of_every_log_is_json_and_names_nobody(running: Running) -> None:
    lines = [(part, json.loads(line)) for part, text in running.logs.items() for line in text.splitlines()]
    said: list[dict[str, Any]] = [line for part, line in lines if part == "api"]
    assert "/kiem-tra" in {line.get("route") for line in said}
    assert all({"timestamp", "level", "logger", "event"} <= set(line) for _, line in lines)
    everything = "".join(running.logs.values())
    assert all(word not in everything for word in (NAME, quote(NAME), json.dumps(NAME)[1:-1]))


def test_traces_come_to_the_collector_and_name_nobody(running: Running) -> None:
    assert b"GET /kiem-tra" in running.traces
    assert b"hocba-api" in running.traces
    assert b"RunActivity:prepare_order" in running.traces
    assert b"hocba-sign-proof" in running.traces
    assert all(word.encode() not in running.traces for word in (NAME, quote(NAME)))


def test_files_are_where_the_manual_says(tmp_path: Path) -> None:
    for file in ("ops/prometheus/alerts.yml", "ops/prometheus/prometheus.yml", "ops/grafana/hocba.json"):
        assert f"`{file}`" in RUNBOOK
        assert (PROJECT / file).exists()
