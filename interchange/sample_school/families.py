"""What a sample pupil's list says besides the pupil: places, parents, occupations; drawn for each pupil by itself."""

from dataclasses import replace
from random import Random
from typing import Final

from interchange.roster import RosterRow
from interchange.sample_school import names

CITY: Final = "Thành phố Hồ Chí Minh"
CITY_CODE: Final = "79"  # code of the city among provinces; codes of its communes are not in the sample
# No street of this name is there: an address that somebody lives at would be one by chance.
_STREETS: Final = tuple(f"đường Mẫu số {number}" for number in range(1, 8))
_WARDS: Final = ("Phường Tân Bình", "Phường Bảy Hiền", "Phường Tân Hòa", "Phường Tân Sơn", "Phường Tân Sơn Nhất")
_OCCUPATIONS: Final = (
    *("Công nhân", "Nhân viên văn phòng", "Kinh doanh", "Giáo viên", "Lái xe", "Bác sĩ", "Điều dưỡng", "Thợ may"),
    *("Kĩ sư", "Nội trợ", "Buôn bán", "Công chức", "Đầu bếp", "Lao động tự do"),
)
_POLICY_GROUPS: Final = {"": 92, "Hộ cận nghèo": 5, "Con thương binh": 2, "Hộ nghèo": 1}
_WITH_GUARDIAN: Final = 0.05


def with_family(pupil: RosterRow) -> RosterRow:
    """Return the pupil with places and family; the same pupil code always gives the same."""
    random = Random(pupil.pupil_code)  # noqa: S311 - sample data, nothing secret
    is_of_city = pupil.place_of_birth == CITY
    surname = pupil.full_name.split()[0]
    mother_surname = random.choices(list(names.SURNAMES), list(names.SURNAMES.values()))[0]
    has_guardian = random.random() < _WITH_GUARDIAN
    return replace(
        pupil,
        birth_province_code=CITY_CODE if is_of_city else "",
        native_place=pupil.place_of_birth,
        native_province_code=CITY_CODE if is_of_city else "",
        current_address=f"{random.randrange(1, 400)} {random.choice(_STREETS)}, {random.choice(_WARDS)}, {CITY}",
        address_province_code=CITY_CODE,
        father_name=f"{surname} {random.choice(names.MEN_NAMES)}",
        father_occupation=random.choice(_OCCUPATIONS),
        mother_name=f"{mother_surname} {random.choice(names.WOMEN_NAMES)}",
        mother_occupation=random.choice(_OCCUPATIONS),
        guardian_name=f"{mother_surname} {random.choice(names.WOMEN_NAMES)}" if has_guardian else "",
        guardian_occupation=random.choice(_OCCUPATIONS) if has_guardian else "",
        policy_group=random.choices(list(_POLICY_GROUPS), list(_POLICY_GROUPS.values()))[0],
    )
