"""The columns of a class list: what each is called here, and what else schools and their programs call it."""

from collections.abc import Mapping
from typing import Final

from domain.pupils import PupilField
from interchange.headings import Vocabulary
from interchange.layout import Column

ORDER: Final = "STT"
CLASS: Final = "Lớp"
FAMILY_NAME: Final = "Họ và tên đệm"  # beside a column of its own for the given name
GIVEN_NAME: Final = "Tên"
MALE: Final = "Nam"  # ticked for boys
FEMALE: Final = "Nữ"
SOME_ID: Final = "Mã định danh"  # the Ministry's pupil code to some, the personal id to others: its values decide
HEIGHT: Final = "Chiều cao (cm)"
WEIGHT: Final = "Cân nặng (kg)"
HEALTH: Final = "Sức khoẻ"

REQUIRED: Final = (
    PupilField.PUPIL_CODE.label,
    PupilField.PERSONAL_ID.label,
    PupilField.FULL_NAME.label,
    PupilField.BIRTH_DATE.label,
    PupilField.SEX.label,
    PupilField.ETHNICITY.label,
)
# Read, but facts of a term: they are entered with the term's marks, not kept from a class list.
OF_THE_TERM: Final = (HEIGHT, WEIGHT, HEALTH)

_WIDTHS: Final = {
    PupilField.PUPIL_CODE: 13,
    PupilField.PERSONAL_ID: 16,
    PupilField.FULL_NAME: 28,
    PupilField.SEX: 9,
    PupilField.ETHNICITY: 10,
    PupilField.PLACE_OF_BIRTH: 26,
    PupilField.NATIVE_PLACE: 30,
    PupilField.CURRENT_ADDRESS: 40,
    PupilField.FATHER_NAME: 24,
    PupilField.MOTHER_NAME: 24,
    PupilField.GUARDIAN_NAME: 24,
}
# The columns of a list as it is written, in their order.
COLUMNS: Final = (
    Column(ORDER, 5),
    *(Column(each.label, _WIDTHS.get(each, 12)) for each in PupilField),
    *(Column(heading, 10) for heading in OF_THE_TERM),
)

_NAME: Final = ("họ tên", "họ tên học sinh")
_SEX: Final = ("giới tính", "phái", "giới")
_FATHER: Final = ("cha", "bố", "ba")
_MOTHER: Final = ("mẹ", "má")
_GUARDIAN: Final = ("người giám hộ", "giám hộ", "người đỡ đầu")
_BIRTH: Final = ("nơi sinh",)
_NATIVE: Final = ("quê quán", "nguyên quán", "quê")
_ADDRESS: Final = (
    "nơi ở hiện nay",
    "chỗ ở hiện nay",
    "nơi ở hiện tại",
    "chỗ ở hiện tại",
    "địa chỉ hiện nay",
    "địa chỉ hiện tại",
    "nơi ở",
    "chỗ ở",
    "địa chỉ liên hệ",
    "địa chỉ",
    "nơi thường trú",
    "địa chỉ thường trú",
    "hộ khẩu thường trú",
    "thường trú",
)


def _said(words: tuple[str, ...], *forms: str) -> tuple[str, ...]:
    return tuple(form.format(word) for word in words for form in forms)


def _below(upper: tuple[str, ...], *words: str) -> tuple[str, ...]:
    """Words that stand alone or below one of the upper headings."""
    return (*words, *(f"{each} {word}" for word in words for each in upper))


def _names(who: tuple[str, ...]) -> tuple[str, ...]:
    return _said(who, "họ tên {}", "{} họ tên", "tên {}", "{}")


def _occupations(who: tuple[str, ...]) -> tuple[str, ...]:
    return _said(who, "nghề nghiệp {}", "{} nghề nghiệp", "nghề {}", "công việc {}")


def _codes(of: str, places: tuple[str, ...]) -> tuple[str, ...]:
    return _said(places, f"mã {of} {{}}", f"{{}} mã {of}")


def _province_codes(places: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for of in ("tỉnh", "tỉnh thành phố", "tỉnh tp") for word in _codes(of, places))


def _commune_codes(places: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for of in ("xã", "xã phường", "phường xã", "phường") for word in _codes(of, places))


# By heading: what else it is called, the surest first. If two columns mean the same, the surer name is taken and the
# other left aside. That the Ministry's code is surer than a program's own “Mã học sinh” follows from the national
# record, whose field `mahocsinh` is the Ministry's; no rule says so.
SYNONYMS: Final[Mapping[str, tuple[str, ...]]] = {
    ORDER: ("số thứ tự", "TT", "số TT"),
    CLASS: ("tên lớp", "lớp học"),
    FAMILY_NAME: _below(_NAME, "họ tên đệm", "họ đệm", "họ lót", "họ chữ lót", "họ chữ đệm", "họ tên lót", "họ"),
    GIVEN_NAME: _below(_NAME, "tên", "tên gọi"),
    MALE: _below(_SEX, "nam"),
    FEMALE: _below(_SEX, "nữ"),
    SOME_ID: ("mã ĐD", "số định danh", "số ĐD"),
    PupilField.PUPIL_CODE.label: (
        "mã định danh Bộ GD&ĐT",
        "mã định danh Bộ GDĐT",
        "mã định danh Bộ",
        "mã Bộ GD&ĐT",
        "mã Bộ",
        "mã định danh học sinh",
        "mã định danh ngành",
        "mã học sinh",
        "mã HS",
        "mã số học sinh",
        "mã số HS",
    ),
    PupilField.PERSONAL_ID.label: (
        "mã định danh cá nhân",
        "số ĐDCN",
        "mã ĐDCN",
        "ĐDCN",
        "số định danh công dân",
        "số CCCD",
        "CCCD",
        "căn cước công dân",
        "số căn cước công dân",
        "số căn cước",
        "số định danh cá nhân CCCD",
        "số CCCD ĐDCN",
        "số ĐDCN CCCD",
    ),
    PupilField.FULL_NAME.label: ("họ tên", "họ tên học sinh", "tên học sinh", "họ tên khai sinh"),
    PupilField.BIRTH_DATE.label: ("ngày tháng năm sinh", "ngày, tháng, năm sinh", "NTNS", "sinh ngày", "ngày sinh"),
    PupilField.SEX.label: ("nam/nữ", "nam, nữ", "phái", "giới", "giới tính nam nữ"),
    PupilField.ETHNICITY.label: ("thành phần dân tộc",),
    PupilField.NATIONALITY.label: (),
    PupilField.PLACE_OF_BIRTH.label: ("nơi đăng ký khai sinh", "nơi sinh theo giấy khai sinh"),
    PupilField.BIRTH_PROVINCE_CODE.label: _province_codes(_BIRTH),
    PupilField.BIRTH_COMMUNE_CODE.label: _commune_codes(_BIRTH),
    PupilField.NATIVE_PLACE.label: _NATIVE,
    PupilField.NATIVE_PROVINCE_CODE.label: _province_codes(_NATIVE),
    PupilField.NATIVE_COMMUNE_CODE.label: _commune_codes(_NATIVE),
    PupilField.CURRENT_ADDRESS.label: _ADDRESS,
    PupilField.ADDRESS_PROVINCE_CODE.label: _province_codes(_ADDRESS),
    PupilField.ADDRESS_COMMUNE_CODE.label: _commune_codes(_ADDRESS),
    PupilField.FATHER_NAME.label: _names(_FATHER),
    PupilField.FATHER_OCCUPATION.label: _occupations(_FATHER),
    PupilField.MOTHER_NAME.label: _names(_MOTHER),
    PupilField.MOTHER_OCCUPATION.label: _occupations(_MOTHER),
    PupilField.GUARDIAN_NAME.label: _names(_GUARDIAN),
    PupilField.GUARDIAN_OCCUPATION.label: _occupations(_GUARDIAN),
    PupilField.POLICY_GROUP.label: ("diện chính sách", "đối tượng CS", "chế độ chính sách", "ĐTCS"),
    PupilField.REGISTER_NO.label: ("số sổ đăng bộ", "sổ đăng bộ", "đăng bộ", "số danh bộ"),
    HEIGHT: ("chiều cao",),
    WEIGHT: ("cân nặng",),
    HEALTH: ("sức khỏe", "tình trạng sức khỏe"),
    PupilField.ASSESSMENT_WAIVED.label: ("không đánh giá", "miễn đánh giá"),
}
# Upper headings that say nothing more of what stands below them.
_NEUTRAL: Final = (
    "thông tin học sinh",
    "thông tin cá nhân",
    "thông tin chung",
    "học sinh",
    "lí lịch",
    "sơ yếu lí lịch",
)
VOCABULARY: Final = Vocabulary(SYNONYMS, _NEUTRAL)
# One of these makes a row of headings that of a class list.
KEYS: Final = (PupilField.FULL_NAME.label, FAMILY_NAME, PupilField.PUPIL_CODE.label)
