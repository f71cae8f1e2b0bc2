"""Complete national records of generated people: every field that can have a value has one."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final, NamedTuple

from domain.identity import Sex, make_personal_id
from interchange.national.fields import LAYOUTS, Field, Level
from interchange.national.packet import Delivery, Event, Packet, stamped
from interchange.national.records import NationalRecord, Row, Value
from tests.documents.samples import person, text

SCHOOL_CODE: Final = "79766999"
PRINCIPAL_ID: Final = make_personal_id("079", Sex.FEMALE, date(1975, 3, 8), 1)
TEACHER_ID: Final = make_personal_id("079", Sex.MALE, date(1988, 11, 20), 2)
CHANGED_AT: Final = datetime(2026, 5, 31, 1, 30, tzinfo=UTC)

_RECORD: Final[Mapping[str, Value]] = {
    "trangthaithongtinhocba": "1",
    "trichluc": False,
    "tenhuyen": "Quận Tân Bình",
    "phienbanthongtinhocba": "1",
    "namhoc": "2025-2026",
    "masogd": "79",
    "tensogd": "Sở Giáo dục và Đào tạo Thành phố Hồ Chí Minh",
    "matruong": SCHOOL_CODE,
    "tentruong": "Trường Mẫu Tân Bình",
    "thongtintruong_diachi_tenxa": "Phường Tân Bình",
    "thongtintruong_diachi_tentinh": "Thành phố Hồ Chí Minh",
    "thongtintruong_diachi_maxa": "26977",
    "thongtintruong_diachi_matinh": "79",
    "sosodangbo": "12/2021",
    "gioitinh": "2",
    "noisinh_diachichitiet": "Phường Tân Bình, Thành phố Hồ Chí Minh",
    "noisinh_maxa": "26977",
    "noisinh_matinh": "79",
    "quequan_diachichitiet": "Phường Tân Sơn Hòa, Thành phố Hồ Chí Minh",
    "quequan_maxa": "26977",
    "quequan_matinh": "79",
    "noiohiennay_diachichitiet": "12 đường Mẫu, Phường Tân Bình, Thành phố Hồ Chí Minh",
    "noiohiennay_maxa": "26977",
    "noiohiennay_matinh": "79",
    "dantoc": "01",
    "quoctich": "VN",
    "doituongchinhsach": "Không",
    "cokhuyettatkhongdanhgia": False,
    "hotencha": person(901),
    "hotenme": person(902),
    "hotennguoigiamho": person(903),
    "tengiamhieu": person(904),
    "soddcngiamhieu": PRINCIPAL_ID,
    "chucvugiamhieu": "Hiệu trưởng",
    "diadanhphathanh": "Thành phố Hồ Chí Minh",
    "ngaykyphathanh": "2026-05-31",
    "ngaytao": "2026-05-25",
    "tengvcn": person(905),
    "soddcngvcn": TEACHER_ID,
    "duoclenlop": True,
    "ndungkhenthuong": "Học sinh Xuất sắc",
    "nxetgvcn": text(200),
}
_TRAITS: Final = (
    *("nangluctuhoc", "nanglucgiaotiep", "nanglucgiaiquyet", "nanglucngonngu", "nangluctinhtoan", "nangluckhoahoc"),
    *("nangluccongnghe", "nangluctinhoc", "nanglucthammi", "nanglucthechat"),
    *("phamchatyeunuoc", "phamchatnhanai", "phamchatchamchi", "phamchattrungthuc", "phamchattrachnhiem"),
)
_PRIMARY: Final[Mapping[str, Value]] = {
    "thongtu": "27/2020",
    "macaphoc": "02",
    "makhoi": "05",
    "tenlop": "5/1",
    "xeploai": "Hoàn thành xuất sắc",
    "ndunghoanthanh": "Hoàn thành chương trình tiểu học",
    "dahthanhctrinhlophoc": True,
    "dahthanhctrinhtieuhoc": True,
    "ndungkhenthuongdotxuat": "Giải Nhất cuộc thi vẽ cấp trường",
    "nxetphamchat": text(120),
    "nxetnanglucchung": text(120),
    "nxetnanglucdacthu": text(120),
    **dict.fromkeys(_TRAITS, "Đ"),
}
_SECONDARY: Final[Mapping[str, Value]] = {
    "thongtu": "22/2021/TT-BGDĐT",
    "macaphoc": "03",
    "makhoi": "06",
    "tenlop": "6A1",
    "nghenghiepcha": "Công nhân",
    "nghenghiepme": "Giáo viên",
    "nghenghiepnguoigiamho": "Nội trợ",
    "ndungduoclenlop": "Được lên lớp 7",
    "ndunghoanthanh": "Hoàn thành chương trình lớp 6",
    "kquathamgiacuocthi": "Giải Ba cuộc thi khoa học kĩ thuật cấp trường",
    "ndungkquarenluyen": "Không phải rèn luyện trong hè",
    "sobuoinghi": 2.5,
    **dict.fromkeys(("hocky1", "hocky2", "canam", "kqhoctaplai", "renluyenhocky1"), "T"),
    **dict.fromkeys(("renluyenhocky2", "renluyencanam", "renluyenlai"), "CĐ"),
}
_HISTORY: Final[Row] = {
    "tentruong": "Trường Mẫu Tân Bình",
    "tentinh": "Thành phố Hồ Chí Minh",
    "ngaytrangthaichuyenden": "2025-09-05",
}
_SUBJECTS: Final = {"TOA": "Toán", "TIN": "Tin học", "ANH": "Âm nhạc"}


def _years(*classes: str) -> tuple[Row, ...]:
    first = 2026 - len(classes)
    return tuple(
        {**_HISTORY, "namhoc": f"{first + at}-{first + at + 1}", "tenlop": each} for at, each in enumerate(classes)
    )


def _pupil(number: int, born: date) -> Mapping[str, Value]:
    return {
        "madinhdanhhocba": f"00000000-0000-4000-8000-{number:012}",
        "hovaten": person(number),
        "sodinhdanh": make_personal_id("079", Sex.FEMALE, born, number),
        "mahocsinh": f"{7926000000 + number}",
        "ngaythangnamsinh": born.isoformat(),
    }


def primary_content(number: int = 1) -> NationalRecord:
    """A record of grade 5 without its technical fields; the same number is the same pupil."""
    subjects = [
        {"mamonhoc": code, "tenmonhoc": name, "mucdatduoc": "T", "diemkiemtradinhky": "10"}
        for code, name in _SUBJECTS.items()
    ]
    children = {"quatrinhhoctap": _years("4/1", "5/1"), "dsbangdiem": tuple(subjects)}
    fields = {**_RECORD, **_PRIMARY, **_pupil(number, date(2015, 6, 1))}
    return NationalRecord(Level.PRIMARY, fields, children)


def secondary_content(number: int = 1) -> NationalRecord:
    """A record of grade 6 without its technical fields; the same number is the same pupil."""
    marks = {"diemhocky1": "8.5", "diemhocky2": "10", "diemcanam": "9.5", "diemkttralai": "M"}
    teacher = {"gvbm": person(906), "soddcngvbm": TEACHER_ID, "nxetmonhoc": text(150)}
    subjects = [{"mamonhoc": code, "tenmonhoc": name, **marks, **teacher} for code, name in _SUBJECTS.items()]
    children = {
        "quatrinhhoctap": _years("6A1"),
        "bangdiem": tuple(subjects),
        "chungchi": ({"tenchungchi": "Chứng chỉ Tin học", "loaichungchi": "Cơ bản"},),
    }
    fields = {**_RECORD, **_SECONDARY, **_pupil(number, date(2014, 6, 1))}
    return NationalRecord(Level.SECONDARY, fields, children)


def delivery(record: NationalRecord, event: Event = Event.NEW, version: int = 1) -> Delivery:
    return Delivery(str(record.fields["madinhdanhhocba"]), event, version, CHANGED_AT, CHANGED_AT)


def primary(number: int = 1) -> NationalRecord:
    content = primary_content(number)
    return stamped(content, delivery(content))


def secondary(number: int = 1) -> NationalRecord:
    content = secondary_content(number)
    return stamped(content, delivery(content))


class Column(NamedTuple):
    """A field of the record's own table (part "") or of a child table."""

    level: Level
    part: str
    field: Field


COLUMNS: Final = [
    Column(level, table.part, field)
    for level, layout in LAYOUTS.items()
    for table in (layout.table, *layout.parts.values())
    for field in table.fields.values()
]
SAMPLES: Final = {Level.PRIMARY: primary(), Level.SECONDARY: secondary(2)}


def packet(*records: NationalRecord) -> Packet:
    """A packet of these records, or of one of each level."""
    return Packet(SCHOOL_CODE, records or tuple(SAMPLES.values()))


def with_value(record: NationalRecord, part: str, field: str, value: Value) -> NationalRecord:
    """The record with another value in its own row (part "") or in the first row of a child table; None removes it."""
    if not part:
        return replace(record, fields={**record.fields, field: value})
    first, *others = record.children[part]
    return replace(record, children={**record.children, part: ({**first, field: value}, *others)})
