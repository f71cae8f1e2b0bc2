"""What may be installed: a package that should not be there is named, and what was not looked up is said."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import Distribution, PathDistribution, distributions
from importlib.resources import files
from pathlib import Path
from threading import Thread
from typing import Any

import jsonschema_rs
import pytest
from packaging.utils import canonicalize_name

from tools import sbom, supply_chain
from tools.supply_chain import LOCK, Licences, NotAnswered

HASH = f"--hash=sha256:{'0' * 64}"
LICENCES = Licences.read()
SHA512 = {"integrity": "sha512-AA==", "license": "MIT"}


def test_what_is_locked_and_installed_is_as_it_should_be() -> None:
    assert list(supply_chain.offline()) == []


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("a==1.0", "a has no hash"),
        ("a==1.0 --hash=md5:00", "a has no hash"),
        (f"a>=1.0 {HASH}", "a is not pinned to a release of the index"),
        (f"a==1.* {HASH}", "a is not pinned to a release of the index"),
        (f"a @ https://example.org/a.whl {HASH}", "a is not pinned to a release of the index"),
        (f"a @ git+https://example.org/a {HASH}", "a is not pinned to a release of the index"),
        ("--find-links x", "requirements.lock has the option --find-links: a lock file names packages only"),
        ("--editable .", "requirements.lock has the option --editable: a lock file names packages only"),
    ],
)  # fmt: skip
def test_a_requirement_is_pinned_hashed_and_of_the_index(line: str, problem: str) -> None:
    assert problem in list(supply_chain.lock_problems(f"# made by hand\nb==2.0 \\\n    {HASH}\n{line}\n"))
    assert list(supply_chain.lock_problems(f"b==2.0 ; python_version < '4' \\\n    {HASH}\n")) == []


def test_a_project_names_no_addresses() -> None:
    assert list(supply_chain.project_problems(["a~=1.0", "b @ https://example.org/b.whl"])) == [
        "b @ https://example.org/b.whl is not from the index"
    ]


class Told(PathDistribution):
    """An installed package that says this of itself."""

    def __init__(self, **told: str) -> None:
        super().__init__(Path())
        self._told = Message()
        for name, value in told.items():
            self._told[name.replace("_", "-")] = value

    @property
    def metadata(self) -> Any:  # noqa: ANN401 - as its parent has it
        return self._told


@pytest.mark.parametrize(
    ("told", "is_allowed"),
    [
        ({"License_Expression": "MIT"}, True),
        ({"License_Expression": "GPL-3.0-only OR MIT"}, True),
        ({"License_Expression": "GPL-3.0-only AND MIT"}, False),
        ({"License_Expression": "AGPL-3.0-or-later"}, False),
        ({"License": "BSD 2-Clause License"}, True),
        ({"Classifier": "License :: OSI Approved :: MIT License", "License": "whatever"}, True),
        ({"Classifier": "License :: OSI Approved :: GNU Affero General Public License v3"}, False),
        ({"License": "Copyright (c) 2026, all rights reserved"}, False),
        ({}, False),
    ],
)
def test_a_licence_is_among_those_allowed(told: Mapping[str, str], is_allowed: bool) -> None:  # noqa: FBT001
    found: list[Distribution] = [Told(Name="some-package", **told)]
    assert (list(supply_chain.licence_problems(found, LICENCES)) == []) is is_allowed


def test_every_exception_has_a_reason_and_a_package() -> None:
    installed = {canonicalize_name(each.name) for each in distributions()}
    for name, exception in LICENCES.exceptions.items():
        assert exception.keys() == {"licence", "reason"}
        assert name in installed, f"{name} is not installed any more"


@pytest.mark.parametrize(
    ("package", "problem"),
    [
        (SHA512, None),
        ({**SHA512, "hasInstallScript": True}, "npm package x wants to run a script when it is installed"),
        ({**SHA512, "integrity": "sha1-AA=="}, "npm package x has no SHA-512"),
        ({"license": "MIT", "resolved": "git+ssh://git@example.org/x.git"}, "npm package x has no SHA-512"),
        ({**SHA512, "link": True}, "npm package x has no SHA-512"),
        ({**SHA512, "license": "UNLICENSED"}, "npm package x is under the licence “UNLICENSED”"),
    ],
)
def test_an_npm_package_is_whole_quiet_and_allowed(package: Mapping[str, Any], problem: str | None) -> None:
    found = list(supply_chain.npm_problems({"packages": {"": {}, "node_modules/x": package}}, LICENCES))
    assert found == ([problem] if problem else [])


class _NotHere(BaseHTTPRequestHandler):
    """A host that answers, and knows of no package."""

    def do_GET(self) -> None:
        self.send_error(404)

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every client is sent to that host."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _NotHere)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    for name in ("HTTPS_PROXY", "https_proxy", "npm_config_registry", "UV_INDEX_URL", "UV_DEFAULT_INDEX"):
        monkeypatch.setenv(name, address)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("UV_NO_CACHE", "1")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    yield
    server.shutdown()
    server.server_close()


@pytest.mark.usefixtures("nowhere")
@pytest.mark.parametrize("check", [supply_chain.python_advisories, supply_chain.npm_advisories, supply_chain.withdrawn])
def test_what_could_not_be_looked_up_is_said_and_not_passed_over(check: Any) -> None:  # noqa: ANN401
    with pytest.raises(NotAnswered) as reason:
        check()

    def not_answered() -> list[str]:  # as the check has just ended; asking takes seconds
        raise reason.value

    problems, unasked = supply_chain.asked({"vulnerabilities": not_answered})
    assert problems == []
    assert len(unasked) == 1
    assert unasked[0].startswith("vulnerabilities (")


def test_what_a_service_knows_of_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"dependencies": [{"name": "a", "version": "1.0", "vulns": [{"id": "PYSEC-2026-1"}]}]}
    answer = subprocess.CompletedProcess([], 1, json.dumps(told), "")
    monkeypatch.setattr(supply_chain, "_run", lambda _: answer)
    assert "a 1.0 has the known vulnerability PYSEC-2026-1" in supply_chain.python_advisories(LOCK)
    answer = subprocess.CompletedProcess([], 1, json.dumps({"vulnerabilities": {"x": {}}}), "")
    assert supply_chain.npm_advisories() == ["npm package x has a known vulnerability"]
    answer = subprocess.CompletedProcess([], 0, "", 'warning: `a==1.0` is yanked (reason: "broken")')
    assert supply_chain.withdrawn() == ['warning: `a==1.0` is yanked (reason: "broken")']


@pytest.fixture(scope="module")
def boms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sbom")
    sbom.write_boms(folder)
    return folder


@pytest.mark.parametrize(("name", "one"), [(sbom.PYTHON, "pkg:pypi/temporalio@"), (sbom.WEB, "pkg:npm/htmx.org@")])
def test_a_bill_of_materials_is_valid_and_names_what_is_used(boms: Path, name: str, one: str) -> None:
    text = (boms / name).read_text("utf-8")
    bom, schemas = json.loads(text), files("cyclonedx.schema._res")

    def schema(of: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(schemas.joinpath(f"{of}.SNAPSHOT.schema.json").read_text("utf-8"))
        return found

    others = {f"http://cyclonedx.org/schema/{each}.SNAPSHOT.schema.json": schema(each) for each in ("spdx", "jsf-0.82")}
    registry = jsonschema_rs.Registry([*others.items()])
    validator = jsonschema_rs.validator_for(schema(f"bom-{bom['specVersion']}"), registry=registry)
    assert [str(each) for each in validator.iter_errors(bom)] == []
    assert [each for each in bom["components"] if each["purl"].startswith(one)]
    assert bom["metadata"]["component"]["version"] == "0.1.0"
    assert str(sbom.PROJECT) not in text
    assert sys.prefix not in text
