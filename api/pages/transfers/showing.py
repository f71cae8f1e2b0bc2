"""One transfer: its steps with their dates, whose turn it is, what its package holds, and what the person may do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from api import sights
from api.deps import CurrentPerson, ServicesDep, now
from api.errors import Unavailable, problem_of
from api.guard import allow
from api.headers import WITHIN_OUR_PAGE
from api.pages.language import marked as _
from api.pages.templating import page
from api.pages.transfers.listing import READERS
from api.services import Services
from domain.calendar import start_of_day
from domain.duties import DUTY_NAMES, Duty
from domain.errors import DomainError, NotFound
from domain.matters.corrections import ExtractState, IdentityState
from domain.matters.transfers import TASKS
from domain.sights import Sight
from domain.transfers.phases import AUTOMATIC, CLERK, PRINCIPAL, Deed, Direction, Ground, Phase, move_of
from domain.transfers.rules import transfer_rules
from domain.transfers.states import Side
from interchange.transfer.archive import PackageInvalid, unzipped
from storage.corrections import identities
from storage.extracts import drafts
from storage.extracts import steps as extracts
from storage.matters import seeing as papers_seen
from storage.matters import waits
from storage.matters.waits import MatterTask
from storage.sights import Seen
from storage.staffing import Person
from storage.tables import ClassGroup, IdentityPage, Matter, Transfer
from storage.transfers import matching, showing, steps
from storage.transfers.showing import TransferCard

router = APIRouter(include_in_schema=False, prefix="/chuyen-truong")
Sides = Mapping[Side, frozenset[str]]
UNKNOWN: Final = "Không tìm thấy việc chuyển trường này."
_REQUESTED = (_("Nhận đơn của gia đình"), (Deed.REQUEST,))
_ANSWERED = (_("Trường nơi đến đồng ý tiếp nhận"), (Deed.ACCEPT,))
_RELEASED = (_("Trường nơi đi đồng ý cho chuyển"), (Deed.RELEASE,))
_STOPPED = (_("Dừng sổ của học sinh ở lớp cũ"), (Deed.DETACHED,))
_SIGNED = (_("Hiệu trưởng nơi đi ký kết quả học tập"), ("signed.principal",))
_SEALED = (_("Văn thư nơi đi đóng dấu"), (Deed.SEAL,))
_PACKED = (_("Hồ sơ được đóng gói và kiểm tra tự động"), (Deed.PACKED,))
_CHECKED = (_("Trường nơi đến kiểm tra, xác nhận hồ sơ"), (Deed.CONFIRM, Deed.OVERRULE))
_HANDED = (_("Giao hồ sơ cho trường nơi đến"), (Deed.CONFIRM,))
_ENTERED = (_("Học sinh vào lớp mới"), (Deed.MOVED,))
_LEFT = (_("Học sinh rời trường"), (Deed.MOVED,))
_FINISHED = (_("Rút khỏi sổ của lớp cũ"), (Deed.COMMITTED,))
STEPS: Final = {
    Direction.WITHIN: (
        _REQUESTED, _ANSWERED, _RELEASED, _STOPPED, _SIGNED, _SEALED, _PACKED, _CHECKED, _ENTERED, _FINISHED,
    ),
    Direction.OUT: (_REQUESTED, _RELEASED, _STOPPED, _SIGNED, _SEALED, _PACKED, _HANDED, _LEFT, _FINISHED),
    Direction.IN: (_REQUESTED, _ANSWERED, _CHECKED, _ENTERED),
}  # fmt: skip
# How files begin that people bring.
FILES: Final = (
    (b"PK", "application/zip", "zip"),
    (b"%PDF-", "application/pdf", "pdf"),
    (b"\xff\xd8\xff", "image/jpeg", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
)
_FOR_PEOPLE: Final = (
    Deed.ACCEPT, Deed.REFUSE, Deed.RELEASE, Deed.OBJECT, Deed.BRING, Deed.CONFIRM, Deed.OVERRULE, Deed.SEND_BACK,
)  # fmt: skip


@dataclass(frozen=True)
class ShownStep:
    """A step in plain words; `done_at` is None while it is to come, and the first such is the one under way."""

    label: str
    done_at: datetime | None
    is_next: bool


@dataclass(frozen=True)
class ClassChoice:
    """A class that the pupil could enter, and in what it differs from the one that he leaves."""

    class_id: UUID
    name: str
    school_year: str
    notes: tuple[str, ...]
    must_be_settled: bool


@router.get("/{transfer_id}")
@allow(READERS, crosses_schools=True)
def show_transfer(request: Request, transfer_id: UUID, person: CurrentPerson, found: ServicesDep) -> Response:
    return show(found, request, person, transfer_id)


@router.get("/{transfer_id}/ho-so")
@allow(READERS, crosses_schools=True)
def take_package(request: Request, transfer_id: UUID, person: CurrentPerson, found: ServicesDep) -> Response:
    """The package, or what was brought: for the school whose papers they are, and the one they were released to."""
    data = _package(request, found, transfer_id, person)
    known = next((kind for start, *kind in FILES if data.startswith(start)), ("application/octet-stream", "bin"))
    headers = {"Content-Disposition": f'attachment; filename="ho-so-chuyen-truong.{known[1]}"'}
    return Response(data, media_type=known[0], headers=headers)


@router.get("/{transfer_id}/ho-so/{member}")
@allow(READERS, crosses_schools=True)
def show_member(
    request: Request, transfer_id: UUID, member: str, person: CurrentPerson, found: ServicesDep
) -> Response:
    """One PDF of the package, as it is."""
    try:
        content = unzipped(_package(request, found, transfer_id, person)).get(member)
    except PackageInvalid:
        content = None
    if content is None or not member.endswith(".pdf"):
        raise NotFound("Không có văn bản này trong hồ sơ.")
    headers = {"Content-Disposition": f'inline; filename="{member}"', **WITHIN_OUR_PAGE}
    return Response(content, media_type="application/pdf", headers=headers)


def _package(request: Request, found: Services, transfer_id: UUID, person: Person) -> bytes:
    """Raises NotFound for who may not read it, and where there is none."""
    with found.sessions() as session:
        card_of(session, transfer_id, person)
        row, matter = session.get_one(Transfer, transfer_id), session.get_one(Matter, transfer_id)
        if row.package_sha256 is None or row.expired_at or not papers_seen.may_see(session, matter, person, now()):
            raise NotFound("Chưa có hồ sơ đóng gói của việc này.")
    note(request, found, person, row)
    return found.objects.get(row.package_sha256)


def card_of(session: Session, transfer_id: UUID, person: Person) -> TransferCard:
    """Raises NotFound for what the person may not see: another school's transfer does not exist."""
    card = showing.card(session, transfer_id, person, now())
    if card is None:
        raise NotFound(UNKNOWN)
    return card


def note(request: Request, found: Services, person: Person, row: Transfer) -> None:
    """For the school that the pupil comes from, and the one where he is by now: each is told who else looks."""
    owners = {row.from_school_id, row.to_school_id if row.to_enrolment_id or row.from_school_id is None else None}
    for school_id in filter(None, owners):
        seen = Seen(person.staff_id, Sight.TRANSFER, school_id, pupil_id=row.pupil_id)
        sights.note_shown(request, found, seen)


def show(
    found: Services,
    request: Request,
    person: Person,
    transfer_id: UUID,
    refused: DomainError | Unavailable | None = None,
    typed: str = "",
) -> Response:
    with found.sessions() as session:
        card = card_of(session, transfer_id, person)
        values = _values(session, card, person)
    note(request, found, person, card.row)
    code, problem = (problem_of(refused).status, refused.message) if refused else (200, "")
    return page(found, request, "transfers/show.html", status=code, problem=problem, typed=typed, **values)


def _values(session: Session, card: TransferCard, person: Person) -> dict[str, Any]:
    at, row = now(), card.row
    acts = _acts(session, card, person, at)
    may_read = papers_seen.may_see(session, session.get_one(Matter, row.matter_id), person, at)
    return {
        "card": card,
        "rule": next(
            (each.citation for each in transfer_rules() if each.version == row.rule_version), row.rule_version
        ),
        "steps": _steps(card),
        "turns": [_turn(each) for each in card.turns],
        "acts": acts,
        "classes": _classes(session, row) if Deed.ACCEPT in acts else (),
        "gaps": _gaps(session, row),
        "must_settle": row.is_sound is not False and bool(matching.new_gaps(session, row)),
        **_extracts(session, card, person),
        "may_identify": _may_identify(session, card, person),
        "identity_page": _identity_page(session, row),
        "grounds": list(Ground),
        "signs": next((each.what for each in _own_waits(session, row, person) if each.what in {"sign", "seal"}), ""),
        "may_read": may_read,
        "has_package": bool(row.package_sha256) and row.expired_at is None and may_read,
        "report": row.report if may_read and row.expired_at is None else None,
        "command_id": uuid4(),
        "is_over": row.phase in {Phase.PLACED, Phase.REFUSED, Phase.CANCELLED},
        "at": at,
    }


def _steps(card: TransferCard) -> list[ShownStep]:
    """Once a step was sent back, those after it are to be done again."""
    found, is_open, since = [], True, card.when(Deed.SEND_BACK)
    done = [(label, card.when(*deeds)) for label, deeds in STEPS[card.line.direction]]
    again = {label for label, _deeds in (_STOPPED, _SIGNED, _SEALED, _PACKED, _CHECKED)}
    for label, at in done:
        stands = None if since and at and at < since and label in again else at
        found.append(ShownStep(label, stands, is_next=is_open and stands is None))
        is_open = is_open and stands is not None
    return found


def _turn(turn: tuple[str, str, str, datetime | None]) -> dict[str, object]:
    what, who, school, due_at = turn
    name = DUTY_NAMES[Duty(who)] if who in set(Duty) else who
    return {"what": TASKS[f"transfer.{what}"], "who": name, "school": school, "due_at": due_at}


def _acts(session: Session, card: TransferCard, person: Person, at: datetime) -> tuple[Deed, ...]:
    """What the person may do now; the workflow looks again."""
    sides = steps.sides_of(session, card.row, person.staff_id, at)
    direction, phase = card.line.direction, card.line.phase
    is_principals = card.row.is_sound is False or bool(matching.new_gaps(session, card.row))
    others = Deed.CONFIRM if is_principals else Deed.OVERRULE  # one of the two, never both
    found = [deed for deed in _FOR_PEOPLE if _may(deed, direction, phase, sides) and deed is not others]
    found += [Deed.RETRY] if phase in AUTOMATIC and steps.may_retry(sides) else []
    return (*found, Deed.CANCEL) if _may_cancel(session, card, sides) else tuple(found)


def _may(deed: Deed, direction: Direction, phase: Phase, sides: Sides) -> bool:
    move = move_of(direction, phase, deed)
    return move is not None and bool(sides.get(move.side, frozenset()) & move.offices)


def _may_cancel(session: Session, card: TransferCard, sides: Sides) -> bool:
    if card.line.phase in {Phase.COMMITTING, Phase.PLACED, Phase.UNDOING, Phase.REFUSED, Phase.CANCELLED}:
        return False
    asking = steps.asking_side(session, card.row)
    return CLERK in sides.get(asking, frozenset()) or any(PRINCIPAL in offices for offices in sides.values())


def _classes(session: Session, row: Transfer) -> list[ClassChoice]:
    return [_choice(session, row, group) for group in matching.classes(session, row)]


def _choice(session: Session, row: Transfer, group: ClassGroup) -> ClassChoice:
    try:
        match = matching.match(session, row, group)
    except DomainError as refused:
        return ClassChoice(group.id, group.name, group.school_year, (refused.message,), must_be_settled=False)
    notes = match.sentences() if match else ()
    return ClassChoice(group.id, group.name, group.school_year, notes, bool(match and match.must_be_settled))


def _gaps(session: Session, row: Transfer) -> tuple[str, ...]:
    group = session.get(ClassGroup, row.to_class_id) if row.to_class_id else None
    match = matching.match(session, row, group) if group else None
    return match.sentences() if match else ()


def _own_waits(session: Session, row: Transfer, person: Person) -> list[MatterTask]:
    return [each for each in waits.tasks_of(session, person) if each.matter_id == row.matter_id]


def _extracts(session: Session, card: TransferCard, person: Person) -> dict[str, Any]:
    """Of who comes from outside: the papers about former years, and whether the person may begin one."""
    if not extracts.is_of(session, card.row, person.school_id) or card.line.phase in {Phase.REQUESTED, Phase.REFUSED}:
        return {"extracts": None}
    found = [(each, ExtractState(each.state)) for each in drafts.of_pupil(session, card.row.pupil_id, person.school_id)]
    is_open = any(state.value in extracts.OPEN for _row, state in found)
    may = Duty.CLERK in person.duties and not is_open and extracts.is_here(session, card.row, person.school_id)
    return {"extracts": found, "may_extract": may, "replaces": any(row.new_document for row, _state in found)}


def _may_identify(session: Session, card: TransferCard, person: Person) -> bool:
    """The school that a pupil has come to issues an identity page of its own (guide/domain.md 4.2)."""
    is_placed = card.line.phase is Phase.PLACED and bool(person.duties & {Duty.CLERK, Duty.ADMIN})
    return is_placed and extracts.is_here(session, card.row, person.school_id)


def _identity_page(session: Session, row: Transfer) -> UUID | None:
    """The page that was asked for since the pupil came."""
    if row.moved_on is None:
        return None
    query = (
        select(IdentityPage.matter_id)
        .join(Matter, Matter.id == IdentityPage.matter_id)
        .where(
            IdentityPage.pupil_id == row.pupil_id, IdentityPage.school_id == row.to_school_id,
            IdentityPage.state.in_((*identities.OPEN, IdentityState.SETTLED.value)),
            Matter.opened_at >= start_of_day(row.moved_on),
        )
    )  # fmt: skip
    return session.scalars(query.order_by(Matter.opened_at.desc()).limit(1)).first()
