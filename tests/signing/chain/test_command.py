"""`hocba verify` on the file of a chain: in words, in JSON, with and without the log's key."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer
from cryptography.hazmat.primitives.serialization import Encoding
from typer.testing import CliRunner, Result

from cli import verify as verify_module
from cli.verify import verify_command
from domain.stored_zip import stored_zip
from tests.signing.chain.tampering import chain_of, members, woven_anew
from tests.signing.chain.world import LOG_KEY, B, Books
from tests.signing.log.samples import signer

APP = typer.Typer()
APP.command()(verify_command)
pytestmark = pytest.mark.usefixtures("one_process")


@dataclass(frozen=True)
class Desk:
    folder: Path
    books: Books

    def put(self, name: str, data: bytes) -> str:
        (self.folder / name).write_bytes(data)
        return str(self.folder / name)

    def run(self, *arguments: str) -> Result:
        root = self.put("root.pem", self.books.world.cast.authority.root.public_bytes(Encoding.PEM))
        return CliRunner().invoke(APP, ["--trust", root, *arguments])


@pytest.fixture
def desk(tmp_path: Path, books: Books, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(verify_module, "DEFAULT_LOG_KEY", tmp_path / "none")
    return Desk(tmp_path, books)


def test_a_genuine_chain_is_told_link_by_link(desk: Desk, handed: bytes) -> None:
    path = desk.put("chuoi.zip", handed)
    key = desk.put("vkey", f"{LOG_KEY}\n".encode())
    found = desk.run("--log-key", key, path)
    assert (found.exit_code, found.stderr) == (0, "")
    lines = found.stdout.splitlines()
    assert lines[0] == f"CHUỖI HỌC BẠ HỢP LỆ  {path}"
    assert lines[1].startswith("  Theo nhật ký tại thời điểm ")
    links = [line for line in lines if line.startswith("  ✓ ") and not line[4].isdigit()]
    assert len(links) == 5
    assert f"Chuyển trường 2025-09-15: Trường Tiểu học Mẫu → {B.name}" in links[3]
    full = desk.run("--log-key", str(LOG_KEY), "--report", "full", "--lang", "en", path)
    assert "THE CHAIN IS VALID" in full.stdout
    assert "No year has two records in force." in full.stdout


def test_without_the_logs_key_it_cannot_be_decided(desk: Desk, handed: bytes) -> None:
    found = desk.run(desk.put("chuoi.zip", handed))
    assert found.exit_code == 3
    assert found.stdout.startswith("CHUỖI HỌC BẠ CHƯA ĐỦ CĂN CỨ")


def test_what_was_tampered_with_is_said(desk: Desk, handed: bytes) -> None:
    chain = chain_of(handed)
    chain["links"][0]["link"]["state"] = "in_force"
    path = desk.put("chuoi.zip", stored_zip(woven_anew(members(handed), chain)))
    found = desk.run("--log-key", str(LOG_KEY), path)
    assert found.exit_code == 1
    assert "Năm học 2023-2024 có hơn một bản đang hiệu lực." in found.stdout
    assert "Tình trạng ghi ở mắt xích khác với nhật ký" in found.stdout


def test_json_has_a_verdict_for_each_link(desk: Desk, handed: bytes) -> None:
    found = desk.run("--json", "--log-key", str(LOG_KEY), desk.put("chuoi.zip", handed))
    answer = json.loads(found.stdout)
    [chain] = answer["documents"]
    assert (found.exit_code, answer["verified"], chain["verdict"]) == (0, 1, "valid")
    assert [each["verdict"] for each in chain["links"]] == ["valid"] * 5
    assert chain["links"][0]["link"]["state"] == "recalled"


def test_a_broken_file_and_a_broken_key_are_one_sentence(desk: Desk, handed: bytes) -> None:
    path = desk.put("chuoi.zip", handed + b"junk")
    broken = desk.run("--lang", "en", path)
    assert (broken.exit_code, "file of a chain is damaged" in broken.stdout) == (2, True)
    key = desk.run("--log-key", desk.put("key", b"\xff"), path)
    assert (key.exit_code, "Không đọc được khoá" in key.stderr) == (2, True)
    assert desk.run("--report", "xml", desk.put("a.zip", handed)).exit_code == 2


def test_a_witness_that_must_have_signed_is_missed(desk: Desk, handed: bytes) -> None:
    office = signer("office.example", seed=2).cosigner_key
    found = desk.run("--log-key", str(LOG_KEY), "--witness", str(office), desk.put("chuoi.zip", handed))
    assert found.exit_code == 3
    assert "đơn vị làm chứng: office.example" in found.stdout
