"""Sends packets until their store has answered. At least once: a store knows a packet by its hash, a record by its
version, so that twice is once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.refusals import refusals_are_final
from activities.submission.store_client import NotReached, StoreClient, TurnedDown, pause
from domain.errors import Conflict
from domain.submission.answers import Receipt
from storage.database import Sessions
from storage.objects import Objects
from storage.submission import packets
from storage.submission.packets import ToSend

UNKNOWN_STORE: Final = "Kho này chưa có trong cấu hình; hãy báo cán bộ quản trị."


@dataclass(frozen=True)
class SendPacket:
    """Which packet; its bytes are in the object store, its store in the database."""

    packet_id: str


@dataclass(frozen=True)
class Forgotten:
    """A packet that nobody seems to be sending; 1 is the most urgent."""

    packet_id: str
    urgency: int


class SubmitActivities:
    def __init__(self, sessions: Sessions, objects: Objects, stores: Mapping[str, StoreClient]) -> None:
        self._sessions = sessions
        self._objects = objects
        self._stores = stores

    @activity.defn
    def send_packet(self, work: SendPacket) -> None:
        """Send once more unless it is answered, and write the answer back. Raises "not yet" with the time to wait."""
        packet_id = UUID(work.packet_id)
        with refusals_are_final():
            with self._sessions.begin() as session:
                to_send = packets.begin_attempt(session, packet_id, _now())
            if to_send is not None:
                self._send(packet_id, to_send)

    @activity.defn
    def list_forgotten(self) -> list[Forgotten]:
        """Packets whose sending was never begun or has died with its Temporal."""
        with self._sessions() as session:
            return [Forgotten(str(id_), urgency) for id_, urgency in packets.forgotten(session, _now())]

    def _send(self, packet_id: UUID, to_send: ToSend) -> None:
        try:
            receipt = self._answer(to_send)
        except TurnedDown as error:
            with self._sessions.begin() as session:
                packets.turn_down(session, packet_id, error.message, _now())
        except NotReached as error:
            raise self._later(packet_id, to_send, error) from error
        else:
            with self._sessions.begin() as session:
                packets.settle(session, packet_id, receipt.answers, _now())

    def _answer(self, to_send: ToSend) -> Receipt:
        if to_send.store not in self._stores:
            raise NotReached(UNKNOWN_STORE)
        receipt = self._stores[to_send.store].deliver(self._objects.get(to_send.sha256))
        if receipt.sha256 != to_send.sha256:
            raise NotReached("Kho trả lời về một gói tin khác.")
        return receipt

    def _later(self, packet_id: UUID, to_send: ToSend, error: NotReached) -> ApplicationError:
        wait = timedelta(seconds=pause(error, to_send.attempts, to_send.urgency))
        with self._sessions.begin() as session:
            packets.put_off(session, packet_id, error.message, _now() + wait)
        return ApplicationError(
            error.code, type="NotYet", next_retry_delay=wait, category=ApplicationErrorCategory.BENIGN
        )


def _now() -> datetime:
    return datetime.now(UTC)


class ConnectionTest:
    """Asks a store whether it is there, for a person who waits."""

    def __init__(self, stores: Mapping[str, StoreClient]) -> None:
        self._stores = stores

    def ping(self, store: str) -> str:
        """The store's own name for itself. Raises NotReached, Conflict for a store that is not configured."""
        if store not in self._stores:
            raise Conflict(UNKNOWN_STORE)
        return self._stores[store].ping().name
