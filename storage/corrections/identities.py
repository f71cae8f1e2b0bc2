"""Identity pages: asked for when a book is opened, a pupil comes, or civil data change; signed, sealed, replaced."""

from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.decisions import BookDecision
from domain.errors import Conflict, Invalid
from domain.matters import MatterKind
from domain.matters.corrections import (
    IDENTITY_STEPS,
    CorrectionCommand,
    CorrectionPlan,
    Deed,
    IdentityState,
    after,
)
from domain.reasons import NO_REASON
from storage.corrections import civil, leaving, people, records
from storage.corrections.unlocks import step_of
from storage.matters import sealing, steps, waits
from storage.matters.waits import Wait
from storage.tables import CivilChange, Document, IdentityPage, Matter, MatterEvent, Transfer

OPEN: Final = (IdentityState.ASKED.value, IdentityState.SIGNING.value)
OPENED, TRANSFERRED, CIVIL = "opened", "transferred", "civil"
_PAGES: Final = UUID("5f0c5c55-1a2f-4a35-8f4a-3b7c2d9b6f10")


def ask_identity_page(pupil_id: UUID, school_id: UUID, reason: str, staff_id: UUID, at: datetime) -> CorrectionCommand:
    """The command that asks for a pupil's page: one for each pupil, school and reason of a day."""
    matter_id = uuid5(_PAGES, f"{pupil_id}/{school_id}/{reason}/{at.date().isoformat()}")
    return CorrectionCommand(
        MatterKind.IDENTITY.value, str(matter_id), Deed.ASK, str(staff_id), command_id=str(matter_id),
        pupil_id=str(pupil_id), page_reason=reason,
    )  # fmt: skip


def ask(session: Session, command: CorrectionCommand, at: datetime) -> None:
    """Open the matter: a change of civil data waits for the principal's word, a first page for the signature alone."""
    matter_id, staff_id = UUID(command.matter_id), UUID(command.actor_id)
    if session.get(Matter, matter_id) is not None:
        return
    change = session.get(CivilChange, matter_id)
    pupil_id = change.pupil_id if change else UUID(command.pupil_id)
    school_id = change.school_id if change else people.school_of(session, staff_id)
    people.require_office(session, school_id, staff_id, at, people.CLERK, people.ADMIN)
    civil.require_pupil(session, pupil_id, school_id)
    civil.refuse_moving(session, pupil_id)
    _refuse_open(session, pupil_id, school_id)
    former = in_force(session, pupil_id, school_id)
    if change is None and former is not None and command.page_reason != TRANSFERRED:
        raise Conflict("Học sinh đã có trang thông tin; chỉ lập lại khi thông tin thay đổi.")
    if change is not None and not command.reason_id:
        raise Invalid(NO_REASON)
    state = IdentityState.ASKED if change else IdentityState.SIGNING
    steps.open_matter(session, MatterKind.IDENTITY, matter_id, school_id, state, step_of(command, at))
    session.add(
        IdentityPage(
            matter_id=matter_id, pupil_id=pupil_id, school_id=school_id,
            reason=CIVIL if change else command.page_reason or OPENED, state=state.value,
            version=_next_version(session, pupil_id, school_id), former_document=former,
        )
    )  # fmt: skip
    session.flush()
    _wait(session, session.get_one(Matter, matter_id), at)


def _refuse_open(session: Session, pupil_id: UUID, school_id: UUID) -> None:
    mine = select(IdentityPage).where(IdentityPage.pupil_id == pupil_id, IdentityPage.school_id == school_id)
    if session.scalars(mine.where(IdentityPage.state.in_(OPEN))).first() is not None:
        raise Conflict("Trang thông tin của học sinh này đang được lập.")


def _next_version(session: Session, pupil_id: UUID, school_id: UUID) -> int:
    query = select(func.max(IdentityPage.version)).where(
        IdentityPage.pupil_id == pupil_id, IdentityPage.school_id == school_id, IdentityPage.new_document.is_not(None)
    )
    return (session.scalar(query) or 0) + 1


def in_force(session: Session, pupil_id: UUID, school_id: UUID) -> UUID | None:
    """The pupil's sealed page at a school."""
    query = (
        select(Document.id)
        .join(IdentityPage, IdentityPage.new_document == Document.id)
        .where(
            IdentityPage.pupil_id == pupil_id, IdentityPage.school_id == school_id, Document.state == "live",
            Document.sealed_at.is_not(None),
        )
    )  # fmt: skip
    return session.scalars(query.order_by(Document.version.desc()).limit(1)).first()


def take(session: Session, matter: Matter, command: CorrectionCommand, at: datetime) -> None:
    """Carry a decision about a change of civil data out; with the principal's word the pupil's row changes."""
    page = session.get_one(IdentityPage, matter.id)
    state = after(IDENTITY_STEPS, IdentityState(page.state), command.deed)
    staff_id = UUID(command.actor_id)
    if command.deed is Deed.WITHDRAW:
        people.require_among(staff_id, {matter.opened_by})
    else:
        people.require_office(session, matter.school_id, staff_id, at, people.PRINCIPAL)
    if command.deed is Deed.REFUSE and not command.reason_id:
        raise Invalid(NO_REASON)
    page.state = matter.state = state.value
    fields = civil.apply(session, matter.id, at) if command.deed is Deed.GRANT else []
    steps.note(session, matter.id, step_of(command, at, fields=fields or None))
    if command.deed in {Deed.GRANT, Deed.REFUSE}:
        told = "granted" if command.deed is Deed.GRANT else "refused"
        waits.tell(session, matter.id, told, {matter.opened_by}, at)
    if state in {IdentityState.REFUSED, IdentityState.WITHDRAWN}:
        records.close(session, matter, at)
    _wait(session, matter, at)


def plan(session: Session, matter: Matter) -> CorrectionPlan:
    """What books have to be told of the new data, and which signatures the page waits for.

    It is sealed, and the matter over, only once they all know.
    """
    page = session.get_one(IdentityPage, matter.id)
    if page.state != IdentityState.SIGNING:
        return CorrectionPlan()
    books = _orders(session, matter)
    return CorrectionPlan(books, awaited=() if _is_stuck(session, matter) else sealing.awaited(session, matter))


def _orders(session: Session, matter: Matter) -> tuple[BookDecision, ...]:
    return civil.orders(session, matter.id, *_decided(session, matter))


def _is_stuck(session: Session, matter: Matter) -> bool:
    """A book refused, and nobody has tried again since."""
    tried = (Deed.GRANT.value, Deed.RETRY.value, Deed.STUCK.value)
    query = select(MatterEvent.deed).where(MatterEvent.matter_id == matter.id, MatterEvent.deed.in_(tried))
    newest = session.scalars(query.order_by(MatterEvent.seq.desc()).limit(1)).first()
    return newest == Deed.STUCK and bool(_orders(session, matter))


def stuck(session: Session, matter: Matter, at: datetime) -> None:
    """A book did not take the new data: the principal, who approved them, may try again."""
    _wait(session, matter, at)


def _decided(session: Session, matter: Matter) -> tuple[str, str]:
    """Who approved the change, and the reason that its record was given."""
    granted = records.newest_step(session, matter.id, Deed.GRANT)
    asked = records.newest_step(session, matter.id, Deed.ASK)
    actor = granted.staff_id if granted and granted.staff_id else matter.opened_by
    return str(actor), str(asked.reason_id) if asked and asked.reason_id else ""


def _wait(session: Session, matter: Matter, at: datetime) -> None:
    match matter.state:
        case IdentityState.ASKED:
            wanted = [Wait("decide", role=people.PRINCIPAL, school_id=matter.school_id)]
        case IdentityState.SIGNING if _is_stuck(session, matter):
            wanted = [Wait("retry", role=people.PRINCIPAL, school_id=matter.school_id)]
        case IdentityState.SIGNING:
            wanted = list(sealing.waits_of(session, matter))
        case _:
            wanted = []
    waits.wait_for(session, matter.id, wanted, at)


def signed(session: Session, matter: Matter, at: datetime) -> None:
    """After a signature: whom the page waits for now; with the seal it is in force, and replaces the former one."""
    sealing.settle(session, matter, session.get_one(IdentityPage, matter.id), at)
    _wait(session, matter, at)


def stop_at(session: Session, transfer: Transfer, at: datetime) -> None:
    """The pupil leaves: a page that the school has not finished counts no more, and the next school writes its own.

    A change that was approved stands in the pupil's row, and goes along.
    """
    mine = select(IdentityPage).where(
        IdentityPage.pupil_id == transfer.pupil_id, IdentityPage.school_id == transfer.from_school_id
    )
    for page in session.scalars(mine.where(IdentityPage.state.in_(OPEN))).all():
        matter = steps.lock(session, page.matter_id)
        signed(session, matter, at)  # a seal that nobody has noted yet
        if page.state in OPEN:
            leaving.stop(session, matter, page, transfer.matter_id, at, Deed.LEFT)
