"""The activities of handovers, each run twice: the second run changes nothing and gives the same answer."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.handovers import HandoverActivities
from domain.matters.handover_messages import HandoverRung, HandoverStep, ItemAsked, OpenHandover
from domain.matters.handovers import Alarm, Deed, HandoverStanding, HandoverState, TimedAlarm
from storage.database import Sessions
from tests.storage.handovers.playing import Stage

TABLES = (
    "matters", "matter_events", "matter_waits", "handovers", "handover_items", "staff_leaves", "teaching_assignments",
    "positions", "certificates", "notices",
)  # fmt: skip


@pytest.fixture
def stage(db: Session) -> Stage:
    stage = Stage.make(db)
    db.commit()
    return stage


@pytest.fixture
def activities(sessions: Sessions) -> HandoverActivities:
    return HandoverActivities(sessions)


def rows(stage: Stage) -> list[object]:
    stage.session.expire_all()
    return [stage.session.execute(text(f"SELECT * FROM {name} ORDER BY 1, 2")).all() for name in TABLES]  # noqa: S608


def opening(stage: Stage, kind: str = "maternity") -> OpenHandover:
    at = datetime.now(UTC) + timedelta(days=5)
    item = ItemAsked(class_id=str(stage.class_id), slot="toan", successor_id=str(stage.book.cast.music))
    reason = stage.reason()
    stage.session.commit()
    return OpenHandover(
        str(uuid4()), kind, str(stage.school_id), str(stage.head), str(stage.leaver), str(reason), at,
        at + timedelta(days=90) if kind == "maternity" else None, (item,),
    )  # fmt: skip


def step(asked: OpenHandover, deed: Deed, who: object, **more: object) -> HandoverStep:
    return HandoverStep(asked.matter_id, deed, str(who), str(uuid4()), **more)  # type: ignore[arg-type]


def twice(stage: Stage, temporal: ActivityEnvironment, activity: object, message: object) -> HandoverStanding:
    first: HandoverStanding = temporal.run(activity, message)  # type: ignore[arg-type]
    before = rows(stage)
    assert temporal.run(activity, message) == first  # type: ignore[arg-type]
    assert rows(stage) == before
    return first


@pytest.mark.parametrize("kind", ["maternity", "retirement", "death"])
def test_every_step_twice(
    stage: Stage, activities: HandoverActivities, temporal: ActivityEnvironment, kind: str
) -> None:
    asked = opening(stage, kind)
    standing = twice(stage, temporal, activities.open_handover, asked)
    if kind != "death":
        standing = twice(stage, temporal, activities.take_handover_step, step(asked, Deed.CONFIRM, stage.leaver))
    assert standing.state == HandoverState.ACCEPTING
    accept = step(asked, Deed.ACCEPT, stage.book.cast.music)
    assert twice(stage, temporal, activities.take_handover_step, accept).state == HandoverState.SIGNING
    rung = HandoverRung(asked.matter_id, asked.effective_at, TimedAlarm(Alarm.EFFECTIVE, asked.effective_at))
    twice(stage, temporal, activities.ring_handover, rung)
    cancel = step(asked, Deed.CANCEL, stage.head)
    assert twice(stage, temporal, activities.take_handover_step, cancel).state == HandoverState.CANCELLED


def test_a_return_twice(stage: Stage, activities: HandoverActivities, temporal: ActivityEnvironment) -> None:
    asked = opening(stage)
    temporal.run(activities.open_handover, asked)
    temporal.run(activities.take_handover_step, step(asked, Deed.CONFIRM, stage.leaver))
    temporal.run(activities.take_handover_step, step(asked, Deed.ACCEPT, stage.book.cast.music))
    back = step(asked, Deed.RETURN, stage.leaver, at=asked.effective_at + timedelta(days=10))
    twice(stage, temporal, activities.take_handover_step, back)


def test_a_refusal_is_final_and_leaves_nothing(
    stage: Stage, activities: HandoverActivities, temporal: ActivityEnvironment
) -> None:
    asked = opening(stage)
    temporal.run(activities.open_handover, asked)
    before = rows(stage)
    with pytest.raises(ApplicationError) as refused:
        temporal.run(activities.take_handover_step, step(asked, Deed.CONFIRM, stage.head))
    assert (refused.value.type, refused.value.non_retryable) == ("NotAllowed", True)
    assert rows(stage) == before
