"""What is remembered of one document never stands for another: each verdict is that of a process that saw no other."""

from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import permutations
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import ReasonFlags

from signing.authority import IssuedKey
from signing.dss import ValidationMaterial
from signing.known_objects import _read
from signing.remembered import Remembered, key_of, remembered
from signing.token_trust import Known
from signing.tokens import TokenInvalid, check_token
from signing.verification.verdicts import Check, Verdict, Verification
from signing.verification.verify import verify
from tests.signing.conftest import Cast
from tests.signing.verification.world import (
    HOMEROOM,
    LATER,
    NOW,
    PRINCIPAL,
    SEALED,
    SIGNED,
    Ended,
    World,
    evidence_over,
    signed_at,
)

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Case:
    pdf: bytes
    roots: tuple[x509.Certificate, ...]
    beside: dict[str, Any]

    def verified(self) -> Verification:
        return verify(self.pdf, self.roots, moment=self.beside.get("moment", NOW), **_without_moment(self.beside))


def _without_moment(beside: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in beside.items() if name != "moment"}


def told(*ocsps: bytes) -> ValidationMaterial:
    return ValidationMaterial(ocsps=ocsps)


def altered(der: bytes) -> bytes:
    return der[:-1] + bytes([der[-1] ^ 1])


def under_another_authority(key: IssuedKey) -> IssuedKey:
    """The same key and the same names, vouched for by an authority that calls itself like the real one."""
    leaf, above = key.certificates[:2]
    issuer = generate_private_key(SECP256R1())
    pairs = ((above, issuer.public_key(), above.subject), (leaf, leaf.public_key(), above.subject))
    chain = []
    for certificate, public, name in pairs:
        builder = (
            x509.CertificateBuilder()
            .subject_name(certificate.subject)
            .issuer_name(name)
            .public_key(public)
            .serial_number(certificate.serial_number)
            .not_valid_before(certificate.not_valid_before_utc)
            .not_valid_after(certificate.not_valid_after_utc)
        )
        for extension in certificate.extensions:
            builder = builder.add_extension(extension.value, extension.critical)
        chain.append(builder.sign(issuer, SHA256()))
    return replace(key, certificates=(chain[1], chain[0]))


@pytest.fixture(scope="module")
def cases(world: World, record: bytes, curve_cast: Cast) -> dict[str, Case]:
    """Neighbours of one record, each of which differs from it in one thing that a verdict rests on."""
    homeroom, principal = world.signers(HOMEROOM, PRINCIPAL)
    roots = tuple(world.roots)
    ended = Ended(homeroom, SIGNED - DAY, ReasonFlags.key_compromise)
    revoked = world.ocsp(homeroom, LATER, ended)
    held = world.ocsp(homeroom, LATER, Ended(homeroom, SIGNED - DAY, ReasonFlags.certificate_hold))
    other = signed_at(under_another_authority(world.cast.keys[HOMEROOM]), world.cast.placed(), HOMEROOM, SIGNED)
    stranger = world.sealed(world.signed(other, PRINCIPAL))
    inside = world.material(SEALED)
    other_end = world.ocsp(principal, LATER, replace(ended, certificate=principal))
    spoiled = replace(inside, ocsps=(altered(inside.ocsps[0]), *inside.ocsps[1:]))
    plain = world.plainly_sealed()
    evidence = evidence_over([plain, b"another"], SEALED + DAY, world.stamps)
    strange = evidence_over([b"one", b"another"], SEALED + DAY, world.stamps)[:1]
    archive = world.material(SEALED)
    return {
        "valid": Case(record, roots, {}),
        "revoked": Case(record, roots, {"archive": told(revoked)}),
        "revoked inside": Case(world.sealed(material=replace(inside, ocsps=(*inside.ocsps, revoked))), roots, {}),
        "another revoked": Case(record, roots, {"archive": told(other_end)}),
        "held": Case(record, roots, {"archive": told(held)}),
        "unknown answer": Case(record, roots, {"archive": told(altered(revoked))}),
        "a spoiled answer": Case(world.sealed(material=spoiled), roots, {}),
        "no answers": Case(world.sealed(material=replace(inside, ocsps=())), roots, {}),
        "other roots": Case(record, tuple(curve_cast.roots), {}),
        "no roots": Case(record, (), {}),
        "another chain": Case(stranger, roots, {}),
        "an hour later": Case(record, roots, {"moment": NOW + timedelta(hours=1)}),
        "long after": Case(record, roots, {"moment": NOW + 40 * 365 * DAY}),
        "long before": Case(record, roots, {"moment": SIGNED - 300 * DAY}),
        "changed data": Case(record.replace(b"/Lang(vi)", b"/Lang(en)"), roots, {}),
        "changed page": Case(record.replace(b"0 obj", b"1 obj", 1), roots, {}),
        "another stamp": Case(world.sealed(at=SEALED + DAY), roots, {}),
        "evidence": Case(plain, roots, {"evidence": evidence[:1], "archive": archive}),
        "evidence of another": Case(plain, roots, {"evidence": strange, "archive": archive}),
        "nothing proven": Case(plain, roots, {"archive": archive}),
    }  # fmt: skip


@pytest.fixture(scope="module")
def alone(cases: dict[str, Case]) -> dict[str, Verification]:
    """Each verdict without a memory."""
    found = {}
    for name, case in cases.items():
        forget()
        found[name] = case.verified()
    return found


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    forget()
    yield
    forget()


def forget() -> None:
    remembered.clear()
    _read.cache_clear()


def test_the_neighbours_have_verdicts_of_their_own(alone: dict[str, Verification]) -> None:
    held = {name for name, found in alone.items() if found.holds}
    assert held == {"valid", "an hour later", "unknown answer", "another stamp", "evidence"}
    assert alone["revoked"].verdict is alone["revoked inside"].verdict is Verdict.INVALID
    assert alone["another chain"].verdict is not Verdict.VALID
    assert Check.TRUSTED in alone["another chain"].failures()
    assert alone["held"].verdict is alone["nothing proven"].verdict is Verdict.INDETERMINATE


def test_no_verdict_depends_on_what_was_verified_before(cases: dict[str, Case], alone: dict[str, Verification]) -> None:
    for name in (*cases, *reversed(cases), *cases):
        assert cases[name].verified() == alone[name], name


@pytest.mark.parametrize("names", [*permutations(("valid", "revoked", "other roots"), 2)])
def test_a_second_verdict_is_not_the_first_ones(
    names: tuple[str, str], cases: dict[str, Case], alone: dict[str, Verification]
) -> None:
    first, second = names
    cases[first].verified()
    assert cases[second].verified() == alone[second]


def test_much_of_a_second_verdict_is_remembered(
    cases: dict[str, Case], alone: dict[str, Verification], monkeypatch: pytest.MonkeyPatch
) -> None:
    cases["valid"].verified()

    def refuse(coroutine: Coroutine[object, object, object]) -> None:
        coroutine.close()
        raise AssertionError("judged again")

    for module in ("signing.verification.certificates", "signing.verification.grounds", "signing.token_trust"):
        monkeypatch.setattr(f"{module}.run_coroutine", refuse)
    assert cases["valid"].verified() == alone["valid"]


def test_a_token_does_not_pass_on_anothers_word(world: World) -> None:
    known = Known(certificates=[world.cast.authority.issuing.certificate])
    tokens = [world.stamps.token(digest, SEALED) for digest in (b"1" * 32, b"2" * 32)]
    for token, digest in zip(tokens, (b"1" * 32, b"2" * 32), strict=True):
        check_token(token, digest, world.roots, at=NOW, **known)
    # The second one's content under the first one's signature: all but digest and value is the same.
    forged = tokens[0].replace(b"1" * 32, b"2" * 32)
    with pytest.raises(TokenInvalid):
        check_token(forged, b"2" * 32, world.roots, at=NOW, **known)
    with pytest.raises(TokenInvalid):
        check_token(tokens[1], b"2" * 32, [], at=NOW, **known)


def test_a_signature_does_not_pass_on_anothers_word(world: World) -> None:
    records = [world.sealed(at=SEALED + each * DAY) for each in range(2)]
    assert all(verify(each, world.roots).holds for each in records)
    spoiled = records[1].replace(b"/Lang(vi)", b"/Lang(en)")
    found = verify(spoiled, world.roots)
    assert Check.INTACT in found.failures()


def test_keys_tell_every_part() -> None:
    parts: list[tuple[Any, ...]] = [
        (b"ab", b"c"),
        (b"a", b"bc"),
        (b"abc",),
        ("abc",),
        (b"abc", b""),
        (1,),
        ("1",),
        (None,),
        ("None",),
        (),
    ]
    assert len({key_of(*each) for each in parts}) == len(parts)


def test_memory_has_an_end_and_keeps_what_is_used() -> None:
    memory, made = Remembered(2), list[str]()

    def make(name: str) -> str:
        made.append(name)
        return name

    def get(name: str) -> str:
        return memory.get("kind", name.encode(), partial(make, name))

    for name in "abacab":
        assert get(name) == name
    assert made == ["a", "b", "c", "b"]
    assert memory.get("other", b"a", lambda: "x") == "x"


def test_what_raises_is_not_kept() -> None:
    memory = Remembered()

    def fail() -> datetime:
        raise ValueError

    for _ in range(2):
        with pytest.raises(ValueError, match=r"^$"):
            memory.get("kind", b"key", fail)
    assert not memory.has("kind", b"key")
