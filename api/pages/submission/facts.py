"""What the school's room of submission shows."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from activities.confirming import Way
from activities.submission.packing import AT_ONCE
from api.deps import now
from api.pages.language import marked as _
from api.services import Services
from domain.decisions import Action
from domain.duties import Duty
from domain.submission.states import UNDER_WAY, Approval, PacketState
from storage import certificates
from storage.staffing import Person
from storage.submission import approvals, connections, showing, stores

READERS: Final = frozenset({Duty.CLERK, Duty.ADMIN, Duty.PRINCIPAL, Duty.VICE_PRINCIPAL})
WORKERS: Final = frozenset({Duty.CLERK, Duty.ADMIN})
CLERKS: Final = frozenset({Duty.CLERK})
DONE: Final[Mapping[str, str]] = {
    "ky": _("Đã ký các gói tin; kho trả lời đến đâu, trang này hiện đến đó."),
    "chi-loi": _("Không có học bạ nào đóng gói được; lý do ở danh sách bị từ chối."),
    "gui-lai": _("Các học bạ bị từ chối đã trở lại danh sách chờ nộp."),
    "duyet": _("Đã gửi chứng thư số cho cơ quan quản lý duyệt."),
    "ket-noi": _("Kết nối được với kho."),
}


def room(found: Services, person: Person, store: str, *, done: str = "", problem: str = "") -> dict[str, Any]:
    """Everything of one store; an unknown code means the first."""
    with found.sessions() as session:
        known = stores.active(session)
        chosen = next((each for each in known if each.code == store), known[0])
        lines = showing.classes(session, person.school_id, chosen.code)
        packets = showing.packets(session, person.school_id, chosen.code)
        values = {
            "certificates": approvals.of_school(session, person.school_id),
            "is_approved": bool(approvals.approved_of(session, [person.school_id], now())),
            "way": _way(found, session, person),
            "connected_at": connections.newest(session, person.school_id),
            "refused": showing.refused(session, person.school_id, chosen.code),
        }
    moving = [each for each in packets if each.packet.state in {state.value for state in UNDER_WAY}]
    return values | {
        "stores": known,
        "store": chosen,
        "lines": lines,
        "packets": packets,
        "waiting": showing.total(lines),
        "at_once": AT_ONCE,
        "is_moving": bool(moving),
        "packet_states": {each.value: each.label for each in PacketState},
        "may_submit": Duty.CLERK in person.duties,
        "may_work": bool(person.duties & WORKERS),
        "new_id": uuid4,
        "askable": {None, Approval.REFUSED, Approval.WITHDRAWN},
        "done": DONE.get(done, ""),
        "problem": problem,
    }


def _way(found: Services, session: Session, person: Person) -> Way:
    """How the school's key is confirmed."""
    row = certificates.best(session, Action.SEAL, person.staff_id, person.school_id, now())
    return found.confirming.way(row.provider) if row else Way.NOWHERE


def uuids(listed: list[str]) -> list[UUID]:
    """Those that are ids; anything else names nothing."""
    found = []
    for each in listed:
        try:
            found.append(UUID(each))
        except ValueError:
            continue
    return found
