"""The history log: an append-only list of entries under a signed checkpoint, kept as static files.

The checkpoint is written last and is what counts: files beyond it are the rest of an append that did not finish, and
the next one overwrites them. There must be one writer at a time; the caller sees to that.
"""

from collections.abc import Sequence

from signing.log.checkpoint import Checkpoint, check_continues, open_checkpoint
from signing.log.edge import RightEdge
from signing.log.errors import AppendRefused, LogDamaged, NoSuchEntry
from signing.log.merkle import EMPTY_ROOT
from signing.log.notes import Note, SignatureLine, VerifierKey
from signing.log.signers import NoteSigner
from signing.log.store import TileStore
from signing.log.tiles import LONGEST_ENTRY, TILE_WIDTH, Tiles

CHECKPOINT = "checkpoint"


class HistoryLog:
    """A log of entries (bytes, at most 65535 each). Everything raises NoteInvalid if the checkpoint is not its own."""

    def __init__(self, store: TileStore, signer: NoteSigner, origin: str) -> None:
        self._store = store
        self._signer = signer
        self._origin = origin

    @property
    def log_key(self) -> VerifierKey:
        """What verifies its checkpoints."""
        return self._signer.log_key

    def checkpoint(self) -> Checkpoint:
        """What the log holds now; size 0 for a log that was never written."""
        data = self._store.read(CHECKPOINT)
        if data is None:
            return Checkpoint(self._origin, 0, EMPTY_ROOT)
        return open_checkpoint(data, self._signer.log_key, self._origin)

    def append(self, start: int, entries: Sequence[bytes]) -> Checkpoint:
        """Have these entries in the log from index `start` on; what is there already stays and must be the same.

        So the same call may be made again, after any interruption; it gives the checkpoint as it stands then. Raises
        AppendRefused for a gap, for other content and for an entry that is too long; LogDamaged if the end of the log
        does not fit its checkpoint.
        """
        held = self.checkpoint()
        tiles = Tiles(self._store, held.size)
        new = _unwritten(tiles, start, entries)
        if not new:
            return held
        edge = RightEdge.read(tiles)
        if edge.root != held.root:
            raise LogDamaged("Phần cuối của nhật ký không khớp điểm chốt đã ký; không ghi thêm.")
        edge, files = edge.extended(new)
        for path, data in [*files, *edge.files]:
            self._store.write(path, data)
        checkpoint = Checkpoint(self._origin, edge.size, edge.root)
        self._publish(checkpoint.text, self._signer.sign(checkpoint.text))
        return checkpoint

    def add_cosignature(self, line: SignatureLine, cosigner_key: VerifierKey) -> None:
        """Publish a cosignature with the checkpoint, in place of an earlier one by the same key.

        Raises NoteInvalid unless it is that key's and over the checkpoint as it stands.
        """
        note = Note.parse(self._store.read(CHECKPOINT) or b"")
        self._signer.log_key.find(note)
        cosigner_key.check(note.text, line)
        others = [each for each in note.signatures if not cosigner_key.made(each)]
        self._publish(note.text, *others, line)

    def entries(self, begin: int, end: int) -> list[bytes]:
        """Entries from `begin` up to, not including, `end`; raises NoSuchEntry."""
        return self._tiles(begin, end).entries(begin, end)

    def inclusion_proof(self, index: int, size: int) -> list[bytes]:
        """That the entry is among the first `size` (RFC 9162 section 2.1.3); raises NoSuchEntry."""
        return self._tiles(index, index + 1, size).inclusion_proof(index, size)

    def consistency_proof(self, old: int, new: int) -> list[bytes]:
        """That the first `new` entries begin with the first `old` (RFC 9162 section 2.1.4); raises NoSuchEntry."""
        return self._tiles(old, new).consistency_proof(old, new)

    def check(self, *earlier: Checkpoint) -> Checkpoint:
        """Read everything again (`check_log`), also against earlier checkpoints; the checkpoint that all of it fits."""
        checkpoint = self.checkpoint()
        check_log(self._store, checkpoint, earlier)
        return checkpoint

    def _tiles(self, *places: int) -> Tiles:
        """The tree, for places that lie in it one after the other."""
        size = self.checkpoint().size
        bounds = [0, *places, size]
        if bounds != sorted(bounds):
            raise NoSuchEntry(f"Nhật ký có {size} mục, không có đoạn từ {places[0]} đến {places[-1]}.")
        return Tiles(self._store, size)

    def _publish(self, text: str, *signatures: SignatureLine) -> None:
        self._store.write(CHECKPOINT, Note(text, signatures).encode())


def check_log(store: TileStore, checkpoint: Checkpoint, earlier: Sequence[Checkpoint] = ()) -> None:
    """Read every entry and every hash of a log and of its copies.

    Raises LogDamaged for a file that is missing or does not fit the checkpoint, LogForked when the log does not begin
    with what an earlier checkpoint promised.
    """
    tiles, edge = Tiles(store, checkpoint.size), RightEdge()
    for index in range(-(-checkpoint.size // TILE_WIDTH)):
        edge, files = edge.extended(tiles.bundle(index))
        _compare(store, files)
    _compare(store, edge.files)
    if edge.root != checkpoint.root:
        raise LogDamaged("Nội dung nhật ký không khớp điểm chốt đã ký.")
    for each in earlier:
        check_continues(each, checkpoint, tiles.consistency_proof(each.size, checkpoint.size))


def _compare(store: TileStore, files: Sequence[tuple[str, bytes]]) -> None:
    for path, data in files:
        if store.read(path) != data:
            raise LogDamaged(f"Tệp của nhật ký không khớp các mục đã ghi: {path}")


def _unwritten(tiles: Tiles, start: int, entries: Sequence[bytes]) -> Sequence[bytes]:
    """The entries that are not in the log yet."""
    if not 0 <= start <= tiles.size:
        raise AppendRefused(f"Nhật ký có {tiles.size} mục, không thể ghi từ mục {start}.")
    written = tiles.entries(start, min(start + len(entries), tiles.size))
    for index, (held, given) in enumerate(zip(written, entries, strict=False), start):
        if held != given:
            raise AppendRefused(f"Mục {index} đã ghi với nội dung khác; nhật ký chỉ ghi thêm, không sửa.")
    if any(len(entry) > LONGEST_ENTRY for entry in entries):
        raise AppendRefused(f"Một mục của nhật ký dài tối đa {LONGEST_ENTRY} byte.")
    return entries[len(written) :]
