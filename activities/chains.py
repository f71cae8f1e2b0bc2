"""A pupil's chain as one file: gathered from the database, the object store and the history log, and signed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from activities.evidence import evidence_of
from domain.chains import LinkState
from domain.documents import DocumentKind
from domain.errors import NotFound
from signing.chain.file import Paper
from signing.chain.writing import ChainPaper, ChainTerm, LogState, ProvenEvent, write_chain
from signing.dss import ValidationMaterial
from signing.log.log import CHECKPOINT, HistoryLog
from signing.log.notes import Note
from signing.log.signers import NoteSigner
from signing.log.store import TileStore
from storage import chains, evidence
from storage.chains import PaperEvent, Stay, StayPaper
from storage.objects import Objects
from storage.tables import LogCheckpoint

NONE_YET = "Học sinh chưa có học bạ năm nào được phát hành, nên chưa có gì để chứng minh."
NOT_LOGGED = "Nhật ký lịch sử chưa ghi xong các lần phát hành của học sinh này; tệp chứng minh có trong ít phút."


@dataclass(frozen=True)
class ChainKeeper:
    """The history log lies in `files`; its key, which also signs chains, in the file `key`."""

    objects: Objects
    files: TileStore
    key: Path
    origin: str

    def obstacle(self, session: Session, stays: Sequence[Stay]) -> str:
        """Why there is no file yet, in words; "" if there is one."""
        papers = _issued(stays)
        own = [(stay, paper) for stay, paper in papers if paper.is_own]
        if not own:
            return NONE_YET
        unproven = next(((stay, paper) for stay, paper in own if not paper.is_proven), None)
        if unproven is not None:
            return _not_proven(*unproven)
        checkpoint = chains.stamped_checkpoint(session)
        is_logged = checkpoint is not None and self.key.exists()
        is_told = is_logged and all(_is_told(checkpoint, paper) for _, paper in papers)
        return "" if is_told else NOT_LOGGED

    def file(self, session: Session, pupil_id: UUID) -> bytes:
        """All of a pupil's issued papers as of now, with what proves them (`signing.chain`).

        Raises NotFound, in words, while something of it is not proven yet.
        """
        stays = chains.stays_of(session, pupil_id)
        refusal, checkpoint = self.obstacle(session, stays), chains.stamped_checkpoint(session)
        if refusal or checkpoint is None:
            raise NotFound(refusal or NOT_LOGGED)
        signer = NoteSigner.open(self.key, self.origin)
        log, issued = HistoryLog(self.files, signer, self.origin), _issued(stays)
        found = [paper for _, paper in issued if paper.is_own]
        held = [self._paper(session, each, log, checkpoint.size) for each in found]
        terms = [
            ChainTerm(stay.school_year, _events(paper, log, checkpoint.size))
            for stay, paper in issued
            if not paper.is_own
        ]
        archives = [name for each in found for name in evidence.archives_of(session, each.document_id)]
        material = ValidationMaterial.merged(
            [ValidationMaterial.loads(self.objects.get(each)) for each in dict.fromkeys(archives)]
        )
        return write_chain(held, _state(session, self.files, checkpoint), material, signer, terms)

    def _paper(self, session: Session, paper: StayPaper, log: HistoryLog, size: int) -> ChainPaper:
        record = evidence_of(session, paper.sha256) or b""
        return ChainPaper(Paper(self.objects.get(paper.sha256), record), _events(paper, log, size))


def _issued(stays: Sequence[Stay]) -> list[tuple[Stay, StayPaper]]:
    return [(stay, paper) for stay in stays for paper in stay.papers if paper.is_issued]


def _not_proven(stay: Stay, paper: StayPaper) -> str:
    if paper.kind is DocumentKind.PAPER_EXTRACT:
        return NotFound("Trích lục học bạ chưa đủ bằng chứng thời gian; tệp chứng minh có trong ít phút.").message
    message = f"Giấy tờ năm học {stay.school_year} chưa đủ bằng chứng thời gian; tệp chứng minh có trong ít phút."
    return NotFound(message).message


def _is_told(checkpoint: LogCheckpoint | None, paper: StayPaper) -> bool:
    """Whether the log has all that became of a paper; that of a replaced one tells so a moment after the next."""
    is_due = paper.replaced_by and paper.state is LinkState.IN_FORCE
    return not is_due and all(_is_under(checkpoint, each) for each in paper.events)


def _is_under(checkpoint: LogCheckpoint | None, event: PaperEvent) -> bool:
    return checkpoint is not None and event.position is not None and event.position < checkpoint.size


def _events(paper: StayPaper, log: HistoryLog, size: int) -> tuple[ProvenEvent, ...]:
    return tuple(filter(None, (_proven(each, log, size) for each in paper.events)))


def _proven(event: PaperEvent, log: HistoryLog, size: int) -> ProvenEvent | None:
    if event.position is None or event.leaf is None:
        return None
    return ProvenEvent(event.position, event.leaf, tuple(log.inclusion_proof(event.position, size)))


def _state(session: Session, files: TileStore, checkpoint: LogCheckpoint) -> LogState:
    """The checkpoint as it is published, with what other offices signed since, if it is still the same."""
    kept, published = checkpoint.note.encode(), files.read(CHECKPOINT) or b""
    is_same = bool(published) and Note.parse(published).text == Note.parse(kept).text
    return LogState(published if is_same else kept, evidence_of(session, checkpoint.sha256) or b"")
