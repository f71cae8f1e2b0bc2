"""The whole demo as a user runs it, with the workers killed three times: nothing lost, nothing twice, nothing told."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.message import Message
from pyhanko.pdf_utils.reader import PdfFileReader
from temporalio.api.common.v1 import Payload

from cli.demo_data import PASSPHRASE
from cli.services.services import Services, on_free_ports
from cli.services.temporal import temporal_part
from config.history_keys import HistoryKeys
from config.payloads import EncryptingCodec
from config.settings import PROJECT, Settings
from config.temporal import connect
from domain.curriculum import curriculum_for
from interchange.roster import RosterRow, read_roster
from signing.attached_record import read_record
from tests.signing.conftest import tool

CLASSES, PUPILS, TERMS = 3, 5, 2  # 1A1, 4A1 and 6A1
SHEETS, SUMMARIES = sum(len(curriculum_for(grade).subjects) for grade in (1, 4, 6)) * TERMS, CLASSES * TERMS
SIGNATURES = SHEETS + 3 * SUMMARIES + 3 * CLASSES * PUPILS


@dataclass(frozen=True)
class Run:
    """A demo that has ended: its last line, and the state folder it leaves."""

    ended: subprocess.CompletedProcess[str]
    var: Path

    @property
    def state(self) -> Path:
        return self.var / "demo"

    @property
    def result(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.ended.stdout.splitlines()[-1])
        return found

    @property
    def documents(self) -> list[Path]:
        return sorted(Path(self.result["out"]).rglob("*.pdf"))

    def of_each_kind(self) -> list[Path]:
        return [next(path for path in self.documents if path.name.startswith(kind)) for kind in KINDS]

    def pupils(self) -> tuple[RosterRow, ...]:
        return read_roster(next((self.state / "examples").glob("danh_sach*.xlsx"))).pupils

    def verify(self, *files: Path) -> tuple[int, dict[str, Any]]:
        """Exit status and answer of `hocba verify` with the demo's root."""
        ended = hocba("verify", "--json", "--trust", str(self.state / "pki" / "root.pem"), *map(str, files))
        return ended.returncode, json.loads(ended.stdout)


KINDS = ("class_summary", "subject_sheet", "year_record")


def hocba(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HOCBA_")}
    return subprocess.run(
        [sys.executable, "-m", "cli.main", *arguments],
        env=clean | settings, cwd=PROJECT, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    var = tmp_path_factory.mktemp("var")
    asked = ("--classes", "1", "--pupils", str(PUPILS), "--kill-worker", "--json")
    ended = hocba("demo", *asked, HOCBA_VAR_DIR=str(var), HOCBA_POSTGRES_FAST="1")
    assert ended.returncode == 0, ended.stderr[-2000:] + ended.stdout[-2000:]
    return Run(ended, var)


def test_three_kills_change_nothing_in_the_result(run: Run) -> None:
    expected = {
        "classes": CLASSES, "pupils": CLASSES * PUPILS, "records_sealed": CLASSES * PUPILS, "sheets_signed": SHEETS,
        "summaries_sealed": SUMMARIES, "signatures": SIGNATURES, "failed": 0, "kills": 3,
        "verified": SHEETS + SUMMARIES + CLASSES * PUPILS, "out": str(run.var / "demo-documents"),
    }  # fmt: skip
    assert {name: run.result[name] for name in expected} == expected
    assert run.result["seconds"] > 0
    assert run.result["records_per_second"] > 0
    assert len(run.documents) == expected["verified"]


def test_hocba_verifies_every_document_from_its_bytes(run: Run) -> None:
    # A sheet bears no seal: what proves its time is in the container it is handed over in.
    status, answer = run.verify(*(path.with_suffix(".asice") for path in run.documents))
    assert (status, answer["verified"], answer["failed"]) == (0, len(run.documents), 0)
    assert sum(len(document["signatures"]) for document in answer["documents"]) == SIGNATURES


def test_software_of_other_people_agrees(run: Run) -> None:
    for path, signatures in zip(run.of_each_kind(), (3, 1, 3), strict=True):
        said = subprocess.run([tool("pdfsig"), "-nocert", str(path)], capture_output=True, text=True, check=False)
        assert said.stdout.count("Signature is Valid") == signatures, path.name
        checked = subprocess.run([tool("qpdf"), "--check", str(path)], capture_output=True, check=False)
        assert checked.returncode == 0, checked.stderr


def test_one_changed_byte_is_found(run: Run, tmp_path: Path) -> None:
    changed = [tmp_path / path.name for path in run.of_each_kind()]
    for path, copy in zip(run.of_each_kind(), changed, strict=True):
        paper = bytearray(path.read_bytes())
        paper[len(paper) // 3] ^= 1
        copy.write_bytes(paper)
    status, answer = run.verify(*changed)
    assert status != 0
    assert (answer["verified"], answer["failed"]) == (0, len(changed))


def test_no_log_and_no_history_tells_of_pupils_or_passphrases(run: Run) -> None:
    pupils = run.pupils()
    assert len(pupils) == PUPILS
    for name, content in run_files(run):
        assert not [word for word in secrets_of(run) if told(word, content)], name
    histories = b"".join(content for name, content in run_files(run) if name.startswith("temporal.db"))
    for word in ("record_decision", "complete_order", "encryption-key-id"):  # so what is there can be read
        assert told(word, histories)
    assert not told("Chuẩn bị văn bản để ký", histories)  # a summary is a payload


async def test_no_history_tells_of_pupils_even_in_the_clear(run: Run) -> None:
    histories = await decrypted_histories(run)
    for word in ("record_ids", "Ghép chữ ký: "):
        assert told(word, histories)
    assert not [word for word in secrets_of(run) if told(word, histories)]


async def decrypted_histories(run: Run) -> bytes:
    """Every history that the demo left, as whoever has the key reads it."""
    settings = on_free_ports(Settings(demo=True), run.state)
    keys = HistoryKeys.open(run.state / "secrets")
    async with Services(settings, [temporal_part(settings)]):
        client = await connect(settings)
        found = [each.id async for each in client.list_workflows()]
        histories = [await client.get_workflow_handle(each).fetch_history() for each in found]
    assert len(histories) > CLASSES * TERMS
    return b"".join(opened_payloads(event, EncryptingCodec(keys)) for each in histories for event in each.events)


def opened_payloads(message: Message, codec: EncryptingCodec) -> bytes:
    """What all payloads of a message hold, wherever in it they are."""
    if isinstance(message, Payload):
        return b"".join(each.data + b"\n" for each in codec.decode_now([message]))
    parts: list[bytes] = []
    for field, value in message.ListFields():
        if field.type != field.TYPE_MESSAGE:
            continue
        is_map = field.message_type is not None and field.message_type.GetOptions().map_entry
        held = value.values() if is_map else value if field.is_repeated else [value]
        parts += [opened_payloads(each, codec) for each in held if isinstance(each, Message)]
    return b"".join(parts)


def secrets_of(run: Run) -> list[str]:
    """Names, personal ids, what teachers wrote about pupils, and the passphrase."""
    comments = {
        line["comment"]
        for path in run.documents
        if path.name.startswith("subject_sheet")
        for line in content_of(path)["pupils"]
        if line.get("comment")
    }
    assert comments
    pupils = [word for pupil in run.pupils() for word in (pupil.full_name, pupil.personal_id)]
    return [PASSPHRASE, *pupils, *comments]


def content_of(path: Path) -> dict[str, Any]:
    record = read_record(PdfFileReader(BytesIO(path.read_bytes())))
    assert record is not None
    return record.content


def run_files(run: Run) -> Iterator[tuple[str, bytes]]:
    for path in (*(run.state / "log").iterdir(), *run.state.glob("temporal.db*")):
        yield path.name, path.read_bytes()


def told(word: str, content: bytes) -> bool:
    """Whether the word is there as UTF-8 or as JSON writes it in ASCII."""
    return word.encode() in content or json.dumps(word)[1:-1].encode() in content
