"""What each grade is taught and assessed in: subjects, tests, qualities, competencies, and a class's slots."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

from domain.assessment import AssessmentPoint
from domain.errors import Invalid, NotFound

HOMEROOM: Final = "homeroom"
PRINCIPAL: Final = "principal"
SEAL: Final = "seal"

TT27: Final = "27/2020/TT-BGDĐT"


@dataclass(frozen=True)
class Subject:
    """One row of the record: a subject or an educational activity."""

    code: str
    name: str
    short: str  # heading that fits a narrow column
    periods: int  # per year
    tested_at: tuple[AssessmentPoint, ...] = ()
    optional: bool = False  # the school chooses whether to teach it

    def has_test(self, point: AssessmentPoint) -> bool:
        return point in self.tested_at


@dataclass(frozen=True)
class Trait:
    """A quality (phẩm chất) or competency (năng lực)."""

    code: str
    name: str
    short: str


@dataclass(frozen=True)
class Curriculum:
    """What one grade of one school is assessed in under one circular; rows stand in the order of the form."""

    circular: str
    grade: int
    source: str
    subjects: tuple[Subject, ...]
    qualities: tuple[Trait, ...]
    general_competencies: tuple[Trait, ...]
    specific_competencies: tuple[Trait, ...]

    @property
    def competencies(self) -> tuple[Trait, ...]:
        return self.general_competencies + self.specific_competencies

    @property
    def traits(self) -> tuple[Trait, ...]:
        return self.qualities + self.competencies

    @property
    def slots(self) -> tuple[str, ...]:
        """Who enters and submits for a class: each subject, then the homeroom teacher."""
        return (*(subject.code for subject in self.subjects), HOMEROOM)

    def subject(self, code: str) -> Subject:
        for subject in self.subjects:
            if subject.code == code:
                return subject
        raise NotFound(f"Lớp {self.grade} không có môn học, hoạt động giáo dục “{code}”.")


# The two year points at which tested subjects of grades 1-3 have a test: Circular 27/2020 art. 7.
_ENDS: Final = (AssessmentPoint.END_HK1, AssessmentPoint.YEAR_END)

_QUALITIES: Final = (
    Trait("yeu_nuoc", "Yêu nước", "YN"),
    Trait("nhan_ai", "Nhân ái", "NA"),
    Trait("cham_chi", "Chăm chỉ", "CC"),
    Trait("trung_thuc", "Trung thực", "TT"),
    Trait("trach_nhiem", "Trách nhiệm", "TN"),
)
_GENERAL: Final = (
    Trait("tu_chu_tu_hoc", "Tự chủ và tự học", "TC-TH"),
    Trait("giao_tiep_hop_tac", "Giao tiếp và hợp tác", "GT-HT"),
    Trait("giai_quyet_van_de_sang_tao", "Giải quyết vấn đề và sáng tạo", "GQVĐ"),
)
# Công nghệ and Tin học are not taught in grade 1, so those two competencies are not assessed.
_SPECIFIC_GRADE_1: Final = (
    Trait("ngon_ngu", "Ngôn ngữ", "NN"),
    Trait("tinh_toan", "Tính toán", "TT"),
    Trait("khoa_hoc", "Khoa học", "KH"),
    Trait("tham_mi", "Thẩm mĩ", "TM"),
    Trait("the_chat", "Thể chất", "TC"),
)

_GRADE_1: Final = Curriculum(
    circular=TT27,
    grade=1,
    source="Chương trình GDPT 2018 (Thông tư 32/2018/TT-BGDĐT); Thông tư 27/2020/TT-BGDĐT, Điều 5, 7, Phụ lục 1",
    subjects=(
        Subject("tieng_viet", "Tiếng Việt", "T.Việt", 420, _ENDS),
        Subject("toan", "Toán", "Toán", 105, _ENDS),
        Subject("ngoai_ngu_1", "Ngoại ngữ 1", "N.ngữ", 70, optional=True),
        Subject("dao_duc", "Đạo đức", "Đ.đức", 35),
        Subject("tu_nhien_xa_hoi", "Tự nhiên và Xã hội", "TN-XH", 70),
        Subject("giao_duc_the_chat", "Giáo dục thể chất", "GDTC", 70),
        Subject("am_nhac", "Âm nhạc", "Â.nhạc", 35),
        Subject("mi_thuat", "Mĩ thuật", "M.thuật", 35),
        Subject("hoat_dong_trai_nghiem", "Hoạt động trải nghiệm", "HĐTN", 105),
    ),
    qualities=_QUALITIES,
    general_competencies=_GENERAL,
    specific_competencies=_SPECIFIC_GRADE_1,
)

_OFFERED: Final = {(TT27, 1): _GRADE_1}


def curriculum_for(grade: int, circular: str = TT27, *, optional: Collection[str] = ()) -> Curriculum:
    """Return what a class of this grade is assessed in; `optional` names the optional subjects the school teaches.

    Raises Invalid for a circular and grade that are not offered, or an optional subject the grade does not have.
    """
    whole = _OFFERED.get((circular, grade))
    if whole is None:
        raise Invalid(f"Chưa hỗ trợ lớp {grade} theo Thông tư {circular}; hiện có lớp 1 theo Thông tư {TT27}.")
    offered = {subject.code for subject in whole.subjects if subject.optional}
    if unknown := sorted(set(optional) - offered):
        raise Invalid(f"Lớp {grade} không có môn tự chọn: {', '.join(unknown)}.")
    taught = tuple(subject for subject in whole.subjects if not subject.optional or subject.code in optional)
    return replace(whole, subjects=taught)
