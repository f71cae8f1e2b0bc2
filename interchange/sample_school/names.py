"""Names, places and groups from which sample people are drawn; weights follow everyday frequency in the city."""

from typing import Final

SURNAMES: Final = {
    "Nguyễn": 38,
    "Trần": 12,
    "Lê": 10,
    "Phạm": 7,
    "Huỳnh": 5,
    "Phan": 4,
    "Võ": 4,
    "Đặng": 3,
    "Bùi": 3,
    "Đỗ": 2,
    "Hồ": 2,
    "Ngô": 2,
    "Dương": 2,
    "Lý": 1,
    "Trương": 1,
    "Đinh": 1,
    "Mai": 1,
    "Tô": 1,
    "Lương": 1,
}
# Surnames that go with the ethnic group; the others use the list above.
GROUP_SURNAMES: Final = {
    "Hoa": ("Trần", "Lâm", "Lý", "Vương", "Quách", "Châu", "Huỳnh"),
    "Khơ-me": ("Thạch", "Sơn", "Kim", "Danh", "Lâm"),
    "Chăm": ("Báo", "Đàng", "Châu", "Quảng"),
    "Tày": ("Nông", "Hoàng", "Lương", "Bế"),
}
ETHNIC_WEIGHTS: Final = {"Kinh": 84, "Hoa": 7, "Khơ-me": 4, "Chăm": 3, "Tày": 2}

BOY_NAMES: Final = (
    *("Gia Bảo", "Minh Khang", "Đức Anh", "Hoàng Phúc", "Quốc Huy", "Nhật Minh", "Tuấn Kiệt", "Bảo Long"),
    *("Anh Khoa", "Minh Quân", "Hải Đăng", "Thiên Ân", "Phúc Lâm", "Đăng Khôi", "Minh Triết", "Gia Huy"),
    *("Hữu Nghĩa", "Thanh Tùng", "Trọng Nhân", "Duy Mạnh", "Khánh Duy", "Quang Vinh", "Tấn Phát", "Minh Trí"),
    *("Bảo Nam", "Văn Toàn", "Xuân Trường", "Chí Thiện", "Đình Nguyên", "Thành Đạt", "Hoàng Sơn", "Việt Hùng"),
)
GIRL_NAMES: Final = (
    *("Bảo Ngọc", "Thảo My", "Khánh Linh", "Ngọc Hân", "Gia Hân", "Minh Anh", "Phương Thảo", "Quỳnh Như"),
    *("Bảo Trân", "Thanh Trúc", "Ánh Dương", "Tường Vy", "Kim Ngân", "Diễm Quỳnh", "Hà My", "Như Ý"),
    *("Thiên Kim", "Mỹ Duyên", "Hải Yến", "Anh Thư", "Cát Tường", "Mai Chi", "Thùy Dương", "Tuệ Nhi"),
    *("Yến Nhi", "Phương Vy", "Lan Anh", "Ngọc Diệp", "Thu Hà", "Minh Châu", "Hoài An", "Trà My"),
)
# Generations differ in fashion: names of the staff.
MEN_NAMES: Final = ("Văn Hòa", "Quốc Tuấn", "Minh Đức", "Thanh Bình", "Hữu Phước", "Ngọc Sơn", "Đình Hải", "Công Thành")
WOMEN_NAMES: Final = (
    *("Thị Lan", "Thị Thu Hương", "Ngọc Bích", "Thị Kim Loan", "Thị Hồng Nhung", "Thanh Thủy", "Thị Minh Nguyệt"),
    *("Thị Tuyết Mai", "Thị Phương Dung", "Hoài Thương", "Thị Bảo Trâm", "Kim Oanh", "Thị Mỹ Hạnh", "Thị Cẩm Vân"),
)

CITY_PLACE: Final = "079"
PLACE_WEIGHTS: Final = {CITY_PLACE: 82, "074": 4, "075": 3, "080": 3, "082": 2, "052": 2, "051": 2, "038": 1, "040": 1}
