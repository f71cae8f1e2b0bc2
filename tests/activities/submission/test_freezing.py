"""A freeze and packets that come in at the same moment: one after the other, and both sides say the same afterwards."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, event, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from domain.submission.answers import Answer
from storage.campaigns import progress
from storage.submission import freezing, kept, packets
from storage.tables import ClassProgress
from tests.submitting import Sender


def freeze(school: Sender) -> int:
    return freezing.freeze(school.session, [school.school.id], "2025-2026", 1, datetime.now(UTC))


def test_a_freeze_waits_for_the_packet_of_a_school_that_is_being_taken_in(school: Sender, engine: Engine) -> None:
    with Session(engine) as taking:
        kept.wait_for_schools(taking, [school.school.id])
        school.session.execute(text("SET LOCAL lock_timeout = '100ms'"))
        with pytest.raises(OperationalError, match="lock timeout"), school.session.begin_nested():
            freeze(school)
    assert freeze(school) == 0


def test_a_packet_waits_for_the_freeze_of_its_school(school: Sender, engine: Engine) -> None:
    school.pack()
    data = school.packed_bytes()
    with Session(engine) as freezes:
        freezing.freeze(freezes, [school.school.id], "2025-2026", 1, datetime.now(UTC))
        school.session.execute(text("SET LOCAL lock_timeout = '100ms'"))
        with pytest.raises(OperationalError, match="lock timeout"), school.session.begin_nested():
            school.receiving.take_in(data, datetime.now(UTC))


def answers_that_are_on_their_way(school: Sender) -> list[Answer]:
    """The store has taken the packet; nobody has written its answer back yet."""
    progress.refresh(school.session, [school.book.id])
    school.pack()
    packets.begin_attempt(school.session, school.packet().id, datetime.now(UTC))
    school.session.commit()
    return list(school.receiving.take_in(school.packed_bytes(), datetime.now(UTC)).answers)


def progress_of(school: Sender) -> tuple[int, int]:
    school.session.expire_all()
    row = school.session.scalars(select(ClassProgress).where(ClassProgress.class_term_id == school.book.id)).one()
    return row.accepted, row.frozen


def test_what_is_frozen_before_its_answer_is_written_back_is_frozen_on_both_sides(school: Sender) -> None:
    answers = answers_that_are_on_their_way(school)
    assert freeze(school) == 3
    assert school.states() == ["sent"] * 3
    packets.settle(school.session, school.packet().id, answers, datetime.now(UTC))
    assert school.states() == ["frozen"] * 3
    assert progress_of(school) == (3, 3)


def test_what_the_ministrys_store_answers_is_no_matter_of_the_citys_freeze(school: Sender) -> None:
    answers = answers_that_are_on_their_way(school)
    school.session.execute(text("UPDATE record_stores SET kind = 'ministry' WHERE code = 'city'"))
    assert freeze(school) == 3
    packets.settle(school.session, school.packet().id, answers, datetime.now(UTC))
    assert school.states() == ["accepted"] * 3


def test_whoever_takes_a_file_along_waits_for_who_writes_its_answer_back(school: Sender) -> None:
    school.pack()
    packet_id, said = school.packet().id, list[str]()
    event.listen(school.session.connection(), "before_cursor_execute", lambda *args: said.append(args[2]))
    packets.export(school.session, packet_id, school.school.id)
    assert [each for each in said if "FROM packets" in each and each.endswith("FOR UPDATE")]
