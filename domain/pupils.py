"""What is known of a pupil: the fields of the national record (civil data, places, family), and their names."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.identity import Sex
from domain.labelled import Labelled

HOME_COUNTRY: Final = "Việt Nam"
YES: Final = "Có"
LONGEST: Final = 250  # characters of a text about a pupil, and of a class's name


class PupilField(Labelled):
    """The value names the attribute of a `ListedPupil`; people read the label."""

    PUPIL_CODE = "pupil_code", "Mã học sinh"
    PERSONAL_ID = "personal_id", "Số định danh cá nhân"
    FULL_NAME = "full_name", "Họ và tên"
    BIRTH_DATE = "birth_date", "Ngày sinh"
    SEX = "sex", "Giới tính"
    ETHNICITY = "ethnicity", "Dân tộc"
    NATIONALITY = "nationality", "Quốc tịch"
    PLACE_OF_BIRTH = "place_of_birth", "Nơi sinh"
    BIRTH_PROVINCE_CODE = "birth_province_code", "Mã tỉnh nơi sinh"
    BIRTH_COMMUNE_CODE = "birth_commune_code", "Mã xã nơi sinh"
    NATIVE_PLACE = "native_place", "Quê quán"
    NATIVE_PROVINCE_CODE = "native_province_code", "Mã tỉnh quê quán"
    NATIVE_COMMUNE_CODE = "native_commune_code", "Mã xã quê quán"
    CURRENT_ADDRESS = "current_address", "Nơi ở hiện nay"
    ADDRESS_PROVINCE_CODE = "address_province_code", "Mã tỉnh nơi ở hiện nay"
    ADDRESS_COMMUNE_CODE = "address_commune_code", "Mã xã nơi ở hiện nay"
    FATHER_NAME = "father_name", "Họ và tên cha"
    FATHER_OCCUPATION = "father_occupation", "Nghề nghiệp cha"
    MOTHER_NAME = "mother_name", "Họ và tên mẹ"
    MOTHER_OCCUPATION = "mother_occupation", "Nghề nghiệp mẹ"
    GUARDIAN_NAME = "guardian_name", "Họ và tên người giám hộ"
    GUARDIAN_OCCUPATION = "guardian_occupation", "Nghề nghiệp người giám hộ"
    POLICY_GROUP = "policy_group", "Đối tượng chính sách"
    REGISTER_NO = "register_no", "Số đăng bộ"
    ASSESSMENT_WAIVED = "assessment_waived", "Khuyết tật không đánh giá"


# What belongs to the pupil's year in a class, not to the pupil.
OF_THE_YEAR: Final = frozenset({PupilField.REGISTER_NO, PupilField.ASSESSMENT_WAIVED})

# Decision 19/2025/QĐ-TTg: codes of provinces have two digits, those of communes five.
PROVINCE_CODES: Final = frozenset(
    {PupilField.BIRTH_PROVINCE_CODE, PupilField.NATIVE_PROVINCE_CODE, PupilField.ADDRESS_PROVINCE_CODE}
)


@dataclass(frozen=True)
class ListedPupil:
    """A pupil as a class list gives it; a field is "" where the list says nothing.

    Places have a text and, optionally, the codes of province (2 digits) and commune (5 digits). `register_no` and
    `order_no` (from 1) are those in the class.
    """

    pupil_code: str
    personal_id: str
    full_name: str
    birth_date: date
    sex: Sex
    ethnicity: str
    nationality: str = ""
    place_of_birth: str = ""
    birth_province_code: str = ""
    birth_commune_code: str = ""
    native_place: str = ""
    native_province_code: str = ""
    native_commune_code: str = ""
    current_address: str = ""
    address_province_code: str = ""
    address_commune_code: str = ""
    father_name: str = ""
    father_occupation: str = ""
    mother_name: str = ""
    mother_occupation: str = ""
    guardian_name: str = ""
    guardian_occupation: str = ""
    policy_group: str = ""
    register_no: str = ""
    assessment_waived: bool = False  # a disabled pupil who is not assessed
    order_no: int = 0

    def text(self, field: PupilField) -> str:
        """The field as people read it: dates as 03/05/2017, the sex by its name, "Có" or nothing."""
        value: str | bool | date | Sex = getattr(self, field.value)
        if isinstance(value, bool):
            return YES if value else ""
        if isinstance(value, Sex):
            return value.label
        return f"{value:%d/%m/%Y}" if isinstance(value, date) else value
