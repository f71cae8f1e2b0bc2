"""Corrections of what was sent, signed or issued, and papers of a pupil: the steps of an unlock, a recall, an identity
page and an extract. Pure.

guide/domain.md 5.4: the principal decides, the admin executes; after the freeze the managing authority decides, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from domain.decisions import BookDecision
from domain.errors import Conflict
from domain.labelled import Labelled


class UnlockState(Labelled):
    ASKED = "asked", "Chờ hiệu trưởng quyết định"
    GRANTED = "granted", "Chờ quản trị mở khoá"
    OPEN = "open", "Đang mở để sửa"
    SETTLED = "settled", "Đã duyệt lại"
    REFUSED = "refused", "Không được chấp thuận"
    WITHDRAWN = "withdrawn", "Đã rút đề nghị"


class RecallState(Labelled):
    ASKED = "asked", "Chờ giáo viên chủ nhiệm xác nhận"
    CONFIRMED = "confirmed", "Chờ hiệu trưởng quyết định"
    AUTHORITY = "authority", "Chờ cơ quan quản lý cho phép"
    RECALLING = "recalling", "Đang thu hồi"
    CORRECTING = "correcting", "Đã thu hồi, đang sửa"
    SETTLED = "settled", "Đã phát hành bản mới"
    REFUSED = "refused", "Không được chấp thuận"
    WITHDRAWN = "withdrawn", "Đã rút đề nghị"


class IdentityState(Labelled):
    ASKED = "asked", "Chờ hiệu trưởng phê duyệt"
    SIGNING = "signing", "Chờ ký và đóng dấu"
    SETTLED = "settled", "Đã ký và đóng dấu"
    REFUSED = "refused", "Không được phê duyệt"
    WITHDRAWN = "withdrawn", "Đã dừng"


class ExtractState(Labelled):
    DRAFT = "draft", "Đang nhập"
    CHECKING = "checking", "Chờ đối chiếu với bản gốc"
    SIGNING = "signing", "Chờ ký và đóng dấu"
    SETTLED = "settled", "Đã ký và đóng dấu"
    WITHDRAWN = "withdrawn", "Đã bỏ"


class Deed(Labelled):
    """What somebody does about a matter; the diary keeps the code."""

    ASK = "ask", "Đề nghị"
    CONFIRM = "confirm", "Xác nhận"
    GRANT = "grant", "Chấp thuận"
    ALLOW = "allow", "Cho phép thu hồi học bạ đã chốt"
    REFUSE = "refuse", "Không chấp thuận"
    WITHDRAW = "withdraw", "Rút đề nghị"
    EXECUTE = "execute", "Mở khoá"
    EXTEND = "extend", "Gia hạn"
    RETRY = "retry", "Thử lại"
    SUBMIT = "submit", "Gửi đối chiếu"
    # What follows by itself.
    OPENED = "opened", "Phần này mở để sửa"
    RECALLED = "recalled", "Học bạ đã thu hồi"
    STUCK = "stuck", "Sổ của lớp không nhận"
    SENT = "sent", "Phần đã sửa được gửi"
    SETTLED = "settled", "Xong"
    REMINDED = "reminded", "Đã nhắc"
    CHANGED = "changed", "Dữ liệu học sinh đã sửa"
    LEFT = "left", "Dừng lại vì học sinh đã chuyển trường"
    NOT_COME = "not_come", "Dừng lại vì học sinh không chuyển đến nữa"


State = TypeVar("State", UnlockState, RecallState, IdentityState, ExtractState)

UNLOCK_STEPS: Final[Mapping[tuple[UnlockState, Deed], UnlockState]] = {
    (UnlockState.ASKED, Deed.GRANT): UnlockState.GRANTED,
    (UnlockState.ASKED, Deed.REFUSE): UnlockState.REFUSED,
    (UnlockState.GRANTED, Deed.REFUSE): UnlockState.REFUSED,
    (UnlockState.ASKED, Deed.WITHDRAW): UnlockState.WITHDRAWN,
    (UnlockState.GRANTED, Deed.WITHDRAW): UnlockState.WITHDRAWN,
    (UnlockState.GRANTED, Deed.EXECUTE): UnlockState.GRANTED,  # open once the book has taken it
    (UnlockState.GRANTED, Deed.OPENED): UnlockState.OPEN,
    (UnlockState.GRANTED, Deed.EXTEND): UnlockState.GRANTED,
    (UnlockState.OPEN, Deed.EXTEND): UnlockState.OPEN,
}
RECALL_STEPS: Final[Mapping[tuple[RecallState, Deed], RecallState]] = {
    (RecallState.ASKED, Deed.CONFIRM): RecallState.CONFIRMED,
    (RecallState.ASKED, Deed.REFUSE): RecallState.REFUSED,
    (RecallState.CONFIRMED, Deed.GRANT): RecallState.RECALLING,  # or AUTHORITY, where the record is frozen
    (RecallState.CONFIRMED, Deed.REFUSE): RecallState.REFUSED,
    (RecallState.AUTHORITY, Deed.ALLOW): RecallState.RECALLING,
    (RecallState.AUTHORITY, Deed.REFUSE): RecallState.REFUSED,
    **{
        (state, Deed.WITHDRAW): RecallState.WITHDRAWN
        for state in (RecallState.ASKED, RecallState.CONFIRMED, RecallState.AUTHORITY)
    },
    (RecallState.RECALLING, Deed.RETRY): RecallState.RECALLING,
    (RecallState.RECALLING, Deed.RECALLED): RecallState.CORRECTING,
}
IDENTITY_STEPS: Final[Mapping[tuple[IdentityState, Deed], IdentityState]] = {
    (IdentityState.ASKED, Deed.GRANT): IdentityState.SIGNING,
    (IdentityState.ASKED, Deed.REFUSE): IdentityState.REFUSED,
    (IdentityState.ASKED, Deed.WITHDRAW): IdentityState.WITHDRAWN,
    (IdentityState.SIGNING, Deed.RETRY): IdentityState.SIGNING,  # a book did not take the new data
}

EXTRACT_STEPS: Final[Mapping[tuple[ExtractState, Deed], ExtractState]] = {
    (ExtractState.DRAFT, Deed.SUBMIT): ExtractState.CHECKING,
    (ExtractState.CHECKING, Deed.CONFIRM): ExtractState.SIGNING,
    **{(state, Deed.REFUSE): ExtractState.DRAFT for state in (ExtractState.CHECKING, ExtractState.SIGNING)},
    **{(state, Deed.WITHDRAW): ExtractState.WITHDRAWN for state in (ExtractState.DRAFT, ExtractState.CHECKING)},
}


def after(steps: Mapping[tuple[State, Deed], State], state: State, deed: Deed) -> State:
    """The state that a deed leads to. Raises Conflict where it is not the time for it."""
    found = steps.get((state, deed))
    if found is None:
        raise Conflict(f"Việc này đang ở bước “{state.label}”, chưa làm được.")
    return found


@dataclass(frozen=True)
class CorrectionCommand:
    """What somebody decides about a correction: ids and codes only, as it is kept in the workflow's history.

    An unlock names the records of one class-term and its parts; a recall one record, and the parts of each term; an
    identity page its pupil, unless a change of civil data that was kept before says it; an extract the transfer.
    """

    kind: str
    matter_id: str
    deed: Deed
    actor_id: str
    command_id: str = ""
    reason_id: str = ""
    class_term_id: str = ""
    record_ids: tuple[str, ...] = ()
    slots: tuple[str, ...] = ()
    first_slots: tuple[str, ...] = ()
    until: datetime | None = None
    pupil_id: str = ""
    page_reason: str = ""
    transfer_id: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Alarm:
    """When a matter looks again by itself, and what for."""

    key: str
    at: datetime


@dataclass(frozen=True)
class CorrectionPlan:
    """What a matter's workflow does next: tell class-terms, wait for an alarm or for signatures (`awaited`), or end."""

    books: tuple[BookDecision, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    awaited: tuple[str, ...] = ()
