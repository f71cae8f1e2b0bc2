"""A pupil's years on one page: every school, class and version from the first on, and the file that proves them.

Years that other schools issued move with the pupil: the school where the pupil is now reads them, nobody else does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from api.deps import CurrentPerson, ServicesDep, VisibleRecord, require_readable
from api.guard import allow
from api.headers import WITHIN_OUR_PAGE
from api.pages.language import marked as _
from api.pages.templating import page
from domain.assessment import Term
from domain.chains import Happened, LinkState
from domain.curriculum import HOMEROOM
from domain.documents import DocumentKind, SignatureField
from domain.duties import STAFF
from domain.errors import NotFound
from signing.chain.file import MEDIA_TYPE
from storage import access, chains, presence
from storage.access import RecordHead
from storage.chains import Stay, StayPaper
from storage.staffing import Person
from storage.transfers import brought

router = APIRouter(include_in_schema=False, prefix="/hoc-ba/{record_id}")
NOT_THEIRS: Final = "Không tìm thấy học bạ này."
NOT_WHOLE: Final = "Chỉ trường nơi học sinh đang học mới tải được tệp chứng minh của cả chuỗi."
STATES: Final = {
    LinkState.IN_FORCE: _("có hiệu lực"),
    LinkState.RECALLED: _("đã thu hồi"),
    LinkState.SUPERSEDED: _("đã được thay thế"),
    LinkState.NOT_LOGGED: _("đã đóng dấu, chờ phát hành"),
}
TONES: Final = {LinkState.IN_FORCE: "good", LinkState.RECALLED: "trouble", LinkState.SUPERSEDED: "warning"}
NAMES: Final = {
    DocumentKind.YEAR_RECORD: _("Học bạ"),
    DocumentKind.IDENTITY_PAGE: _("Trang thông tin học sinh"),
    DocumentKind.TRANSFER_RESULT: _("Kết quả học tập khi chuyển trường"),
    DocumentKind.PAPER_EXTRACT: _("Trích lục các năm học trước"),
    DocumentKind.CLASS_SUMMARY: _("Bảng tổng hợp học kì I của lớp"),
}
_ROLES: Final = (
    (SignatureField.HOMEROOM, _("Giáo viên chủ nhiệm")),
    (SignatureField.PRINCIPAL, _("Hiệu trưởng")),
    (SignatureField.SEAL, _("Đóng dấu")),
)


@dataclass(frozen=True)
class Room:
    """What of a pupil's years the visitor sees: all of them (`is_whole`), or those at the visitor's own school."""

    stays: Sequence[Stay]
    is_whole: bool

    def paper(self, document_id: UUID) -> StayPaper:
        """A paper of the pupil alone that the visitor sees; raises NotFound for any other."""
        own = (each for stay in self.stays for each in stay.papers if each.is_own)
        found = (each for each in own if each.document_id == document_id)
        paper = next(found, None)
        if paper is None:
            raise NotFound(NOT_THEIRS)
        return paper


@router.get("/chuoi")
@allow(STAFF, crosses_schools=True)
def show_chain(request: Request, record: VisibleRecord, person: CurrentPerson, found: ServicesDep) -> Response:
    """For the homeroom teacher and the school's offices: every subject stands on a year's record."""
    _require_whole_record(record, person)
    with found.sessions() as session:
        room = _room(session, record, person)
        obstacle = found.chains.obstacle(session, room.stays) if room.is_whole else NOT_WHOLE
        pupil_id = chains.pupil_of(session, record.enrolment_id)
        foreign = brought.papers_of(session, pupil_id) if room.is_whole else []
    return page(
        found,
        request,
        "stories/chain.html",
        record=record,
        head=record.class_term,
        term=Term(record.class_term.term),
        stays=room.stays,
        names=NAMES,
        is_whole=room.is_whole,
        brought=foreign,
        obstacle=obstacle,
        states=STATES,
        tones=TONES,
        roles=_ROLES,
        recalled=Happened.RECALLED,
        issued=Happened.ISSUED,
    )


@router.get("/ket-qua-mang-den")
@allow(STAFF, crosses_schools=True)
def show_brought(request: Request, record: VisibleRecord, person: CurrentPerson, found: ServicesDep) -> Response:
    """The unfinished year of who came from outside: for the homeroom teacher and offices all, else one's subjects."""
    head = record.class_term
    reads_all = bool(person.roles & access.SCHOOL_WIDE) or HOMEROOM in head.my_slots
    with found.sessions() as session:
        year = brought.running_year(session, record.enrolment_id, None if reads_all else head.my_slots)
    if year is None:
        raise NotFound("Học sinh không mang theo kết quả của năm học đang diễn ra.")
    return page(found, request, "stories/brought.html", record=record, head=head, term=Term(head.term), year=year)


@router.get("/chuoi.zip")
@allow(STAFF, crosses_schools=True)
def take_chain(record: VisibleRecord, person: CurrentPerson, found: ServicesDep) -> Response:
    """The file that proves the whole chain without us; raises NotFound in words while something is not proven yet."""
    _require_whole_record(record, person)
    with found.sessions() as session:
        if not _room(session, record, person).is_whole:
            raise NotFound(NOT_WHOLE)
        data = found.chains.file(session, chains.pupil_of(session, record.enrolment_id))
    headers = {"Content-Disposition": f'attachment; filename="chuoi-hoc-ba-{record.id}.zip"'}
    return Response(data, media_type=MEDIA_TYPE, headers=headers)


@router.get("/chuoi/{document_id}.pdf")
@allow(STAFF, crosses_schools=True)
def show_chain_paper(record: VisibleRecord, document_id: UUID, person: CurrentPerson, found: ServicesDep) -> Response:
    """The signed bytes of one version, of whatever school issued it; no summary, which names others."""
    _require_whole_record(record, person)
    with found.sessions() as session:
        paper = _room(session, record, person).paper(document_id)
    headers = {"Content-Disposition": f'inline; filename="hoc-ba-{paper.lookup_code}.pdf"', **WITHIN_OUR_PAGE}
    return Response(found.objects.get(paper.sha256), media_type="application/pdf", headers=headers)


def _require_whole_record(record: RecordHead, person: Person) -> None:
    require_readable(record.class_term, person, HOMEROOM, NOT_THEIRS)


def _room(session: Session, record: RecordHead, person: Person) -> Room:
    """A homeroom teacher sees all of it from the pupil's present class only, the school's offices from each of them."""
    pupil_id, school_id = chains.pupil_of(session, record.enrolment_id), record.class_term.school_id
    stays, place = chains.stays_of(session, pupil_id), presence.place_of(session, pupil_id)
    is_present = place is not None and place[0].id == record.enrolment_id
    if place is not None and place[1] == school_id and (is_present or person.roles & access.SCHOOL_WIDE):
        return Room(stays, is_whole=True)
    return Room([each for each in stays if each.school_id == school_id], is_whole=False)
