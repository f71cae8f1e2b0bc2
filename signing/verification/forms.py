"""What the pages of our documents say, in reading order: words of the form, and in braces fields of the content.

A sealed record keeps the form that printed it: a form that changes gets another reading here, beside the old one.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from domain.documents import DocumentKind
from signing.page_text import PAGE_END, squeezed
from signing.verification.content import Content, by_field, value_at
from signing.verification.matter_forms import handover_minutes, identity_page, paper_extract, transfer_result
from signing.verification.runs import Part, Run, parts, rows, run

_TITLE: Final = "Mã tra cứu: {lookup_code} Trang 1/2 {school.authority} {school.name}"
_NUMBERS: Final = "{circular:circular} Mã học bạ: {record_uid}"
_PRIMARY_FACTS: Final = (
    " HỌC BẠ TIỂU HỌC Năm học {school_year:years} Họ và tên học sinh: {pupil.full_name} Lớp: {class_name} "
    "Ngày sinh: {pupil.birth_date:date} Giới tính: {pupil.sex} Dân tộc: {pupil.ethnicity} "
    "Nơi sinh: {pupil.place_of_birth} Quốc tịch: {pupil.nationality} "
    "Mã học sinh: {pupil.pupil_code} Số định danh: {pupil.personal_id} Số đăng bộ: {pupil.register_no} "
    "Trường: {school:address} Chiều cao: {height_cm:cm} Cân nặng: {weight_kg:kg} Sức khoẻ: {health} "
    "Số ngày nghỉ: {absent} (có phép: {absent_excused}, không phép: {absent_unexcused})"
)
_SECONDARY_FACTS: Final = (
    " Năm học {school_year:years} Họ và tên: {pupil.full_name} Ngày sinh: {pupil.birth_date:date} Lớp: {class_name} "
    "Giới tính: {pupil.sex} Dân tộc: {pupil.ethnicity} Quốc tịch: {pupil.nationality} "
    "Số đăng bộ: {pupil.register_no} Nơi sinh: {pupil.place_of_birth} "
    "Mã học sinh: {pupil.pupil_code} Số định danh: {pupil.personal_id} Trường: {school:address} 1. Các môn học"
)
_PRIMARY_ROW: Final = "{name} {level} {score} {comment}"
_SECONDARY_ROW: Final = "{name} {hk1:mark} {hk2:mark} {year:mark} {retest:mark} {comment} {teacher}"
_SHEET_ROW: Final = "{subject_name}: {signer_name}; {sha256:short}"
_SECOND_PAGE: Final = "Mã tra cứu: {lookup_code} Trang 2/2 2."
_TERMS: Final = "{%s.hk1:level} {%s.hk2:level} {%s.year:level} {%s.summer:level}"
_NOT_ASSESSED: Final = "Học sinh khuyết tật không đánh giá"
_SHEETS: Final = "Phiếu kết quả môn học đã được giáo viên bộ môn ký số (người ký; 12 chữ số đầu của mã SHA-256)"
_HEAD_SIGNS: Final = "{school.place}, {date:long} %s của Hiệu trưởng (Ký, ghi rõ họ tên, đóng dấu)"
_COUNT: Final = "Tổng số học sinh:"
_PROOF: Final = "Mã tra cứu: {lookup_code}. %s: {%s}. Tra cứu"


def runs_of(kind: DocumentKind, attached: Content) -> tuple[Run, ...]:
    """All that a document with this content must say. Raises errors of many kinds for content that is none of ours."""
    return tuple(_FORMS[kind](by_field(attached)))


def _primary(content: Content) -> Iterator[Run]:
    absent = content.get("absent_excused", 0) + content.get("absent_unexcused", 0)
    yield run({**content, "absent": absent}, f"{_TITLE} Phụ lục 1 kèm theo {_NUMBERS}{_PRIMARY_FACTS}")
    yield Run((*rows(content, "subjects", _PRIMARY_ROW), *parts(content, "Mức đạt được: T")))
    yield Run(rows(content, "sheets", _SHEET_ROW))
    yield run(content, _SECOND_PAGE)
    yield _levels(content, "qualities", "{qualities_comment}")
    yield _levels(content, "general_competencies", "{general_comment}")
    yield _levels(content, "specific_competencies", "{specific_comment}")
    yield run(content, f"{_primary_end(content)} {_signatures(content, 'Xác nhận')}")


def _primary_end(content: Content) -> str:
    result = _NOT_ASSESSED if content.get("assessment_waived") else "{result_name}"
    reason = " Căn cứ: {result_reason}" if content.get("result_reason") else ""
    in_year = content.get("commendation_in_year")
    commended = "{commendation:none}" if content.get("commendation") or not in_year else ""
    commended += " Khen thưởng đột xuất: {commendation_in_year}" if in_year else ""
    programme = "tiểu học" if content.get("grade") == 5 else "lớp học"  # noqa: PLR2004 - the last grade
    return (
        f"4. Đánh giá kết quả giáo dục: {result} Nhận xét của giáo viên chủ nhiệm: {{homeroom_comment}}{reason} "
        f"5. Khen thưởng {commended} 6. Hoàn thành chương trình {programme} {{completion_text}}"
    )


def _secondary(content: Content) -> Iterator[Run]:
    level = "CƠ SỞ" if content.get("grade", 0) < 10 else "PHỔ THÔNG"  # noqa: PLR2004 - the first upper grade
    yield run(content, f"{_TITLE} Đánh giá theo {_NUMBERS} HỌC BẠ TRUNG HỌC {level}{_SECONDARY_FACTS}")
    yield Run((*rows(content, "subjects", _SECONDARY_ROW), *parts(content, "HKI, HKII: học kì I")))
    waived = f": {_NOT_ASSESSED}" if content.get("assessment_waived") else ""
    yield run(content, f"{_SECOND_PAGE} Kết quả học tập và rèn luyện{waived} Kết quả Học kì I")
    sheets = (*parts(content, _SHEETS), *rows(content, "sheets", _SHEET_ROW)) if content.get("sheets") else ()
    signatures = parts(content, _signatures(content, "Phê duyệt"))
    yield Run((*parts(content, _secondary_results(content)), *sheets, *signatures))


def _secondary_results(content: Content) -> str:
    """From the results to the homeroom teacher's comment."""
    reasons = [f"{{{name}}}" for name in ("learning_reason", "outcome_reason") if content.get(name)]
    completed = content.get("completion_text") not in ("", content.get("outcome_text"))
    lines = [
        "Học tập " + _TERMS.replace("%s", "learning") + " {absent} Rèn luyện " + _TERMS.replace("%s", "conduct"),
        " ".join(("Căn cứ:", *reasons)) if reasons else "",
        "Rèn luyện trong kì nghỉ hè: {summer_training}" if content.get("summer_training") else "",
        "Kết quả cuối năm học: {outcome_text}",
        "{completion_text}" if completed else "",
        "Chuyên đề học tập: {study_topics:list}" if content.get("study_topics") else "",
        "3. Chứng chỉ, các cuộc thi, khen thưởng Chứng chỉ: {certificates:list}",
        "Kết quả tham gia các cuộc thi: {competitions:none} Khen thưởng: {commendation:none}",
        "4. Nhận xét của giáo viên chủ nhiệm {homeroom_comment}",
    ]
    return " ".join(lines)


def _subject_sheet(content: Content) -> Iterator[Run]:
    part = " – phiếu bổ sung số {part}" if content.get("part", 1) > 1 else ""
    yield run(
        content,
        "Môn: {subject_name} – Lớp: {class_name} {term_name}, năm học {school_year:years}"
        f"{part} Mã tra cứu: {{lookup_code}} Trang 1/",
    )
    yield from _pupils(content, "{full_name} {birth_date:date} · {pupil_code}", "{comment}")
    signature = _signature(content, "subject_teacher", "Giáo viên bộ môn")
    yield Run(_counts(content))
    yield run(
        content,
        f"{{school.place}}, {{date:long}} Giáo viên bộ môn (Ký, ghi rõ họ tên) {signature} "
        + _PROOF % ("Mã phiếu", "document_id"),
    )


def _class_summary(content: Content) -> Iterator[Run]:
    part = " – bảng bổ sung số {part}" if content.get("part", 1) > 1 else ""
    yield run(
        content,
        "Lớp: {class_name} – {term_name}, năm học {school_year:years}"
        f"{part} Mã tra cứu: {{lookup_code}} Trang 1/",
    )
    verdicts = " ".join(f"{{verdicts.{at}}}" for at in range(len(content.get("verdicts", ()))))
    yield from _pupils(content, "{full_name}", verdicts)
    yield from _totals(content)
    yield Run(_counts(content))
    yield Run(rows(content, "sheets", _SHEET_ROW))
    yield run(content, _signatures(content, "Xác nhận", _PROOF % ("Mã bảng", "document_id")))


def _pupils(content: Content, first: str, last: str) -> Iterator[Run]:
    """A run for each pupil's row: pages may end between them, and totals follow the last one."""
    pupils: Sequence[Content] = content.get("pupils", ())
    labels = _labels(content)
    starts = [squeezed(f"{pupil['order_no']}{pupil['full_name']}") for pupil in pupils]
    for at, pupil in enumerate(pupils):
        where = f"pupils.{at}."
        values = " ".join(f"{{values.{index}:mark}}" for index in range(len(pupil["values"])))
        line = parts(pupil, f"{{order_no}} {first} {values} {last}", where)
        yield Run(line, (PAGE_END, *starts[at + 1 : at + 2], labels[0]))


def _totals(content: Content) -> Iterator[Run]:
    labels = _labels(content)
    for at, total in enumerate(content.get("totals", ())):
        values = " ".join(f"{{values.{index}:bare}}" for index in range(len(total["values"])))
        yield Run(parts(total, f"{{label}} {values}", f"totals.{at}."), (PAGE_END, labels[at + 1]))


def _labels(content: Content) -> list[str]:
    """What the lines begin with that follow those of the pupils."""
    return [squeezed(label) for label in (*(each["label"] for each in content.get("totals", ())), _COUNT)]


def _counts(content: Content) -> tuple[Part, ...]:
    total = {"pupils": len(content.get("pupils", ()))}
    counts = (*parts(total, f"{_COUNT} {{pupils}}"), *rows(content, "counts", "; {0}: {1}"))
    return (*counts, *parts(content, ". {legend:bare} Đánh giá theo {circular:circular}."))


def _signatures(content: Content, asked: str, proof: str = _PROOF % ("Phiên bản", "version")) -> str:
    principal = _signature(content, "principal", "Hiệu trưởng")
    homeroom = _signature(content, "homeroom", "Giáo viên chủ nhiệm")
    return f"{_HEAD_SIGNS % asked} {principal} Giáo viên chủ nhiệm (Ký, ghi rõ họ tên) {homeroom} {proof}"


def _signature(content: Content, field: str, usual: str) -> str:
    """Name of who is to sign, and the position where it is not the usual one."""
    position = value_at(content, f"signers.{field}.position")
    return f"{{signers.{field}.name}}" + (f" {{signers.{field}.position}}" if position not in ("", usual) else "")


def _levels(content: Content, group: str, comment: str) -> Run:
    """Rows of levels; the comment on all of them is read before the last."""
    lines, said = rows(content, group, "{name} {level}"), parts(content, comment)
    first, last = lines[:-2], lines[-2:]
    if first:
        return Run((*first, *said), beside=last)
    return Run((*last, *said) if last else ())


def _year_record(content: Content) -> Iterator[Run]:
    return _secondary(content) if "learning" in content else _primary(content)


_FORMS: Final[Mapping[DocumentKind, Callable[[Content], Iterator[Run]]]] = {
    DocumentKind.SUBJECT_SHEET: _subject_sheet,
    DocumentKind.CLASS_SUMMARY: _class_summary,
    DocumentKind.YEAR_RECORD: _year_record,
    DocumentKind.IDENTITY_PAGE: identity_page,
    DocumentKind.TRANSFER_RESULT: transfer_result,
    DocumentKind.HANDOVER_MINUTES: handover_minutes,
    DocumentKind.PAPER_EXTRACT: paper_extract,
}
