"""`hocba cosign`: a second office confirms that the history log only grew; hocba publishes what it confirms.

The office needs nothing of hocba but the log's published files and its public key.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from io import UnsupportedOperation
from pathlib import Path
from typing import Annotated

import httpx
import typer

from activities.history import open_log_book
from cli.database import opened
from cli.trouble import Trouble
from config.places import history_place
from config.settings import Settings
from signing.log.checkpoint import Checkpoint, open_checkpoint
from signing.log.cosign import Cosigned, Cosigner
from signing.log.errors import NoteInvalid
from signing.log.log import CHECKPOINT
from signing.log.notes import SignatureLine, VerifierKey
from signing.log.signers import NoteSigner
from signing.log.store import LocalTiles, TileStore
from signing.log.tiles import LONGEST_ENTRY, TILE_WIDTH, Tiles
from storage import history

TIMEOUT_SECONDS = 30
LARGEST_FILE = TILE_WIDTH * (LONGEST_ENTRY + 2)  # a bundle of the longest entries


class WebTiles:
    """A log's files behind a web server."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")

    def read(self, path: str) -> bytes | None:
        """The file, or None if there is none. Raises Trouble for any other answer, and for one that is too long."""
        url = f"{self._url}/{path}"
        try:
            with httpx.stream("GET", url, timeout=TIMEOUT_SECONDS, trust_env=False) as answer:
                if answer.status_code == httpx.codes.NOT_FOUND:
                    return None
                answer.raise_for_status()
                return _limited(answer)
        except httpx.HTTPError as error:
            raise Trouble(f"Không đọc được {url}: {error}") from error

    def write(self, path: str, data: bytes) -> None:  # noqa: ARG002 - the protocol's names
        """Refused: what is published is only read."""
        raise UnsupportedOperation(path)


def _limited(answer: httpx.Response) -> bytes:
    data = b""
    for part in answer.iter_bytes():
        data += part
        if len(data) > LARGEST_FILE:
            raise Trouble(f"{answer.url} dài hơn mọi tệp có thể có của nhật ký.")
    return data


@dataclass(frozen=True)
class Office:
    """What the second office knows: where the log is, its own key and name, the log's key (vkey) and origin.

    `state` keeps the last checkpoint it confirmed.
    """

    log: str
    key: Path
    name: str
    log_key: str
    origin: str
    state: Path

    def cosign(self, at: datetime) -> Cosigned:
        """Confirm the log as it is published, and remember that before anybody hears of it.

        Raises LogForked or NoteInvalid for a log that is not the one seen before, Trouble if it cannot be read.
        """
        store: TileStore = (
            WebTiles(self.log) if self.log.startswith(("http://", "https://")) else LocalTiles(Path(self.log))
        )
        offered = store.read(CHECKPOINT)
        if offered is None:
            raise Trouble(f"Không có điểm chốt nào của nhật ký tại {self.log}.")
        log_key, seen = VerifierKey.parse(self.log_key), self._seen()
        new = open_checkpoint(offered, log_key, self.origin)
        proof = Tiles(store, new.size).consistency_proof(seen.size, new.size) if seen and seen.size <= new.size else []
        cosigner = Cosigner(NoteSigner.open(self.key, self.name), log_key, self.origin)
        cosigned = cosigner.cosign(seen, offered, proof, at=at)
        LocalTiles(self.state.parent).write(self.state.name, cosigned.checkpoint.text.encode())
        return cosigned

    def _seen(self) -> Checkpoint | None:
        if not self.state.exists():
            return None
        try:
            return Checkpoint.parse(self.state.read_text(encoding="utf-8"))
        except (NoteInvalid, UnicodeDecodeError) as error:
            raise Trouble(f"Tệp ghi điểm chốt đã thấy bị hỏng: {self.state}") from error


def cosign_command(  # noqa: PLR0913 - Typer: one parameter for each option
    *,
    log: Annotated[str, typer.Option(help="Folder or http(s) address of the published log.")] = "",
    key: Annotated[Path | None, typer.Option(help="The office's private key; made on first use.")] = None,
    name: Annotated[str, typer.Option(help="Name of the office in its signatures.")] = "",
    log_key: Annotated[str, typer.Option(metavar="VKEY", help="Public key of the log.")] = "",
    origin: Annotated[str, typer.Option(help="Origin of the log, the first line of its checkpoints.")] = "",
    state: Annotated[Path | None, typer.Option(help="File that keeps the last checkpoint seen.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the line into this file too.")] = None,
    add: Annotated[str, typer.Option(metavar="LINE", help="At hocba: publish this line of an office.")] = "",
    cosigner: Annotated[str, typer.Option(metavar="VKEY", help="With --add: public key of the office.")] = "",
) -> None:
    """Confirm, as a second office, that the published log only grew; or publish such a confirmation (--add)."""
    if add and cosigner:
        publish_cosignature(Settings(), add, cosigner)
    elif log and key and name and log_key and origin and state:
        _confirm(Office(log, key, name, log_key, origin, state), out)
    else:
        raise typer.BadParameter("--log --key --name --log-key --origin --state, or --add --cosigner")


def _confirm(office: Office, out: Path | None) -> None:
    is_first = not office.state.exists()
    cosigned = office.cosign(datetime.now(UTC))
    typer.echo(f"Khoá kiểm tra: {NoteSigner.open(office.key, office.name).cosigner_key}", err=True)
    if is_first:
        typer.echo("Điểm chốt đầu tiên được thấy; chưa có gì để so sánh.", err=True)
    if out is not None:
        out.write_text(f"{cosigned.line}\n", encoding="utf-8")
    typer.echo(str(cosigned.line))


def publish_cosignature(settings: Settings, line: str, vkey: str) -> None:
    """Put an office's line beside the log's own signature; raises NoteInvalid unless it is over the present log."""
    book = open_log_book(history_place(settings), settings.key_store, settings.history_origin)
    with opened(settings.database_url) as sessions, sessions.begin() as session:
        history.lock(session)
        book.log.add_cosignature(SignatureLine.parse(line.strip()), VerifierKey.parse(vkey))
