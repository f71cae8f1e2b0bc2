"""Keys on PKCS#11 tokens: an HSM or a USB token, through its maker's module.

A key reference is `TOKEN-LABEL/KEY-LABEL`: the token's label, and the label of the key's certificate on it. The private
key is the one with the certificate's CKA_ID, as PKCS#11 v2.40 section 4.6.3 pairs them; it never leaves the token, and
documents never go there: the token is given digests.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import pkcs11
from asn1crypto.algos import DigestInfo
from cryptography import x509
from pkcs11 import (
    MGF,
    Attribute,
    CertificateType,
    KeyType,
    MechanismInvalid,
    MultipleTokensReturned,
    NoSuchToken,
    ObjectClass,
    PinIncorrect,
    PinInvalid,
    PinLenRange,
    PinLocked,
    PKCS11Error,
    Session,
    SignMixin,
)
from pkcs11 import Mechanism as TokenMechanism
from pkcs11._pkcs11 import lib as Module  # noqa: N812 - the library's class has a function's name
from pkcs11.util.ec import encode_ecdsa_signature
from pydantic import SecretStr

from domain.errors import DomainError, Invalid
from signing.authority.certificates import chain_from
from signing.errors import KeyLocked, KeyMissing, ProviderUnavailable, SigningFailed, SigningRefused, WrongPassphrase
from signing.mechanisms import Mechanism, default_mechanism
from signing.providers.base import SignatureRequest, Signed, SigningIdentity

NO_MODULE = "Máy chủ không nạp được phần mềm của thiết bị ký số; hãy báo cho người quản trị."
NO_ANSWER = "Thiết bị ký số không phản hồi; hãy kiểm tra thiết bị rồi thử lại."
NO_MECHANISM = "Thiết bị ký số không hỗ trợ thuật toán ký này."

# The library sets every module up for callers that come one at a time (PKCS#11 v2.40 section 5.4, C_Initialize with no
# arguments), and a login belongs to the whole process: two batches at once would end each other's.
_ONE_AT_A_TIME = Lock()


class _Interrupted(ProviderUnavailable):
    """The token failed after it had accepted the PIN."""


@dataclass(frozen=True)
class Pkcs11Provider:
    module: Path

    def identity(self, key_ref: str) -> SigningIdentity:
        """The newest certificate of the label with those on the token that issued it, read without the PIN.

        Raises Invalid, KeyMissing, ProviderUnavailable; SigningFailed for other keys than RSA and EC.
        """
        token, label = _labels(key_ref)
        with self._session(token) as session:
            stored = _certificates(session)
        named = [each.certificate for each in stored if each.label == label]
        if not named:
            raise KeyMissing
        # A renewed certificate often lies beside the one it replaces, and an authority's beside those it issued.
        newest = max(named, key=lambda certificate: certificate.not_valid_before_utc)
        return SigningIdentity(chain_from(newest, [each.certificate for each in stored]), default_mechanism(newest))

    def begin(self, request: SignatureRequest, secret: SecretStr | None) -> Signed:
        """Sign everything in order of position under one login.

        `failed` says SigningFailed of a signature that does not fit the certificate, and ProviderUnavailable of what a
        token left unsigned that was lost half-way and could not be opened once more.
        Raises Invalid, KeyMissing, WrongPassphrase, KeyLocked, ProviderUnavailable, SigningFailed: nothing was signed.
        """
        made: dict[int, bytes] = {}
        try:
            try:
                self._sign_rest(request, secret, made)
            except _Interrupted:
                self._sign_rest(request, secret, made)
        except DomainError:
            if not made:
                raise
        return _checked(request, made)

    def poll(self, request: SignatureRequest, transaction: str) -> Signed:  # noqa: ARG002 - nothing is ever pending
        raise SigningRefused("Khoá này ký ngay, không có lệnh nào đang chờ.")

    def _sign_rest(self, request: SignatureRequest, secret: SecretStr | None, made: dict[int, bytes]) -> None:
        """Add what is missing to `made`, one by one, so that a token lost half-way takes nothing with it."""
        token, _ = _labels(request.key_ref)
        with self._session(token, _usable(secret)) as session:
            key = _private_key(session, request.identity.certificates[0], request.mechanism)
            for at, digest in sorted(request.digests().items()):
                if at not in made:
                    made[at] = _raw_signature(key, request.mechanism, digest)

    @contextmanager
    def _session(self, token: str, pin: SecretStr | None = None) -> Iterator[Session]:
        """A session on the token, logged in when there is a PIN, in a module set up afresh: about 3 ms.

        Shutting the module down each time ends any login and session that an error left behind, and setting it up finds
        tokens plugged in since.
        """
        with _ONE_AT_A_TIME, ExitStack() as stack:
            module = _set_up(self.module)
            stack.callback(_quietly, module.finalize)
            session = _open(module, token, pin)
            stack.callback(_quietly, session.close)
            try:
                yield session
            except MechanismInvalid as error:
                raise SigningFailed(NO_MECHANISM) from error
            except PKCS11Error as error:
                raise _Interrupted(NO_ANSWER) from error


@dataclass(frozen=True)
class _Stored:
    """A certificate as it lies on the token."""

    label: str
    key_id: bytes
    certificate: x509.Certificate


def _labels(key_ref: str) -> tuple[str, str]:
    token, _, key = key_ref.partition("/")
    if not (token and key and key_ref.isprintable()):
        raise Invalid("Mã khoá ký không hợp lệ (cần dạng NHÃN-THIẾT-BỊ/NHÃN-KHOÁ).")
    return token, key


def _usable(secret: SecretStr | None) -> SecretStr:
    """A PIN that can be one: the token counts wrong tries, so it is not asked about what nobody can have chosen."""
    if secret is None or not secret.get_secret_value() or not secret.get_secret_value().isprintable():
        raise WrongPassphrase
    return secret


def _set_up(module: Path) -> Module:
    try:
        return pkcs11.lib(str(module))
    except PKCS11Error as error:
        raise ProviderUnavailable(NO_MODULE) from error


def _open(module: Module, token: str, pin: SecretStr | None) -> Session:
    # A login that is there already is an error like others: it would sign whatever the PIN given now.
    try:
        return module.get_token(token_label=token).open(user_pin=pin.get_secret_value() if pin else None)
    except (NoSuchToken, MultipleTokensReturned) as error:
        raise KeyMissing from error
    except (PinIncorrect, PinInvalid, PinLenRange) as error:
        raise WrongPassphrase from error
    except PinLocked as error:
        raise KeyLocked from error
    except PKCS11Error as error:
        raise ProviderUnavailable(NO_ANSWER) from error


def _quietly(end: Callable[[], None]) -> None:
    with suppress(PKCS11Error):  # a token that is gone cannot be left in order
        end()


def _certificates(session: Session) -> list[_Stored]:
    x_509 = {Attribute.CLASS: ObjectClass.CERTIFICATE, Attribute.CERTIFICATE_TYPE: CertificateType.X_509}
    stored = []
    for each in session.get_objects(x_509):
        with suppress(ValueError):  # what else lies on the token is not ours to judge
            certificate = x509.load_der_x509_certificate(each[Attribute.VALUE])
            stored.append(_Stored(each[Attribute.LABEL], each[Attribute.ID], certificate))
    return stored


def _private_key(session: Session, certificate: x509.Certificate, mechanism: Mechanism) -> SignMixin:
    key_type = KeyType.EC if mechanism.scheme == "ecdsa" else KeyType.RSA
    wanted = {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.KEY_TYPE: key_type}
    ids = [each.key_id for each in _certificates(session) if each.certificate == certificate]
    found = [key for key_id in ids for key in session.get_objects(wanted | {Attribute.ID: key_id})]
    keys = [key for key in found if isinstance(key, SignMixin)]
    if not keys:
        raise KeyMissing
    return keys[0]


def _raw_signature(key: SignMixin, mechanism: Mechanism, digest: bytes) -> bytes:
    name = mechanism.digest.upper()
    match mechanism.scheme:
        case "rsa":
            # RFC 8017 section 9.2; the token pads what it is given and no more.
            info = DigestInfo({"digest_algorithm": {"algorithm": mechanism.digest}, "digest": digest})
            return key.sign(info.dump(), mechanism=TokenMechanism.RSA_PKCS)
        case "rsassa_pss":
            parameters = (TokenMechanism[name], MGF[name], len(digest))
            return key.sign(digest, mechanism=TokenMechanism.RSA_PKCS_PSS, mechanism_param=parameters)
        case _:
            return encode_ecdsa_signature(key.sign(digest, mechanism=TokenMechanism.ECDSA))


def _checked(request: SignatureRequest, made: dict[int, bytes]) -> Signed:
    raw: dict[int, bytes] = {}
    failed: dict[int, str] = {}
    for at in sorted(request.to_be_signed):
        if at not in made:
            failed[at] = ProviderUnavailable.code
        elif request.fits(at, made[at]):
            raw[at] = made[at]
        else:
            failed[at] = SigningFailed.code
    return Signed(raw, failed)
