"""A pupil without a personal id: the school reports, the managing authority decides."""

from domain.labelled import Labelled


class CaseState(Labelled):
    REPORTED = "reported", "Chờ cơ quan quản lý quyết định"
    EXCEPTED = "excepted", "Được miễn trừ đến hạn"
    OTHER_DOCUMENT = "other_document", "Dùng giấy tờ khác"
    RETURNED = "returned", "Trường bổ sung số định danh"
    CLOSED = "closed", "Đã có số định danh"


# Decisions under which a pupil without an id does not keep the school from confirming its review.
SETTLED = frozenset({CaseState.EXCEPTED, CaseState.OTHER_DOCUMENT})
DECISIONS = frozenset({CaseState.EXCEPTED, CaseState.OTHER_DOCUMENT, CaseState.RETURNED})
