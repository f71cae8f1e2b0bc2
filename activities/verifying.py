"""Verifies a file that somebody hands in: in a process of its own, with the proof that is kept here beside it."""

import hashlib
from collections.abc import Sequence

from cryptography import x509

from activities.evidence import evidence_of
from signing.chain.file import is_chain_file
from signing.container import ContainerInvalid, unpack
from signing.dss import ValidationMaterial
from signing.verification.apart import ApartVerifier
from signing.verification.verdicts import Standing, Verification
from signing.verification.verify import Beside
from storage import evidence, history
from storage.database import Sessions
from storage.objects import Objects

_ZIP = b"PK\x03\x04"


class Verifying:
    """Keeps nothing of what is handed in."""

    def __init__(
        self, sessions: Sessions, objects: Objects, roots: Sequence[x509.Certificate], apart: ApartVerifier
    ) -> None:
        self._sessions = sessions
        self._objects = objects
        self._roots = tuple(roots)
        self._apart = apart

    def verify(self, data: bytes) -> Verification:
        """The verdict on a PDF, or on the one in a container (ASiC-E).

        Raises Unreadable, TookTooLong, ContainerInvalid for what is neither.
        """
        if not data.startswith(_ZIP):
            return self._verified(data, [], [])
        if is_chain_file(data):
            raise ContainerInvalid("Tệp chuỗi học bạ là để kiểm tra bằng lệnh hocba verify, không phải ở trang này.")
        handed = unpack(data)
        return self._verified(handed.pdf, [handed.evidence], [handed.material])

    def _verified(self, pdf: bytes, given: list[bytes], archives: list[ValidationMaterial]) -> Verification:
        sha256 = hashlib.sha256(pdf).hexdigest()
        with self._sessions() as session:
            kept, found = evidence_of(session, sha256), history.standing_of(session, sha256)
            documents = evidence.documents_with(session, sha256)
            ours = [each for document_id in documents for each in evidence.archives_of(session, document_id)]
        archives += [ValidationMaterial.loads(self._objects.get(each)) for each in ours]
        beside = Beside(
            evidence=[*given, *([kept] if kept else [])],
            archive=ValidationMaterial.merged(archives),
            standing=Standing(found) if found else None,
        )
        return self._apart.verify(pdf, self._roots, **beside)

    def close(self) -> None:
        self._apart.close()
