"""Generated content of the papers of matters: identity page, result on leaving, minutes of a handover."""

from dataclasses import replace
from typing import Final

from domain.documents import (
    DocumentKind,
    ProfileContent,
    PupilContent,
    SchoolingLine,
    SheetColumn,
    SignatureField,
    SignerContent,
    taker_fields,
)
from domain.matter_papers import (
    HandoverLine,
    HandoverMinutesContent,
    IdentityPageContent,
    OfficeLine,
    OpenItem,
    Party,
    RecordReference,
    ResultLine,
    ResultTable,
    SealedTerm,
    SignedSheet,
    SubjectGroup,
    TransferResultContent,
)
from tests.documents.samples import (
    COMMENTS,
    GENERAL,
    LONG_NAME,
    QUALITIES,
    SCHOOL,
    SPECIFIC,
    SUBJECTS,
    person,
    pupil,
    sha,
    signers,
    text,
)
from tests.documents.secondary_samples import GRADE_10, UPPER_SCHOOL, Subjects

CODE: Final = "7K3M-Q9TX-2WFA-D5HE-8RCP-4NVB"
OTHER_CODE: Final = "5TQX8MWKH3ZA2DFE7RNB7VCPKW"  # as codes are drawn: nothing in it to break at
DECEASED: Final = (
    "Người bàn giao đã mất ngày 01/03/2026. Hiệu trưởng quyết định bàn giao theo Quyết định số 20/QĐ-THHPV."
)
FAMILY: Final = ProfileContent(
    native_place="Xã Hoà Phú, tỉnh Đắk Lắk",
    current_address="12/3 Đường số 4, Phường Tân Sơn Nhất, Thành phố Hồ Chí Minh",
    address_province_code="79",
    father_name=person(801),
    father_occupation="Kĩ sư xây dựng",
    mother_name=person(802),
    mother_occupation="Y sĩ",
)


def whole_pupil(years: int = 1) -> PupilContent:
    schooling = tuple(
        SchoolingLine(
            f"{2026 - years + year}-{2027 - years + year}",
            f"{year + 1}A",
            SCHOOL.name if year else "Trường Tiểu học Bằng Lăng Tím",
            "Thành phố Hồ Chí Minh",
            f"{2026 - years + year}-09-05" if year < 2 else "",
            f"{year:04d}/2025" if year else "",
        )
        for year in range(years)
    )
    return replace(pupil(), profile=FAMILY, schooling=schooling)


def past_years(count: int) -> tuple[RecordReference, ...]:
    return tuple(
        RecordReference(f"{2025 - year}-{2026 - year}", SCHOOL.name, OTHER_CODE, sha(713 + year))
        for year in reversed(range(count))
    )


def identity_page(years: int = 1) -> IdentityPageContent:
    """A book that is opened, or one of so many years whose civil data changed."""
    is_first = years == 1
    return IdentityPageContent(
        document_id="1f0a7c52-1b8e-4f0e-a1a1-7f4f7c3b9b10",
        version=1 if is_first else 2,
        lookup_code=CODE,
        level_name="Tiểu học",
        school=SCHOOL,
        pupil=whole_pupil(years),
        reason="Mở học bạ" if is_first else "Cải chính hộ tịch",
        decision_no="" if is_first else "35/QĐ-UBND",
        decision_date="" if is_first else "2026-02-11",
        replaces="" if is_first else OTHER_CODE,
        past_years=past_years(years - 1),
        signers=signers(DocumentKind.IDENTITY_PAGE),
        date="2026-03-02",
    )


_PRIMARY_MARKS: Final = (
    SheetColumn("mid_hk1/level", "Giữa kì", "Học kì I"),
    SheetColumn("end_hk1/level", "Cuối kì", "Học kì I", is_result=True),
    SheetColumn("end_hk1/score", "Điểm KTĐK", "Học kì I"),
    SheetColumn("mid_hk2/level", "Giữa kì", "Học kì II"),
    SheetColumn("mid_hk2/score", "Điểm KTĐK", "Học kì II"),
)
_PRIMARY_LEVELS: Final = (
    SheetColumn("mid_hk1", "Giữa kì", "Học kì I"),
    SheetColumn("end_hk1", "Cuối kì", "Học kì I"),
    SheetColumn("mid_hk2", "Giữa kì", "Học kì II"),
)


def _traits(name: str, lines: tuple[tuple[str, str], ...], comment: str) -> ResultTable:
    found = tuple(ResultLine(code, name, ("Đ", "T", "T"), "") for code, name in lines)
    return ResultTable(name, _PRIMARY_LEVELS, found, comment, "T – Tốt; Đ – Đạt; C – Cần cố gắng.")


def transfer_result() -> TransferResultContent:
    """A pupil of grade 1 who leaves in the second term."""
    lines = tuple(
        ResultLine(code, name, ("H", "T", "9" if has_test else "", "T" if index % 3 else "", ""), COMMENTS[index % 5])
        for index, (code, name, _, has_test) in enumerate(SUBJECTS)
    )
    legend = "T – Hoàn thành tốt; H – Hoàn thành; C – Chưa hoàn thành. KTĐK: kiểm tra định kì."
    return TransferResultContent(
        document_id="2f0a7c52-1b8e-4f0e-a1a1-7f4f7c3b9b20",
        lookup_code=CODE,
        circular="27/2020/TT-BGDĐT",
        rule_version="tt27-2020.1",
        school_year="2025-2026",
        grade=1,
        class_name="1A",
        school=SCHOOL,
        receiving_school="Trường Tiểu học Bằng Lăng Tím",
        receiving_province="Tỉnh Đồng Nai",
        pupil=whole_pupil(),
        left_on="2026-03-02",
        assessment_waived=False,
        individual_plan=False,
        subject_groups=(SubjectGroup("Bắt buộc", tuple(name for _, name, _, _ in SUBJECTS)),),
        tables=(
            ResultTable("Môn học và hoạt động giáo dục", _PRIMARY_MARKS, lines, "", legend),
            _traits("Phẩm chất chủ yếu", QUALITIES, "Em lễ phép, biết giúp đỡ bạn bè."),
            _traits("Năng lực cốt lõi", GENERAL + SPECIFIC, ""),
        ),
        absent_excused=3,
        absent_unexcused=1,
        absent_unit="ngày",
        sealed_term=SealedTerm("Học kì I", (), OTHER_CODE, sha(750)),
        open_items=(
            OpenItem("Tiếng Việt", "Mức giữa học kì II"),
            OpenItem("Đạo đức", "Mức giữa học kì II; nhận xét"),
        ),
        past_years=(),
        signers=signers(DocumentKind.TRANSFER_RESULT),
        date="2026-03-03",
    )


def _of_term(term: str, regular: int) -> tuple[SheetColumn, ...]:
    marks = tuple(SheetColumn(f"{term}/regular_{at}", str(at), f"Thường xuyên {term}") for at in range(1, regular + 1))
    return (
        *marks,
        SheetColumn(f"{term}/mid", "Giữa kì", term),
        SheetColumn(f"{term}/end", "Cuối kì", term),
        SheetColumn(term, f"ĐTB {term}", is_result=True),
    )


def secondary_transfer(subjects: Subjects = GRADE_10, regular: int = 4) -> TransferResultContent:
    """A pupil of grade 10 who leaves in the second term, with what the class chose."""
    columns = (*_of_term("HKI", regular), *_of_term("HKII", regular))
    lines = tuple(
        ResultLine(
            code,
            name,
            tuple(_mark(index, at, has_score=has_score) for at in range(len(columns))),
            COMMENTS[index % 5] if index % 2 else "",
        )
        for index, (code, name, _, has_score) in enumerate(subjects)
    )
    terms = (SheetColumn("hk1", "Học kì I"), SheetColumn("hk2", "Học kì II"))
    kept = ResultLine("conduct", "Rèn luyện", ("Tốt", ""), "Có ý thức tổ chức kỉ luật.")
    conduct = ResultTable("Kết quả rèn luyện", terms, (kept,), "", "")
    legend = "ĐTB – điểm trung bình môn; Đ – Đạt; CĐ – Chưa đạt; M – được miễn."
    return replace(
        transfer_result(),
        circular="22/2021/TT-BGDĐT",
        rule_version="tt22-2021.1",
        grade=10,
        class_name="10A1",
        school=UPPER_SCHOOL,
        receiving_school="Trường Trung học phổ thông Bằng Lăng Tím",
        subject_groups=(
            SubjectGroup("Bắt buộc", tuple(name for _, name, _, _ in subjects[:4])),
            SubjectGroup("Lựa chọn", tuple(name for _, name, _, _ in subjects[4:8])),
            SubjectGroup("Chuyên đề học tập", ("Chuyên đề Toán", "Chuyên đề Vật lí", "Chuyên đề Hoá học")),
            SubjectGroup("Tự chọn", ()),
        ),
        tables=(ResultTable("Môn học và hoạt động giáo dục", columns, lines, "", legend), conduct),
        absent_unit="buổi",
        sealed_term=SealedTerm("Học kì I", (("Kết quả học tập", "Khá"), ("Kết quả rèn luyện", "Tốt")), CODE, sha(751)),
        past_years=past_years(4),
    )


def _mark(index: int, at: int, *, has_score: bool) -> str:
    if at > 4 + index % 5:
        return ""
    return f"{5 + (index + at) % 6}.{at % 10}" if has_score else "Đ"


def between_years() -> TransferResultContent:
    """A pupil who leaves in summer: nothing of a running year."""
    return replace(
        transfer_result(),
        left_on="2026-07-15",
        subject_groups=(),
        tables=(),
        absent_excused=0,
        absent_unexcused=0,
        sealed_term=None,
        open_items=(),
        past_years=past_years(2),
    )


_OPEN: Final = ("", "Còn 4 nhận xét cuối kì chưa nhập.", "Chưa nhập điểm kiểm tra định kì của 12 học sinh; chưa gửi.")


def _line(index: int, taker: str) -> HandoverLine:
    code, name, _, _ = SUBJECTS[index % len(SUBJECTS)]
    return HandoverLine(
        class_name=f"{index % 5 + 1}{'ABCDE'[index // 5 % 5]}",
        subject=code,
        subject_name=name,
        term_name="Cuối năm học" if index % 2 else "Học kì I",
        taker=taker,
        cells_filled=105 - 7 * (index % 6),
        cells_required=105,
        records_sent=35 - index % 20,
        records=35,
        sheets=(SignedSheet(CODE if index % 2 else OTHER_CODE, "2026-01-09"),) * (index % 3),
        open=_OPEN[index % 3],
    )


def handover_minutes(lines: int = 4, takers: int = 1, *, without_giver: str = "") -> HandoverMinutesContent:
    parties = tuple(Party(person(820 + number), "Giáo viên Tiếng Việt") for number in range(takers))
    taking = tuple(
        SignerContent(field, party.name, f"07918000002{number % 10}", party.position)
        for number, (field, party) in enumerate(zip(taker_fields(takers), parties, strict=True))
    )
    giver = SignerContent(SignatureField.GIVER, person(810), "079180000010", "Giáo viên, Tổ trưởng tổ 1")
    principal = SignerContent(SignatureField.PRINCIPAL, person(903), "079170000003", "Hiệu trưởng")
    return HandoverMinutesContent(
        document_id="3f0a7c52-1b8e-4f0e-a1a1-7f4f7c3b9b30",
        lookup_code=CODE,
        number="14/BB-THHPV",
        school_year="2025-2026",
        school=SCHOOL,
        kind_name="Nghỉ thai sản",
        reason="Nghỉ thai sản theo chế độ từ ngày 09/03/2026.",
        effective_at="2026-03-09T00:00",
        until="2026-09-08",
        giver=Party(giver.name, giver.position),
        takers=parties,
        without_giver=without_giver,
        lines=tuple(_line(index, parties[index % takers].name) for index in range(lines)),
        offices=(OfficeLine("Giáo viên chủ nhiệm lớp 1A", parties[0].name),),
        remarks="Sổ theo dõi và bài kiểm tra giấy giao tại phòng giáo vụ.",
        signers=(*(() if without_giver else (giver,)), *taking, principal),
        date="2026-03-06",
    )


def longest_minutes() -> HandoverMinutesContent:
    """As many lines, takers and words as there may be."""
    minutes = handover_minutes(60, 8)
    long = tuple(
        replace(line, subject_name="Hoạt động trải nghiệm, hướng nghiệp", taker=LONG_NAME, open=text(300))
        for line in minutes.lines
    )
    parties = tuple(Party(LONG_NAME, "Phó Tổ trưởng tổ Ngữ văn, Giáo viên chủ nhiệm lớp 12A10") for _ in minutes.takers)
    named = tuple(replace(each, name=LONG_NAME, position=parties[0].position) for each in minutes.signers)
    return replace(
        minutes, lines=long, takers=parties, signers=named, giver=parties[0], reason=text(1000), remarks=text(2000)
    )
