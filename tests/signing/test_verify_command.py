"""`hocba verify`: words, JSON, XML, exit status, and what it is given that it cannot read."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import typer
from cryptography.hazmat.primitives.serialization import Encoding
from typer.testing import CliRunner, Result

from cli import verify as verify_module
from cli.verify import verify_command
from config.settings import PROJECT
from domain.documents import FIELDS
from signing.container import pack
from tests.signing.verification.world import (
    HOMEROOM,
    LATER,
    SEALED,
    SHEET,
    Ended,
    World,
    evidence_over,
    make_world,
    merged,
)  # fmt: skip

APP = typer.Typer()
APP.command()(verify_command)
pytestmark = pytest.mark.usefixtures("one_process")


@dataclass(frozen=True)
class Desk:
    """A folder with a trusted root in it, and the command run on files in it."""

    folder: Path
    world: World

    def put(self, name: str, data: bytes) -> str:
        (self.folder / name).write_bytes(data)
        return str(self.folder / name)

    def run(self, *arguments: str) -> Result:
        root = self.put("root.pem", self.world.cast.authority.root.public_bytes(Encoding.PEM))
        return CliRunner().invoke(APP, ["--trust", root, *arguments])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def record(world: World) -> bytes:
    return world.sealed()


@pytest.fixture(scope="module")
def sheet(world: World) -> bytes:
    """Half a year old, B-B: only evidence says when it was signed."""
    return world.signed(world.cast.placed(SHEET), *FIELDS[SHEET], at=SEALED)


@pytest.fixture
def desk(tmp_path: Path, world: World) -> Desk:
    return Desk(tmp_path, world)


def test_a_genuine_record_is_valid_in_vietnamese(desk: Desk, record: bytes) -> None:
    path = desk.put("hoc-ba [1].pdf", record)
    result = desk.run(path)
    assert (result.exit_code, result.stderr) == (0, "")
    for words in (
        f"HỢP LỆ  {path}",
        "✓ Hiệu trưởng: Hiệu trưởng thử (079175000013)",
        "theo dấu thời gian (RFC 3161)",
        "Nơi cấp chứng thư số: Hocba Development Issuing CA",
        "Thời hạn chứng thư số: ",
        "Mức chữ ký: B-LT",
    ):
        assert words in result.stdout


def test_what_holds_is_counted_and_told_in_full_when_asked(desk: Desk, record: bytes) -> None:
    path = desk.put("a.pdf", record + b"junk")
    short, full = desk.run(path).stdout, desk.run(path, "--report", "full").stdout
    wrong = [line for line in short.splitlines() if line.lstrip().startswith("✗")]
    assert wrong
    assert "  ✓ 9 điều đã kiểm tra đều đạt\n" in short
    assert set(wrong) < set(full.splitlines())
    assert full.count("✓") > 2 * short.count("✓")
    assert "đều đạt" not in full


def test_it_speaks_english_when_asked(desk: Desk, record: bytes) -> None:
    result = desk.run(desk.put("a.pdf", record), "--lang", "en")
    assert result.stdout.startswith("VALID")
    assert "Homeroom teacher" in result.stdout


def test_a_sheet_without_a_time_stamp_needs_its_evidence_and_archive(desk: Desk, sheet: bytes) -> None:
    evidence = evidence_over([sheet, b"another"], LATER, desk.world.stamps)[0]
    alone = desk.run(desk.put("a.pdf", sheet))
    with_evidence = desk.run(desk.put("a.pdf", sheet), "--evidence", desk.put("a.ers", evidence))
    signers = desk.world.signers(*FIELDS[SHEET])
    handed = pack("a.pdf", sheet, evidence, desk.world.material(LATER, *signers))
    complete = desk.run(desk.put("a.asice", handed))
    assert [each.exit_code for each in (alone, with_evidence, complete)] == [3, 3, 0]
    assert "? Không đủ căn cứ xác định thời điểm ký." in alone.stdout
    # Nothing there says that the time-stamp authority's certificate was in force.
    assert "ằng chứng thời gian" not in alone.stdout
    assert "  ? Bằng chứng thời gian" in with_evidence.stdout
    assert "theo bằng chứng thời gian lưu trữ (RFC 4998)" in complete.stdout
    assert "B-B+ERS" in complete.stdout


def test_a_later_revocation_is_told_as_a_fact(desk: Desk, record: bytes) -> None:
    revoked = desk.world.crl(LATER, Ended(desk.world.signers(HOMEROOM)[0], LATER))
    material = merged(desk.world.material(SEALED), type(desk.world.material(SEALED))(crls=(revoked,)))
    evidence = evidence_over([record, b"another"], LATER, desk.world.stamps)[0]
    result = desk.run(desk.put("a.asice", pack("a.pdf", record, evidence, material)))
    assert result.exit_code == 0
    assert "Chứng thư số bị thu hồi hoặc tạm dừng từ" in result.stdout


def test_an_altered_record_fails_and_says_why(desk: Desk, record: bytes) -> None:
    result = desk.run(desk.put("a.pdf", record + b"junk"))
    assert result.exit_code == 1
    assert "✗ Chữ ký cuối cùng không bao trùm toàn bộ tệp" in result.stdout


def test_another_authority_is_not_trusted(desk: Desk, record: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = make_world(tmp_path_factory.mktemp("other"))
    result = Desk(desk.folder, other).run(desk.put("a.pdf", record))
    assert result.exit_code != 0
    assert "Chứng thư số không do tổ chức được tin cậy cấp." in result.stdout


def test_an_altered_container_is_refused(desk: Desk, record: bytes) -> None:
    handed = pack("a.pdf", record, b"evidence", desk.world.material(SEALED))
    result = desk.run(desk.put("a.asice", handed + b"junk"), "--lang", "en")
    assert result.exit_code == 2
    assert "The container is damaged" in result.stdout


def test_many_files_are_added_up_and_the_worst_one_decides(desk: Desk, record: bytes, sheet: bytes) -> None:
    good, bad, unsure = (
        desk.put(name, data) for name, data in {"a.pdf": record, "b.pdf": record + b"x", "c.pdf": sheet}.items()
    )
    results = [desk.run(*paths) for paths in ((good, good), (good, bad, unsure), (good, unsure), (bad, good + "?"))]
    assert [result.exit_code for result in results] == [0, 1, 3, 2]
    assert "1/3 văn bản hợp lệ" in results[1].stdout


@pytest.mark.parametrize("how", [["--json"], ["--report", "json"]])
def test_json_has_every_fact(desk: Desk, record: bytes, how: list[str]) -> None:
    result = desk.run(desk.put("a.pdf", record), *how)
    answer = json.loads(result.stdout)
    document = answer["documents"][0]
    seal = document["signatures"][2]
    assert (result.exit_code, answer["verified"], answer["failed"]) == (0, 1, 0)
    assert (document["verdict"], document["kind"], len(document["signatures"])) == ("valid", "year_record", 3)
    assert (seal["field"], seal["level"], seal["proof"], seal["verdict"]) == ("seal", "B-LT", "time_stamp", "valid")
    assert {"check": "trusted", "outcome": "valid", "reason": None, "field": ""} in seal["findings"]


def test_the_xml_report_is_that_of_etsi(desk: Desk, record: bytes) -> None:
    report = ET.fromstring(desk.run(desk.put("a.pdf", record), "--report", "xml").stdout)  # noqa: S314 - our own
    space = "{http://uri.etsi.org/19102/v1.2.1#}"
    assert report.tag == f"{space}ValidationReport"
    assert len(report.findall(f"{space}SignatureValidationReport")) == 3


def test_what_has_no_xml_report_says_so_elsewhere(desk: Desk) -> None:
    result = desk.run(desk.put("a.pdf", b"text"), "--report", "xml")
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", "Tệp không phải là PDF.\n")


@pytest.mark.parametrize("how", [["--report", "xml"], ["--evidence", "a.pdf"]])
def test_what_is_of_one_file_is_not_for_many(desk: Desk, record: bytes, how: list[str]) -> None:
    path = desk.put("a.pdf", record)
    result = desk.run(path, path, *how)
    assert (result.exit_code, result.stderr) == (2, "--evidence và --report xml chỉ dùng với một tệp.\n")


def test_a_missing_file_is_one_clear_sentence(desk: Desk) -> None:
    result = desk.run(str(desk.folder / "khong-co.pdf"))
    assert result.exit_code == 2
    assert "Không mở được tệp." in result.stdout


def test_missing_evidence_is_one_clear_sentence(desk: Desk, record: bytes) -> None:
    result = desk.run(desk.put("a.pdf", record), "--evidence", str(desk.folder / "khong-co.ers"))
    assert result.exit_code == 2
    assert result.stderr.endswith("Không mở được tệp.\n")


def test_a_file_without_end_is_too_large(desk: Desk) -> None:
    result = desk.run("/dev/zero", "--report", "json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["documents"][0]["problem"] == "Tệp quá lớn, không phải văn bản của hệ thống."


def test_without_a_root_it_says_to_name_one(desk: Desk, record: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_module, "DEFAULT_ROOT", desk.folder / "none.pem")
    result = CliRunner().invoke(APP, [desk.put("a.pdf", record)])
    assert result.exit_code == 2
    assert "--trust ROOT.pem" in result.stderr


def test_a_root_that_cannot_be_read_is_refused(desk: Desk, record: bytes) -> None:
    result = desk.run(desk.put("a.pdf", record), "--trust", desk.put("bad.pem", b"text"), "--lang", "en")
    assert result.exit_code == 2
    assert "cannot be read" in result.stderr


def test_nothing_but_the_answer_is_written(desk: Desk, record: bytes) -> None:
    root = desk.put("root.pem", desk.world.cast.authority.root.public_bytes(Encoding.PEM))
    command = [
        str(PROJECT / ".venv/bin/hocba"),
        "verify",
        "--json",
        "--trust",
        root,
        desk.put("a.pdf", record + b"junk"),
    ]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr, ended.stdout.count("\n")) == (1, "", 1)
