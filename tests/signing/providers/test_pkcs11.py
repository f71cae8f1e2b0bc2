"""Keys on PKCS#11 tokens, on a real SoftHSM: what is signed, and what is refused in which words."""

import logging
import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from pkcs11 import Attribute, CertificateType, ObjectClass
from pydantic import SecretStr

from domain.documents import SignatureField
from domain.errors import DomainError, Invalid
from signing.authority import KeyKind
from signing.authority.certificates import Contents, Holder, PublicKey, certify, for_authority, new_key
from signing.errors import KeyLocked, KeyMissing, ProviderUnavailable, SigningFailed, SigningRefused, WrongPassphrase
from signing.mechanisms import Mechanism
from signing.providers.pkcs11 import Pkcs11Provider
from tests.signing.conftest import Cast
from tests.signing.providers.softhsm import Call, SoftHsm, SoftToken, asked, certificate_for, fitting, soft_hsm

CKR_DEVICE_ERROR, CKR_MECHANISM_INVALID, CKR_PIN_INCORRECT, CKR_PIN_LOCKED = 0x30, 0x70, 0xA0, 0xA4
SIGNABLE = [
    (kind, mechanism)
    for kind in KeyKind
    for mechanism in Mechanism
    if kind.startswith("rsa") == mechanism.scheme.startswith("rsa")
]


@pytest.fixture(scope="module")
def hsm(cast: Cast, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoftHsm]:
    with soft_hsm(tmp_path_factory.mktemp("softhsm"), cast.authority) as hsm:
        yield hsm


@pytest.fixture(scope="module")
def token(hsm: SoftHsm, cast: Cast) -> SoftToken:
    """A token with a key of each kind, and the chain above them with the root that must be left out."""
    token = hsm.token("Trường mẫu")
    for kind in KeyKind:
        token.add_key(kind, kind)
    token.store(cast.authority.root, "root", b"")
    token.store(cast.authority.issuing.certificate, "issuing", b"")
    return token


@pytest.fixture
def provider(hsm: SoftHsm) -> Pkcs11Provider:
    return Pkcs11Provider(hsm.module)


@pytest.fixture
def logins(hsm: SoftHsm, token: SoftToken) -> Iterator[list[tuple[int, ...]]]:
    """Every try at a PIN from here on."""
    tries: list[tuple[int, ...]] = []

    def login(original: Call, *given: int) -> int:
        tries.append(given)
        return original(*given)

    with hsm.intercepted("C_Login", login):
        yield tries


@pytest.mark.parametrize(("kind", "mechanism"), SIGNABLE)
def test_every_key_signs_by_every_mechanism(
    provider: Pkcs11Provider, token: SoftToken, kind: KeyKind, mechanism: Mechanism
) -> None:
    order = asked(provider, f"Trường mẫu/{kind}")
    order = replace(order, identity=replace(order.identity, mechanism=mechanism))
    answer = provider.begin(order, token.pin)
    assert fitting(order, answer.raw) == [0, 1, 2]
    assert answer.failed == {}


def test_a_class_is_signed_in_the_order_of_its_positions(provider: Pkcs11Provider, token: SoftToken) -> None:
    order = asked(provider, "Trường mẫu/p-256", 35)
    assert fitting(order, provider.begin(order, token.pin).raw) == list(range(35))


def test_the_token_is_given_digests_never_documents(provider: Pkcs11Provider, hsm: SoftHsm, token: SoftToken) -> None:
    lengths = set()

    def sign(original: Call, session: int, data: int, size: int, *out: int) -> int:
        lengths.add(size)
        return original(session, data, size, *out)

    with hsm.intercepted("C_Sign", sign):
        for key in ("rsa-2048", "p-384"):
            provider.begin(asked(provider, f"Trường mẫu/{key}"), token.pin)
    assert lengths == {19 + 32, 48}  # RFC 8017 section 9.2: DigestInfo puts 19 bytes before a SHA-256


def test_an_identity_is_read_without_the_pin(
    provider: Pkcs11Provider, cast: Cast, logins: list[tuple[int, ...]]
) -> None:
    identity = provider.identity("Trường mẫu/p-384")
    assert logins == []
    assert identity.certificates[1:] == (cast.authority.issuing.certificate,)
    assert identity.mechanism is Mechanism.ECDSA_SHA384
    assert identity.batch_limit is None


def test_a_renewed_certificate_takes_the_place_of_the_old_one(
    provider: Pkcs11Provider, hsm: SoftHsm, cast: Cast
) -> None:
    token = hsm.token("renewed")
    old = token.add_key("seal")
    order = asked(provider, "renewed/seal")
    new = certificate_for(cast.authority, _public(old), age=1)
    issuing = cast.authority.issuing.certificate
    for each in (new, issuing):
        token.store(each, "seal", b"seal")
    assert provider.identity("renewed/seal").certificates == (new, issuing)
    assert fitting(order, provider.begin(order, token.pin).raw) == [0, 1, 2]  # begun before, by the old certificate


def test_authorities_that_certify_each_other_end_a_chain(provider: Pkcs11Provider, hsm: SoftHsm, cast: Cast) -> None:
    token = hsm.token("crossed")
    leaf = token.add_key("seal")
    issuing, other = cast.authority.issuing, Holder(new_key(KeyKind.P_256), cast.authority.root)
    there, back = (_crossed(*each) for each in ((issuing, other), (other, issuing)))
    token.store(there, "there", b"")
    token.store(back, "back", b"")
    assert provider.identity("crossed/seal").certificates == (leaf, there, back)


def test_a_certificate_whose_issuer_only_has_the_right_name_stands_alone(
    provider: Pkcs11Provider, hsm: SoftHsm, curve_cast: Cast
) -> None:
    token = hsm.token("namesake")
    leaf = token.add_key("seal")
    token.store(curve_cast.authority.issuing.certificate, "issuing", b"")
    assert provider.identity("namesake/seal").certificates == (leaf,)


def test_what_is_no_certificate_is_passed_over(provider: Pkcs11Provider, hsm: SoftHsm) -> None:
    token = hsm.token("mixed")
    leaf = token.add_key("seal")
    x_509 = {Attribute.CLASS: ObjectClass.CERTIFICATE, Attribute.CERTIFICATE_TYPE: CertificateType.X_509}
    with token.opened() as session:
        session.create_object(x_509 | {Attribute.SUBJECT: b"", Attribute.VALUE: b"?", Attribute.TOKEN: True})
    assert provider.identity("mixed/seal").certificates == (leaf,)


@pytest.mark.parametrize("key_ref", ["", "token", "token/", "/key", "token/key\0", "token/\ud800"])
def test_a_reference_needs_a_token_and_a_key(provider: Pkcs11Provider, key_ref: str) -> None:
    with pytest.raises(Invalid, match="Mã khoá ký không hợp lệ"):
        provider.identity(key_ref)


@pytest.mark.parametrize("key_ref", ["nowhere/p-256", "Trường mẫu/nobody"])
def test_an_unknown_token_or_certificate_is_said_to_be_missing(
    provider: Pkcs11Provider, token: SoftToken, key_ref: str
) -> None:
    with pytest.raises(KeyMissing):
        provider.identity(key_ref)


def test_two_tokens_of_one_name_are_not_chosen_between(provider: Pkcs11Provider, tmp_path: Path, cast: Cast) -> None:
    with soft_hsm(tmp_path, cast.authority) as hsm:
        hsm.token("twin")
        hsm.token("twin")
        with pytest.raises(KeyMissing):
            provider.identity("twin/seal")


def test_a_certificate_without_its_private_key_signs_nothing(
    provider: Pkcs11Provider, hsm: SoftHsm, token: SoftToken, cast: Cast
) -> None:
    other = certificate_for(cast.authority, _public(cast.keys[SignatureField.SEAL].certificate))
    token.store(other, "lonely", b"lonely")
    with pytest.raises(KeyMissing):
        provider.begin(asked(provider, "Trường mẫu/lonely"), token.pin)


def test_a_key_that_may_not_sign_is_said_to_be_missing(provider: Pkcs11Provider, hsm: SoftHsm) -> None:
    locked = hsm.token("locked")
    locked.add_key("seal")
    with locked.opened() as session:
        for key in list(session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY})):
            key[Attribute.SIGN] = False
    order = asked(provider, "locked/seal")
    with pytest.raises(KeyMissing):
        provider.begin(order, locked.pin)


def test_signatures_by_another_key_than_the_certificates_all_fail(
    provider: Pkcs11Provider, token: SoftToken, curve_cast: Cast
) -> None:
    token.store(curve_cast.keys[SignatureField.SEAL].certificate, "foreign", b"p-256")
    answer = provider.begin(asked(provider, "Trường mẫu/foreign"), token.pin)
    assert answer.raw == {}
    assert answer.failed == dict.fromkeys(range(3), "SigningFailed")


def test_a_key_of_another_kind_than_the_certificates_is_not_used(
    provider: Pkcs11Provider, token: SoftToken, cast: Cast
) -> None:
    token.store(cast.keys[SignatureField.SEAL].certificate, "other kind", b"p-384")
    with pytest.raises(KeyMissing):
        provider.begin(asked(provider, "Trường mẫu/other kind"), token.pin)


def test_a_wrong_pin_is_refused_and_never_tried_again(
    provider: Pkcs11Provider, token: SoftToken, logins: list[tuple[int, ...]]
) -> None:
    order = asked(provider, "Trường mẫu/p-256")
    with pytest.raises(WrongPassphrase):
        provider.begin(order, SecretStr("sai"))
    assert len(logins) == 1
    assert fitting(order, provider.begin(order, token.pin).raw) == [0, 1, 2]


@pytest.mark.parametrize("secret", [None, SecretStr(""), SecretStr("12\00045"), SecretStr("12\ud800")])
def test_what_can_be_no_pin_costs_no_try(
    provider: Pkcs11Provider, logins: list[tuple[int, ...]], secret: SecretStr | None
) -> None:
    with pytest.raises(WrongPassphrase):
        provider.begin(asked(provider, "Trường mẫu/p-256"), secret)
    assert logins == []


def test_a_locked_token_says_so(provider: Pkcs11Provider, hsm: SoftHsm, token: SoftToken) -> None:
    # SoftHSM counts no wrong tries: the one answer it cannot give is put into its mouth, below the library.
    order = asked(provider, "Trường mẫu/p-256")
    with hsm.intercepted("C_Login", lambda original, *given: CKR_PIN_LOCKED), pytest.raises(KeyLocked):
        provider.begin(order, token.pin)
    assert fitting(order, provider.begin(order, token.pin).raw) == [0, 1, 2]


def test_a_login_that_somebody_left_open_is_not_used(provider: Pkcs11Provider, hsm: SoftHsm, token: SoftToken) -> None:
    order = asked(provider, "Trường mẫu/p-256")
    with hsm.opened() as module:
        module.get_token(token_label="Trường mẫu").open(user_pin=token.pin.get_secret_value())
        with pytest.raises(ProviderUnavailable):
            provider.begin(order, SecretStr("sai"))
        with pytest.raises(WrongPassphrase):  # the login is gone
            provider.begin(order, SecretStr("sai"))
        assert fitting(order, provider.begin(order, token.pin).raw) == [0, 1, 2]


@pytest.mark.parametrize("code", [CKR_PIN_INCORRECT, CKR_PIN_LOCKED, CKR_DEVICE_ERROR])
def test_the_pin_shows_nowhere(
    provider: Pkcs11Provider, hsm: SoftHsm, token: SoftToken, caplog: pytest.LogCaptureFixture, code: int
) -> None:
    order = asked(provider, "Trường mẫu/p-256")
    caplog.set_level(logging.DEBUG)
    with hsm.intercepted("C_Login", lambda *_: code), pytest.raises(DomainError) as refused:
        provider.begin(order, token.pin)
    told = "".join(traceback.TracebackException.from_exception(refused.value, capture_locals=True).format())
    assert "secret = SecretStr('**********')" in told  # locals are told, and this is all they know
    assert token.pin.get_secret_value() not in told + caplog.text + repr(provider)


def test_a_mechanism_the_token_lacks_is_named(provider: Pkcs11Provider, hsm: SoftHsm, token: SoftToken) -> None:
    order = asked(provider, "Trường mẫu/p-256")
    unable = hsm.intercepted("C_SignInit", lambda *_: CKR_MECHANISM_INVALID)
    with unable, pytest.raises(SigningFailed, match="không hỗ trợ thuật toán"):
        provider.begin(order, token.pin)


@pytest.mark.parametrize("module", ["/nowhere/module.so", "/etc/hostname"])
def test_a_module_that_cannot_be_loaded_is_said_in_a_sentence(module: str) -> None:
    with pytest.raises(ProviderUnavailable, match="Máy chủ không nạp được phần mềm của thiết bị ký số"):
        Pkcs11Provider(Path(module)).identity("token/key")


def test_a_module_without_its_settings_is_no_different(
    provider: Pkcs11Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOFTHSM2_CONF", "/nowhere/softhsm2.conf")
    with pytest.raises(ProviderUnavailable, match="Máy chủ không nạp được"):
        provider.identity("token/key")


def test_nothing_is_ever_pending(provider: Pkcs11Provider, token: SoftToken) -> None:
    order = asked(provider, "Trường mẫu/p-256")
    with pytest.raises(SigningRefused):
        provider.poll(order, "1")


def _public(certificate: x509.Certificate) -> PublicKey:
    key = certificate.public_key()
    assert isinstance(key, PublicKey)
    return key


def _crossed(subject: Holder, issuer: Holder) -> x509.Certificate:
    key = subject.key.public_key()
    span = (subject.certificate.not_valid_before_utc, subject.certificate.not_valid_after_utc)
    return certify(Contents(subject.certificate.subject, key, span, for_authority(1)), issuer)
