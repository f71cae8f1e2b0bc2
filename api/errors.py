"""One table from refusals to statuses, answered as RFC 9457 problem details."""

from fastapi import FastAPI, Request, status
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from domain.errors import Conflict, DomainError, Incomplete, Invalid, NotAllowed, NotFound

PROBLEM_JSON = "application/problem+json"


class Unavailable(Exception):
    """A part did not answer in time; the same request may be sent again, its command id makes that harmless."""

    message = "Hệ thống chưa trả lời kịp. Việc đã gửi không bị mất; hãy bấm lại."


class SignInNeeded(Exception):
    """No valid token came with the request."""

    message = "Cần đăng nhập."


class Problem(BaseModel):
    """RFC 9457 problem details; `record_ids` names the records that a refusal is about."""

    type: str
    title: str
    status: int
    detail: str
    record_ids: list[str] = []


STATUSES: dict[type[DomainError], tuple[int, str]] = {
    NotFound: (status.HTTP_404_NOT_FOUND, "Không tìm thấy"),
    NotAllowed: (status.HTTP_403_FORBIDDEN, "Không được phép"),
    Conflict: (status.HTTP_409_CONFLICT, "Chưa thực hiện được"),
    Incomplete: (status.HTTP_422_UNPROCESSABLE_CONTENT, "Còn thiếu dữ liệu"),
    Invalid: (status.HTTP_422_UNPROCESSABLE_CONTENT, "Dữ liệu không hợp lệ"),
}


def problem(code: str, title: str, http_status: int, detail: str, record_ids: tuple[str, ...] = ()) -> JSONResponse:
    body = Problem(
        type=f"urn:hocba:{code}", title=title, status=http_status, detail=detail, record_ids=list(record_ids)
    )
    return JSONResponse(body.model_dump(), http_status, media_type=PROBLEM_JSON)


def refused(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, DomainError):
        raise error
    known = next((entry for kind, entry in STATUSES.items() if isinstance(error, kind)), None)
    http_status, title = known or (status.HTTP_409_CONFLICT, "Chưa thực hiện được")
    return problem(error.code, title, http_status, error.message, error.record_ids)


def unavailable(_request: Request, _error: Exception) -> JSONResponse:
    answer = problem("Unavailable", "Hệ thống bận", status.HTTP_503_SERVICE_UNAVAILABLE, Unavailable.message)
    answer.headers["Retry-After"] = "5"
    return answer


def sign_in_needed(_request: Request, _error: Exception) -> JSONResponse:
    answer = problem("SignInNeeded", "Cần đăng nhập", status.HTTP_401_UNAUTHORIZED, SignInNeeded.message)
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def invalid_request(_request: Request, error: Exception) -> JSONResponse:
    """Say which field is wrong; the value itself is not repeated, it may be personal."""
    fields = error.errors() if isinstance(error, RequestValidationError) else []
    places = ", ".join(sorted({".".join(str(part) for part in field["loc"]) for field in fields}))
    detail = f"Giá trị không hợp lệ ở: {places}." if places else "Yêu cầu không hợp lệ."
    return problem("InvalidRequest", "Dữ liệu không hợp lệ", status.HTTP_422_UNPROCESSABLE_CONTENT, detail)


def http_error(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    title = "Không tìm thấy" if error.status_code == status.HTTP_404_NOT_FOUND else "Không thực hiện được"
    return problem("HttpError", title, error.status_code, title + ".")


def install(app: FastAPI) -> None:
    app.add_exception_handler(DomainError, refused)
    app.add_exception_handler(Unavailable, unavailable)
    app.add_exception_handler(OperationalError, unavailable)
    app.add_exception_handler(SignInNeeded, sign_in_needed)
    app.add_exception_handler(RequestValidationError, invalid_request)
    app.add_exception_handler(HTTPException, http_error)
