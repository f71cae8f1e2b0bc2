"""`hocba token-bridge`: signs one's own orders with a USB token or card on this computer, over PKCS#11.

A small reference: it fetches what is to be signed, shows what that is, asks for the PIN, and sends raw signatures back.
Key and PIN stay on this computer.
"""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import httpx
import typer
from cryptography.hazmat.primitives import hashes
from pydantic import SecretStr

from cli.trouble import Trouble
from domain.errors import DomainError
from signing.mechanisms import Mechanism
from signing.providers.base import SignatureRequest, Signed, SigningIdentity
from signing.providers.pkcs11 import Pkcs11Provider


def token_bridge_command(
    orders: Annotated[list[UUID], typer.Argument(metavar="ORDER...", help="Orders that wait for your signature.")],
    *,
    url: Annotated[str, typer.Option(help="Address of hocba.")],
    module: Annotated[Path, typer.Option(help="PKCS#11 library of the token's maker.")],
    key: Annotated[str, typer.Option(help="TOKEN-LABEL/KEY-LABEL.")],
    access: Annotated[Path, typer.Option(help="File that holds your access token for hocba.")],
) -> None:
    """Sign orders with the token of this computer."""
    headers = {"Authorization": f"Bearer {access.read_text(encoding='utf-8').strip()}"}
    provider = Pkcs11Provider(module)
    with httpx.Client(base_url=url, headers=headers, timeout=90, trust_env=False) as http:
        identity = provider.identity(key)
        requests = [_request(http, order_id, key, identity) for order_id in orders]
        for request in requests:
            typer.echo(f"{request.order_id}: {request.summary}")
        pin = SecretStr(typer.prompt("PIN", hide_input=True))
        for request in requests:
            typer.echo(_signed(http, provider, request, pin))


def _request(http: httpx.Client, order_id: UUID, key: str, identity: SigningIdentity) -> SignatureRequest:
    """What an order wants signed, checked: this token's certificate, and digests that fit what they are of."""
    wanted = _answer(http.get(f"/api/v1/orders/{order_id}/digests"))
    if wanted["certificate_sha256"] != identity.certificates[0].fingerprint(hashes.SHA256()).hex():
        raise Trouble("Chứng thư số trên thiết bị không phải chứng thư số đã đăng ký để ký lệnh này.")
    mechanism = Mechanism(wanted["mechanism"])
    items = {item["position"]: b64decode(item["to_be_signed"]) for item in wanted["items"]}
    for item in wanted["items"]:
        if hashlib.new(mechanism.digest, items[item["position"]]).hexdigest() != item["digest"]:
            raise Trouble("Mã băm nhận được không khớp với nội dung cần ký; chưa ký gì.")
    how = SigningIdentity(identity.certificates, mechanism)
    return SignatureRequest(order_id, key, how, items, wanted["summary"])


def _signed(http: httpx.Client, provider: Pkcs11Provider, request: SignatureRequest, pin: SecretStr) -> str:
    try:
        answer = provider.begin(request, pin)
    except DomainError as error:
        raise Trouble(error.message) from error
    if not isinstance(answer, Signed):
        raise Trouble("Thiết bị chưa ký xong; hãy thử lại.")
    values = [{"position": at, "value": b64encode(raw).decode()} for at, raw in answer.raw.items()]
    taken = _answer(http.post(f"/api/v1/orders/{request.order_id}/signatures", json={"signatures": values}))
    return f"{request.order_id}: đã ký {len(values)}/{len(request.to_be_signed)} văn bản" + (
        " · đang chờ dấu thời gian" if taken["waits"] else ""
    )


def _answer(response: httpx.Response) -> Mapping[str, Any]:
    if response.is_success:
        answer: Mapping[str, Any] = response.json()
        return answer
    is_problem = response.headers.get("content-type", "").startswith("application/problem+json")
    raise Trouble(response.json()["detail"] if is_problem else f"Máy chủ trả lời {response.status_code}.")
