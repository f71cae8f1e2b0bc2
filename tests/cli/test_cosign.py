"""The second office: it signs a log that only grew, refuses every other with status 1, and hocba publishes its line."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from activities.history import KEY_FILE, LogBook, open_log_book
from cli.cosign import LARGEST_FILE, Office, WebTiles, publish_cosignature
from cli.trouble import Trouble
from config.settings import Settings
from signing.log.checkpoint import Checkpoint
from signing.log.errors import LogForked, NoteInvalid
from signing.log.notes import Note, SignatureLine, VerifierKey
from signing.log.signers import NoteSigner
from tests.cli.commands import Hocba
from tests.signing.log.samples import entries
from tests.signing.pki import closed_address

ORIGIN = "hocba.example/history"
AT = datetime(2027, 6, 15, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def book(tmp_path: Path) -> LogBook:
    """A published log of 600 entries."""
    book = open_log_book(tmp_path / "history", tmp_path / "keys", ORIGIN)
    book.log.append(0, entries(600))
    return book


@pytest.fixture
def office(tmp_path: Path, book: LogBook) -> Office:
    log_key = NoteSigner.open(tmp_path / "keys" / KEY_FILE, ORIGIN).log_key
    return Office(
        str(tmp_path / "history"), tmp_path / "office.key", "so-gddt.example", str(log_key), ORIGIN, tmp_path / "seen"
    )


def cosigner_key(office: Office) -> VerifierKey:
    return NoteSigner.open(office.key, office.name).cosigner_key


def note_of(book: LogBook) -> Note:
    return Note.parse(book.files.read("checkpoint") or b"")


def rewritten(office: Office, folder: Path, count: int) -> Office:
    """The office, looking at another history under the same key."""
    book = open_log_book(folder / "another", folder / "keys", ORIGIN)
    book.log.append(0, [b"another past", *entries(count - 1)])
    return replace(office, log=str(folder / "another"))


def test_a_log_that_grew_is_confirmed_again_and_again(office: Office, book: LogBook) -> None:
    for size in (600, 601, 900):
        book.log.append(600, entries(size - 600, 600))
        cosigned = office.cosign(AT)
        cosigner_key(office).check(note_of(book).text, cosigned.line)
        assert Checkpoint.parse(office.state.read_text()).size == size


def test_a_shortened_log_is_refused_and_the_office_remembers_the_longer_one(
    office: Office, book: LogBook, tmp_path: Path
) -> None:
    office.cosign(AT)
    seen = office.state.read_text()
    shorter = open_log_book(tmp_path / "shorter", tmp_path / "keys", ORIGIN)
    shorter.log.append(0, entries(599))
    with pytest.raises(LogForked, match="trước đây có 600 mục, nay chỉ còn 599"):
        replace(office, log=str(tmp_path / "shorter")).cosign(AT)
    assert office.state.read_text() == seen


@pytest.mark.parametrize("count", [600, 700])
def test_a_log_with_another_past_is_refused(office: Office, tmp_path: Path, count: int) -> None:
    office.cosign(AT)
    with pytest.raises(LogForked, match="rẽ nhánh: 600 mục đầu"):
        rewritten(office, tmp_path, count).cosign(AT)


def test_a_log_by_another_key_is_refused(office: Office, tmp_path: Path) -> None:
    stranger = NoteSigner.open(tmp_path / "stranger.key", ORIGIN).log_key
    with pytest.raises(NoteInvalid, match="không có chữ ký"):
        replace(office, log_key=str(stranger)).cosign(AT)
    assert not office.state.exists()


def test_a_folder_without_a_log_is_refused(office: Office, tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="Không có điểm chốt nào"):
        replace(office, log=str(tmp_path)).cosign(AT)


@pytest.mark.parametrize("content", [b"nonsense", b"\xff\xfe"])
def test_a_damaged_memory_is_refused(office: Office, content: bytes) -> None:
    office.state.write_bytes(content)
    with pytest.raises(Trouble, match="Tệp ghi điểm chốt đã thấy bị hỏng"):
        office.cosign(AT)


def test_nothing_is_confirmed_that_cannot_be_remembered(office: Office, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FileExistsError):
        replace(office, state=tmp_path / "file" / "seen").cosign(AT)


# Over the web.


@contextmanager
def serving(handler: object) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)  # type: ignore[arg-type]
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class QuietFiles(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


class Broken(BaseHTTPRequestHandler):
    """/long gives more than it should, everything else fails."""

    def do_GET(self) -> None:
        if self.path != "/long":
            self.send_error(503)
            return
        self.send_response(200)
        self.end_headers()
        with io.BytesIO(bytes(LARGEST_FILE + 1)) as much:
            while part := much.read(1 << 16):
                try:
                    self.wfile.write(part)
                except ConnectionError:
                    return

    def log_message(self, *_: object) -> None:
        pass


def test_a_log_behind_a_web_server_is_confirmed_like_one_in_a_folder(
    office: Office, book: LogBook, tmp_path: Path
) -> None:
    here = office.cosign(AT)
    book.log.append(600, entries(5, 600))
    with serving(partial(QuietFiles, directory=str(tmp_path / "history"))) as url:
        there = replace(office, log=url + "/").cosign(AT)
        assert WebTiles(url).read("nothing") is None
    assert (here.checkpoint.size, there.checkpoint.size) == (600, 605)
    cosigner_key(office).check(note_of(book).text, there.line)


def test_an_answer_that_is_no_file_of_a_log_is_refused() -> None:
    with serving(Broken) as url:
        with pytest.raises(Trouble, match="503"):
            WebTiles(url).read("checkpoint")
        with pytest.raises(Trouble, match="dài hơn mọi tệp"):
            WebTiles(url).read("long")
    with pytest.raises(Trouble, match="Không đọc được"):
        WebTiles(closed_address()).read("checkpoint")


def test_a_log_behind_a_web_server_is_only_read() -> None:
    with pytest.raises(io.UnsupportedOperation):
        WebTiles("http://127.0.0.1").write("checkpoint", b"")


# The command, and what hocba does with the line.


def options(office: Office) -> list[str]:
    names = ("log", "key", "name", "log_key", "origin", "state")
    return [word for name in names for word in (f"--{name.replace('_', '-')}", str(getattr(office, name)))]


def test_the_command_prints_a_line_that_hocba_publishes(
    hocba: Hocba, office: Office, book: LogBook, tmp_path: Path, postgres_url: str
) -> None:
    out = tmp_path / "line"
    confirmed = hocba("cosign", *options(office), "--out", str(out))
    assert (confirmed.returncode, confirmed.stdout) == (0, out.read_text())
    vkey = confirmed.stderr.splitlines()[0].removeprefix("Khoá kiểm tra: ")
    assert "Điểm chốt đầu tiên" in confirmed.stderr
    assert "Điểm chốt đầu tiên" not in hocba("cosign", *options(office)).stderr
    here = {
        "HOCBA_VAR_DIR": str(tmp_path), "HOCBA_HISTORY_ORIGIN": ORIGIN, "HOCBA_DATABASE_URL": postgres_url
    }  # fmt: skip
    assert hocba("cosign", "--add", out.read_text(), "--cosigner", vkey, environment=here).returncode == 0
    assert VerifierKey.parse(vkey).find(note_of(book)) == SignatureLine.parse(confirmed.stdout.strip())
    assert book.log.check().size == 600


def test_the_command_refuses_a_fork_with_status_1_and_one_sentence(
    hocba: Hocba, office: Office, tmp_path: Path
) -> None:
    office.cosign(AT)
    refused = hocba("cosign", *options(rewritten(office, tmp_path, 700)))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "Nhật ký đã rẽ nhánh: 600 mục đầu không còn đúng như điểm chốt trước đây.\n"


def test_half_of_the_options_are_refused(hocba: Hocba, office: Office) -> None:
    assert hocba("cosign", *options(office)[:-2]).returncode == 2
    assert hocba("cosign", "--add", "line").returncode == 2


def test_a_line_over_an_older_state_or_by_another_is_not_published(
    office: Office, book: LogBook, tmp_path: Path, postgres_url: str
) -> None:
    line = str(office.cosign(AT).line)
    settings = Settings(var_dir=tmp_path, history_origin=ORIGIN, database_url=postgres_url)
    stranger = str(NoteSigner.open(tmp_path / "stranger.key", office.name).cosigner_key)
    with pytest.raises(NoteInvalid):
        publish_cosignature(settings, line, stranger)
    with pytest.raises(NoteInvalid):
        publish_cosignature(settings, "no line", stranger)
    book.log.append(600, entries(1, 600))
    with pytest.raises(NoteInvalid):
        publish_cosignature(settings, line, str(cosigner_key(office)))
    assert len(note_of(book).signatures) == 1
