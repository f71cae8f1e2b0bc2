"""What a holder gets of a document: the file, its evidence record, and the validation data of all its signatures."""

from uuid import UUID

from sqlalchemy.orm import Session

from activities.evidence import evidence_of
from domain.errors import NotFound
from signing.container import pack
from signing.dss import ValidationMaterial
from storage import evidence
from storage.objects import Objects
from storage.tables import Document

NOT_YET = "Văn bản này chưa có bằng chứng thời gian; hệ thống lấy dấu thời gian trong ít phút."


def handover(session: Session, objects: Objects, document_id: UUID) -> bytes:
    """The ASiC-E container of a document as it is now. Raises NotFound until it has been time-stamped."""
    document = session.get_one(Document, document_id)
    record = evidence_of(session, document.sha256)
    if record is None:
        raise NotFound(NOT_YET)
    archives = [ValidationMaterial.loads(objects.get(each)) for each in evidence.archives_of(session, document_id)]
    name = f"{document.kind}-{document.lookup_code}.pdf"
    return pack(name, objects.get(document.sha256), record, ValidationMaterial.merged(archives))
