"""What Temporal keeps of our messages: encrypted before it leaves the process, failures included.

AES-256-GCM (NIST SP 800-38D) over the whole payload, the key's id beside it. What was written before there were keys is
read as it is. Ids of workflows, activities and updates, the types of errors and search attributes are not payloads and
stay readable: they hold ids and codes only.
"""

import dataclasses
import secrets
from collections.abc import Iterable
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes, PayloadCodec

from config.history_keys import HistoryKeys, KeySet

ENCODING: Final = b"binary/encrypted"
KEY_ID: Final = "encryption-key-id"
_NONCE: Final = 12  # bytes, random: SP 800-38D section 8.2.2


class PayloadDamaged(Exception):
    """An encrypted payload does not open: changed bytes, or a key of the same id from elsewhere."""


class EncryptingCodec(PayloadCodec):
    """Encrypts every payload; decodes what is encrypted and passes on what is not."""

    def __init__(self, keys: HistoryKeys) -> None:
        self._keys = keys

    async def encode(self, payloads: Iterable[Payload]) -> list[Payload]:
        return [self._encrypted(each) for each in payloads]

    async def decode(self, payloads: Iterable[Payload]) -> list[Payload]:
        """Raises HistoryKeyMissing and PayloadDamaged."""
        return self.decode_now(payloads)

    def decode_now(self, payloads: Iterable[Payload]) -> list[Payload]:
        """The same for whoever has no event loop. Raises HistoryKeyMissing and PayloadDamaged."""
        return [self._decrypted(each) if is_encrypted(each) else each for each in payloads]

    def _encrypted(self, payload: Payload) -> Payload:
        key_id, key = self._keys.current()
        nonce = secrets.token_bytes(_NONCE)
        data = nonce + AESGCM(key).encrypt(nonce, payload.SerializeToString(), key_id.encode())
        return Payload(metadata={"encoding": ENCODING, KEY_ID: key_id.encode()}, data=data)

    def _decrypted(self, payload: Payload) -> Payload:
        key_id = payload.metadata.get(KEY_ID, b"").decode(errors="replace")
        nonce, sealed = payload.data[:_NONCE], payload.data[_NONCE:]
        try:
            plain = AESGCM(self._keys.of(key_id)).decrypt(nonce, sealed, key_id.encode())
        except (InvalidTag, ValueError) as error:
            raise PayloadDamaged from error
        return Payload.FromString(plain)


def is_encrypted(payload: Payload) -> bool:
    return payload.metadata.get("encoding") == ENCODING


def data_converter(keys: HistoryKeys) -> DataConverter:
    """Pydantic's converter, everything encrypted, messages and stack traces of failures as well."""
    return dataclasses.replace(
        pydantic_data_converter,
        payload_codec=EncryptingCodec(keys),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


def passing_converter() -> DataConverter:
    """The same under a key that is forgotten with the process, for servers that live in memory."""
    return data_converter(HistoryKeys(KeySet.of_one()))
