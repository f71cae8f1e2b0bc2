"""For administrators: what left as mail to people of the school, what waits, what did not arrive. Never its words."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from api.deps import CurrentPerson, ServicesDep
from api.guard import allow
from api.pages.choices import query_string
from api.pages.language import gettext
from api.pages.language import marked as _
from api.pages.taking import Row, TakenList, take_list
from api.pages.templating import page
from api.services import Services
from domain.duties import Duty
from storage import mails
from storage.mails import MailLine, MailState
from storage.staffing import Person

router = APIRouter(include_in_schema=False, prefix="/thong-bao/thu")
ADMINS: Final = frozenset({Duty.ADMIN})
NEWEST_MAILS: Final = 100
MAIL_KINDS: Final = {
    "digest": _("Thư buổi sáng"),
    "notice": _("Thư báo ngay"),
    "invitation": _("Thư mời"),
    "password_reset": _("Thư đặt lại mật khẩu"),
}
# What a message's trouble means, by how its code begins; anything else is a server that did not answer.
MAIL_TROUBLES: Final = (
    ("5", _("Nơi nhận từ chối. Hãy xem lại địa chỉ thư ở trang Người dùng.")),
    ("4", _("Nơi nhận chưa nhận. Hệ thống sẽ thử lại.")),
    ("address", _("Địa chỉ thư viết sai. Hãy sửa ở trang Người dùng.")),
    ("channel", _("Kênh riêng không dùng được. Người nhận cần đặt lại kênh.")),
    ("no channel", _("Người nhận đã bỏ kênh riêng.")),
    ("account closed", _("Tài khoản đã khoá.")),
    ("expired", _("Quá hai ngày chưa gửi được. Hãy xem lại máy chủ thư.")),
)
NO_SERVER: Final = _("Không nối được với máy chủ thư.")
MAIL_CHANNELS: Final = {"mail": _("Thư điện tử"), "own": _("Kênh riêng"), "school": _("Kênh của trường")}
STATES: Final[Mapping[MailState, str]] = {
    MailState.SENT: _("Đã gửi"),
    MailState.WAITING: _("Chờ gửi"),
    MailState.FAILED: _("Không gửi được"),
    MailState.USELESS: _("Không cần gửi nữa"),
}
_TAKEN: Final = TakenList("thu-gui-di", _("Thư gửi đi"), {
    _("Loại"): 22, _("Kênh"): 18, _("Gửi cho"): 34, _("Lập lúc"): 18, _("Tình trạng"): 18, _("Gửi lúc"): 18,
    _("Chờ đến"): 18, _("Vì sao"): 60, _("Mã lỗi"): 20,
})  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """What the list is narrowed to; empty is everything."""

    kind: str = ""
    state: str = ""

    @property
    def query(self) -> str:
        return query_string({"loai": self.kind, "tinh-trang": self.state})


async def wanted(
    kind: Annotated[str, Query(alias="loai")] = "", state: Annotated[str, Query(alias="tinh-trang")] = ""
) -> Wanted:
    return Wanted(kind if kind in MAIL_KINDS else "", state if state in set(MailState) else "")


WantedDep = Annotated[Wanted, Depends(wanted)]


@router.get("")
@allow(ADMINS)
def show_mails(request: Request, person: CurrentPerson, found: ServicesDep, asked: WantedDep) -> Response:
    values: dict[str, Any] = {
        "lines": _lines(found, person, asked),
        "asked": asked,
        "kinds": MAIL_KINDS,
        "channels": MAIL_CHANNELS,
        "states": STATES,
        "in_words": trouble_in_words,
    }
    return page(found, request, "notices/mails.html", **values)


@router.get(".xlsx")
@allow(ADMINS)
def take_mails(person: CurrentPerson, found: ServicesDep, asked: WantedDep) -> Response:
    about = (gettext(MAIL_KINDS.get(asked.kind, "")), gettext(STATES[MailState(asked.state)]) if asked.state else "")
    rows = map(_row, _lines(found, person, asked))
    return take_list(found, person, _TAKEN, rows, about)


def trouble_in_words(code: str) -> str:
    return next((words for begin, words in MAIL_TROUBLES if code.startswith(begin)), NO_SERVER)


def _lines(found: Services, person: Person, asked: Wanted) -> list[MailLine]:
    with found.sessions() as session:
        return mails.newest(session, person.school_id, NEWEST_MAILS, **asdict(asked))


def _row(line: MailLine) -> Row:
    code = "" if line.state in {MailState.SENT, MailState.USELESS} else line.trouble
    return (
        gettext(MAIL_KINDS[line.kind]), gettext(MAIL_CHANNELS[line.channel]), ", ".join(line.names), line.created_at,
        gettext(STATES[line.state]), line.sent_at, line.send_after if line.state is MailState.WAITING else None,
        gettext(trouble_in_words(code)) if code else "", code,
    )  # fmt: skip
