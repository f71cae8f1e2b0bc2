"""What a second office does: it sees every checkpoint, refuses a history that was changed, and signs the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from signing.log.checkpoint import Checkpoint, check_continues, open_checkpoint
from signing.log.notes import SignatureLine, VerifierKey
from signing.log.signers import NoteSigner


@dataclass(frozen=True)
class Cosigned:
    """`checkpoint` is the last one seen from now on; it is to be kept before `line` leaves the office."""

    checkpoint: Checkpoint
    line: SignatureLine


@dataclass(frozen=True)
class Cosigner:
    """A second office with its own key; what it knows of the log beforehand is its key and origin."""

    signer: NoteSigner
    log_key: VerifierKey
    origin: str

    def cosign(self, seen: Checkpoint | None, offered: bytes, proof: Sequence[bytes], *, at: datetime) -> Cosigned:
        """Cosign the offered signed checkpoint as seen at an aware time.

        `proof` shows that it continues the one seen before (RFC 9162 section 2.1.4), as the log gives it or as
        `Tiles.consistency_proof` computes it from a copy; the first checkpoint of all is taken as it is. Raises
        NoteInvalid for a note that is not this log's, LogForked for a shorter or another history.
        """
        checkpoint = open_checkpoint(offered, self.log_key, self.origin)
        if seen is not None:
            check_continues(seen, checkpoint, proof)
        return Cosigned(checkpoint, self.signer.cosign(checkpoint.text, at))
