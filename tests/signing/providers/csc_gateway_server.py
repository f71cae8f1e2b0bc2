"""A signing service for tests that behaves as VNPT SmartCA is described: hashes in, a confirmation by phone, a status.

It takes each transaction name once, keeps a transaction open for four minutes, and gives signatures in any order.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from aiohttp import web
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding

from signing.authority import IssuedKey

SP_ID, SP_PASSWORD = "4184-6371.apps.signserviceapi.com", "mật-khẩu-sp"
API_KEY = "khoa-cong-4184"
OPEN_FOR = 240.0  # seconds
NAMES = {
    "certificate_path": "v1/credentials/get_certificate",
    "sign_path": "v1/signatures/sign",
    "status_path": "v1/signatures/sign/{transaction}/status",
    "account": {"sp_id": SP_ID, "sp_password": SP_PASSWORD},
    "headers": {"x-api-key": API_KEY},
    "user_field": "user_id",
    "transaction_field": "transaction_id",
    "summary_field": "transaction_desc",
    "serial_field": "serial_number",
    "documents_field": "sign_files",
    "document_id_field": "doc_id",
    "digest_field": "data_to_be_signed",
    "digest_encoding": "hex",
    "document_constants": {"file_type": "pdf", "sign_type": "hash"},
    "certificates_at": "data.user_certificates",
    "certificate_fields": ["cert_data", "chain_data.ca_cert", "chain_data.root_cert"],
    "status_at": "message",
    "words": {
        "Success": "signed",
        "SUCCESS": "signed",
        "sig_wait_for_user_confirm": "waiting",
        "sig_user_rejected": "refused",
        "sig_expired": "expired",
        "user_not_found": "missing",
        "user_locked": "locked",
    },
    "transaction_at": "data.transaction_id",
    "signatures_at": "data.signatures",
    "signature_field": "signature_value",
}
Body = dict[str, Any]


@dataclass
class Transaction:
    files: list[Body]
    serial: str
    ends_at: float
    word: str = "sig_wait_for_user_confirm"


@dataclass
class GatewayServer:
    """`now` is the service's clock in seconds; `own_names` if it answers with transaction names of its own."""

    keys: Sequence[IssuedKey]
    root: str = ""
    user_id: str = "079190000012"
    now: float = 0.0
    own_names: bool = False
    word: str = ""
    calls: list[tuple[str, Body]] = field(default_factory=list)
    transactions: dict[str, Transaction] = field(default_factory=dict)

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/sca/v1/credentials/get_certificate", self.certificates)
        app.router.add_post("/sca/v1/signatures/sign", self.sign)
        app.router.add_post("/sca/v1/signatures/sign/{name}/status", self.status)
        return app

    def called(self, name: str) -> list[Body]:
        return [body for called, body in self.calls if called == name]

    def confirm(self, word: str = "SUCCESS") -> None:
        """The person presses yes (or no) in the app."""
        for transaction in self.transactions.values():
            transaction.word = word

    async def certificates(self, request: web.Request) -> web.Response:
        body = await self._body("certificates", request)
        if self.word:
            return _answer(self.word, 403)
        if body["user_id"] != self.user_id:
            return _answer("user_not_found", 400)
        return _answer("Success", data={"user_certificates": [self._certificate(key) for key in self.keys]})

    async def sign(self, request: web.Request) -> web.Response:
        body = await self._body("sign", request)
        if self.word:
            return _answer(self.word, 403)
        if [each["transaction_id"] for each in self.called("sign")].count(body["transaction_id"]) > 1:
            return _answer("transaction_id_existed", 400)
        name = str(uuid4()) if self.own_names else body["transaction_id"]
        self.transactions[name] = Transaction(body["sign_files"], body["serial_number"], self.now + OPEN_FOR)
        return _answer("sig_wait_for_user_confirm", data={"transaction_id": name, "tran_code": str(uuid4())})

    async def status(self, request: web.Request) -> web.Response:
        await self._body("status", request)
        transaction = self.transactions.get(request.match_info["name"])
        if transaction is None:
            return _answer("transaction_not_found", 400)
        if transaction.word != "SUCCESS":
            expired = self.now > transaction.ends_at
            return _answer("sig_expired" if expired else transaction.word, data={"signatures": None})
        [key] = [each for each in self.keys if f"{each.certificate.serial_number:x}" == transaction.serial.lstrip("0")]
        signatures = [_signed(key, each) for each in reversed(transaction.files)]
        return _answer("SUCCESS", data={"transaction_id": request.match_info["name"], "signatures": signatures})

    async def _body(self, name: str, request: web.Request) -> Body:
        body: Body = await request.json()
        self.calls.append((name, body))
        if (body["sp_id"], body["sp_password"]) != (SP_ID, SP_PASSWORD) or request.headers["x-api-key"] != API_KEY:
            raise web.HTTPUnauthorized(text='{"status_code": 401, "message": "SP_CREDENTIAL_INVALID"}')
        return body

    def _certificate(self, key: IssuedKey) -> Body:
        leaf, issuer = (base64.encodebytes(each.public_bytes(Encoding.DER)).decode() for each in key.certificates)
        return {
            "cert_data": leaf.replace("\n", "\r\n"),
            "chain_data": {"ca_cert": issuer, "root_cert": None},
            "serial_number": f"{key.certificate.serial_number:x}",
        }


def _answer(message: str, status: int = 200, data: object = None) -> web.Response:
    return web.json_response({"status_code": status, "message": message, "data": data}, status=status)


def _signed(key: IssuedKey, file: Body) -> Body:
    digest = bytes.fromhex(file["data_to_be_signed"])
    if isinstance(key.private_key, ec.EllipticCurvePrivateKey):
        raw = key.private_key.sign(digest, ec.ECDSA(Prehashed(hashes.SHA256())))
    else:
        raw = key.private_key.sign(digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))
    return {"doc_id": file["doc_id"], "signature_value": base64.b64encode(raw).decode(), "timestamp_signature": None}
