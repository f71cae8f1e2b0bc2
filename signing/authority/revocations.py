"""Which certificates the development authority has revoked or suspended: one JSON file, the whole history in order."""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.x509 import ReasonFlags

from domain.errors import Conflict
from signing.authority.files import write_private


class StatusChangeRefused(Conflict):
    """A revocation is final, and only a suspended certificate can be resumed."""

    code = "StatusChangeRefused"


@dataclass(frozen=True)
class Revocation:
    """One change of status; `at` is aware, in UTC and whole seconds. Reasons are those of RFC 5280 section 5.3.1."""

    serial: int
    at: datetime
    reason: ReasonFlags


class Revocations:
    """Several processes may read and change the file at the same time."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def revoke(self, serial: int, reason: ReasonFlags = ReasonFlags.key_compromise, at: datetime | None = None) -> None:
        """For good. `at` is now unless told otherwise. Raises StatusChangeRefused if it has been revoked already."""
        self._change(serial, reason, at)

    def suspend(self, serial: int, at: datetime | None = None) -> None:
        """Until it is resumed or revoked. Raises StatusChangeRefused if it is suspended or revoked already."""
        self._change(serial, ReasonFlags.certificate_hold, at)

    def resume(self, serial: int, at: datetime | None = None) -> None:
        """Good again, as if never suspended. Raises StatusChangeRefused if it is not suspended."""
        self._change(serial, ReasonFlags.remove_from_crl, at)

    def status(self, serial: int) -> Revocation | None:
        """How the certificate stands; None if it is good, as is every serial number never heard of."""
        return self._standing().get(serial)

    def standing(self) -> tuple[Revocation, ...]:
        """Everything revoked or suspended now, as a CRL lists it."""
        return tuple(self._standing().values())

    def _standing(self) -> dict[int, Revocation]:
        latest = {each.serial: each for each in self._history()}
        return {key: each for key, each in latest.items() if each.reason is not ReasonFlags.remove_from_crl}

    def _history(self) -> list[Revocation]:
        if not self._path.exists():
            return []
        return [
            Revocation(int(each["serial"], 16), datetime.fromisoformat(each["at"]), ReasonFlags(each["reason"]))
            for each in json.loads(self._path.read_bytes())
        ]

    def _change(self, serial: int, reason: ReasonFlags, at: datetime | None) -> None:
        moment = (at or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)
        with self._alone():
            _require_possible(self.status(serial), reason)
            history = [*self._history(), Revocation(serial, moment, reason)]
            rows = [
                {"serial": f"{each.serial:x}", "at": each.at.isoformat(), "reason": each.reason.value}
                for each in history
            ]
            write_private(self._path, json.dumps(rows, indent=1).encode())

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _require_possible(now: Revocation | None, reason: ReasonFlags) -> None:
    is_suspended = now is not None and now.reason is ReasonFlags.certificate_hold
    if now is not None and not is_suspended:
        raise StatusChangeRefused("Chứng thư số này đã bị thu hồi; việc thu hồi không thể thay đổi.")
    if is_suspended and reason is ReasonFlags.certificate_hold:
        raise StatusChangeRefused("Chứng thư số này đang bị tạm dừng rồi.")
    if not is_suspended and reason is ReasonFlags.remove_from_crl:
        raise StatusChangeRefused("Chứng thư số này không bị tạm dừng nên không có gì để khôi phục.")
