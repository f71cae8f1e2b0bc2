"""Keys in PKCS#12 files of the key store: for development; production keys are on tokens, HSMs or remote services."""

from pydantic import SecretStr

from signing.errors import SigningRefused
from signing.keys import KeyStore
from signing.mechanisms import default_mechanism
from signing.providers.base import Answer, SignatureRequest, Signed, SigningIdentity


class Pkcs12Provider:
    def __init__(self, keys: KeyStore) -> None:
        self._keys = keys

    def identity(self, key_ref: str) -> SigningIdentity:
        certificates = self._keys.certificates(key_ref)
        return SigningIdentity(certificates, default_mechanism(certificates[0]))

    def begin(self, request: SignatureRequest, secret: SecretStr | None) -> Answer:
        """Open the key once and sign everything; the passphrase goes no further."""
        passphrase = secret.get_secret_value() if secret else ""
        key = self._keys.open(request.key_ref, passphrase, request.mechanism)
        return Signed({at: key.sign(data) for at, data in request.to_be_signed.items()})

    def poll(self, request: SignatureRequest, transaction: str) -> Answer:  # noqa: ARG002 - nothing is ever pending
        raise SigningRefused("Khoá này ký ngay, không có lệnh nào đang chờ.")
