"""What a holder gets of a document: the file, its evidence record, and the validation data of all its signatures."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from activities.evidence import evidence_of
from domain.errors import NotFound
from signing.container import pack
from signing.dss import ValidationMaterial
from storage import evidence
from storage.objects import Objects
from storage.tables import Document

NOT_YET = "Văn bản này chưa có bằng chứng thời gian; hệ thống lấy dấu thời gian trong ít phút."
NOT_WHOLE = "Hệ thống đang hỏi nơi cấp về chứng thư số của những người đã ký; gói hồ sơ có trong ít phút."


def handover(session: Session, objects: Objects, document_id: UUID) -> bytes:
    """The ASiC-E container of a document as it is now.

    Raises NotFound until it has been time-stamped and its signers' status is known: without it nothing would be proven.
    """
    query = select(Document, evidence.is_proven()).where(Document.id == document_id)
    document, is_proven = session.execute(query).one()
    record = evidence_of(session, document.sha256)
    if record is None:
        raise NotFound(NOT_YET)
    if not is_proven:
        raise NotFound(NOT_WHOLE)
    archives = [ValidationMaterial.loads(objects.get(each)) for each in evidence.archives_of(session, document_id)]
    name = f"{document.kind}-{document.lookup_code}.pdf"
    return pack(name, objects.get(document.sha256), record, ValidationMaterial.merged(archives))
