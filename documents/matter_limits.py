"""What the papers of matters can hold: no text higher than a page, and who signs the minutes fits what they say."""

from collections.abc import Iterator

from documents.text_limits import check_texts
from domain.documents import SignatureField, taker_fields
from domain.errors import Invalid
from domain.matter_papers import (
    HandoverMinutesContent,
    IdentityPageContent,
    MatterPaperContent,
    PaperExtractContent,
    TransferResultContent,
)

# Characters. A name is as long as a class list may give it (`domain.pupils`).
NAME, COMMENT, REASON, REMARKS = 250, 300, 1000, 2000

Text = tuple[str, str, int]


def check_matter_paper(content: MatterPaperContent) -> None:
    """Raise `Invalid` naming the first text that is too long, or minutes whose signers are not those who hand over."""
    match content:
        case IdentityPageContent():
            check_texts(_of_identity_page(content))
        case PaperExtractContent():
            check_texts(_of_extract(content))
        case TransferResultContent():
            check_texts(_of_transfer_result(content))
        case HandoverMinutesContent():
            check_texts(_of_minutes(content))
            _check_signers(content)


def _of_identity_page(page: IdentityPageContent) -> Iterator[Text]:
    yield "Lý do lập trang", page.reason, COMMENT
    yield "Số quyết định", page.decision_no, NAME


def _of_extract(extract: PaperExtractContent) -> Iterator[Text]:
    for original in extract.originals:
        yield "Nơi cấp bản gốc", original.issuer, NAME
    for year in extract.years:
        yield f"Ghi chú của năm học {year.school_year}", year.note, REASON
        for subject in year.subjects:
            yield "Tên môn học", subject.name, NAME
            yield f"Kết quả môn {subject.name}", subject.result, COMMENT
            yield f"Nhận xét môn {subject.name}", subject.comment, REASON


def _of_transfer_result(result: TransferResultContent) -> Iterator[Text]:
    for table in result.tables:
        yield f"Nhận xét chung của {table.name}", table.comment, REMARKS
        yield f"Chú giải của {table.name}", table.legend, REASON
        for line in table.lines:
            yield f"Nhận xét {line.name}", line.comment, COMMENT
    for item in result.open_items:
        yield f"Nội dung còn thiếu của {item.subject_name}", item.missing, REASON


def _of_minutes(minutes: HandoverMinutesContent) -> Iterator[Text]:
    yield "Lý do bàn giao", minutes.reason, REASON
    yield "Lý do không có chữ ký của người bàn giao", minutes.without_giver, REASON
    yield "Ghi chú", minutes.remarks, REMARKS
    for line in minutes.lines:
        yield f"Việc còn lại của môn {line.subject_name}, lớp {line.class_name}", line.open, COMMENT


def _check_signers(minutes: HandoverMinutesContent) -> None:
    giver = () if minutes.without_giver.split() else (SignatureField.GIVER.value,)
    fields = (*giver, *taker_fields(len(minutes.takers)), SignatureField.PRINCIPAL.value)
    if not minutes.takers or tuple(signer.field for signer in minutes.signers) != fields:
        raise Invalid("Người ký biên bản phải là người bàn giao, những người nhận bàn giao và hiệu trưởng.")
