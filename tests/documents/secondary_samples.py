"""Generated content of the year's record of grades 6-12."""

import random
from dataclasses import replace
from typing import Final

from domain.documents import DocumentKind, SignerContent, subject_field
from domain.year_records import MarkLine, SecondaryRecordContent, TermLevels
from tests.documents.samples import LONG_NAME, SCHOOL, person, pupil, sheets, signers, text

Subjects = tuple[tuple[str, str, str, bool], ...]  # code, name, short name, whether it has scores

LOWER_SCHOOL: Final = replace(SCHOOL, code="79766501", name="Trường Trung học cơ sở Hoa Phượng Vĩ")
UPPER_SCHOOL: Final = replace(
    SCHOOL,
    code="79000701",
    name="Trường Trung học phổ thông Hoa Phượng Vĩ",
    authority="Sở Giáo dục và Đào tạo Thành phố Hồ Chí Minh",
)
GRADE_6: Final[Subjects] = (
    ("ngu_van", "Ngữ văn", "N.văn", True),
    ("toan", "Toán", "Toán", True),
    ("ngoai_ngu_1", "Ngoại ngữ 1", "NN 1", True),
    ("giao_duc_cong_dan", "Giáo dục công dân", "GDCD", True),
    ("lich_su_dia_li", "Lịch sử và Địa lí", "LS&ĐL", True),
    ("khoa_hoc_tu_nhien", "Khoa học tự nhiên", "KHTN", True),
    ("cong_nghe", "Công nghệ", "C.nghệ", True),
    ("tin_hoc", "Tin học", "Tin", True),
    ("giao_duc_the_chat", "Giáo dục thể chất", "GDTC", False),
    ("nghe_thuat", "Nghệ thuật", "N.thuật", False),
    ("hoat_dong_trai_nghiem", "Hoạt động trải nghiệm, hướng nghiệp", "HĐTN-HN", False),
    ("giao_duc_dia_phuong", "Nội dung giáo dục của địa phương", "GDĐP", False),
)
GRADE_10: Final[Subjects] = (
    ("ngu_van", "Ngữ văn", "N.văn", True),
    ("toan", "Toán", "Toán", True),
    ("ngoai_ngu_1", "Ngoại ngữ 1", "NN 1", True),
    ("lich_su", "Lịch sử", "L.sử", True),
    ("vat_li", "Vật lí", "V.lí", True),
    ("hoa_hoc", "Hoá học", "Hoá", True),
    ("sinh_hoc", "Sinh học", "Sinh", True),
    ("tin_hoc", "Tin học", "Tin", True),
    ("giao_duc_quoc_phong", "Giáo dục quốc phòng và an ninh", "GDQP&AN", True),
    ("giao_duc_the_chat", "Giáo dục thể chất", "GDTC", False),
    ("hoat_dong_trai_nghiem", "Hoạt động trải nghiệm, hướng nghiệp", "HĐTN-HN", False),
    ("giao_duc_dia_phuong", "Nội dung giáo dục của địa phương", "GDĐP", False),
)
MOST: Final[Subjects] = (
    *GRADE_10,
    ("ngoai_ngu_2", "Ngoại ngữ 2", "NN 2", True),
    ("tieng_dan_toc", "Tiếng dân tộc thiểu số", "TDTTS", True),
    ("giao_duc_kinh_te_phap_luat", "Giáo dục kinh tế và pháp luật", "GDKT&PL", True),
)

COMMENTS: Final = (
    "Nắm vững kiến thức, trình bày bài rõ ràng, lập luận chặt chẽ. Cần đọc thêm sách tham khảo.",
    "Vận dụng tốt công thức để giải bài tập; tính toán cẩn thận, biết tự kiểm tra kết quả.",
    "Tích cực xây dựng bài, hợp tác tốt với các bạn trong nhóm.",
    "Có tiến bộ rõ trong học kì II; cần mạnh dạn hơn khi trình bày trước lớp và luyện nghe thường xuyên.",
    "Hoàn thành đầy đủ các nhiệm vụ học tập được giao.",
)


def secondary_record(number: int = 1, subjects: Subjects = GRADE_6, grade: int = 6) -> SecondaryRecordContent:
    """A pupil with comments of the usual length, whose record the subject teachers do not sign themselves."""
    is_upper = grade > 9
    return SecondaryRecordContent(
        record_uid="5f7a3c22-91c4-4b0e-8a5d-0c9e1b7d2f61",
        version=1,
        lookup_code="3QXM-8TKD-5WFA-H2ZE-7RCP-9NVB",
        circular="22/2021/TT-BGDĐT",
        rule_version="tt22-2021.1",
        school_year="2025-2026",
        grade=grade,
        class_name=f"{grade}A1",
        school=UPPER_SCHOOL if is_upper else LOWER_SCHOOL,
        pupil=replace(pupil(number), birth_date=f"{2019 - grade}-03-{number % 27 + 1:02d}"),
        assessment_waived=False,
        subjects=tuple(_mark_line(number, index, *subject) for index, subject in enumerate(subjects)),
        study_topics=("Chuyên đề Toán", "Chuyên đề Vật lí", "Chuyên đề Hoá học") if is_upper else (),
        learning=TermLevels("K", "T", "K", ""),
        learning_reason="Các môn đánh giá bằng nhận xét đều Đạt; các môn đánh giá bằng điểm số có ĐTBmcn từ 5,0 trở "
        "lên, 6 môn từ 6,5 trở lên.",
        conduct=TermLevels("T", "T", "T", ""),
        summer_training="",
        absent=3,
        outcome="promoted",
        outcome_text=f"Được lên lớp {grade + 1}",
        outcome_reason="Kết quả học tập và rèn luyện cả năm từ mức Đạt trở lên; nghỉ học 3 buổi, không quá 45 buổi.",
        promoted=True,
        completion_text="",
        commendation="",
        competitions="",
        certificates=(),
        homeroom_comment="Em chăm ngoan, có ý thức tổ chức kỉ luật tốt, hoà đồng với bạn bè; tích cực tham gia các "
        "hoạt động của lớp. Em cần phân bố thời gian học đều hơn giữa các môn và mạnh dạn phát biểu.",
        sheets=sheets(subjects),
        signers=signers(DocumentKind.YEAR_RECORD),
        date="2026-05-29",
    )


def _mark_line(number: int, index: int, code: str, name: str, _: str, has_score: bool) -> MarkLine:  # noqa: FBT001 - a row of a table
    chance = random.Random(100 * number + index)  # noqa: S311 - marks, not secrets
    hk1, hk2, year = (f"{chance.randint(50, 99) / 10}" if has_score else "Đ" for _ in range(3))
    comment = COMMENTS[(number + index) % len(COMMENTS)]
    return MarkLine(code, name, hk1, hk2, year, "", comment, person(930 + index), f"0791800010{index:02d}")


def signed_by_subjects(record: SecondaryRecordContent) -> SecondaryRecordContent:
    """The same record, which every subject teacher signs in their own row."""
    asked = tuple(
        SignerContent(subject_field(line.subject), line.teacher, line.teacher_id, "Giáo viên bộ môn")
        for line in record.subjects
    )
    return replace(record, signers=(*asked, *record.signers))


def longest_secondary_record(subjects: Subjects = MOST) -> SecondaryRecordContent:
    """Every text as long as allowed, and a pupil who was re-assessed and trained in summer."""
    record = secondary_record(1, subjects, 12)
    return replace(
        record,
        pupil=replace(
            record.pupil, full_name=LONG_NAME, place_of_birth="Bệnh viện Đa khoa khu vực Thủ Đức, Thành phố Hồ Chí Minh"
        ),
        subjects=tuple(replace(line, retest="5.5", comment=text(300), teacher=LONG_NAME) for line in record.subjects),
        study_topics=tuple(text(60) for _ in range(3)),
        learning=TermLevels("CĐ", "CĐ", "CĐ", "Đ"),
        learning_reason=text(600),
        conduct=TermLevels("CĐ", "CĐ", "CĐ", "Đ"),
        summer_training=text(500),
        outcome_text=text(150),
        outcome_reason=text(600),
        completion_text="Hoàn thành chương trình. " + text(125),
        commendation=text(2000),
        competitions=text(2000),
        certificates=tuple(text(100) for _ in range(3)),
        homeroom_comment=text(2000),
        sheets=tuple(replace(sheet, signer_name=LONG_NAME) for sheet in sheets(subjects)),
        signers=tuple(replace(signer, name=LONG_NAME) for signer in record.signers),
    )
