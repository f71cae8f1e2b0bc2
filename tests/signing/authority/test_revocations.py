"""Revoked for good, suspended until resumed: the file keeps every change, whoever makes it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from cryptography.x509 import ReasonFlags

from signing.authority.revocations import Revocation, Revocations, StatusChangeRefused

AT = datetime(2026, 9, 5, 1, 2, 3, tzinfo=UTC)
SERIAL = 2**158 + 1


@pytest.fixture
def revocations(tmp_path: Path) -> Revocations:
    return Revocations(tmp_path / "revocations.json")


def test_a_certificate_nobody_spoke_of_is_good(revocations: Revocations) -> None:
    assert revocations.status(SERIAL) is None
    assert revocations.standing() == ()


def test_a_revocation_is_kept_with_time_and_reason(tmp_path: Path, revocations: Revocations) -> None:
    revocations.revoke(SERIAL, ReasonFlags.superseded, AT.astimezone(timezone(timedelta(hours=7))))
    again = Revocations(tmp_path / "revocations.json")
    assert again.status(SERIAL) == Revocation(SERIAL, AT, ReasonFlags.superseded)
    assert again.status(SERIAL).at.tzinfo is UTC  # type: ignore[union-attr]
    assert again.status(SERIAL + 1) is None


def test_a_revocation_is_of_now_unless_told_otherwise(revocations: Revocations) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    revocations.revoke(SERIAL)
    (kept,) = revocations.standing()
    assert before <= kept.at <= datetime.now(UTC)
    assert kept.reason is ReasonFlags.key_compromise


def test_a_suspended_certificate_can_be_resumed_and_suspended_again(revocations: Revocations) -> None:
    revocations.suspend(SERIAL, AT)
    assert revocations.status(SERIAL) == Revocation(SERIAL, AT, ReasonFlags.certificate_hold)
    revocations.resume(SERIAL)
    assert revocations.standing() == ()
    revocations.suspend(SERIAL, AT)
    assert len(revocations.standing()) == 1


def test_a_suspended_certificate_can_be_revoked(revocations: Revocations) -> None:
    revocations.suspend(SERIAL)
    revocations.revoke(SERIAL, at=AT)
    assert revocations.standing() == (Revocation(SERIAL, AT, ReasonFlags.key_compromise),)


def test_a_revocation_is_final(revocations: Revocations) -> None:
    revocations.revoke(SERIAL)
    for change in (revocations.revoke, revocations.suspend, revocations.resume):
        with pytest.raises(StatusChangeRefused, match="không thể thay đổi"):
            change(SERIAL)


def test_only_a_suspended_certificate_can_be_resumed(revocations: Revocations) -> None:
    with pytest.raises(StatusChangeRefused, match="không bị tạm dừng"):
        revocations.resume(SERIAL)


def test_a_suspended_certificate_is_not_suspended_twice(revocations: Revocations) -> None:
    revocations.suspend(SERIAL)
    with pytest.raises(StatusChangeRefused, match="đang bị tạm dừng"):
        revocations.suspend(SERIAL)


def test_changes_at_the_same_time_are_all_kept(tmp_path: Path) -> None:
    def revoke(serial: int) -> None:
        Revocations(tmp_path / "revocations.json").revoke(serial)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(revoke, range(1, 41)))
    kept = Revocations(tmp_path / "revocations.json").standing()
    assert {each.serial for each in kept} == set(range(1, 41))
