"""Whether the national record that is attached beside the content says the same as the content.

The names are those of the Ministry's field list. What it has in codes (subjects, grades, places ...) is not compared:
the lists belong to the installation that wrote the record.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from signing.verification.content import Content, by_field, value_at

Pair = tuple[str, object, object]  # a field of the content, what the record says, and what it should say
_PRIMARY, _SECONDARY = "thongtinsohocbasotieuhoc", "thongtinsohocbasothcsthpt"

# Fields of the national record, by what of the content they repeat.
_COMMON: Final = {
    "phienbanthongtinhocba": "version",
    "madinhdanhhocba": "record_uid",
    "namhoc": "school_year",
    "tenlop": "class_name",
    "matruong": "school.code",
    "tentruong": "school.name",
    "diadanhphathanh": "school.place",
    "ngaykyphathanh": "date",
    "sosodangbo": "pupil.register_no",
    "hovaten": "pupil.full_name",
    "sodinhdanh": "pupil.personal_id",
    "mahocsinh": "pupil.pupil_code",
    "ngaythangnamsinh": "pupil.birth_date",
    "noisinh_diachichitiet": "pupil.place_of_birth",
    "hotencha": "pupil.profile.father_name",
    "hotenme": "pupil.profile.mother_name",
    "hotennguoigiamho": "pupil.profile.guardian_name",
    "cokhuyettatkhongdanhgia": "assessment_waived",
    "nxetgvcn": "homeroom_comment",
    "ndungkhenthuong": "commendation",
    "duoclenlop": "promoted",
    "ndunghoanthanh": "completion_text",
    "tengiamhieu": "signers.principal.name",
    "soddcngiamhieu": "signers.principal.signer_id",
    "chucvugiamhieu": "signers.principal.position",
    "tengvcn": "signers.homeroom.name",
    "soddcngvcn": "signers.homeroom.signer_id",
}
_OF_PRIMARY: Final = {
    "xeploai": "result_name",
    "dahthanhctrinhlophoc": "programme_completed",
    "ndungkhenthuongdotxuat": "commendation_in_year",
    "nxetphamchat": "qualities_comment",
    "nxetnanglucchung": "general_comment",
    "nxetnanglucdacthu": "specific_comment",
}
_OF_SECONDARY: Final = {
    "hocky1": "learning.hk1",
    "hocky2": "learning.hk2",
    "canam": "learning.year",
    "kqhoctaplai": "learning.summer",
    "renluyenhocky1": "conduct.hk1",
    "renluyenhocky2": "conduct.hk2",
    "renluyencanam": "conduct.year",
    "renluyenlai": "conduct.summer",
    "ndungkquarenluyen": "summer_training",
    "ndungduoclenlop": "outcome_text",
    "kquathamgiacuocthi": "competitions",
}
# Qualities and competencies by their codes.
_TRAITS: Final = {
    "yeu_nuoc": "phamchatyeunuoc",
    "nhan_ai": "phamchatnhanai",
    "cham_chi": "phamchatchamchi",
    "trung_thuc": "phamchattrungthuc",
    "trach_nhiem": "phamchattrachnhiem",
    "tu_chu_tu_hoc": "nangluctuhoc",
    "giao_tiep_hop_tac": "nanglucgiaotiep",
    "giai_quyet_van_de_sang_tao": "nanglucgiaiquyet",
    "ngon_ngu": "nanglucngonngu",
    "tinh_toan": "nangluctinhtoan",
    "khoa_hoc": "nangluckhoahoc",
    "cong_nghe": "nangluccongnghe",
    "tin_hoc": "nangluctinhoc",
    "tham_mi": "nanglucthammi",
    "the_chat": "nanglucthechat",
}
_TRAIT_GROUPS: Final = ("qualities", "general_competencies", "specific_competencies")
_LEVEL_ROW: Final = {"tenmonhoc": "name", "mucdatduoc": "level", "diemkiemtradinhky": "score"}
_MARK_ROW: Final = {"diemhocky1": "hk1", "diemhocky2": "hk2", "diemcanam": "year", "diemkttralai": "retest"}
_TEACHER_ROW: Final = {"nxetmonhoc": "comment", "gvbm": "teacher", "soddcngvbm": "teacher_id"}
_SCHOOLING_ROW: Final = {
    "namhoc": "school_year",
    "tenlop": "class_name",
    "tentruong": "school",
    "tentinh": "province",
    "ngaytrangthaichuyenden": "arrived_on",
}


def first_difference(attached: Content, exchanged: object) -> str | None:
    """The first field of a year record's content that its national record says otherwise; None if there is none.

    "" if it is not the record of the content's level, or one of the two is none of ours.
    """
    try:
        content, is_secondary = by_field(attached), "learning" in attached
        ((table, record),) = exchanged.items()  # type: ignore[attr-defined]
        if table != (_SECONDARY if is_secondary else _PRIMARY):
            return ""
        pairs = _secondary(content, record) if is_secondary else _primary(content, record)
        return next((path for path, said, meant in pairs if str(said) != str(meant)), None)
    except (ValueError, TypeError, LookupError, AttributeError):
        return ""


def _primary(content: Content, record: Content) -> Iterator[Pair]:
    yield from _fields(content, record, _COMMON | _OF_PRIMARY)
    is_last_grade = content["grade"] == 5  # noqa: PLR2004 - of primary school
    done = content["programme_completed"] and is_last_grade
    yield "programme_completed", record["dahthanhctrinhtieuhoc"], done
    yield from _traits(content, record)
    yield from _rows(content, "subjects", record.get("dsbangdiem", ()), _LEVEL_ROW)
    yield from _rows(content, "pupil.schooling", record.get("quatrinhhoctap", ()), _SCHOOLING_ROW)


def _secondary(content: Content, record: Content) -> Iterator[Pair]:
    yield from _fields(content, record, _COMMON | _OF_SECONDARY)
    yield "absent", record.get("sobuoinghi", 0), content["absent"]
    names = [each["tenchungchi"] for each in record.get("chungchi", ())]
    yield "certificates", names, list(content["certificates"])
    yield from _marks(content, record.get("bangdiem", ()))
    yield from _rows(content, "subjects", record.get("bangdiem", ()), _TEACHER_ROW)
    yield from _rows(content, "pupil.schooling", record.get("quatrinhhoctap", ()), _SCHOOLING_ROW)


def _fields(content: Content, record: Content, names: Mapping[str, str]) -> Iterator[Pair]:
    return ((path, record.get(name, ""), value_at(content, path)) for name, path in names.items())


def _rows(content: Content, path: str, rows: Any, names: Mapping[str, str]) -> Iterator[Pair]:  # noqa: ANN401 - unread yet
    own: Any = value_at(content, path)
    yield path, len(rows), len(own)
    for at, (row, meant) in enumerate(zip(rows, own, strict=True)):
        yield from ((f"{path}.{at}.{name}", row.get(field, ""), meant[name]) for field, name in names.items())


def _marks(content: Content, rows: Any) -> Iterator[Pair]:  # noqa: ANN401 - unread yet
    """Names, which may be short, and marks, which are exchanged with a point."""
    yield "subjects", len(rows), len(content["subjects"])
    for at, (row, line) in enumerate(zip(rows, content["subjects"], strict=True)):
        yield f"subjects.{at}.name", _shortens(row["tenmonhoc"], line["name"]), True
        for field, name in _MARK_ROW.items():
            yield f"subjects.{at}.{name}", row.get(field, ""), line[name].replace(",", ".")


def _shortens(short: str, name: str) -> bool:
    """Whether the letters and digits of a short form are those of the name, in order, with some left out."""
    letters = iter(name.casefold())
    return all(letter in letters for letter in short.casefold() if letter.isalnum())


def _traits(content: Content, record: Content) -> Iterator[Pair]:
    lines = {
        line["code"]: (f"{group}.{at}.level", line["level"])
        for group in _TRAIT_GROUPS
        for at, line in enumerate(content[group])
    }
    for code in _TRAITS | lines:
        path, level = lines.get(code, (_TRAIT_GROUPS[-1], ""))
        yield path, record.get(_TRAITS.get(code, ""), ""), level
