"""Packets reach their store at least once and take effect once, whatever happens on the way."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from sqlalchemy import func, select
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.submission.sending import ConnectionTest, SendPacket, SubmitActivities
from activities.submission.store_client import NotReached, StoreClient, pause
from domain.errors import Conflict
from storage.submission import outbox, packets
from storage.tables import StorePacket, StoreRecord
from tests.ports import hold_port, port_of
from tests.record_store import Standing, standing_store
from tests.submitting import Sender


@pytest.fixture
def store(school: Sender) -> Iterator[Standing]:
    school.pack()
    school.session.commit()
    with standing_store(school.receiving) as standing:
        yield standing


@pytest.fixture
def activities(school: Sender, store: Standing) -> Iterator[SubmitActivities]:
    client = StoreClient("Kho thử", store.url, timeout_s=5)
    yield SubmitActivities(school.sessions, school.objects, {"city": client})
    client.close()


def send(activities: SubmitActivities, school: Sender) -> None:
    ActivityEnvironment().run(activities.send_packet, SendPacket(str(school.packet().id)))


def not_yet(activities: SubmitActivities, school: Sender) -> float:
    """How many seconds an attempt that failed asks to wait."""
    with pytest.raises(ApplicationError) as refused:
        send(activities, school)
    error = refused.value
    assert (error.type, error.non_retryable) == ("NotYet", False)
    assert error.next_retry_delay is not None
    return error.next_retry_delay.total_seconds()


def test_the_answer_is_written_back_for_each_record(
    school: Sender, store: Standing, activities: SubmitActivities
) -> None:
    send(activities, school)
    assert school.states() == ["accepted"] * 3
    packet = school.packet()
    assert (packet.state, packet.attempts, packet.settled_at is not None) == ("delivered", 1, True)


def test_run_twice_sends_once(school: Sender, store: Standing, activities: SubmitActivities) -> None:
    send(activities, school)
    send(activities, school)
    assert (len(store.bodies), school.packet().attempts) == (1, 1)


def test_a_store_that_dies_after_taking_the_packet_has_it_once(
    school: Sender, store: Standing, activities: SubmitActivities
) -> None:
    store.moods = [("dies", "")]
    assert not_yet(activities, school) >= 5
    assert school.states() == ["sent"] * 3
    assert "Không kết nối được" in school.packet().trouble
    send(activities, school)
    assert store.bodies[0] == store.bodies[1]
    assert school.states() == ["accepted"] * 3
    kept = [school.session.scalar(select(func.count()).select_from(each)) for each in (StorePacket, StoreRecord)]
    assert kept == [1, 3]


def test_a_busy_store_is_left_alone_as_long_as_it_asks(
    school: Sender, store: Standing, activities: SubmitActivities
) -> None:
    in_a_minute = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    store.moods = [("says", "429 40"), ("says", f"503 {in_a_minute}"), ("says", "503")]
    assert 40 <= not_yet(activities, school) <= 58
    due = school.packet().next_at
    assert due is not None
    assert due > datetime.now(UTC) + timedelta(seconds=35)
    assert 50 <= not_yet(activities, school) <= 90
    assert 20 <= not_yet(activities, school) <= 30  # its third attempt, and no word from the store
    assert school.states() == ["sent"] * 3


@pytest.mark.parametrize(
    "mood", [("says", "500"), ("says", "404"), ("says", "302"), ("babbles", "<html>"), ("babbles", "{}")]
)
def test_what_is_no_answer_of_a_store_is_tried_again(
    school: Sender, store: Standing, activities: SubmitActivities, mood: tuple[str, str]
) -> None:
    store.moods = [mood]
    not_yet(activities, school)
    assert school.states() == ["sent"] * 3
    assert school.packet().trouble


def test_an_answer_about_another_packet_is_none(school: Sender, store: Standing, activities: SubmitActivities) -> None:
    other = f'{{"goiTin": "{"0" * 64}", "maTruong": "1", "nhanLuc": "2027-01-01T00:00:00Z", "soNhan": 0, "soDaCo": 0, "soTuChoi": 0, "hocBa": []}}'  # noqa: E501
    store.moods = [("babbles", other)]
    not_yet(activities, school)
    assert "gói tin khác" in school.packet().trouble


def test_a_packet_that_is_turned_down_can_be_made_anew(
    school: Sender, store: Standing, activities: SubmitActivities
) -> None:
    store.moods = [("says", "403")]
    send(activities, school)
    assert school.states() == ["refused"] * 3
    assert (school.packet().state, school.packet().trouble) == ("refused", "Không nhận.")
    ids = [each.id for each in school.rows()]
    assert outbox.send_again(school.session, school.school.id, ids, datetime.now(UTC)) == 3
    assert outbox.send_again(school.session, school.school.id, ids, datetime.now(UTC)) == 0
    school.session.commit()
    school.pack()
    send(activities, school)
    assert school.states() == ["accepted"] * 3


def test_a_store_that_says_nothing_of_a_record_has_refused_it(school: Sender, store: Standing) -> None:
    packets.settle(school.session, school.packet().id, [], datetime.now(UTC))
    assert {(each.state, each.reason) for each in school.rows()} == {("refused", packets.UNANSWERED)}


def test_a_file_that_found_its_way_ends_the_sending(
    school: Sender, store: Standing, activities: SubmitActivities
) -> None:
    packets.export(school.session, school.packet().id, school.school.id)
    receipt = school.receiving.take_in(school.packed_bytes(), datetime.now(UTC))
    packets.settle_file(school.session, receipt.sha256, receipt.answers, datetime.now(UTC))
    school.session.commit()
    send(activities, school)
    assert (store.bodies, school.packet().state) == ([], "delivered")


def test_a_store_that_is_not_configured_is_waited_for(school: Sender, store: Standing) -> None:
    not_yet(SubmitActivities(school.sessions, school.objects, {}), school)
    assert "chưa có trong cấu hình" in school.packet().trouble


def test_what_nobody_sends_is_found(school: Sender, store: Standing, activities: SubmitActivities) -> None:
    assert activities.list_forgotten() == []
    school.packet().created_at = datetime.now(UTC) - timedelta(hours=1)
    school.session.commit()
    assert [each.packet_id for each in activities.list_forgotten()] == [str(school.packet().id)]


def test_the_urgent_come_back_first_and_nobody_before_the_time() -> None:
    waits = {urgency: [pause(NotReached("", 100), 1, urgency) for _ in range(50)] for urgency in (1, 3)}
    assert min(waits[1] + waits[3]) >= 100
    assert max(waits[1]) <= 115
    assert max(waits[3]) > 115
    assert pause(NotReached("", 10_000_000), 1, 1) <= 3600 * 1.15
    assert pause(NotReached(""), 1000, 1) <= 900 * 1.15


def test_a_connection_is_tested_by_the_stores_own_word(store: Standing) -> None:
    with hold_port() as closed:
        gone = StoreClient("Kho khác", f"http://127.0.0.1:{port_of(closed)}")
        test = ConnectionTest({"city": StoreClient("Kho thử", store.url), "gone": gone})
        assert test.ping("city") == "Kho thử"
        store.moods = [("babbles", "hello")]
        with pytest.raises(NotReached, match="không phải là một kho"):
            test.ping("city")
        with pytest.raises(NotReached, match="Không kết nối được"):
            test.ping("gone")
    with pytest.raises(Conflict):
        test.ping("unknown")
