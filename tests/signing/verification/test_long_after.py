"""Ten years later: certificates of signers and time-stamp authority have ended; renewed evidence keeps the proof."""

from datetime import UTC, datetime, timedelta

import pytest

from signing.evidence.records import Stamp, assemble, renewal_leaf
from signing.evidence.tree import HashTree
from signing.verification.verdicts import Check, Proof, Reason, Verdict
from signing.verification.verify import verify
from tests.clock import freeze_time
from tests.signing.tsa import StampAuthority, found
from tests.signing.verification.test_times import found_in
from tests.signing.verification.world import LATER, NOW, SEALED, World, stamps_over

RENEWED, TEN_YEARS_ON = NOW + timedelta(days=3 * 365), NOW + timedelta(days=10 * 365)


@pytest.fixture(scope="module")
def successor() -> StampAuthority:
    """Another authority, whose certificate begins while the first one's is good and outlasts it."""
    return found("Thử kế tiếp", NOW + timedelta(days=2 * 365), NOW + timedelta(days=12 * 365))


@pytest.fixture(scope="module")
def evidence(world: World, record: bytes, successor: StampAuthority) -> list[bytes]:
    """A record made at the time, and the same renewed."""
    first = stamps_over([record], LATER, world.stamps)[0]
    tree = HashTree.over([renewal_leaf(first.token, "sha256")])
    second = Stamp("sha256", tree.path(tree.root), successor.token(tree.root, RENEWED))
    return [assemble([[first]]), assemble([[first, second]])]


def test_by_then_every_certificate_has_ended(world: World) -> None:
    ends = [each.not_valid_after_utc for each in (*world.signers(), world.services.time_stamping.certificate)]
    assert max(ends) < TEN_YEARS_ON


def test_without_evidence_nothing_is_decided(world: World, record: bytes) -> None:
    late = verify(record, world.roots, moment=TEN_YEARS_ON)
    assert late.verdict is Verdict.INDETERMINATE
    assert set(late.failures()) == {Check.TIME_STAMP, Check.TIME, Check.IN_FORCE}
    assert found_in(late.signatures[2], Check.TIME_STAMP).reason is Reason.STAMP_EXPIRED
    assert {found_in(each, Check.IN_FORCE).reason for each in late.signatures} == {Reason.OUT_OF_DATE}


def test_evidence_that_was_not_renewed_has_lapsed(world: World, record: bytes, evidence: list[bytes]) -> None:
    late = verify(record, world.roots, evidence=evidence[:1], moment=TEN_YEARS_ON)
    assert late.verdict is Verdict.INDETERMINATE
    assert late.findings[-1].reason is Reason.EVIDENCE_EXPIRED


def test_renewed_evidence_keeps_the_time_stamp_and_all_below_it(
    world: World, record: bytes, evidence: list[bytes], successor: StampAuthority
) -> None:
    late = verify(record, [*world.roots, *successor.roots], evidence=evidence[1:], moment=TEN_YEARS_ON)
    assert late.failures() == ()
    # The evidence proves the token's age, and the token is older than the evidence.
    assert {(each.proven_at, each.proof) for each in late.signatures} == {(SEALED, Proof.TIME_STAMP)}


def test_renewed_evidence_alone_proves_a_plain_seal(world: World, successor: StampAuthority) -> None:
    pdf = world.plainly_sealed()
    first = stamps_over([pdf], LATER, world.stamps)[0]
    tree = HashTree.over([renewal_leaf(first.token, "sha256")])
    record = assemble([[first, Stamp("sha256", tree.path(tree.root), successor.token(tree.root, RENEWED))]])
    roots, archive = [*world.roots, *successor.roots], world.material(LATER)
    late = verify(pdf, roots, evidence=[record], archive=archive, moment=TEN_YEARS_ON)
    assert late.failures() == ()
    assert {(each.proven_at, each.proof) for each in late.signatures} == {(LATER, Proof.EVIDENCE)}
    assert verify(pdf, roots, archive=archive, moment=TEN_YEARS_ON).verdict is Verdict.INDETERMINATE


def test_a_stranger_s_renewal_proves_nothing(world: World, record: bytes, evidence: list[bytes]) -> None:
    late = verify(record, world.roots, evidence=evidence[1:], moment=TEN_YEARS_ON)
    assert late.verdict is Verdict.INDETERMINATE
    assert late.findings[-1].reason is Reason.EVIDENCE_MISFIT


@pytest.mark.parametrize("today", [datetime(2026, 1, 1, tzinfo=UTC), datetime(2050, 1, 1, tzinfo=UTC)])
def test_only_the_moment_counts_and_not_this_machine_s_clock(
    world: World, record: bytes, evidence: list[bytes], successor: StampAuthority, today: datetime
) -> None:
    with freeze_time(today):
        roots = [*world.roots, *successor.roots]
        assert verify(record, roots, evidence=evidence[1:], moment=TEN_YEARS_ON).holds
        assert verify(record, roots, moment=TEN_YEARS_ON).verdict is Verdict.INDETERMINATE


def test_without_a_moment_it_is_now(world: World, record: bytes) -> None:
    with freeze_time(TEN_YEARS_ON):
        assert verify(record, world.roots).moment == TEN_YEARS_ON
        assert verify(record, world.roots).verdict is Verdict.INDETERMINATE
