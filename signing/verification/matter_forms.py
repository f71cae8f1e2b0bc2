"""What the pages of the papers of matters say: identity page, result on leaving, minutes of a handover, extract.

As in `forms`, but nothing is left out between the title and the proof: rows and paragraphs follow each other, with the
last lines of pages and the headings of tables in between.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from signing.page_text import squeezed
from signing.verification.content import Content, says, value_at
from signing.verification.runs import Gap, Part, Run, parts

_FOOT: Final = "Mã tra cứu: {lookup_code} Trang"
_PROOF: Final = " Mã tra cứu: {lookup_code}. %s: {document_id}. Tra cứu"
_PAST_ROW: Final = "{school_year:years} {school} {lookup_code} {sha256}"
_PRINCIPAL: Final = "{school.place}, {date:long} HIỆU TRƯỞNG (Ký, ghi rõ họ tên, đóng dấu) {signers.principal.name}"
_CIVIL_DATA: Final = (
    "HỌC BẠ {level_name:upper} Trang thông tin học sinh Thông tin học sinh "
    "Họ và tên học sinh: {pupil.full_name} Giới tính: {pupil.sex} Ngày sinh: {pupil.birth_date:date} "
    "Dân tộc: {pupil.ethnicity} Quốc tịch: {pupil.nationality} Số định danh cá nhân: {pupil.personal_id} "
    "Mã học sinh: {pupil.pupil_code} Số đăng bộ: {pupil.register_no} Nơi sinh: {pupil.place_of_birth} "
    "Quê quán: {pupil.profile.native_place} Nơi ở hiện nay: {pupil.profile.current_address} "
    "Họ và tên cha: {pupil.profile.father_name} Nghề nghiệp: {pupil.profile.father_occupation} "
    "Họ và tên mẹ: {pupil.profile.mother_name} Nghề nghiệp: {pupil.profile.mother_occupation} "
    "Họ và tên người giám hộ: {pupil.profile.guardian_name} Nghề nghiệp: {pupil.profile.guardian_occupation}"
)
_SCHOOLING_ROW: Final = "{school_year:years} {class_name} {school} {province} {register_no} {arrived_on:date}"
_PUPIL: Final = (
    "Học sinh chuyển trường – năm học {school_year:years} Học sinh Họ và tên học sinh: {pupil.full_name} "
    "Ngày sinh: {pupil.birth_date:date} Lớp: {class_name} Giới tính: {pupil.sex} Dân tộc: {pupil.ethnicity} "
    "Quốc tịch: {pupil.nationality} Số đăng bộ: {pupil.register_no} Nơi sinh: {pupil.place_of_birth} "
    "Mã học sinh: {pupil.pupil_code} Số định danh: {pupil.personal_id} Trường chuyển đi: {school:address} "
    "Trường chuyển đến: "
)
_ASKED: Final = {"giver": "NGƯỜI BÀN GIAO", "principal": "HIỆU TRƯỞNG"}
_CONFIRMED: Final = (
    "Nhà trường xác nhận kết quả trên đúng với hồ sơ đánh giá của học sinh đến ngày rời trường, "
    "theo {circular:circular}. Trường chuyển đến dùng mã tra cứu và SHA-256 để đối chiếu các tệp đã đóng dấu được "
    "chuyển kèm."
)
_BETWEEN: Final = (
    "Kết quả của năm học Học sinh chuyển trường giữa hai năm học: không có kết quả nào của năm học đang diễn ra."
)
_SEALED: Final = (
    ". Theo bảng tổng hợp của lớp đã đóng dấu, mã tra cứu {sealed_term.lookup_code}, SHA-256: {sealed_term.sha256}."
)
_FROM_THEN_ON: Final = (
    "Từ thời điểm có hiệu lực, người nhận bàn giao chịu trách nhiệm nhập, kiểm tra và ký những nội dung chưa ký nêu "
    "trên. Chữ ký đã có giữ nguyên giá trị, không ai ký lại thay."
)
_WORK: Final = (
    "{class_name} {subject_name} {term_name} {taker} {cells_filled}/{cells_required} {records_sent}/{records}"
)

_EXTRACT: Final = (
    "TRÍCH LỤC HỌC BẠ Các năm học trước khi chuyển đến trường Học sinh Họ và tên học sinh: {pupil.full_name} "
    "Giới tính: {pupil.sex} Ngày sinh: {pupil.birth_date:date} Dân tộc: {pupil.ethnicity} "
    "Quốc tịch: {pupil.nationality} Số định danh cá nhân: {pupil.personal_id} Mã học sinh: {pupil.pupil_code} "
    "Số đăng bộ: {pupil.register_no} Nơi sinh: {pupil.place_of_birth} Trường trích lục: {school:address}"
)
_FORMER_YEAR: Final = (
    "Lớp: {class_name}, khối {grade}. Trường: {school}, {province}. Kết quả: {result}. Rèn luyện: {conduct}. "
    "Được lên lớp: {promoted:yes}. Bản gốc: {source:original}"
)
_EXTRACTED: Final = (
    "Giá trị của trích lục Nhà trường ký và đóng dấu với tư cách người trích lục: chỉ xác nhận đã chép đúng từ các bản "
    "gốc nêu trên, không xác nhận kết quả học tập và rèn luyện; nơi cấp bản gốc chịu trách nhiệm về các kết quả đó."
)

_SCHOOLING: Final = "Năm học Lớp Trường Tỉnh, thành phố Số đăng bộ Ngày nhập học, chuyển đến"
_PAST: Final = "Năm học Trường Mã tra cứu và SHA-256 của tệp đã đóng dấu"
_OPEN: Final = "Môn học, nội dung Còn thiếu"
_WORK_HEADING: Final = "STT Lớp Môn học, công việc Học kì Người nhận Ô đã nhập Học bạ đã gửi Phiếu đã ký Việc còn lại"
_ORIGINALS: Final = "STT Bản gốc Nơi cấp SHA-256 của tệp lưu tại trường"
_SUBJECTS: Final = "Môn học Kết quả Nhận xét"
_OFFICES: Final = "Chức vụ, nhiệm vụ Người nhận"


@dataclass(frozen=True)
class _Piece:
    """What stands on one page and is read as one; before a row may stand the heading of its table."""

    parts: tuple[Part, ...]
    heading: str = ""
    orders: tuple[tuple[str, ...], ...] = ()  # words of the heading


def identity_page(content: Content) -> Iterator[Run]:
    return _in_order(content, _identity_page(content))


def transfer_result(content: Content) -> Iterator[Run]:
    return _in_order(content, _transfer_result(content))


def handover_minutes(content: Content) -> Iterator[Run]:
    return _in_order(content, _handover_minutes(content))


def paper_extract(content: Content) -> Iterator[Run]:
    return _in_order(content, _paper_extract(content))


def _in_order(content: Content, pieces: Iterable[_Piece]) -> Iterator[Run]:
    """A run for each piece. What stands before the first one, the head of the paper, is not looked at."""
    foot = "".join(part.text for part in parts(content, _FOOT))
    for at, piece in enumerate(pieces):
        yield Run(piece.parts, gap=Gap(foot, squeezed(piece.heading), piece.orders) if at else None)


def _said(content: Content, form: str) -> _Piece:
    return _Piece(parts(content, form))


def _table(content: Content, name: str, title: str, heading: str, row: str) -> Iterator[_Piece]:
    """A title and the rows below it; without any, the words that say so."""
    found = value_at(content, name)
    if not isinstance(found, Sequence) or not found:
        yield _said(content, f"{title} Không có.")
        return
    yield _said(content, title)
    yield from (_Piece(parts(each, row, f"{name}.{at}."), heading) for at, each in enumerate(found))


def _identity_page(content: Content) -> Iterator[_Piece]:
    policy = " Đối tượng chính sách: {pupil.profile.policy_group}"
    is_said = says(content, "pupil.profile.policy_group")
    yield _said(content, f"{_CIVIL_DATA}{policy if is_said else ''} Trường: {{school:address}}")
    yield from _table(content, "pupil.schooling", "Quá trình học tập", _SCHOOLING, _SCHOOLING_ROW)
    if content.get("past_years"):
        yield from _table(content, "past_years", "Học bạ các năm học đã đóng dấu", _PAST, _PAST_ROW)
    decision = " theo Quyết định số {decision_no} ngày {decision_date:date}"
    is_decided = says(content, "decision_no") or says(content, "decision_date")
    replaces = " Trang này thay thế trang có mã tra cứu {replaces}." if says(content, "replaces") else ""
    grounds = f"Lý do: {{reason}}{decision if is_decided else ''}.{replaces} Phiên bản: {{version}}."
    yield _said(content, f"Căn cứ lập trang này {grounds} {_principal(content, 'Mã trang')}")


def _transfer_result(content: Content) -> Iterator[_Piece]:
    receiving = [f"{{{name}}}" for name in ("receiving_school", "receiving_province") if says(content, name)]
    waived = " Học sinh khuyết tật không đánh giá." if content.get("assessment_waived") else ""
    planned = " Học sinh học theo kế hoạch giáo dục cá nhân." if content.get("individual_plan") else ""
    where = ", ".join(receiving) or "–"
    yield _said(content, f"{_PUPIL}{where} Ngày rời trường: {{left_on:date}}{waived}{planned}")
    for at, group in enumerate(content.get("subject_groups", ())):
        heading = () if at else parts(content, "Các môn học của lớp")
        yield _Piece((*heading, *parts(group, "{name}: {subjects:list}", f"subject_groups.{at}.")))
    yield from _running_year(content)
    yield from _table(content, "past_years", "Học bạ các năm học trước đã đóng dấu", _PAST, _PAST_ROW)
    yield _said(content, f"{_CONFIRMED} {_principal(content, 'Mã bảng')}")


def _running_year(content: Content) -> Iterator[_Piece]:
    absent = content.get("absent_excused", 0) + content.get("absent_unexcused", 0)
    if not (absent or any(content.get(name) for name in ("tables", "sealed_term", "open_items"))):
        yield _said(content, _BETWEEN)
        return
    for at, table in enumerate(content.get("tables", ())):
        yield from _results(table, f"tables.{at}.")
    absences = "Số {absent_unit} nghỉ: {absent} (có phép: {absent_excused}, không phép: {absent_unexcused})."
    yield _said({**content, "absent": absent}, f"Chuyên cần {absences}")
    yield _said(content, f"Kết quả học kì đã đóng dấu {_sealed_term(content)}")
    yield from _table(
        content, "open_items", "Nội dung còn thiếu đến ngày rời trường", _OPEN, "{subject_name} {missing}"
    )


def _results(table: Content, where: str) -> Iterator[_Piece]:
    yield _Piece(parts(table, "{name}", where))
    has_comments = any(line["comment"] for line in table["lines"])
    heading, orders = _result_heading(table["columns"])
    heading += " Nhận xét" if has_comments else ""
    for at, line in enumerate(table["lines"]):
        values = " ".join(f"{{values.{index}:mark}}" for index in range(len(line["values"])))
        row = f"{{name}} {values}{' {comment}' if has_comments else ''}"
        yield _Piece(parts(line, row, f"{where}lines.{at}."), heading, orders)
    if says(table, "comment"):
        yield _Piece(parts(table, "Nhận xét: {comment}", where))
    if says(table, "legend"):
        yield _Piece(parts(table, "{legend}", where))


def _result_heading(columns: Sequence[Content]) -> tuple[str, tuple[tuple[str, ...], ...]]:
    """All its words, and which follow each other: those of groups, of the columns of groups, and of the others."""
    groups = [name for name, _ in groupby(column["group"] for column in columns) if name]
    grouped = [column["name"] for column in columns if column["group"]]
    alone = [column["name"] for column in columns if not column["group"]]
    orders = tuple(tuple(map(squeezed, " ".join(names).split())) for names in (groups, grouped, alone))
    return " ".join(("Nội dung đánh giá", *groups, *grouped, *alone)), orders


def _sealed_term(content: Content) -> str:
    if not content.get("sealed_term"):
        return "Chưa có học kì nào của năm học này được đóng dấu."
    count = len(content["sealed_term"]["results"])
    results = "; ".join(f"{{sealed_term.results.{at}.0}}: {{sealed_term.results.{at}.1}}" for at in range(count))
    return f"{{sealed_term.term_name}}{': ' if results else ''}{results}{_SEALED}"


def _handover_minutes(content: Content) -> Iterator[_Piece]:
    yield _said(content, _agreed(content))
    if says(content, "without_giver"):
        yield _said(content, "Biên bản không có chữ ký của người bàn giao: {without_giver}")
    yield from _work(content)
    if content.get("offices"):
        yield from _table(content, "offices", "Chức vụ, nhiệm vụ bàn giao", _OFFICES, "{name} {taker}")
    if says(content, "remarks"):
        yield _said(content, "Ghi chú {remarks}")
    signatures = " ".join(_signature(content, field) for field in content["signers"])
    yield _said(content, f"{_FROM_THEN_ON} {signatures} {_PROOF % 'Mã biên bản'}")


def _agreed(content: Content) -> str:
    number = "Số: {number} " if says(content, "number") else ""
    until = " đến {until:moment}" if content.get("until") else ""
    count = len(content.get("takers", ()))
    takers = [_party(content, f"takers.{at}") for at in range(count)]
    if count > 1:
        takers = [f"{number}. {taker}" for number, taker in enumerate(takers, start=1)]
    return (
        f"{number}{{school.place}}, {{date:long}} BIÊN BẢN BÀN GIAO Công việc học bạ số, năm học {{school_year:years}} "
        "Tại {school.name}, các bên lập biên bản bàn giao như sau: Trường hợp: {kind_name} Lý do: {reason} "
        f"Hiệu lực: từ {{effective_at:moment}}{until} Người bàn giao: {_party(content, 'giver')} "
        f"Người nhận bàn giao: {' '.join(takers)}"
    )


def _party(content: Content, where: str) -> str:
    position = f" – {{{where}.position}}" if says(content, f"{where}.position") else ""
    return f"{{{where}.name:bare}}{position}"


def _work(content: Content) -> Iterator[_Piece]:
    lines = content.get("lines", ())
    heading = parts({"lines": len(lines)}, "Lớp, môn học bàn giao: {lines} dòng")
    if not lines:
        yield _Piece((*heading, *parts(content, "Không có.")))
        return
    yield _Piece(heading)
    for at, line in enumerate(lines):
        sheets = "{sheets.%d.lookup_code} ({sheets.%d.signed_on:date})"
        signed = " ".join(sheets % (sheet, sheet) for sheet in range(len(line["sheets"]))) or "–"
        row = parts(line, f"{_WORK} {signed} {{open:none}}", f"lines.{at}.")
        yield _Piece((Part(str(at + 1)), *row), _WORK_HEADING)


def _signature(content: Content, field: str) -> str:
    """Who is to sign in what part, with the position."""
    asked = _ASKED.get(field, "NGƯỜI NHẬN BÀN GIAO")
    position = f" {{signers.{field}.position}}" if says(content, f"signers.{field}.position") else ""
    return f"{asked} (Ký, ghi rõ họ tên) {{signers.{field}.name}}{position}"


def _paper_extract(content: Content) -> Iterator[_Piece]:
    yield _said(content, _EXTRACT)
    files = content.get("originals", ())
    yield _said(content, "Bản gốc đã lưu" if files else "Bản gốc đã lưu Không có.")
    for at, file in enumerate(files):
        row = parts(file, "{what} {issuer} {sha256}", f"originals.{at}.")
        yield _Piece((Part(str(at + 1)), *row), _ORIGINALS)
    for at, year in enumerate(content.get("years", ())):
        yield from _former_year(year, f"years.{at}.")
    replaces = " Trích lục này thay thế bản có mã tra cứu {replaces}." if says(content, "replaces") else ""
    yield _said(content, f"{_EXTRACTED}{replaces} Phiên bản: {{version}}. {_principal(content, 'Mã trích lục')}")


def _former_year(year: Content, where: str) -> Iterator[_Piece]:
    file = ", tệp có SHA-256: {sha256}." if says(year, "sha256") else "."
    note = " Ghi chú: {note}." if says(year, "note") else ""
    checkers = "; ".join(
        f"{{checked_by.{at}.name}} ({{checked_by.{at}.position}})" for at in range(len(year["checked_by"]))
    )
    said = f"{_FORMER_YEAR}{file}{note} Người đối chiếu với bản gốc: {checkers}."
    yield _Piece(parts(year, "Năm học {school_year:years}", where))
    yield _Piece(parts(year, said, where))
    for at, line in enumerate(year["subjects"]):
        yield _Piece(parts(line, "{name} {result} {comment}", f"{where}subjects.{at}."), _SUBJECTS)


def _principal(content: Content, number_name: str) -> str:
    """The school's two signatures, and what proves the paper."""
    usual = value_at(content, "signers.principal.position") == "Hiệu trưởng"
    said = " {signers.principal.position}" if says(content, "signers.principal.position") and not usual else ""
    return f"{_PRINCIPAL}{said} {_PROOF % number_name}"
