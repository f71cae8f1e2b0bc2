"""The key store: encrypted at rest, opened by its owner's passphrase, silent about it."""

import logging
import stat
import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from asn1crypto.keys import PrivateKeyInfo
from asn1crypto.pkcs12 import Pfx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from domain.documents import SignatureField
from domain.errors import Conflict, Invalid
from signing.errors import KeyMissing, WrongPassphrase
from signing.keys import KDF_ROUNDS, KeyStore
from signing.mechanisms import Mechanism, PrivateKey, signature_fits
from tests.signing.conftest import Cast

PASSPHRASE = "mật khẩu thử 1975"
NUMBERS = ("prime1", "prime2", "private_exponent", "exponent1", "exponent2", "coefficient")
AES_256_CBC = bytes.fromhex("060960864801650304012a")  # OID 2.16.840.1.101.3.4.1.42, DER


def _numbers(key: object) -> rsa.RSAPrivateNumbers:
    assert isinstance(key, rsa.RSAPrivateKey)
    return key.private_numbers()


def _damaged(key: PrivateKey, part: str) -> rsa.RSAPrivateKey:
    """The same key with one of its numbers changed."""
    plain = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    numbers = PrivateKeyInfo.load(plain)["private_key"].parsed
    numbers[part] = numbers[part].native + 2
    wrapped = PrivateKeyInfo.wrap(numbers, "rsa").dump(force=True)
    damaged = serialization.load_der_private_key(wrapped, None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(damaged, rsa.RSAPrivateKey)
    return damaged


@pytest.fixture(scope="module", autouse=True)
def quick_keys() -> Iterator[None]:
    """Here they are as slow to open as they are for people."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("signing.keys.KDF_ROUNDS", KDF_ROUNDS)
        yield


@pytest.fixture(scope="module")
def store(cast: Cast, tmp_path_factory: pytest.TempPathFactory) -> KeyStore:
    store = KeyStore(tmp_path_factory.mktemp("keys"))
    store.save("homeroom", cast.keys[SignatureField.HOMEROOM], PASSPHRASE)
    return store


def test_a_key_comes_back_with_its_passphrase(store: KeyStore, cast: Cast) -> None:
    opened = store.open("homeroom", PASSPHRASE)
    raw = opened.sign(b"abc")
    assert opened.certificates == cast.keys[SignatureField.HOMEROOM].certificates
    assert signature_fits(opened.certificates[0], Mechanism.RSA_PKCS1, raw, b"abc")


def test_certificates_are_read_without_the_passphrase(store: KeyStore, cast: Cast) -> None:
    assert store.certificate("homeroom") == cast.keys[SignatureField.HOMEROOM].certificate


def test_an_open_key_is_held_in_memory_and_never_read_again(cast: Cast, tmp_path: Path) -> None:
    store = KeyStore(tmp_path)
    store.save("seal", cast.keys[SignatureField.SEAL], PASSPHRASE)
    opened = store.open("seal", PASSPHRASE)
    (tmp_path / "seal.p12").unlink()
    assert opened.sign(b"1") != opened.sign(b"2")


def test_a_wrong_passphrase_is_refused_in_plain_words(store: KeyStore) -> None:
    with pytest.raises(WrongPassphrase, match="Mật khẩu chữ ký không đúng"):
        store.open("homeroom", "sai")


def test_the_passphrase_shows_nowhere(store: KeyStore, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(WrongPassphrase) as refused:
        store.open("homeroom", PASSPHRASE + " sai")
    told = "".join(traceback.format_exception(refused.value)) + caplog.text
    assert PASSPHRASE not in told + repr(store) + repr(store.open("homeroom", PASSPHRASE))


def test_files_are_encrypted_with_aes_256_and_private(store: KeyStore, cast: Cast, tmp_path: Path) -> None:
    store = KeyStore(tmp_path)
    store.save("seal", cast.keys[SignatureField.SEAL], PASSPHRASE)
    sealed = (tmp_path / "seal.p12").read_bytes()
    assert sealed.count(AES_256_CBC) == 1  # the bag of the key; the certificates stand beside it in the open
    assert stat.S_IMODE((tmp_path / "seal.p12").stat().st_mode) == 0o600


def test_a_file_is_plain_pkcs12_whose_only_lock_is_the_derivation(cast: Cast, tmp_path: Path) -> None:
    KeyStore(tmp_path).save("seal", cast.keys[SignatureField.SEAL], PASSPHRASE)
    sealed = (tmp_path / "seal.p12").read_bytes()
    private = cast.keys[SignatureField.SEAL].private_key
    assert _numbers(pkcs12.load_key_and_certificates(sealed, PASSPHRASE.encode())[0]) == _numbers(private)
    assert KDF_ROUNDS.to_bytes(3) in sealed
    assert Pfx.load(sealed)["mac_data"].native is None  # a MAC would be a far cheaper test of a guess


def test_a_file_with_a_mac_opens_too(cast: Cast, tmp_path: Path) -> None:
    store = KeyStore(tmp_path)
    store.save("seal", cast.keys[SignatureField.SEAL], PASSPHRASE)
    lock = serialization.BestAvailableEncryption(PASSPHRASE.encode())
    private = cast.keys[SignatureField.SEAL].private_key
    (tmp_path / "seal.p12").write_bytes(pkcs12.serialize_key_and_certificates(None, private, None, None, lock))
    assert store.open("seal", PASSPHRASE).sign(b"1")


@pytest.mark.parametrize("part", NUMBERS)
def test_a_damaged_key_signs_nothing(cast: Cast, tmp_path: Path, part: str) -> None:
    issued = cast.keys[SignatureField.SEAL]
    store = KeyStore(tmp_path)
    store.save("seal", replace(issued, private_key=_damaged(issued.private_key, part)), PASSPHRASE)
    with pytest.raises(KeyMissing):
        store.open("seal", PASSPHRASE)


@pytest.mark.parametrize("content", [b"", b"no key", b"\x30\x00"])
def test_a_file_that_is_no_key_opens_nothing(cast: Cast, tmp_path: Path, content: bytes) -> None:
    store = KeyStore(tmp_path)
    store.save("seal", cast.keys[SignatureField.SEAL], PASSPHRASE)
    (tmp_path / "seal.p12").write_bytes(content)
    with pytest.raises(WrongPassphrase):
        store.open("seal", PASSPHRASE)


def test_an_unknown_key_is_said_to_be_missing(store: KeyStore) -> None:
    with pytest.raises(KeyMissing):
        store.open("nobody", PASSPHRASE)
    with pytest.raises(KeyMissing):
        store.certificate("nobody")


def test_a_key_without_its_file_is_said_to_be_missing(cast: Cast, tmp_path: Path) -> None:
    store = KeyStore(tmp_path)
    store.save("seal", cast.keys[SignatureField.SEAL], PASSPHRASE)
    (tmp_path / "seal.p12").unlink()
    assert not store.has("seal")
    with pytest.raises(KeyMissing):
        store.open("seal", PASSPHRASE)


def test_certificates_of_another_key_are_not_accepted(cast: Cast, tmp_path: Path) -> None:
    store = KeyStore(tmp_path)
    store.save("seal", cast.keys[SignatureField.SEAL], PASSPHRASE)
    store.save("principal", cast.keys[SignatureField.PRINCIPAL], PASSPHRASE)
    (tmp_path / "seal.pem").write_bytes((tmp_path / "principal.pem").read_bytes())
    with pytest.raises(KeyMissing):
        store.open("seal", PASSPHRASE)


def test_a_reference_in_use_is_not_overwritten(store: KeyStore, cast: Cast) -> None:
    with pytest.raises(Conflict):
        store.save("homeroom", cast.keys[SignatureField.SEAL], PASSPHRASE)


@pytest.mark.parametrize("key_ref", ["../seal", "a/b", "", ".hidden", "a" * 101])
def test_a_reference_cannot_leave_the_folder(store: KeyStore, key_ref: str) -> None:
    with pytest.raises(Invalid):
        store.open(key_ref, PASSPHRASE)


def test_an_empty_passphrase_is_refused(store: KeyStore, cast: Cast) -> None:
    with pytest.raises(Invalid):
        store.save("khác", cast.keys[SignatureField.SEAL], PASSPHRASE)
    with pytest.raises(Invalid):
        store.save("other", cast.keys[SignatureField.SEAL], "")
