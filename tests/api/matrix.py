"""What requests of the matrix name: objects of one's own school and of another; bodies where needed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from httpx import AsyncClient, Response
from sqlalchemy.orm import Session

from api.guard import Rule, rule_of
from api.main import add_pages
from domain.calendar import day_of
from domain.curriculum import PRINCIPAL
from domain.decisions import Action
from domain.duties import AUTHORITY, Duty
from domain.matters import MatterKind
from domain.matters.handovers import HandoverKind
from storage import journal
from storage.corrections import deeds, identities
from storage.handovers import opening, steps
from storage.handovers.opening import NewHandover, Wish
from storage.matters import steps as matter_steps
from storage.matters.steps import Step
from storage.staffing import person
from storage.tables import (
    Campaign,
    CampaignPhase,
    CampaignSchool,
    CorrectedRecord,
    Enrolment,
    Matter,
    PupilRow,
    Recall,
    SigningBatch,
    Staff,
    TermRecord,
    Unlock,
)
from storage.transfers.requesting import Application, Outside, open_transfer
from tests.factories import YEAR, ClassCast, OpenBook, open_book
from tests.issued import enrolment
from tests.matters import make_matter
from tests.office import make_campaign, manager_of, shipped_plan
from tests.storage.extracts.making import asked as made_extract
from tests.storage.extracts.making import came
from tests.storage.papers import make_document, make_order

# Who is asked for, and what that person is.
DUTIES: Mapping[str, frozenset[Duty]] = {
    "principal": frozenset({Duty.PRINCIPAL}),
    "homeroom": frozenset({Duty.HOMEROOM, Duty.SUBJECT_TEACHER}),
    "music": frozenset({Duty.SUBJECT_TEACHER}),
    "other": frozenset({Duty.SUBJECT_TEACHER}),
    "clerk": frozenset({Duty.CLERK}),
    "admin": frozenset({Duty.ADMIN}),
}
# Who works at the authority of the school.
OFFICE_DUTIES: Mapping[str, frozenset[Duty]] = {
    "officer": frozenset({Duty.OFFICER}),
    "office head": frozenset({Duty.OFFICE_HEAD}),
}
EVERYBODY = {**DUTIES, **OFFICE_DUTIES}
# Forms that the guards of objects are asked behind: fields by route.
FORMS: dict[str, dict[str, str]] = {}
# People, assignments and offices.
FORMS |= {
    name: {"command_id": str(uuid4()), "reason": "Thay người phụ trách"}
    for name in ("POST /nguoi/{staff_id}/chuyen", "POST /phan-cong/{class_id}/{slot}", "POST /phan-cong/chuc-vu")
}
JSON: dict[str, object] = {}
# Homeroom.
_COMMAND = "00000000-0000-4000-8000-000000000001"
FORMS |= {
    "POST /lop/{class_term_id}/chu-nhiem/nhac": {"slot": "toan"},
    "POST /lop/{class_term_id}/chu-nhiem/ra-soat": {"command_id": _COMMAND},
    "POST /lop/{class_term_id}/chu-nhiem/tra-lai": {"command_id": _COMMAND, "reason": "Sai điểm."},
    "POST /lop/{class_term_id}/chu-nhiem/tam-giu": {"command_id": _COMMAND, "reason": "Chờ giấy tờ."},
    "POST /lop/{class_term_id}/chu-nhiem/bo-tam-giu": {"command_id": _COMMAND},
}
# The signing room.
FORMS["POST /ky/{batch_id}/xac-nhan"] = {"order_id": "00000000-0000-4000-8000-000000000000", "passphrase": "x"}
# Path parameters that name nobody's object.
PLAIN = {"slot": "toan", "school_year": "2026-2027", "term": "hk1", "position": "0"}
# Notices: whose it is asked about is nobody's.
PLAIN |= {"notice_id": str(uuid4())}
PLAIN |= {"position_id": str(uuid4())}  # of offices
# The data review of a campaign.
FORMS |= {f"POST /ra-soat/{each}": {"dot": str(uuid4())} for each in ("xac-nhan", "bao", "tap-huan")}
# Entry.
_SHEET = "/lop/{class_term_id}/nhap/{slot}"
FORMS |= {f"POST {_SHEET}/gui": {"command_id": str(uuid4()), "record_ids": str(uuid4())}}
JSON |= {f"PUT {_SHEET}/o": {"cells": [{"record_id": str(uuid4()), "code": "x", "value": "", "version": 0}]}}
PLAIN |= {"phrase_id": str(uuid4())}


# Handovers.
FORMS |= {
    "POST /ban-giao/moi/xem": {"loai": "retirement"},
    "POST /ban-giao/moi": {"command_id": _COMMAND, "reason": "Nghỉ hưu"},
    "POST /nghi-ngan-ngay": {"command_id": _COMMAND, "reason": "Đi tập huấn"},
    "POST /ban-giao/{handover_id}/{viec}": {"command_id": _COMMAND},
}
PLAIN |= {"viec": "nhan"}


@dataclass(frozen=True)
class GuardedRoute:
    """A route that is not open to everybody."""

    method: str
    path: str
    rule: Rule

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_of_offices(self) -> bool:
        """Open to nobody at a school."""
        return bool(self.rule.duties and self.rule.duties <= AUTHORITY)

    @property
    def names_object(self) -> bool:
        return any(f"{{{name}}}" in self.path for name in (*OBJECTS, *SIGNING_ROOM, *CORRECTIONS))


@dataclass
class Objects:
    """Ids by path parameter."""

    ids: dict[str, str] = field(default_factory=dict)

    async def ask(self, client: AsyncClient, route: GuardedRoute) -> Response:
        path = route.path.format(**PLAIN, **self.ids)
        more: dict[str, Any] = {}
        if route.method not in {"GET", "DELETE"}:
            more = {"json": JSON[route.name]} if route.name in JSON else {"data": FORMS.get(route.name, {"x": "1"})}
        return await client.request(route.method, path, **more)


SIGNING_ROOM = ("batch_id", "matter_id", "transfer_id", "extract_id")
FORMS |= {
    "POST /viec/{matter_id}/ky": {"command_id": str(uuid4()), "phan": "principal"},
    "POST /viec/{matter_id}/ky/{order_id}": {"passphrase": "x"},
}
# Corrections.
CORRECTIONS = ("unlock_id", "recall_id", "identity_id")
FORMS |= {
    f"POST {path}": {"command_id": _COMMAND, "viec": "grant", "ly_do": "Nhập nhầm điểm."}
    for path in (
        "/mo-khoa/{unlock_id}", "/thu-hoi/{recall_id}", "/trang-thong-tin/{identity_id}",
        "/lop/{class_term_id}/nhap/{slot}/mo-khoa", "/hoc-ba/{record_id}/thu-hoi", "/hoc-ba/{record_id}/ho-tich",
    )
}  # fmt: skip
# Extracts.
PLAIN |= {"year_id": str(uuid4())}
FORMS |= {
    "POST /trich-luc": {"command_id": _COMMAND, "transfer_id": str(uuid4())},
    "POST /trich-luc/{extract_id}": {"command_id": _COMMAND, "viec": "confirm"},
}
# The door, one's own account, and the accounts of a school.
FORMS |= {
    "POST /nguoi-dung/moi-tat-ca": {"command_id": "5f0c1a52-4a7f-4f3c-9a52-0a2b6a1f0c11"},
    "POST /nguoi-dung/ma-truy-cap": {"command_id": "5f0c1a52-4a7f-4f3c-9a52-0a2b6a1f0c12"},
    "POST /nguoi-dung/{staff_id}/moi": {"command_id": "5f0c1a52-4a7f-4f3c-9a52-0a2b6a1f0c13"},
}
PLAIN |= {"session_id": "5f0c1a52-4a7f-4f3c-9a52-0a2b6a1f0c14", "key_id": "5f0c1a52-4a7f-4f3c-9a52-0a2b6a1f0c15"}

# Submission.
PLAIN |= {"packet_id": str(uuid4()), "certificate_id": str(uuid4()), "sha256": "0" * 64, "grade": "1"}
FORMS |= {
    "POST /nop/xac-nhan": {"command_id": _COMMAND, "passphrase": "x"},
    "POST /nop/chung-thu-so/{certificate_id}": {"command_id": _COMMAND},
    "POST /co-quan/kho/tra-cuu": {"tim": "5c1e"},
    "POST /co-quan/kho/thu-hoi": {"ma": "5c1e", "reason": "Sai ngày sinh."},
    "POST /co-quan/chung-thu-so/{certificate_id}": {"command_id": _COMMAND, "quyet_dinh": "approved"},
}

# Consents.
_SAID = {"command_id": str(uuid4()), "viec": "other_software", "nguoi": "mother", "ngay": "2026-09-01"}
FORMS |= {"POST /hoc-ba/{record_id}/dong-y": _SAID | {"noi": "co"}, "POST /lop/{class_term_id}/dong-y": _SAID}

# Transfers.
PLAIN |= {"act": "huy", "member": "hoc-ba-2025-2026.pdf"}
FORMS |= {"POST /chuyen-truong/{transfer_id}/{act}": {"command_id": _COMMAND, "reason": "Gia đình rút đơn."}}

OBJECTS = ("class_term_id", "class_id", "record_id", "order_id", "document_id", "staff_id", "handover_id")


def objects_of(db: Session, cast: ClassCast, sha256: str) -> Objects:
    """An open book with a paper and an order of its school's principal, and the class's homeroom teacher."""
    book: OpenBook = open_book(db, cast)
    document = make_document(book, part=1, sha256=sha256)
    order = make_order(book, Action.APPROVE, PRINCIPAL, lease=False)
    db.flush()
    named = (book.id, cast.class_id, book.records[0], order.id, document.id, cast.homeroom, handover_of(db, cast))
    ids = {name: str(each) for name, each in zip(OBJECTS, named, strict=True)} | {"preview_id": str(uuid4())}
    # The signing room.
    batch = SigningBatch(
        id=uuid4(), staff_id=order.staff_id, action="approve", asked=[[str(book.id), ["principal"], []]]
    )
    db.add(batch)
    db.flush()
    order.batch_id = batch.id
    db.flush()
    ids |= {"batch_id": str(batch.id), "matter_id": str(make_matter(db, cast).id)}
    ids["transfer_id"] = str(make_transfer(db, cast).id)
    came_here = came(db, cast.school, enrolment(book, 0))
    ids["extract_id"] = made_extract(db, came_here, cast.school.clerk).matter_id
    return Objects(ids | corrections_of(db, book) | office_objects(db, cast))


def corrections_of(db: Session, book: OpenBook) -> dict[str, str]:
    """An unlock, a recall and a page that were asked for, of pupils who stay."""
    at, school, (record, other) = datetime.now(UTC), book.cast.school, book.records[1:3]
    reason_id = uuid4()
    journal.add_reason(db, reason_id, school.school_id, school.clerk, "Nhập nhầm điểm.")
    unlock, recall = asked(db, book, MatterKind.UNLOCK), asked(db, book, MatterKind.RECALL)
    enrolment = db.get_one(Enrolment, db.get_one(TermRecord, UUID(other)).enrolment_id)
    db.add(Unlock(matter_id=unlock, class_term_id=book.id, state="asked", slots=["toan"], reason_id=reason_id))
    db.add(
        Recall(
            matter_id=recall, enrolment_id=enrolment.id, first_record_id=UUID(other), slots=[], first_slots=["toan"],
            state="asked", reason_id=reason_id, is_frozen=False,
        )
    )  # fmt: skip
    for matter_id, record_id in ((unlock, record), (recall, other)):
        db.add(CorrectedRecord(matter_id=matter_id, record_id=UUID(record_id), slots=["toan"]))
    db.flush()
    page = identities.ask_identity_page(enrolment.pupil_id, school.school_id, "opened", school.clerk, at)
    deeds.take(db, page, at)
    return dict(zip(CORRECTIONS, map(str, (unlock, recall, page.matter_id)), strict=True))


def asked(db: Session, book: OpenBook, kind: MatterKind) -> UUID:
    matter_id = uuid4()
    first = Step(str(matter_id), "ask", datetime.now(UTC), book.cast.school.clerk)
    matter_steps.open_matter(db, kind, matter_id, book.cast.school.school_id, "asked", first)
    return matter_id


def handover_of(db: Session, cast: ClassCast) -> UUID:
    """The homeroom teacher of a class asks the music teacher to stand in for a while."""
    matter_id, reason_id, at = uuid4(), uuid4(), datetime.now(UTC) + timedelta(days=10)
    journal.add_reason(db, reason_id, cast.school.school_id, cast.homeroom, "Đi tập huấn")
    wishes = (Wish((cast.class_id, "toan", ""), cast.music),)
    people = (cast.school.school_id, cast.homeroom, cast.homeroom, reason_id)
    new = NewHandover(matter_id, HandoverKind.DELEGATION, *people, at, at + timedelta(days=3), wishes)
    assert opening.open_handover(db, new, lambda: datetime.now(UTC))
    steps.begin(db, matter_id, lambda: datetime.now(UTC))
    return matter_id


def make_transfer(db: Session, cast: ClassCast) -> Matter:
    """A pupil of the class who is to leave the system."""
    query = db.query(PupilRow).join(Enrolment).filter(Enrolment.class_id == cast.class_id)
    pupil = query.order_by(Enrolment.order_no).first()
    clerk = person(db, datetime.now(UTC), Staff.id == cast.school.clerk)
    assert pupil is not None
    assert clerk is not None
    command = uuid4()
    asked = Application(
        matter_id=command,
        command_id=str(command),
        arrives=False,
        pupil=pupil.pupil_code,
        birth_date=pupil.birth_date,
        requested_on=day_of(datetime.now(UTC)),
        reason="Theo cha mẹ.",
        outside=Outside("Trường Mẫu ở tỉnh khác", "", "Tỉnh Đồng Nai"),
    )
    return open_transfer(db, clerk, asked, datetime.now(UTC))


def office_objects(db: Session, cast: ClassCast) -> dict[str, str]:
    """The school, and a campaign of its authority in which it takes part."""
    school_id = cast.school.school_id
    plan = shipped_plan(db)
    campaign = db.query(Campaign).filter_by(school_year=str(YEAR), grade=1).first()
    if campaign is None:
        authority_id = manager_of(db, school_id, day_of(datetime.now(UTC)))
        assert authority_id is not None
        campaign = make_campaign(db, authority_id, plan)
    db.merge(CampaignSchool(campaign_id=campaign.id, school_id=school_id))
    key = {"campaign_id": campaign.id, "school_id": school_id, "version": campaign.base_version}
    for step in ("close_hk1", "issue"):
        db.merge(CampaignPhase(**key, step=step, cohort="all", due_at=datetime(2027, 6, 30, 17, tzinfo=UTC)))
    db.flush()
    return {"school_id": str(school_id), "campaign_id": str(campaign.id), "policy_id": str(plan.policy_id)}


@cache
def guarded_routes() -> tuple[GuardedRoute, ...]:
    """Every page and part of a page that is for signed-in people."""
    app = FastAPI()
    add_pages(app)
    return tuple(
        GuardedRoute(method, route.path or "", rule)
        for route in iter_route_contexts(app.routes)
        if (rule := rule_of(getattr(route.original_route, "endpoint", None))) and rule.duties is not None
        for method in route.methods or ()
        if method != "HEAD"
    )
