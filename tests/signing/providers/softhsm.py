"""SoftHSM with tokens and keys of a test's own, and a hand on the PKCS#11 calls that reach it."""

import ctypes
import secrets
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pkcs11
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key
from cryptography.x509.oid import NameOID
from pkcs11 import Attribute, KeyType, Session
from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters
from pkcs11.util.rsa import encode_rsa_public_key
from pkcs11.util.x509 import decode_x509_certificate
from pydantic import SecretStr

from signing.authority import DevelopmentAuthority, KeyKind
from signing.authority.certificates import Contents, PublicKey, certify, for_subscriber, subject_name
from signing.mechanisms import signature_fits
from signing.providers.base import SignatureRequest
from signing.providers.pkcs11 import Pkcs11Provider
from tests.signing.conftest import tool, tool_file

CALL_ARGUMENTS = {"C_Login": 4, "C_Logout": 1, "C_SignInit": 3, "C_Sign": 5}
CURVES = {KeyKind.P_256: "secp256r1", KeyKind.P_384: "secp384r1"}
Call = Callable[..., int]


@dataclass(frozen=True)
class SoftHsm:
    module: Path
    authority: DevelopmentAuthority

    def token(self, label: str) -> "SoftToken":
        """A new token with a random PIN."""
        token = SoftToken(self, label, SecretStr(f"{secrets.randbelow(10**8):08}"))
        command = [tool("softhsm2-util"), "--module", str(self.module), "--init-token", "--free", "--label", label]
        pins = ["--pin", token.pin.get_secret_value(), "--so-pin", secrets.token_hex(8)]
        subprocess.run(command + pins, check=True, capture_output=True)
        return token

    @contextmanager
    def opened(self) -> Iterator["pkcs11._pkcs11.lib"]:
        """The module for the test itself, shut down again so that it is seen as the next caller would see it."""
        module = pkcs11.lib(str(self.module))
        try:
            yield module
        finally:
            module.finalize()

    @contextmanager
    def intercepted(self, function: str, instead: Callable[..., int]) -> Iterator[None]:
        """Let `instead(original, *arguments)` answer for a C function, in the table where every caller finds it."""
        library = ctypes.CDLL(str(self.module))
        listed = ctypes.c_void_p()
        library.C_GetFunctionList(ctypes.byref(listed))
        # CK_FUNCTION_LIST is a version, padded to the size of a pointer, and 68 pointers.
        table = (ctypes.c_void_p * 68).from_address((listed.value or 0) + ctypes.sizeof(ctypes.c_void_p))
        at = list(table).index(ctypes.cast(getattr(library, function), ctypes.c_void_p).value)
        prototype = ctypes.CFUNCTYPE(ctypes.c_ulong, *[ctypes.c_void_p] * CALL_ARGUMENTS[function])
        address = table[at] or 0
        original = prototype(address)
        replacement = prototype(lambda *arguments: instead(original, *arguments))
        table[at] = ctypes.cast(replacement, ctypes.c_void_p)
        try:
            yield
        finally:
            table[at] = address

    def close_sessions(self, token: "SoftToken") -> None:
        """What a token does that loses its power: every session of this process on it is gone."""
        slot = pkcs11.lib(str(self.module)).get_token(token_label=token.label).slot
        assert ctypes.CDLL(str(self.module)).C_CloseAllSessions(ctypes.c_ulong(slot.slot_id)) == 0


@dataclass(frozen=True)
class SoftToken:
    hsm: SoftHsm
    label: str
    pin: SecretStr = field(repr=False)

    @contextmanager
    def opened(self) -> Iterator[Session]:
        with self.hsm.opened() as module:
            token = module.get_token(token_label=self.label)
            with token.open(rw=True, user_pin=self.pin.get_secret_value()) as session:
                yield session

    def add_key(self, label: str, kind: KeyKind = KeyKind.P_256) -> x509.Certificate:
        """A key made on the token, with its certificate."""
        key_id = label.encode()
        with self.opened() as session:
            certificate = certificate_for(self.hsm.authority, _generate(session, kind, key_id))
        self.store(certificate, label, key_id)
        return certificate

    def store(self, certificate: x509.Certificate, label: str, key_id: bytes) -> None:
        attributes = decode_x509_certificate(certificate.public_bytes(Encoding.DER))
        more = {Attribute.LABEL: label, Attribute.ID: key_id, Attribute.TOKEN: True}
        with self.opened() as session:
            session.create_object(attributes | more)


@contextmanager
def soft_hsm(folder: Path, authority: DevelopmentAuthority, **settings: str) -> Iterator[SoftHsm]:
    """A SoftHSM whose tokens lie in the folder; it reads its settings each time it is set up."""
    lines = {"directories.tokendir": folder / "tokens", "objectstore.backend": "file", "log.level": "ERROR", **settings}
    (folder / "tokens").mkdir(exist_ok=True)
    (folder / "softhsm2.conf").write_text("".join(f"{name} = {value}\n" for name, value in lines.items()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
        yield SoftHsm(tool_file("usr/lib/softhsm/libsofthsm2.so"), authority)


def certificate_for(authority: DevelopmentAuthority, key: PublicKey, age: int = 2) -> x509.Certificate:
    """A certificate, issued so many days ago, for a key that is not in our hands."""
    now = datetime.now(UTC)
    subject = subject_name((NameOID.COMMON_NAME, "Trường Tiểu học Mẫu"))
    span = (now - timedelta(days=age), now + timedelta(days=365))
    return certify(Contents(subject, key, span, for_subscriber()), authority.issuing)


def asked(provider: Pkcs11Provider, key_ref: str, count: int = 3) -> SignatureRequest:
    """An order for so many documents, each much longer than its digest, and the last named first."""
    documents = {at: b"document %d" % at * 30 for at in reversed(range(count))}
    return SignatureRequest(uuid4(), key_ref, provider.identity(key_ref), documents)


def fitting(request: SignatureRequest, raw: Mapping[int, bytes]) -> list[int]:
    """Positions with a signature that fits, in the order of the answer."""
    certificate, signed = request.identity.certificates[0], request.to_be_signed
    return [at for at in raw if signature_fits(certificate, request.mechanism, raw[at], signed[at])]


def _generate(session: Session, kind: KeyKind, key_id: bytes) -> PublicKey:
    # The label is nobody's: what pairs a private key with its certificate is the id.
    if kind not in CURVES:
        bits = int(kind.removeprefix("rsa-"))
        made, _ = session.generate_keypair(KeyType.RSA, bits, id=key_id, label="container", store=True)
        return _loaded(encode_rsa_public_key(made))
    curve = {Attribute.EC_PARAMS: encode_named_curve_parameters(CURVES[kind])}
    parameters = session.create_domain_parameters(KeyType.EC, curve, local=True)
    made, _ = parameters.generate_keypair(id=key_id, label="container", store=True)
    return _loaded(encode_ec_public_key(made))


def _loaded(packed: bytes) -> PublicKey:
    key = load_der_public_key(packed)
    assert isinstance(key, PublicKey)
    return key
