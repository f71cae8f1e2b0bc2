"""Where campaigns and their phases stand, and what happens to a phase."""

from domain.labelled import Labelled


class CampaignState(Labelled):
    OPEN = "open", "Đang thực hiện"
    PAUSED = "paused", "Tạm dừng"
    CLOSED = "closed", "Đã đóng"


class CampaignDeed(Labelled):
    """What an office does to a campaign."""

    OPENED = "opened", "Mở đợt"
    PAUSED = "paused", "Tạm dừng đợt"
    RESUMED = "resumed", "Tiếp tục đợt"
    CLOSED = "closed", "Đóng đợt"
    POLICY = "policy", "Áp dụng kế hoạch khác hoặc bản mới"


class PhaseState(Labelled):
    """Done late stays done; excepted is not done, but somebody with authority has said that it need not be."""

    OPEN = "open", "Chưa xong"
    LATE = "late", "Quá hạn"
    EXCEPTED = "excepted", "Được miễn trừ"
    DONE = "done", "Đã xong"


class DriftKind(Labelled):
    """How a workflow and the database may differ; the nightly look finds and, where it can, repairs it."""

    NOT_STARTED = "not_started", "Sổ đã mở nhưng tiến trình chưa chạy"
    GONE = "gone", "Tiến trình không còn mà sổ chưa phát hành xong"
    BEHIND = "behind", "Số bước của tiến trình và cơ sở dữ liệu khác nhau"
    DEADLINE = "deadline", "Tiến trình chưa biết hạn mới"
    COUNTS = "counts", "Số liệu tiến độ không khớp hồ sơ"
    SCHOOL = "school", "Tiến trình của trường chưa chạy hoặc chưa biết hạn mới"


class PhaseEventKind(Labelled):
    REMINDER = "reminder", "Nhắc trước hạn"
    OVERDUE = "overdue", "Quá hạn"
    ESCALATION = "escalation", "Báo lên cấp trên"
    DONE = "done", "Đã xong"
    EXCEPTED = "excepted", "Được miễn trừ"
    REOPENED = "reopened", "Chưa xong trở lại"


# What somebody is told; the rest is what became of a phase.
ALARMS = (PhaseEventKind.REMINDER, PhaseEventKind.OVERDUE, PhaseEventKind.ESCALATION)
