"""The key file of a log: made once, of its owner only, and read by other tools."""

import stat
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from signing.log.errors import LogDamaged
from signing.log.signers import NoteSigner
from tests.signing.conftest import tool


def test_a_key_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "log.pem"
    first, second = (NoteSigner.open(path, "log.example") for _ in range(2))
    assert str(first.log_key) == str(second.log_key)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["log.pem"]


def test_two_logs_have_two_keys(tmp_path: Path) -> None:
    keys = {str(NoteSigner.open(tmp_path / name, "log.example").log_key) for name in ("a", "b")}
    assert len(keys) == 2


def test_a_spoilt_key_file_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "log.pem"
    path.write_text("hỏng")
    with pytest.raises(LogDamaged, match="Tệp khoá của nhật ký bị hỏng"):
        NoteSigner.open(path, "log.example")
    assert path.read_text() == "hỏng"


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    (tmp_path / "log.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(LogDamaged, match="không chứa khoá Ed25519"):
        NoteSigner.open(tmp_path / "log.pem", "log.example")


def test_a_private_key_is_not_shown(tmp_path: Path) -> None:
    assert "key" not in repr(NoteSigner.open(tmp_path / "log.pem", "log.example"))


def test_openssl_verifies_a_signature(tmp_path: Path) -> None:
    signer = NoteSigner.open(tmp_path / "log.pem", "log.example")
    public = signer.key.public_key().public_bytes(Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "public.pem").write_bytes(public)
    (tmp_path / "text").write_text("log.example\n")
    (tmp_path / "signature").write_bytes(signer.sign("log.example\n").signature)
    command = [tool("openssl"), "pkeyutl", "-verify", "-pubin", "-inkey", "public.pem", "-rawin", "-in", "text"]
    checked = subprocess.run([*command, "-sigfile", "signature"], cwd=tmp_path, capture_output=True, check=False)
    assert (checked.returncode, checked.stdout.strip()) == (0, b"Signature Verified Successfully")
