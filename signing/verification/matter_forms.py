"""What the pages of the papers of matters say: the identity page, a moving pupil's result, the minutes of a handover.

As in `forms`, but rows and paragraphs may be the last on their page, which ends with a line of its own.
"""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Final

from signing.page_text import squeezed
from signing.verification.content import Content, value_at
from signing.verification.runs import Part, Run, parts

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

# What stands on one page and is read as one; nothing where the heading of a table stands, which is not looked at.
Piece = tuple[Part, ...]
_TABLE: Final[Piece] = ()
_ENOUGH: Final = 4  # characters


def identity_page(content: Content) -> Iterator[Run]:
    return _in_order(content, [*_identity_page(content)])


def transfer_result(content: Content) -> Iterator[Run]:
    return _in_order(content, [*_transfer_result(content)])


def handover_minutes(content: Content) -> Iterator[Run]:
    return _in_order(content, [*_handover_minutes(content)])


def _in_order(content: Content, pieces: Sequence[Piece]) -> Iterator[Run]:
    """A run for each piece: the next one stands behind it, or the page's last line."""
    foot = "".join(part.text for part in parts(content, _FOOT))
    for piece, following in zip_longest(pieces, pieces[1:], fillvalue=_TABLE):
        if piece:
            yield Run(piece, (foot, _start(following)) if following else (), is_first=True)


def _start(piece: Piece) -> str:
    """Enough of it to be no end of what stands before: a row's number alone could be."""
    start = ""
    for part in piece:
        if len(start) >= _ENOUGH:
            break
        start += part.text
    return start


def _table(content: Content, heading: str, name: str, row: str) -> Iterator[Piece]:
    """A heading and the rows below it; without any, the words that say so."""
    found = value_at(content, name)
    if not isinstance(found, Sequence) or not found:
        yield parts(content, f"{heading} Không có.")
        return
    yield from (parts(content, heading), _TABLE)
    yield from (parts(each, row, f"{name}.{at}.") for at, each in enumerate(found))


def _identity_page(content: Content) -> Iterator[Piece]:
    policy = " Đối tượng chính sách: {pupil.profile.policy_group}"
    is_said = value_at(content, "pupil.profile.policy_group")
    yield parts(content, f"{_CIVIL_DATA}{policy if is_said else ''} Trường: {{school:address}}")
    yield from _table(content, "Quá trình học tập", "pupil.schooling", _SCHOOLING_ROW)
    if content.get("past_years"):
        yield from _table(content, "Học bạ các năm học đã đóng dấu", "past_years", _PAST_ROW)
    decision = " theo Quyết định số {decision_no} ngày {decision_date:date}"
    is_decided = content.get("decision_no") or content.get("decision_date")
    replaces = " Trang này thay thế trang có mã tra cứu {replaces}." if content.get("replaces") else ""
    grounds = f"Lí do: {{reason}}{decision if is_decided else ''}.{replaces} Phiên bản: {{version}}."
    yield parts(content, f"Căn cứ lập trang này {grounds} {_principal(content, 'Mã trang')}")


def _transfer_result(content: Content) -> Iterator[Piece]:
    receiving = [f"{{{name}}}" for name in ("receiving_school", "receiving_province") if content.get(name)]
    waived = " Học sinh khuyết tật không đánh giá." if content.get("assessment_waived") else ""
    planned = " Học sinh học theo kế hoạch giáo dục cá nhân." if content.get("individual_plan") else ""
    where = ", ".join(receiving) or "–"
    yield parts(content, f"{_PUPIL}{where} Ngày rời trường: {{left_on:date}}{waived}{planned}")
    for at, group in enumerate(content.get("subject_groups", ())):
        heading = () if at else parts(content, "Các môn học của lớp")
        yield (*heading, *parts(group, "{name}: {subjects:list}", f"subject_groups.{at}."))
    yield from _running_year(content)
    yield from _table(content, "Học bạ các năm học trước đã đóng dấu", "past_years", _PAST_ROW)
    yield parts(content, f"{_CONFIRMED} {_principal(content, 'Mã bảng')}")


def _running_year(content: Content) -> Iterator[Piece]:
    absent = content.get("absent_excused", 0) + content.get("absent_unexcused", 0)
    if not (absent or any(content.get(name) for name in ("tables", "sealed_term", "open_items"))):
        yield parts(content, _BETWEEN)
        return
    for at, table in enumerate(content.get("tables", ())):
        yield from _results(table, f"tables.{at}.")
    yield parts(
        {**content, "absent": absent},
        "Chuyên cần Số {absent_unit} nghỉ: {absent} (có phép: {absent_excused}, không phép: {absent_unexcused}).",
    )
    yield parts(content, f"Kết quả học kì đã đóng dấu {_sealed_term(content)}")
    yield from _table(content, "Nội dung còn thiếu đến ngày rời trường", "open_items", "{subject_name} {missing}")


def _results(table: Content, where: str) -> Iterator[Piece]:
    # A table's heading is read out of order; what is read first is the first group, or the first column.
    group = next((column["group"] for column in table["columns"] if column["group"]), "Nội dung đánh giá")
    yield (*parts(table, "{name}", where), Part(squeezed(group.split()[0])))
    yield _TABLE
    has_comments = any(line["comment"] for line in table["lines"])
    for at, line in enumerate(table["lines"]):
        values = " ".join(f"{{values.{index}:mark}}" for index in range(len(line["values"])))
        yield parts(line, f"{{name}} {values}{' {comment}' if has_comments else ''}", f"{where}lines.{at}.")
    if table["comment"]:
        yield parts(table, "Nhận xét: {comment}", where)
    if table["legend"]:
        yield parts(table, "{legend}", where)


def _sealed_term(content: Content) -> str:
    if not content.get("sealed_term"):
        return "Chưa có học kì nào của năm học này được đóng dấu."
    count = len(content["sealed_term"]["results"])
    results = "; ".join(f"{{sealed_term.results.{at}.0}}: {{sealed_term.results.{at}.1}}" for at in range(count))
    return f"{{sealed_term.term_name}}{': ' if results else ''}{results}{_SEALED}"


def _handover_minutes(content: Content) -> Iterator[Piece]:
    yield parts(content, _agreed(content))
    if content.get("without_giver"):
        yield parts(content, "Biên bản không có chữ ký của người bàn giao: {without_giver}")
    yield from _work(content)
    if content.get("offices"):
        yield from _table(content, "Chức vụ, nhiệm vụ bàn giao", "offices", "{name} {taker}")
    if content.get("remarks"):
        yield parts(content, "Ghi chú {remarks}")
    signatures = " ".join(_signature(content, field) for field in content["signers"])
    yield parts(content, f"{_FROM_THEN_ON} {signatures} {_PROOF % 'Mã biên bản'}")


def _agreed(content: Content) -> str:
    number = "Số: {number} " if content.get("number") else ""
    until = " đến {until:moment}" if content.get("until") else ""
    count = len(content.get("takers", ()))
    takers = [_party(content, f"takers.{at}") for at in range(count)]
    if count > 1:
        takers = [f"{number}. {taker}" for number, taker in enumerate(takers, start=1)]
    return (
        f"{number}{{school.place}}, {{date:long}} BIÊN BẢN BÀN GIAO Công việc học bạ số, năm học {{school_year:years}} "
        "Tại {school.name}, các bên lập biên bản bàn giao như sau: Trường hợp: {kind_name} Lí do: {reason} "
        f"Hiệu lực: từ {{effective_at:moment}}{until} Người bàn giao: {_party(content, 'giver')} "
        f"Người nhận bàn giao: {' '.join(takers)}"
    )


def _party(content: Content, where: str) -> str:
    position = f" – {{{where}.position}}" if value_at(content, f"{where}.position") else ""
    return f"{{{where}.name:bare}}{position}"


def _work(content: Content) -> Iterator[Piece]:
    lines = content.get("lines", ())
    heading = parts({"lines": len(lines)}, "Lớp, môn học bàn giao: {lines} dòng")
    if not lines:
        yield (*heading, *parts(content, "Không có."))
        return
    yield from (heading, _TABLE)
    for at, line in enumerate(lines):
        sheets = "{sheets.%d.lookup_code} ({sheets.%d.signed_on:date})"
        signed = " ".join(sheets % (sheet, sheet) for sheet in range(len(line["sheets"]))) or "–"
        yield (Part(str(at + 1)), *parts(line, f"{_WORK} {signed} {{open:none}}", f"lines.{at}."))


def _signature(content: Content, field: str) -> str:
    """Who is to sign in what part, with the position."""
    asked = _ASKED.get(field, "NGƯỜI NHẬN BÀN GIAO")
    position = f" {{signers.{field}.position}}" if value_at(content, f"signers.{field}.position") else ""
    return f"{asked} (Ký, ghi rõ họ tên) {{signers.{field}.name}}{position}"


def _principal(content: Content, number_name: str) -> str:
    """The school's two signatures, and what proves the paper."""
    position = value_at(content, "signers.principal.position")
    said = " {signers.principal.position}" if position not in ("", "Hiệu trưởng") else ""
    return f"{_PRINCIPAL}{said} {_PROOF % number_name}"
