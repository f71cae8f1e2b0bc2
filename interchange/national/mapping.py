"""From the content of a year record to the national record: the same data in the Ministry's words.

What a school has not said, or a list has no code for, is left out here; `checking` names it.
"""

from collections.abc import Mapping
from typing import Final

from domain.documents import PupilContent, SchoolContent, SignatureField, SignerContent
from domain.identity import Sex
from domain.rules.school_levels import level_of
from domain.year_records import MarkLine, PrimaryRecordContent, SecondaryRecordContent, SubjectLine, YearRecordContent
from interchange.national.codes import CodeList, CodeLists, code_or_empty
from interchange.national.fields import Level
from interchange.national.records import NationalRecord, Row, Value

_IN_FORCE: Final = "1"
_SEXES: Final = {sex.label: sex.value for sex in Sex}
# Qualities and competencies, by our codes.
_QUALITIES: Final = {
    "yeu_nuoc": "phamchatyeunuoc",
    "nhan_ai": "phamchatnhanai",
    "cham_chi": "phamchatchamchi",
    "trung_thuc": "phamchattrungthuc",
    "trach_nhiem": "phamchattrachnhiem",
}
_COMPETENCIES: Final = {
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


def national_record(content: YearRecordContent, codes: CodeLists) -> NationalRecord:
    """The record as it is exchanged, without what `packet.stamped` adds for its way."""
    if isinstance(content, PrimaryRecordContent):
        return NationalRecord(Level.PRIMARY, _header(content, codes) | _primary(content), _primary_rows(content, codes))
    fields = _header(content, codes) | _secondary(content)
    return NationalRecord(Level.SECONDARY, fields, _secondary_rows(content, codes))


def _header(content: YearRecordContent, codes: CodeLists) -> dict[str, Value]:
    signers = {signer.field: signer for signer in content.signers}
    return {
        "trangthaithongtinhocba": _IN_FORCE,
        "trichluc": False,
        "phienbanthongtinhocba": str(content.version),
        "thongtu": code_or_empty(codes, CodeList.CIRCULAR, content.circular),
        "madinhdanhhocba": content.record_uid,
        "namhoc": content.school_year,
        "macaphoc": code_or_empty(codes, CodeList.SCHOOL_LEVEL, level_of(content.grade).value),
        "makhoi": code_or_empty(codes, CodeList.GRADE, str(content.grade)),
        "tenlop": content.class_name,
        "cokhuyettatkhongdanhgia": content.assessment_waived,
        "diadanhphathanh": content.school.place,
        "ngaykyphathanh": content.date,
        "ngaytao": content.date,
        "nxetgvcn": content.homeroom_comment,
        "ndungkhenthuong": content.commendation,
        "duoclenlop": content.promoted,
        **profile_fields(content.school, content.pupil, codes),
        **_head(signers[SignatureField.PRINCIPAL]),
        "tengvcn": signers[SignatureField.HOMEROOM].name,
        "soddcngvcn": signers[SignatureField.HOMEROOM].signer_id,
    }


def profile_fields(school: SchoolContent, pupil: PupilContent, codes: CodeLists) -> dict[str, Value]:
    """What the profiles of school and pupil tell long before the year's end; all these fields, be they empty."""
    return {**_school(school, codes), **_pupil(pupil, codes)}


def _school(school: SchoolContent, codes: CodeLists) -> dict[str, Value]:
    province = school.province_code or code_or_empty(codes, CodeList.PROVINCE, school.province)
    return {
        "masogd": school.department_code,
        "tensogd": school.department,
        "matruong": school.code,
        "tentruong": school.name,
        "thongtintruong_diachi_tenxa": school.commune,
        "thongtintruong_diachi_tentinh": school.province,
        "thongtintruong_diachi_maxa": school.commune_code,
        "thongtintruong_diachi_matinh": province,
        "tenhuyen": school.district,
    }


def _pupil(pupil: PupilContent, codes: CodeLists) -> dict[str, Value]:
    profile = pupil.profile
    return {
        "sosodangbo": pupil.register_no,
        "hovaten": pupil.full_name,
        "sodinhdanh": pupil.personal_id,
        "mahocsinh": pupil.pupil_code,
        "gioitinh": code_or_empty(codes, CodeList.SEX, _SEXES.get(pupil.sex, "")),
        "ngaythangnamsinh": pupil.birth_date,
        "dantoc": code_or_empty(codes, CodeList.ETHNICITY, pupil.ethnicity),
        "quoctich": code_or_empty(codes, CodeList.NATIONALITY, pupil.nationality),
        "doituongchinhsach": profile.policy_group,
        "noisinh_diachichitiet": pupil.place_of_birth,
        "noisinh_maxa": profile.birth_commune_code,
        "noisinh_matinh": profile.birth_province_code,
        "quequan_diachichitiet": profile.native_place,
        "quequan_maxa": profile.native_commune_code,
        "quequan_matinh": profile.native_province_code,
        "noiohiennay_diachichitiet": profile.current_address,
        "noiohiennay_maxa": profile.address_commune_code,
        "noiohiennay_matinh": profile.address_province_code,
        "hotencha": profile.father_name,
        "hotenme": profile.mother_name,
        "hotennguoigiamho": profile.guardian_name,
    }


def _head(signer: SignerContent) -> dict[str, Value]:
    return {"tengiamhieu": signer.name, "soddcngiamhieu": signer.signer_id, "chucvugiamhieu": signer.position}


def _primary(content: PrimaryRecordContent) -> dict[str, Value]:
    competencies = (*content.general_competencies, *content.specific_competencies)
    last = level_of(content.grade).grades[-1]
    return {
        "xeploai": content.result_name,
        "dahthanhctrinhlophoc": content.programme_completed,
        "dahthanhctrinhtieuhoc": content.programme_completed and content.grade == last,
        "ndunghoanthanh": content.completion_text,
        "ndungkhenthuongdotxuat": content.commendation_in_year,
        "nxetphamchat": content.qualities_comment,
        "nxetnanglucchung": content.general_comment,
        "nxetnanglucdacthu": content.specific_comment,
        **{_QUALITIES[line.code]: line.level for line in content.qualities},
        **{_COMPETENCIES[line.code]: line.level for line in competencies},
    }


def _secondary(content: SecondaryRecordContent) -> dict[str, Value]:
    profile = content.pupil.profile
    return {
        "hocky1": content.learning.hk1,
        "hocky2": content.learning.hk2,
        "canam": content.learning.year,
        "kqhoctaplai": content.learning.summer,
        "renluyenhocky1": content.conduct.hk1,
        "renluyenhocky2": content.conduct.hk2,
        "renluyencanam": content.conduct.year,
        "renluyenlai": content.conduct.summer,
        "ndungkquarenluyen": content.summer_training,
        "sobuoinghi": content.absent or None,  # the field begins at 1
        "ndungduoclenlop": content.outcome_text,
        "ndunghoanthanh": content.completion_text,
        "kquathamgiacuocthi": content.competitions,
        "nghenghiepcha": profile.father_occupation,
        "nghenghiepme": profile.mother_occupation,
        "nghenghiepnguoigiamho": profile.guardian_occupation,
    }


def _primary_rows(content: PrimaryRecordContent, codes: CodeLists) -> dict[str, tuple[Row, ...]]:
    subjects = tuple(_level_row(line, codes) for line in content.subjects)
    return {"dsbangdiem": subjects, "quatrinhhoctap": _schooling(content.pupil)}


def _level_row(line: SubjectLine, codes: CodeLists) -> Mapping[str, Value]:
    return {
        "mamonhoc": code_or_empty(codes, CodeList.PRIMARY_SUBJECT, line.subject),
        "tenmonhoc": line.name,
        "mucdatduoc": line.level,
        "diemkiemtradinhky": line.score,
    }


def _secondary_rows(content: SecondaryRecordContent, codes: CodeLists) -> dict[str, tuple[Row, ...]]:
    certificates = tuple({"tenchungchi": name} for name in content.certificates)
    return {
        "bangdiem": tuple(_mark_row(line, codes) for line in content.subjects),
        "quatrinhhoctap": _schooling(content.pupil),
        "chungchi": certificates,
    }


def _mark_row(line: MarkLine, codes: CodeLists) -> Mapping[str, Value]:
    return {
        "mamonhoc": code_or_empty(codes, CodeList.SECONDARY_SUBJECT, line.subject),
        "tenmonhoc": code_or_empty(codes, CodeList.SECONDARY_SUBJECT_NAME, line.subject) or line.name,
        "diemhocky1": _mark(line.hk1),
        "diemhocky2": _mark(line.hk2),
        "diemcanam": _mark(line.year),
        "diemkttralai": _mark(line.retest),
        "nxetmonhoc": line.comment,
        "gvbm": line.teacher,
        "soddcngvbm": line.teacher_id,
    }


def _mark(printed: str) -> str:
    """A mark as it is exchanged: with a point (unverified), where papers print a comma."""
    return printed.replace(",", ".")


def _schooling(pupil: PupilContent) -> tuple[Row, ...]:
    return tuple(
        {
            "namhoc": line.school_year,
            "tenlop": line.class_name,
            "tentruong": line.school,
            "tentinh": line.province,
            "ngaytrangthaichuyenden": line.arrived_on,
        }
        for line in pupil.schooling
    )
