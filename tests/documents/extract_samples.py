"""Generated content of an extract: former years of a pupil who comes from outside."""

from domain.documents import DocumentKind
from domain.matter_papers import OriginalFile, PaperExtractContent
from domain.transfers.extracts import Checker, ExtractedSubject, ExtractSource, PaperExtract
from tests.documents.matter_samples import CODE, OTHER_CODE, whole_pupil
from tests.documents.samples import COMMENTS, SCHOOL, person, sha, signers


def paper_extract(years: int = 2) -> PaperExtractContent:
    """So many former years, from a scanned book and, the newest, from a file of another system."""
    return PaperExtractContent(
        document_id="1f0a7c52-1b8e-4f0e-a1a1-7f4f7c3b9b12",
        version=1 if years == 1 else 2,
        lookup_code=CODE,
        school=SCHOOL,
        pupil=whole_pupil(),
        originals=tuple(
            OriginalFile("Học bạ giấy", "Trường THCS Phượng Vĩ, Tỉnh Lâm Đồng", sha(310 + each)) for each in range(2)
        ),
        years=tuple(_former_year(2026 - years + each, each + 6, is_last=each + 1 == years) for each in range(years)),
        replaces="" if years == 1 else OTHER_CODE,
        signers=signers(DocumentKind.PAPER_EXTRACT),
        date="2026-03-02",
    )


def _former_year(begins: int, grade: int, *, is_last: bool) -> PaperExtract:
    subjects = [ExtractedSubject("Toán", "7,8", COMMENTS[0]), ExtractedSubject("Ngữ văn", "8,1")]
    return PaperExtract(
        school_year=f"{begins}-{begins + 1}",
        grade=grade,
        class_name=f"{grade}A2",
        school="Trường THCS Phượng Vĩ",
        province="Tỉnh Lâm Đồng",
        result="Khá",
        promoted=True,
        subjects=(*subjects, ExtractedSubject("Âm nhạc", "Đạt")),
        source=ExtractSource.FOREIGN_PDF if is_last else ExtractSource.PAPER,
        checked_by=(
            Checker(person(811), "079190000811", "Văn thư"),
            Checker(person(812), "079190000812", "Giáo viên chủ nhiệm"),
        ),
        conduct="Tốt",
        sha256=sha(311) if is_last else "",
        note="Trang 3 của học bạ bị mờ" if is_last else "",
    )
