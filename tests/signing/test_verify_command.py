"""`hocba verify`: its words, its JSON and its exit status."""

import json
from pathlib import Path

import pytest
import typer
from cryptography.hazmat.primitives.serialization import Encoding
from typer.testing import CliRunner, Result

from cli import verify as verify_module
from cli.verify import verify_command
from tests.signing.conftest import Cast

APP = typer.Typer()
APP.command()(verify_command)


@pytest.fixture
def root(cast: Cast, tmp_path: Path) -> str:
    path = tmp_path / "root.pem"
    path.write_bytes(cast.authority.root.public_bytes(Encoding.PEM))
    return str(path)


@pytest.fixture
def record(sealed: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "hoc-ba [1].pdf"
    path.write_bytes(sealed)
    return path


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(APP, list(arguments))


def test_a_genuine_record_is_valid_in_vietnamese(record: Path, root: str) -> None:
    result = _run(str(record), "--trust", root)
    assert result.exit_code == 0
    assert f"HỢP LỆ  {record}" in result.stdout
    assert "thời điểm ký do người ký khai" in result.stdout


def test_it_speaks_english_when_asked(record: Path, root: str) -> None:
    result = _run(str(record), "--trust", root, "--lang", "en")
    assert "VALID" in result.stdout
    assert "Homeroom teacher" in result.stdout


def test_an_altered_record_fails_and_says_why(record: Path, root: str) -> None:
    record.write_bytes(record.read_bytes() + b"junk")
    result = _run(str(record), "--trust", root)
    assert result.exit_code == 1
    assert "✗ Chữ ký cuối cùng không bao trùm toàn bộ tệp" in result.stdout or "bị hỏng" in result.stdout


def test_one_bad_file_among_good_ones_fails_all(record: Path, root: str, tmp_path: Path, placed: bytes) -> None:
    (tmp_path / "unsigned.pdf").write_bytes(placed)
    result = _run(str(record), str(tmp_path / "unsigned.pdf"), "--trust", root)
    assert result.exit_code == 1
    assert "1/2 văn bản hợp lệ" in result.stdout


def test_the_last_line_is_one_json_object(record: Path, root: str) -> None:
    result = _run(str(record), "--trust", root, "--json")
    answer = json.loads(result.stdout.splitlines()[-1])
    assert (result.exit_code, answer["verified"], answer["failed"]) == (0, 1, 0)
    assert answer["documents"][0]["signatures"][2]["checks"]["trusted"] is True
    assert answer["documents"][0]["signatures"][0]["time_source"] == "claimed"


def test_a_missing_file_is_one_clear_sentence(root: str, tmp_path: Path) -> None:
    result = _run(str(tmp_path / "khong-co.pdf"), "--trust", root)
    assert result.exit_code == 2
    assert "Không mở được tệp." in result.stdout


def test_a_file_that_is_no_pdf_is_one_clear_sentence(root: str, tmp_path: Path) -> None:
    (tmp_path / "note.pdf").write_text("xin chào")
    result = _run(str(tmp_path / "note.pdf"), "--trust", root, "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["documents"][0]["problem"] == "Tệp không phải là PDF."


def test_without_a_root_it_says_to_name_one(record: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(verify_module, "DEFAULT_ROOT", tmp_path / "none.pem")
    result = _run(str(record))
    assert result.exit_code == 2
    assert "--trust ROOT.pem" in result.stderr


def test_a_root_that_cannot_be_read_is_refused(record: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.pem").write_text("xin chào")
    result = _run(str(record), "--trust", str(tmp_path / "bad.pem"), "--lang", "en")
    assert result.exit_code == 2
    assert "cannot be read" in result.stderr
