"""Where campaigns and their phases stand, and what happens to a phase."""

from domain.labelled import Labelled


class CampaignState(Labelled):
    OPEN = "open", "Đang thực hiện"
    PAUSED = "paused", "Tạm dừng"
    CLOSED = "closed", "Đã đóng"


class PhaseState(Labelled):
    """Done late stays done; excepted is not done, but somebody with authority has said that it need not be."""

    OPEN = "open", "Chưa xong"
    LATE = "late", "Quá hạn"
    EXCEPTED = "excepted", "Được miễn trừ"
    DONE = "done", "Đã xong"


class PhaseEventKind(Labelled):
    REMINDER = "reminder", "Nhắc trước hạn"
    OVERDUE = "overdue", "Quá hạn"
    ESCALATION = "escalation", "Báo lên cấp trên"
    DONE = "done", "Đã xong"
    EXCEPTED = "excepted", "Được miễn trừ"
    REOPENED = "reopened", "Chưa xong trở lại"
