"""docker-compose.yml as Compose itself reads it, in a folder with everything that an operator brings."""

import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from config.settings import PREFIX, PROJECT

ASKED = {
    "HOCBA_HOSTNAME": "hocba.example",
    "HOCBA_TSA_URL": "http://tsa.example/tsa",
    "HOCBA_SMTP_FROM": "hocba@hocba.example",
    "MAIL_RELAYHOST": "[mail.hocba.example]:587",
    "MAIL_RELAY_USER": "hocba",
    "MAIL_SENDER_DOMAIN": "hocba.example",
}
BROUGHT = ("tls.crt", "tls.key", "relay_password")
Service = dict[str, Any]


def make_secrets(folder: Path) -> str:
    """Run the script of an installation; returns what it says."""
    made = subprocess.run(
        [PROJECT / "ops" / "secrets.sh", folder], check=True, capture_output=True, text=True
    )  # fmt: skip
    return made.stderr


def configured(values: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Compose's own reading and checking of the file, which needs no engine."""
    program = Path(sys.executable).with_name("docker-compose")
    where = ["--project-directory", str(folder), "--file", str(PROJECT / "docker-compose.yml")]
    environment = {"PATH": os.defpath, "HOME": str(folder), **values}
    return subprocess.run(
        [program, *where, "config", "--format", "json"], env=environment, capture_output=True, text=True, check=False
    )  # fmt: skip


@cache
def composed() -> dict[str, Any]:
    with TemporaryDirectory() as folder:
        read = configured(ASKED, Path(folder))
    assert read.returncode == 0, read.stderr
    found: dict[str, Any] = json.loads(read.stdout)
    return found


def services() -> dict[str, Service]:
    found: dict[str, Service] = composed()["services"]
    return found


def environment_of(service: Service) -> dict[str, str]:
    found: dict[str, str] = service.get("environment") or {}
    return found


def secrets_of(service: Service) -> dict[str, str]:
    """The secrets of a service: the name of each file under /run/secrets, and the secret that it holds."""
    return {Path(each["target"]).name: each["source"] for each in service.get("secrets", ())}


def is_once(service: Service) -> bool:
    return bool(service.get("restart") == "no")


def hocbas() -> dict[str, Service]:
    """The services of our own image."""
    return {name: each for name, each in services().items() if each["image"].startswith("hocba:")}


def variables_within(name: str, folder: Path, made: Path) -> dict[str, str]:
    """What the process of a service finds: its variables, with its secrets in a folder of this machine."""
    service = services()[name]
    for target, source in secrets_of(service).items():
        shutil.copy(made / source, folder / target)
    values = {key: value for key, value in environment_of(service).items() if key.startswith(PREFIX)}
    return {key: value.replace("/run/secrets", str(folder)) for key, value in values.items()}
