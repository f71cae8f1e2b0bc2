"""Signatures embedded, by algorithm and by the place the key is kept in; the same key lies in all of them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pkcs11 import Attribute
from pkcs11.util.ec import decode_ec_private_key
from pkcs11.util.rsa import decode_rsa_private_key
from pydantic import SecretStr

from bench.parts.rows import Row, medians, milliseconds, timed
from bench.parts.stock import stock_signing
from domain.documents import SignatureField
from signing.authority import DevelopmentAuthority, IssuedKey, KeyKind
from signing.keys import KeyStore
from signing.mechanisms import Mechanism, sign
from signing.pdf import BatchSigner, PreparedSignature, embed
from signing.providers.base import KeyProvider, SignatureRequest, Signed, SigningIdentity
from signing.providers.pkcs11 import Pkcs11Provider
from signing.providers.pkcs12 import Pkcs12Provider
from tests.signing.providers.csc_https import Tls
from tests.signing.providers.csc_orders import served
from tests.signing.providers.csc_server import CscServer
from tests.signing.providers.softhsm import SoftToken, soft_hsm

FIELD = SignatureField.HOMEROOM
PASSPHRASE = SecretStr("mật khẩu đo thử")
# The slowest baseline takes half a second for each document.
MOST_DOCUMENTS = 5


@dataclass(frozen=True)
class Algorithm:
    name: str
    kind: KeyKind
    mechanism: Mechanism


ALGORITHMS = (
    Algorithm("RSA-2048 PKCS#1 v1.5", KeyKind.RSA_2048, Mechanism.RSA_PKCS1),
    Algorithm("RSA-2048 PSS", KeyKind.RSA_2048, Mechanism.RSA_PSS),
    Algorithm("RSA-3072 PKCS#1 v1.5", KeyKind.RSA_3072, Mechanism.RSA_PKCS1),
    Algorithm("RSA-4096 PKCS#1 v1.5", KeyKind.RSA_4096, Mechanism.RSA_PKCS1),
    Algorithm("P-256", KeyKind.P_256, Mechanism.ECDSA),
    Algorithm("P-384", KeyKind.P_384, Mechanism.ECDSA_SHA384),
)


@dataclass(frozen=True)
class Place:
    """Where a key is kept: a provider, the key's name there, and what opens it."""

    name: str
    provider: KeyProvider
    key_ref: str
    secret: SecretStr | None


class Keyring:
    """One key of each kind in a PKCS#12 file, on a SoftHSM token and at a CSC service of this machine."""

    def __init__(self, folder: Path, keys: Mapping[KeyKind, IssuedKey], token: SoftToken) -> None:
        self._keys, self._token = keys, token
        self._store, self._tls = KeyStore(folder / "keys"), Tls.make(folder)
        for kind, key in keys.items():
            self._store.save(kind, key, PASSPHRASE.get_secret_value())
            _put_on_token(token, kind, key)

    @contextmanager
    def places(self, algorithm: Algorithm) -> Iterator[list[Place]]:
        server = CscServer(self._keys[algorithm.kind])
        padding = "pss" if algorithm.mechanism.scheme == "rsassa_pss" else "pkcs1"
        with served(server, self._tls, rsa_padding=padding) as remote:
            yield [
                Place("PKCS#12", Pkcs12Provider(self._store), algorithm.kind, PASSPHRASE),
                Place(
                    "PKCS#11 SoftHSM",
                    Pkcs11Provider(self._token.hsm.module),
                    f"bench/{algorithm.kind}",
                    self._token.pin,
                ),
                Place("CSC v2, HTTPS", remote, server.credential_id, None),
            ]


def embedding_rows(authority: DevelopmentAuthority, documents: Sequence[bytes], folder: Path) -> list[Row]:
    keys = {kind: replace(authority, key_kind=kind).issue_person("Người ký đo thử", "079190000010") for kind in KeyKind}
    with soft_hsm(folder, authority) as hsm:
        keyring = Keyring(folder, keys, hsm.token("bench"))
        rows = []
        for algorithm in ALGORITHMS:
            with keyring.places(algorithm) as places:
                rows += _Measured(algorithm, keys[algorithm.kind], documents).rows(places)
        return rows


@dataclass(frozen=True)
class _Measured:
    algorithm: Algorithm
    key: IssuedKey
    documents: Sequence[bytes]

    @property
    def _few(self) -> Sequence[bytes]:
        return self.documents[:MOST_DOCUMENTS]

    def rows(self, places: Sequence[Place]) -> list[Row]:
        prepared, (preparing, stock, raw) = self._prepared()
        answers, asking = zip(*(timed(self._asked, place, prepared) for place in places), strict=True)
        embedding = medians(
            [milliseconds(embed, one, self.key.certificates, answer.raw[at]) for answer in answers]
            for at, one in enumerate(prepared)
        )
        beside = {"stock": stock, "raw key": raw}
        return [
            self._row(place, beside, {"prepare": preparing, "key": asked / len(self.documents), "embed": embedded})
            for place, asked, embedded in zip(places, asking, embedding, strict=True)
        ]

    def _row(self, place: Place, beside: Mapping[str, float], parts: Mapping[str, float]) -> Row:
        group = f"One signature embedded, of a batch of {len(self.documents)} confirmed once"
        return Row(group, f"{self.algorithm.name}, {place.name}", sum(parts.values()), "ms", beside, parts)

    def _prepared(self) -> tuple[list[PreparedSignature], list[float]]:
        """The documents prepared; and milliseconds to prepare, to sign by stock pyHanko, and of the key alone."""
        mechanism = self.algorithm.mechanism
        batch = BatchSigner(self.key.certificates, mechanism, signed_at=datetime.now(UTC))
        stock = stock_signing(self.key, mechanism, FIELD)
        batch.prepare(self._few[0], FIELD)
        stock(self._few[0])
        prepared, turns = [], []
        for pdf in self._few:
            one, preparing = timed(batch.prepare, pdf, FIELD)
            by_stock = milliseconds(stock, pdf)
            raw = milliseconds(sign, self.key.private_key, mechanism, one.to_be_signed)
            prepared.append(one)
            turns.append((preparing, by_stock, raw))
        return prepared, medians(turns)

    def _asked(self, place: Place, prepared: Sequence[PreparedSignature]) -> Signed:
        identity = SigningIdentity(self.key.certificates, self.algorithm.mechanism)
        # As long as the whole batch, for what is asked once: a passphrase, a login, a permission.
        to_be_signed = {at: prepared[at % len(prepared)].to_be_signed for at in range(len(self.documents))}
        answer = place.provider.begin(SignatureRequest(uuid4(), place.key_ref, identity, to_be_signed), place.secret)
        assert isinstance(answer, Signed)
        assert not answer.failed
        return answer


def _put_on_token(token: SoftToken, kind: KeyKind, key: IssuedKey) -> None:
    der = key.private_key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    decoded = decode_ec_private_key(der) if kind.startswith("p-") else decode_rsa_private_key(der)
    more = {Attribute.ID: kind.encode(), Attribute.TOKEN: True, Attribute.PRIVATE: True, Attribute.SIGN: True}
    with token.opened() as session:
        session.create_object(decoded | more)
    token.store(key.certificate, kind, kind.encode())
