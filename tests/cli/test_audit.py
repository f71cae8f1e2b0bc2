"""`hocba audit` on an archive of its own: its answers, its exit status, and how it goes on after an interruption."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from activities.evidence import EvidenceKeeper
from signing.timestamps import TimeStampService
from storage.database import make_engine, make_sessions
from tests.activities.archive import ORIGIN, Archive, make_archive
from tests.cli.commands import Ended, Hocba
from tests.database import migrated_database
from tests.signing.pki import staged


@pytest.fixture(scope="module")
def database_url(postgres_url: str) -> str:
    """A database beside the common one: the command's own process sees only what is committed."""
    return migrated_database(postgres_url, "audited")


@pytest.fixture(scope="module")
def archive(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    folder, engine = tmp_path_factory.mktemp("archive"), make_engine(database_url)
    sessions = make_sessions(engine)
    with staged(folder / "pki") as stage, sessions.begin() as session:
        roots = [stage.authority.root]
        stamps = TimeStampService(f"{stage.url}/tsa", roots)
        yield make_archive(sessions, session, folder, EvidenceKeeper(sessions, stamps), roots)
        stamps.close()
    engine.dispose()


@pytest.fixture
def audit(hocba: Hocba, archive: Archive, database_url: str) -> "Audit":
    (archive.folder / "audit.json").unlink(missing_ok=True)
    (archive.folder / "root.pem").write_bytes(archive.roots[0].public_bytes(Encoding.PEM))
    return Audit(hocba, archive.folder, database_url)


class Audit:
    def __init__(self, hocba: Hocba, folder: Path, database_url: str) -> None:
        self._hocba = hocba
        self.state = folder / "audit.json"
        self._environment = {
            "HOCBA_VAR_DIR": str(folder), "HOCBA_DATABASE_URL": database_url,
            "HOCBA_HISTORY_ORIGIN": ORIGIN, "HOCBA_TRUST_FILE": str(folder / "root.pem"),
        }  # fmt: skip

    def __call__(self, *arguments: str, **more: str) -> Ended:
        return self._hocba("audit", *arguments, environment=self._environment | more)


def test_a_clean_archive_ends_with_status_0_and_says_when(audit: Audit) -> None:
    ended = audit()
    assert (ended.returncode, ended.stderr) == (0, "")
    assert (
        "Đã kiểm tra: 4 mục nhật ký đọc lại, 1 điểm chốt, 4 mục nhật ký đối chiếu, 2 đợt dấu thời gian,"
        " 4 văn bản đã đóng dấu, 3 hồ sơ đã phát hành, 1 sổ lớp, 0 việc chuyển và bàn giao." in ended.stdout
    )
    assert ended.stdout.endswith("Kết quả: không phát hiện sai lệch.\n")
    assert json.loads(audit.state.read_text())["finished_at"] > json.loads(audit.state.read_text())["begun_at"]


def test_findings_are_named_and_end_with_status_1(audit: Audit, archive: Archive) -> None:
    paper = archive.papers[0]
    genuine = archive.path_of(paper).read_bytes()
    archive.path_of(paper).write_bytes(b"changed")
    ended, as_json = audit(), audit("--json")
    archive.path_of(paper).write_bytes(genuine)
    assert (ended.returncode, as_json.returncode) == (1, 1)
    assert f"bị sửa · document {paper.id}: Tệp trong kho không phải tệp đã đóng dấu." in ended.stdout
    assert ended.stdout.endswith("Kết quả: 1 bị sửa.\n")
    [finding] = json.loads(as_json.stdout)["findings"]
    assert (finding["fault"], finding["subject"]) == ("changed", f"document {paper.id}")
    assert audit().returncode == 0


def test_an_interrupted_audit_goes_on_unless_told_to_begin_anew(audit: Audit) -> None:
    assert audit().returncode == 0
    state = json.loads(audit.state.read_text())
    known = {"fault": "removed", "subject": "position 7", "sentence": "Đã thấy trước khi bị ngắt."}
    interrupted = state | {"stage": "records", "findings": [known], "finished_at": None}
    audit.state.write_text(json.dumps(interrupted))
    gone_on = audit("--json")
    assert gone_on.returncode == 1
    answer = json.loads(gone_on.stdout)
    assert answer["findings"] == [known]
    assert answer["begun_at"] == state["begun_at"]
    assert answer["checked"] == state["checked"] | {"records": 6, "journals": 2, "matters": 0}
    audit.state.write_text(json.dumps(interrupted))
    assert audit("--from-start").returncode == 0


def test_a_damaged_state_is_one_sentence(audit: Audit) -> None:
    audit.state.write_text("{")
    ended = audit()
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == f"Tệp {audit.state} bị hỏng; hãy kiểm tra lại từ đầu bằng --from-start.\n"


def test_an_installation_that_never_published_is_one_sentence(audit: Audit, tmp_path: Path) -> None:
    ended = audit(HOCBA_KEY_STORE=str(tmp_path))
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("Nhật ký chưa có khoá")
    assert list(tmp_path.iterdir()) == []
