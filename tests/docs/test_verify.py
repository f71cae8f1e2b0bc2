"""docs/verify.md: each of its commands, run as it stands there on a freshly sealed record."""

import hashlib
import os
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from config.settings import PROJECT
from documents.form import place_fields
from domain.documents import FIELDS, DocumentKind, SignatureField
from signing.authority import IssuedKey, subject_id
from signing.container import pack
from signing.evidence.records import Stamp, assemble
from signing.evidence.tree import HashTree
from signing.mechanisms import default_mechanism, sign
from signing.pdf import BatchSigner, SealProof, embed
from signing.revocation import RevocationService
from signing.timestamps import TimeStampService
from tests.signing import samples
from tests.signing.chain.world import LOG_KEY, make_books
from tests.signing.pki import staged

COMMANDS = re.findall(r"```sh\n(.*?)```", (PROJECT / "docs" / "verify.md").read_text(encoding="utf-8"), re.DOTALL)


def written(folder: Path, url: str, keys: dict[SignatureField, IssuedKey], roots: list[object]) -> None:
    """A sealed record with its evidence and its container, as their holder has them."""
    stamps, revocation = TimeStampService(f"{url}/tsa", roots), RevocationService(roots, lambda _: True)  # type: ignore[arg-type]
    ids = {field: subject_id(key.certificate) for field, key in keys.items()}
    kind = DocumentKind.YEAR_RECORD
    pdf = place_fields(samples.render(samples.record_json(kind, ids)), samples.places(kind))
    now = datetime.now(UTC).replace(microsecond=0)
    tsa = stamps.service_certificates()
    material = revocation.collect([*(key.certificates for key in keys.values()), tsa], now).material
    for field in FIELDS[kind]:
        key, is_seal = keys[field], field is SignatureField.SEAL
        proof = SealProof(material, 8000) if is_seal else None
        prepared = BatchSigner(key.certificates, signed_at=now, proof=proof).prepare(pdf, field)
        raw = sign(key.private_key, default_mechanism(key.certificate), prepared.to_be_signed)
        token = stamps.stamp(hashlib.sha256(raw).digest()).der if is_seal else None
        pdf = embed(prepared, key.certificates, raw, token)
    tree = HashTree.over([hashlib.sha256(pdf).digest()])
    evidence = assemble([[Stamp("sha256", tree.path(tree.root), stamps.stamp(tree.root).der)]])
    (folder / "hoc-ba.pdf").write_bytes(pdf)
    (folder / "hoc-ba.ers").write_bytes(evidence)
    (folder / "hoc-ba.asice").write_bytes(pack("hoc-ba.pdf", pdf, evidence, material))
    stamps.close()
    revocation.close()


@pytest.fixture(scope="module")
def holder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("holder")
    with staged(tmp_path_factory.mktemp("pki")) as stage:
        authority = stage.authority
        keys = {
            SignatureField.HOMEROOM: authority.issue_person("Giáo viên chủ nhiệm thử", "079190000012"),
            SignatureField.PRINCIPAL: authority.issue_person("Hiệu trưởng thử", "079175000013"),
            SignatureField.SEAL: authority.issue_organisation("Trường Tiểu học Mẫu", "79000701"),
        }
        written(folder, stage.url, keys, [authority.root])
        (folder / "root.pem").write_bytes(authority.root.public_bytes(Encoding.PEM))
    return folder


@pytest.fixture(scope="module")
def pupil(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Who holds the file of all years."""
    folder, books = tmp_path_factory.mktemp("pupil"), make_books(tmp_path_factory.mktemp("books"))
    (folder / "chuoi.zip").write_bytes(books.file())
    (folder / "root.pem").write_bytes(books.world.cast.authority.root.public_bytes(Encoding.PEM))
    (folder / "vkey").write_text(f"{LOG_KEY}\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize("commands", COMMANDS)
def test_each_command_says_what_the_page_says(holder: Path, pupil: Path, commands: str) -> None:
    path = os.pathsep.join([str(PROJECT / ".venv" / "bin"), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands], cwd=pupil if "chuoi.zip" in commands else holder,
        env=os.environ | {"PATH": path},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    said = done.stdout + done.stderr
    for command, words in {
        "pdfsig": "Total document signed",
        "mutool": "The document is unchanged since signing",
        "openssl cms -verify": "CAdES Verification successful",
        "cmsout": "SC:VN-79000701",
        "openssl ts -verify": "Verification: OK",
        "zipfile": "evidencerecord001.ers",
        "chuoi.zip": "CHUỖI HỌC BẠ HỢP LỆ",
    }.items():
        assert command not in commands or words in said, said


def test_the_page_names_every_kind_of_check() -> None:
    assert len(COMMANDS) == 7
