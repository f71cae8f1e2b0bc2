"""What happened to a record or in a class's term, to take along: an event a line."""

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from api.deps import CurrentPerson, ServicesDep, VisibleClassTerm, VisibleRecord, require_readable
from api.guard import allow
from api.pages.homeroom.room import READERS
from api.pages.language import counted, gettext
from api.pages.language import marked as _
from api.pages.records.stories import DEADLINES, FEW, ChoiceDep, class_story, names_of, record_story
from api.pages.taking import Row, TakenList, of_class, take_list
from domain.curriculum import HOMEROOM
from domain.duties import STAFF
from domain.stories import EventKind, StoryChoice, StoryEvent, Void, told
from storage import stories

router = APIRouter(include_in_schema=False)
_TAKEN: Final = TakenList("lich-su", _("Lịch sử"), {
    _("Lúc"): 18, _("Việc"): 18, _("Người làm"): 28, _("Phần việc"): 34, _("Số học sinh"): 9, _("Học sinh"): 40,
    _("Nội dung"): 44, _("Sau hạn"): 9, _("Lý do"): 50, _("Chữ ký hết hiệu lực"): 44, _("Gửi từ"): 34,
})  # fmt: skip
_PAPERS: Final = {"subject_sheet": _("phiếu môn %(name)s"), "year_record": _("học bạ")}
_PROMOTED: Final = {True: _("quyết định cho lên lớp"), False: _("quyết định chưa cho lên lớp")}
_ASIDE: Final = _("Học bạ quay về bước chờ chủ nhiệm ký, vì bảng tổng hợp của lớp phải lập lại.")


@router.get("/hoc-ba/{record_id}/lich-su.xlsx")
@allow(STAFF)
def take_record_story(record: VisibleRecord, person: CurrentPerson, found: ServicesDep, choice: ChoiceDep) -> Response:
    head = record.class_term
    with found.sessions() as session:
        events = told(record_story(session, record, person), choice)
        names = names_of(session, head)
    rows = (_row(each, names, {}) for each in events)
    return take_list(found, person, _TAKEN, rows, (*of_class(head), *_chosen(choice, names)), whose=record.full_name)


@router.get("/lop/{class_term_id}/lich-su.xlsx")
@allow(READERS)
def take_class_story(head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep, choice: ChoiceDep) -> Response:
    require_readable(head, person, HOMEROOM)
    with found.sessions() as session:
        events = told(class_story(session, head, person), choice)
        names = names_of(session, head)
        pupils = {pupil.record_id: pupil.full_name for pupil in stories.pupils_of(session, head.id)}
    rows = (_row(each, names, pupils) for each in events)
    return take_list(found, person, _TAKEN, rows, (*of_class(head), *_chosen(choice, names)))


def _chosen(choice: StoryChoice, names: Mapping[str, str]) -> tuple[str, str]:
    kind = EventKind(choice.kind).label if choice.kind in set(EventKind) else ""
    return gettext(kind), gettext(names.get(choice.slot, ""))


def _row(event: StoryEvent, names: Mapping[str, str], pupils: Mapping[str, str]) -> Row:
    slots = (event.to_slot,) if event.to_slot else event.slots
    nobody = _("Ngoài ứng dụng") if event.kind is EventKind.ENTERED else _("Hệ thống")
    few = event.records if len(event.records) <= FEW else ()
    return (
        event.at, gettext(event.kind.label), event.actor or gettext(nobody),
        ", ".join(gettext(names.get(slot, slot)) for slot in slots),
        event.sitting.pupils if event.sitting else len(event.records) or None,
        ", ".join(pupils[each.record_id] for each in few if each.record_id in pupils),
        _content(event), gettext("Sau hạn") if event.is_late else "", event.reason,
        ", ".join(_void(each, names) for each in event.voids), ", ".join(filter(None, (event.device, event.network))),
    )  # fmt: skip


def _content(event: StoryEvent) -> str:
    """What of an event its kind does not say."""
    if event.is_aside:
        return gettext(_ASIDE)
    if event.sitting:
        counts = {
            _("điền %(count)s ô"): event.sitting.filled,
            _("sửa %(count)s ô"): event.sitting.changed,
            _("xoá %(count)s ô"): event.sitting.cleared,
        }
        return ", ".join(counted(words, count) for words, count in counts.items() if count)
    if event.promoted is not None:
        return gettext(_PROMOTED[event.promoted])
    return gettext(DEADLINES.get(event.detail, event.detail))


def _void(void: Void, names: Mapping[str, str]) -> str:
    paper = gettext(_PAPERS.get(void.kind, _("bảng tổng hợp lớp")))
    return f"{void.signer} ({paper.replace('%(name)s', gettext(names.get(void.slot, void.slot)))})"
