"""What the data review asks of a school to be whole (guide/domain.md 5.2), and who can close each gap."""

from collections.abc import Mapping
from typing import Final

from domain.duties import Duty
from domain.labelled import Labelled


class GapKind(Labelled):
    """In the order in which a school works them off."""

    NO_PERSONAL_ID = "no_personal_id", "Chưa có số định danh cá nhân"
    DOUBTFUL_PERSONAL_ID = "doubtful_personal_id", "Số định danh không khớp hồ sơ"
    PROFILE = "profile", "Hồ sơ học sinh còn thiếu"
    UNASSIGNED = "unassigned", "Chưa phân công người phụ trách"
    NO_CERTIFICATE = "no_certificate", "Người ký chưa có chứng thư số dùng được đến hết hạn"
    NO_SCHOOL_CERTIFICATE = "no_school_certificate", "Trường chưa đăng ký chứng thư số của cơ quan"
    UNAPPROVED_CERTIFICATE = "unapproved_certificate", "Chứng thư số của trường chưa được cơ quan quản lý duyệt"
    NOT_CONNECTED = "not_connected", "Chưa thử kết nối với kho học bạ của thành phố"


# Who can close a gap; nobody of the school where only the authority can.
CLOSED_BY: Final[Mapping[GapKind, tuple[Duty, ...]]] = {
    GapKind.NO_PERSONAL_ID: (Duty.HOMEROOM, Duty.ADMIN),
    GapKind.DOUBTFUL_PERSONAL_ID: (Duty.HOMEROOM, Duty.ADMIN),
    GapKind.PROFILE: (Duty.HOMEROOM, Duty.ADMIN),
    GapKind.UNASSIGNED: (Duty.ADMIN, Duty.PRINCIPAL),
    GapKind.NO_CERTIFICATE: (Duty.ADMIN,),
    GapKind.NO_SCHOOL_CERTIFICATE: (Duty.CLERK, Duty.ADMIN),
    GapKind.UNAPPROVED_CERTIFICATE: (Duty.OFFICE_HEAD,),
    GapKind.NOT_CONNECTED: (Duty.CLERK, Duty.ADMIN),
}
# Who at the school asks for what only somebody else can close.
ASKED_BY: Final[Mapping[GapKind, tuple[Duty, ...]]] = {GapKind.UNAPPROVED_CERTIFICATE: (Duty.CLERK, Duty.ADMIN)}
# What is said of a kind of which nothing is missing.
WHOLE: Final[Mapping[GapKind, str]] = {
    GapKind.NO_PERSONAL_ID: "Mọi học sinh đã có số định danh cá nhân",
    GapKind.DOUBTFUL_PERSONAL_ID: "Số định danh khớp với hồ sơ",
    GapKind.PROFILE: "Hồ sơ học sinh đủ các mục bắt buộc",
    GapKind.UNASSIGNED: "Mọi phần việc đã có người phụ trách",
    GapKind.NO_CERTIFICATE: "Mọi người ký có chứng thư số dùng được đến hết hạn",
    GapKind.NO_SCHOOL_CERTIFICATE: "Trường đã đăng ký chứng thư số của cơ quan",
    GapKind.UNAPPROVED_CERTIFICATE: "Chứng thư số của trường đã được cơ quan quản lý duyệt",
    GapKind.NOT_CONNECTED: "Đã thử kết nối với kho học bạ của thành phố",
}
NOT_ASKED: Final = "Chưa gửi duyệt"
