"""Generated content of a year record, and the parts all documents share: plausible, of no real person."""

import hashlib
import random
from dataclasses import replace

from domain.documents import (
    FIELDS,
    DocumentKind,
    ProfileContent,
    PupilContent,
    SchoolContent,
    SheetReference,
    SignatureField,
    SignerContent,
)
from domain.year_records import LevelLine, PrimaryRecordContent, SubjectLine

SCHOOL = SchoolContent(
    code="79766401",
    name="Trường Tiểu học Hoa Phượng Vĩ",
    commune="Phường 4",
    district="Quận Tân Bình",
    province="Thành phố Hồ Chí Minh",
    authority="Phòng Giáo dục và Đào tạo quận Tân Bình",
    place="Thành phố Hồ Chí Minh",
)

SUBJECTS = (
    ("tieng_viet", "Tiếng Việt", "T.Việt", True),
    ("toan", "Toán", "Toán", True),
    ("ngoai_ngu_1", "Ngoại ngữ 1", "NN 1", False),
    ("dao_duc", "Đạo đức", "Đ.đức", False),
    ("tu_nhien_xa_hoi", "Tự nhiên và Xã hội", "TN&XH", False),
    ("giao_duc_the_chat", "Giáo dục thể chất", "GDTC", False),
    ("am_nhac", "Nghệ thuật (Âm nhạc)", "Â.nhạc", False),
    ("mi_thuat", "Nghệ thuật (Mĩ thuật)", "M.thuật", False),
    ("hoat_dong_trai_nghiem", "Hoạt động trải nghiệm", "HĐTN", False),
)
GRADE_5 = (
    ("tieng_viet", "Tiếng Việt", "T.Việt", True),
    ("toan", "Toán", "Toán", True),
    ("ngoai_ngu_1", "Ngoại ngữ 1", "NN 1", True),
    ("dao_duc", "Đạo đức", "Đ.đức", False),
    ("lich_su_dia_li", "Lịch sử và Địa lí", "LS&ĐL", True),
    ("khoa_hoc", "Khoa học", "K.học", True),
    ("tin_hoc", "Tin học và Công nghệ (Tin học)", "Tin", True),
    ("cong_nghe", "Tin học và Công nghệ (Công nghệ)", "C.nghệ", True),
    ("giao_duc_the_chat", "Giáo dục thể chất", "GDTC", False),
    ("am_nhac", "Nghệ thuật (Âm nhạc)", "Â.nhạc", False),
    ("mi_thuat", "Nghệ thuật (Mĩ thuật)", "M.thuật", False),
    ("hoat_dong_trai_nghiem", "Hoạt động trải nghiệm", "HĐTN", False),
    ("tieng_dan_toc", "Tiếng dân tộc thiểu số", "TDTTS", True),
)
QUALITIES = (
    ("yeu_nuoc", "Yêu nước"),
    ("nhan_ai", "Nhân ái"),
    ("cham_chi", "Chăm chỉ"),
    ("trung_thuc", "Trung thực"),
    ("trach_nhiem", "Trách nhiệm"),
)
GENERAL = (
    ("tu_chu_tu_hoc", "Tự chủ và tự học"),
    ("giao_tiep_hop_tac", "Giao tiếp và hợp tác"),
    ("giai_quyet_van_de_sang_tao", "Giải quyết vấn đề và sáng tạo"),
)
SPECIFIC = (
    ("ngon_ngu", "Ngôn ngữ"),
    ("tinh_toan", "Tính toán"),
    ("khoa_hoc", "Khoa học"),
    ("tham_mi", "Thẩm mĩ"),
    ("the_chat", "Thể chất"),
)
SPECIFIC_ALL = (*SPECIFIC[:3], ("cong_nghe", "Công nghệ"), ("tin_hoc", "Tin học"), *SPECIFIC[3:])

_FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Võ", "Đặng", "Bùi", "Đỗ", "Ngô", "Dương", "Lý")
_MIDDLE = ("Ngọc", "Minh", "Gia", "Bảo", "Thị Thu", "Hoàng", "Khánh", "Quốc", "Phương", "Thanh", "Đức")
_GIVEN = (
    "An",
    "Ánh",
    "Bách",
    "Châu",
    "Duy",
    "Giang",
    "Hân",
    "Huy",
    "Khôi",
    "Linh",
    "Ngân",
    "Phúc",
    "Quỳnh",
    "Thảo",
    "Trí",
    "Uyên",
    "Vỹ",
    "Ý",
)
COMMENTS = (
    "Đọc to, rõ ràng; viết đúng chính tả, chữ đều nét. Cần mạnh dạn hơn khi kể chuyện trước lớp.",
    "Thực hiện tốt phép cộng, phép trừ trong phạm vi 100; biết giải bài toán có lời văn.",
    "Hăng hái phát biểu, hợp tác tốt với bạn.",
    "Nhận biết được các cây, con vật xung quanh; biết giữ vệ sinh và chăm sóc bản thân.",
    "Thực hiện đúng các động tác, tích cực tham gia trò chơi vận động cùng tổ.",
)
LONG_NAME = "Công Tằng Tôn Nữ Huỳnh Phương Khánh Quỳnh"[:40]


def person(number: int) -> str:
    chance = random.Random(number)  # noqa: S311 - names, not secrets
    return f"{chance.choice(_FAMILY)} {chance.choice(_MIDDLE)} {chance.choice(_GIVEN)}"


def text(length: int) -> str:
    """Return Vietnamese school prose of exactly `length` characters."""
    sentence = " ".join(COMMENTS) + " "
    return (sentence * (length // len(sentence) + 1))[: length - 1].rstrip().ljust(length, ".")


def sha(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def signers(kind: DocumentKind) -> tuple[SignerContent, ...]:
    positions = {
        SignatureField.SUBJECT_TEACHER: (person(901), "079180000001", "Giáo viên bộ môn"),
        SignatureField.HOMEROOM: (person(902), "079180000002", "Giáo viên chủ nhiệm"),
        SignatureField.PRINCIPAL: (person(903), "079170000003", "Hiệu trưởng"),
        SignatureField.SEAL: (SCHOOL.name, SCHOOL.code, "Nhà trường"),
    }
    return tuple(SignerContent(field, *positions[field]) for field in FIELDS[kind])


def sheets(subjects: tuple[tuple[str, str, str, bool], ...] = SUBJECTS) -> tuple[SheetReference, ...]:
    return tuple(
        SheetReference(code, name, person(910 + number), sha(number))
        for number, (code, name, _, _) in enumerate(subjects)
    )


def levels(lines: tuple[tuple[str, str], ...]) -> tuple[LevelLine, ...]:
    return tuple(LevelLine(code, name, "T" if number != 1 else "Đ") for number, (code, name) in enumerate(lines))


def pupil(number: int = 1) -> PupilContent:
    return PupilContent(
        pupil_code=f"79{number:08d}",
        personal_id=f"0793190{number:05d}",
        full_name=person(number),
        birth_date=f"2019-{number % 12 + 1:02d}-{number % 27 + 1:02d}",
        sex="Nữ",
        ethnicity="Kinh",
        nationality="Việt Nam",
        place_of_birth="Thành phố Hồ Chí Minh",
        register_no=f"{number:04d}/2025",
        profile=ProfileContent(hometown="Thành phố Hồ Chí Minh"),
    )


def year_record(number: int = 1) -> PrimaryRecordContent:
    """A pupil of grade 1 with comments of the usual length."""
    return PrimaryRecordContent(
        record_uid="0b2f6c1e-6f0a-4c57-9b53-1d2a6c0e7a11",
        version=1,
        lookup_code="7K3M-Q9TX-2WFA-D5HE-8RCP-4NVB",
        circular="27/2020/TT-BGDĐT",
        rule_version="tt27-2020.1",
        school_year="2025-2026",
        grade=1,
        class_name="1A",
        school=SCHOOL,
        pupil=pupil(number),
        height_cm="118",
        weight_kg="21,5",
        health="Tốt",
        absent_excused=2,
        absent_unexcused=1,
        assessment_waived=False,
        subjects=tuple(
            SubjectLine(code, name, "T" if index % 3 else "H", "9" if scored else "", COMMENTS[index % len(COMMENTS)])
            for index, (code, name, _, scored) in enumerate(SUBJECTS)
        ),
        qualities=levels(QUALITIES),
        qualities_comment="Lễ phép với thầy cô, thân thiện với bạn bè; trung thực trong học tập, biết giữ gìn đồ "
        "dùng của mình và của lớp.",
        general_competencies=levels(GENERAL),
        general_comment="Biết tự chuẩn bị đồ dùng học tập, chủ động hỏi khi chưa hiểu bài; phối hợp tốt với bạn "
        "khi làm việc nhóm.",
        specific_competencies=levels(SPECIFIC),
        specific_comment="Sử dụng ngôn ngữ mạch lạc, tính toán nhanh và cẩn thận; yêu thích vẽ, vận động nhanh "
        "nhẹn, khéo léo.",
        homeroom_comment="Em chăm ngoan, tiến bộ rõ rệt về đọc và viết trong học kì II; tự tin hơn khi trình bày "
        "ý kiến. Em cần rèn thêm chữ viết cho đều nét và đọc sách mỗi ngày trong kì nghỉ hè.",
        result="completed",
        result_name="Hoàn thành",
        result_reason="Các môn học và hoạt động giáo dục đạt mức Hoàn thành trở lên; bài kiểm tra định kì cuối "
        "năm đạt 5 điểm trở lên.",
        commendation="Khen thưởng: tiến bộ vượt bậc về năng lực ngôn ngữ.",
        commendation_in_year="",
        programme_completed=True,
        promoted=True,
        completion_text="Hoàn thành chương trình lớp 1. Được lên lớp 2.",
        sheets=sheets(),
        signers=signers(DocumentKind.YEAR_RECORD),
        date="2026-05-29",
    )


def grade_4_record(number: int = 1) -> PrimaryRecordContent:
    """A pupil of the grade with all subjects and competencies, but for a language of an ethnic minority."""
    return replace(
        year_record(number),
        grade=4,
        class_name="4A",
        subjects=tuple(
            SubjectLine(code, name, "T", "9" if scored else "", COMMENTS[index % len(COMMENTS)])
            for index, (code, name, _, scored) in enumerate(GRADE_5[:-1])
        ),
        specific_competencies=levels(SPECIFIC_ALL),
        sheets=sheets(GRADE_5[:-1]),
        completion_text="Hoàn thành chương trình lớp 4",
    )


def longest_year_record() -> PrimaryRecordContent:
    """Every text as long as allowed, and the grade with the most subjects and competencies."""
    return replace(
        year_record(),
        pupil=replace(
            pupil(), full_name=LONG_NAME, place_of_birth="Bệnh viện Đa khoa khu vực Thủ Đức, Thành phố Hồ Chí Minh"
        ),
        grade=5,
        class_name="5/12",
        health=text(60),
        subjects=tuple(
            SubjectLine(code, name, "T", "10" if scored else "", text(300)) for code, name, _, scored in GRADE_5
        ),
        specific_competencies=levels(SPECIFIC_ALL),
        qualities_comment=text(500),
        general_comment=text(500),
        specific_comment=text(500),
        homeroom_comment=text(2000),
        result_reason=text(600),
        commendation=text(500),
        commendation_in_year=text(500),
        completion_text=text(300),
        sheets=tuple(replace(sheet, signer_name=LONG_NAME) for sheet in sheets(GRADE_5)),
        signers=tuple(replace(signer, name=LONG_NAME) for signer in signers(DocumentKind.YEAR_RECORD)),
    )
