"""What Temporal would have to know if its state were lost altogether: everything that is under way, by its rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, String, cast, exists, func, select
from sqlalchemy.orm import Session

from domain.calendar import end_of_day
from domain.campaigns.cases import CaseState
from domain.campaigns.states import ALARMS
from domain.matters import MatterKind
from domain.matters.corrections import Deed, ExtractState, IdentityState
from domain.submission.states import UNDER_WAY
from storage.campaigns import running
from storage.corrections import deeds
from storage.tables import (
    Campaign,
    CampaignSchool,
    ClassGroup,
    ClassTermRow,
    Command,
    DeadlineDecision,
    Matter,
    MatterEvent,
    Packet,
    PhaseEvent,
    PupilCase,
    School,
    SignatureRow,
    SigningOrder,
)

_SIGNED: Final = {MatterKind.IDENTITY.value: IdentityState.SIGNING, MatterKind.EXTRACT.value: ExtractState.SIGNING}
_CORRECTIONS: Final = (MatterKind.UNLOCK.value, MatterKind.RECALL.value, *_SIGNED)
_CONFIRMED: Final = ("asked", "signed")


@dataclass(frozen=True)
class LostCorrection:
    """An unlock, a recall, an identity page or an extract that waits for a moment, for a signature or for a book.

    `goes_on`: what its last decision wants of class-terms may not have reached them.
    """

    kind: MatterKind
    matter_id: UUID
    goes_on: bool


@dataclass(frozen=True)
class LostSchool:
    """A school in a campaign: which alarms have gone off (`PhaseAlarm.key`), and when exceptions end, by case."""

    school_id: UUID
    code: str
    fired: tuple[str, ...]
    exceptions: dict[str, datetime]


@dataclass(frozen=True)
class LostCampaign:
    """A campaign with its schools; `unspread` are the moves of deadlines that not everybody was told of."""

    campaign_id: UUID
    school_year: str
    grade: int
    spread: int
    unspread: tuple[int, ...]
    schools: tuple[LostSchool, ...]


@dataclass(frozen=True)
class ConfirmedOrder:
    """A signing order that its person has confirmed, and what it is for: a book (year, class, term) or a matter."""

    order_id: UUID
    book: tuple[str, UUID, str] | None
    matter: tuple[MatterKind, UUID] | None


def corrections(session: Session) -> list[LostCorrection]:
    """Those whose workflow would run; one that only waits for somebody's decision has none."""
    query = select(Matter).where(Matter.kind.in_(_CORRECTIONS), Matter.settled_at.is_(None)).order_by(Matter.id)
    found = []
    for matter in session.scalars(query):
        plan, is_stuck = deeds.plan(session, matter.id), _is_stuck(session, matter.id)
        is_signed = matter.state == _SIGNED.get(matter.kind)
        goes_on = not is_stuck and (is_signed or bool(plan.books))
        if goes_on or plan.alarms or plan.awaited:
            found.append(LostCorrection(MatterKind(matter.kind), matter.id, goes_on))
    return found


def _is_stuck(session: Session, matter_id: UUID) -> bool:
    """A book refused, and somebody is to try again: nobody does it for them."""
    mine = (MatterEvent.matter_id == matter_id) & (MatterEvent.deed != Deed.REMINDED.value)
    newest = select(MatterEvent.deed).where(mine).order_by(MatterEvent.seq.desc()).limit(1)
    return session.scalar(newest) == Deed.STUCK


def handovers(session: Session) -> list[UUID]:
    query = select(Matter.id).where(Matter.kind == MatterKind.HANDOVER.value, Matter.settled_at.is_(None))
    return list(session.scalars(query.order_by(Matter.id)))


def campaigns(session: Session) -> list[LostCampaign]:
    return [_campaign(session, each) for each in running.open_campaigns(session)]


def _campaign(session: Session, campaign: Campaign) -> LostCampaign:
    mine = DeadlineDecision.campaign_id == campaign.id
    told = select(func.max(DeadlineDecision.version)).where(mine, DeadlineDecision.spread_at.is_not(None))
    untold = select(DeadlineDecision.version).where(mine, DeadlineDecision.spread_at.is_(None))
    return LostCampaign(
        campaign.id,
        campaign.school_year,
        campaign.grade,
        session.scalar(told) or 0,
        tuple(session.scalars(untold.order_by(DeadlineDecision.version))),
        tuple(_schools(session, campaign)),
    )


def _schools(session: Session, campaign: Campaign) -> Sequence[LostSchool]:
    query = (
        select(School.id, School.code)
        .join(CampaignSchool, CampaignSchool.school_id == School.id)
        .where(CampaignSchool.campaign_id == campaign.id)
    )
    fired, exceptions = _fired(session, campaign.id), _exceptions(session, campaign.id)
    return [
        LostSchool(school_id, code, tuple(fired.get(school_id, ())), exceptions.get(school_id, {}))
        for school_id, code in session.execute(query.order_by(School.id))
    ]


def _fired(session: Session, campaign_id: UUID) -> dict[UUID, list[str]]:
    columns = PhaseEvent.step, PhaseEvent.cohort, PhaseEvent.version, PhaseEvent.kind, PhaseEvent.days
    alarms = (PhaseEvent.campaign_id == campaign_id) & PhaseEvent.kind.in_([each.value for each in ALARMS])
    found: dict[UUID, list[str]] = {}
    query = select(PhaseEvent.school_id, *columns, PhaseEvent.recipient).where(alarms).order_by(PhaseEvent.id)
    for school_id, *key in session.execute(query):
        found.setdefault(school_id, []).append("/".join(map(str, key)))
    return found


def _exceptions(session: Session, campaign_id: UUID) -> dict[UUID, dict[str, datetime]]:
    query = select(PupilCase).where(
        PupilCase.campaign_id == campaign_id, PupilCase.state == CaseState.EXCEPTED, PupilCase.until.is_not(None)
    )
    found: dict[UUID, dict[str, datetime]] = {}
    for case in session.scalars(query.order_by(PupilCase.id)):
        if case.until is not None:
            found.setdefault(case.school_id, {})[str(case.id)] = end_of_day(case.until)
    return found


def packets(session: Session) -> list[tuple[UUID, int]]:
    """Packets that no store has answered, with their urgency."""
    query = select(Packet.id, Packet.urgency).where(Packet.state.in_([each.value for each in UNDER_WAY]))
    return [(packet_id, urgency) for packet_id, urgency in session.execute(query.order_by(Packet.created_at))]


def preparing(session: Session, now: datetime) -> list[tuple[UUID, bool]]:
    """Orders whose papers are still to be prepared, and whether they queue."""
    query = select(SigningOrder.id, SigningOrder.signs_records).where(
        SigningOrder.state == "preparing", SigningOrder.expires_at > now
    )
    return [(order_id, queues) for order_id, queues in session.execute(query.order_by(SigningOrder.created_at))]


def confirmed(session: Session, before: datetime) -> list[ConfirmedOrder]:
    """Orders, opened before a moment, whose people have confirmed and which are not completed."""
    return _orders(session, SigningOrder.state.in_(_CONFIRMED) & (SigningOrder.created_at < before))


def unheard(session: Session) -> list[ConfirmedOrder]:
    """Orders whose papers bear signatures, some of them, of which their class-term has not heard yet."""
    is_signed = exists().where(SignatureRow.order_id == SigningOrder.id)
    took_effect = exists().where(Command.id == cast(SigningOrder.id, String))
    is_of_book = SigningOrder.class_term_id.is_not(None)
    return _orders(session, (SigningOrder.state == "completed") & is_of_book & is_signed & ~took_effect)


def _orders(session: Session, which: ColumnElement[bool]) -> list[ConfirmedOrder]:
    query = (
        select(SigningOrder.id, ClassGroup.school_year, ClassGroup.id, ClassTermRow.term, Matter.kind, Matter.id)
        .outerjoin(ClassTermRow, ClassTermRow.id == SigningOrder.class_term_id)
        .outerjoin(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
        .outerjoin(Matter, Matter.id == SigningOrder.matter_id)
        .where(which)
        .order_by(SigningOrder.created_at)
    )
    return [
        ConfirmedOrder(
            order_id,
            (school_year, class_id, term) if class_id else None,
            (MatterKind(kind), matter_id) if matter_id else None,
        )
        for order_id, school_year, class_id, term, kind, matter_id in session.execute(query)
    ]
