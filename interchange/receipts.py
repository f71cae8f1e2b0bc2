"""A store's answer to a packet and to a test of the connection, as JSON between systems."""

import json
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from domain.errors import Invalid
from domain.submission.answers import Answer, Pong, Receipt
from domain.submission.states import Result

MAX_BYTES: Final = 4 << 20  # of an answer; 2,000 records with long reasons have a quarter
# No column holds a zero sign or a number beyond these; what could not be kept would be tried again for ever.
_NO_ZERO: Final = r"^[^\x00]*$"
_Text = Annotated[str, StringConstraints(max_length=200, pattern=_NO_ZERO)]
_Reason = Annotated[str, StringConstraints(max_length=2000, pattern=_NO_ZERO)]
_Number = Annotated[int, Field(ge=0, le=2**31 - 1)]


class AnswerBody(BaseModel):
    """About one record of the packet; `lyDo` is empty for what was accepted."""

    model_config = ConfigDict(extra="ignore")

    idBanGhi: _Text = Field(max_length=100)  # noqa: N815 - the names of the exchange
    phienBan: _Number  # noqa: N815
    ketQua: Literal["accepted", "duplicate", "refused"]  # noqa: N815
    lyDo: _Reason = ""  # noqa: N815


class ReceiptBody(BaseModel):
    """`goiTin` is the hex SHA-256 of the file as it came."""

    model_config = ConfigDict(extra="ignore")

    goiTin: str = Field(pattern="^[0-9a-f]{64}$")  # noqa: N815
    maTruong: _Text = Field(max_length=20)  # noqa: N815
    nhanLuc: AwareDatetime  # noqa: N815
    soNhan: _Number  # noqa: N815
    soDaCo: _Number  # noqa: N815
    soTuChoi: _Number  # noqa: N815
    hocBa: list[AnswerBody] = Field(max_length=2000)  # noqa: N815


class PongBody(BaseModel):
    model_config = ConfigDict(extra="ignore")

    kho: _Text
    luc: AwareDatetime


def receipt_body(receipt: Receipt) -> ReceiptBody:
    return ReceiptBody(
        goiTin=receipt.sha256,
        maTruong=receipt.school_code,
        nhanLuc=receipt.received_at,
        soNhan=receipt.count(Result.ACCEPTED),
        soDaCo=receipt.count(Result.DUPLICATE),
        soTuChoi=receipt.count(Result.REFUSED),
        hocBa=[
            AnswerBody(idBanGhi=each.record_uid, phienBan=each.version, ketQua=each.result.value, lyDo=each.reason)
            for each in receipt.answers
        ],
    )


def write_receipt(receipt: Receipt) -> bytes:
    """The same as a file to keep; the same receipt gives the same bytes."""
    return json.dumps(receipt_body(receipt).model_dump(mode="json"), ensure_ascii=False, indent=1).encode()


def read_receipt(data: bytes) -> Receipt:
    """Raises Invalid for anything else than a receipt."""
    try:
        body = ReceiptBody.model_validate_json(data)
    except ValidationError as error:
        raise Invalid("Kho trả lời không đúng cấu trúc của biên nhận.") from error
    answers = [Answer(each.idBanGhi, each.phienBan, Result(each.ketQua), each.lyDo) for each in body.hocBa]
    return Receipt(body.goiTin, body.maTruong, body.nhanLuc, answers)


def pong_body(name: str, at: datetime) -> PongBody:
    return PongBody(kho=name, luc=at)


def read_pong(data: bytes) -> Pong:
    """Raises Invalid for anything else than the answer of a store."""
    try:
        body = PongBody.model_validate_json(data)
    except ValidationError as error:
        raise Invalid("Địa chỉ này trả lời, nhưng không phải là một kho học bạ số.") from error
    return Pong(body.kho, body.luc)
