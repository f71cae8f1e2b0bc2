"""One table from refusals to statuses, answered as RFC 9457 problem details."""

from typing import Any, Final
from urllib.parse import quote

from fastapi import FastAPI, Request, status
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel
from sqlalchemy import exc
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.field_errors import FieldError, field_errors, in_words
from api.routers import methods_at
from api.watching import request_id
from domain.errors import Conflict, DomainError, Incomplete, Invalid, NotAllowed, NotFound
from storage.buckets import StoreUnavailable

PROBLEM_JSON = "application/problem+json"
SECOND_FACTOR: Final = "/tai-khoan/xac-thuc"


class Unavailable(Exception):
    """A part did not answer in time; the same request may be sent again, its command id makes that harmless."""

    message = "Hệ thống chưa trả lời kịp. Việc đã gửi không bị mất; hãy bấm lại."


Refusal = DomainError | Unavailable


class SignInNeeded(Exception):
    """No valid token came with the request."""

    message = "Cần đăng nhập."


class SecondFactorNeeded(Exception):
    """The password was right; the code of the person's device is still missing."""

    message = "Cần nhập mã xác thực."


class Problem(BaseModel):
    """RFC 9457 problem details; `record_ids` names the records that a refusal is about.

    `errors` are the places where a request is out of form, by path for programs. `request_id` finds the request in the
    logs.
    """

    type: str
    title: str
    status: int
    detail: str
    record_ids: list[str] = []
    errors: list[FieldError] = []
    request_id: str = ""


# What any operation of the interface may answer instead; for its OpenAPI description.
RESPONSES: dict[int | str, dict[str, Any]] = {
    status.HTTP_401_UNAUTHORIZED: {"model": Problem, "description": "Nobody is signed in"},
    status.HTTP_403_FORBIDDEN: {"model": Problem, "description": "Not this person's task"},
    status.HTTP_404_NOT_FOUND: {"model": Problem, "description": "Not there, or not for this person"},
    status.HTTP_409_CONFLICT: {"model": Problem, "description": "The state has moved on"},
    status.HTTP_413_CONTENT_TOO_LARGE: {"model": Problem, "description": "More than any request may hold"},
    status.HTTP_422_UNPROCESSABLE_CONTENT: {"model": Problem, "description": "Missing or invalid values"},
    status.HTTP_503_SERVICE_UNAVAILABLE: {"model": Problem, "description": "Send the same request again"},
}

STATUSES: dict[type[DomainError], tuple[int, str]] = {
    NotFound: (status.HTTP_404_NOT_FOUND, "Không tìm thấy"),
    NotAllowed: (status.HTTP_403_FORBIDDEN, "Không được phép"),
    Conflict: (status.HTTP_409_CONFLICT, "Chưa thực hiện được"),
    Incomplete: (status.HTTP_422_UNPROCESSABLE_CONTENT, "Còn thiếu dữ liệu"),
    Invalid: (status.HTTP_422_UNPROCESSABLE_CONTENT, "Dữ liệu không hợp lệ"),
}
_UNREADABLE: Final = "Không đọc được nội dung đã gửi; hãy tải lại trang rồi thử lại."
_IN_WORDS: Final = {
    status.HTTP_404_NOT_FOUND: (
        "Không tìm thấy",
        "Không có trang nào ở địa chỉ này. Có thể liên kết đã cũ hoặc bị gõ thiếu.",
    ),
    status.HTTP_413_CONTENT_TOO_LARGE: (
        "Quá lớn",
        "Nội dung gửi lên quá lớn nên hệ thống không nhận; hãy chọn tệp nhỏ hơn hoặc chia nhỏ rồi gửi lại.",
    ),
}


def problem(code: str, title: str, http_status: int, detail: str, record_ids: tuple[str, ...] = ()) -> Problem:
    return Problem(
        type=f"urn:hocba:{code}", title=title, status=http_status, detail=detail, record_ids=list(record_ids)
    )


def problem_of(refusal: Refusal) -> Problem:
    """A refusal in the words of RFC 9457: as an answer of its own, or as one order's among others."""
    if isinstance(refusal, Unavailable):
        return problem("Unavailable", "Hệ thống bận", status.HTTP_503_SERVICE_UNAVAILABLE, refusal.message)
    known = next((entry for kind, entry in STATUSES.items() if isinstance(refusal, kind)), None)
    http_status, title = known or (status.HTTP_409_CONFLICT, "Chưa thực hiện được")
    return problem(refusal.code, title, http_status, refusal.message, refusal.record_ids)


def wants_page(request: Request) -> bool:
    """A person who follows a link or sends a form; programs and parts of pages take problem details."""
    by_person = "text/html" in request.headers.get("Accept", "") and "HX-Request" not in request.headers
    return by_person and not request.url.path.startswith("/api/")


def _answer(request: Request, body: Problem) -> Response:
    body = body.model_copy(update={"request_id": request_id(request.scope)})
    request.state.cause = body.type.rpartition(":")[2]
    if wants_page(request):
        shown: Response = request.app.state.refusal_page(request, body)
        return shown
    told: Problem = request.app.state.refusal_told(request, body)
    return JSONResponse(told.model_dump(), body.status, media_type=PROBLEM_JSON)


def refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, DomainError):
        raise error
    return _answer(request, problem_of(error))


def unavailable(request: Request, _error: Exception) -> Response:
    answer = _answer(request, problem_of(Unavailable()))
    answer.headers["Retry-After"] = "5"
    return answer


def unkeepable(request: Request, _error: Exception) -> Response:
    """What no field of the database can hold: a number beyond all numbers, a sign that is none."""
    return _answer(request, problem_of(Invalid("Có số hoặc ký tự không dùng được. Hãy xem lại rồi gửi lại.")))


def sign_in_needed(request: Request, _error: Exception) -> Response:
    """People are shown the door, and come back to where they wanted to go; programs are told what is missing."""
    if wants_page(request):
        back = f"?back={quote(request.url.path)}" if request.method == "GET" and request.url.path != "/" else ""
        return RedirectResponse(f"/dang-nhap{back}", status.HTTP_303_SEE_OTHER)
    return _elsewhere(request, SignInNeeded.message, "SignInNeeded", "/dang-nhap")


def second_factor_needed(request: Request, _error: Exception) -> Response:
    if wants_page(request):
        return RedirectResponse(SECOND_FACTOR, status.HTTP_303_SEE_OTHER)
    return _elsewhere(request, SecondFactorNeeded.message, "SecondFactorNeeded", SECOND_FACTOR)


def _elsewhere(request: Request, message: str, code: str, path: str) -> Response:
    answer = _answer(request, problem(code, "Cần đăng nhập", status.HTTP_401_UNAUTHORIZED, message))
    answer.headers["WWW-Authenticate"] = "Bearer"
    if "HX-Request" in request.headers:
        answer.headers["HX-Redirect"] = path
    return answer


def invalid_request(request: Request, error: Exception) -> Response:
    """Say what is wrong with which field; the value itself is not repeated, it may be personal."""
    errors = field_errors(error.errors() if isinstance(error, RequestValidationError) else [])
    invalid = status.HTTP_422_UNPROCESSABLE_CONTENT
    body = problem("InvalidRequest", "Dữ liệu không hợp lệ", invalid, in_words(errors))
    return _answer(request, body.model_copy(update={"errors": errors}))


def http_error(request: Request, error: Exception) -> Response:
    """What the framework itself refuses, before any route of ours is asked."""
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == status.HTTP_400_BAD_REQUEST:  # a body that is not of the kind that it says it is
        return _answer(request, problem_of(Invalid(_UNREADABLE)))
    title, detail = _IN_WORDS.get(error.status_code, ("Không thực hiện được", "Không thực hiện được."))
    answer = _answer(request, problem("HttpError", title, error.status_code, detail))
    answer.headers.update(error.headers or {})
    if error.status_code == status.HTTP_405_METHOD_NOT_ALLOWED:
        # The framework names those of the first of several routes at an address.
        answer.headers["Allow"] = ", ".join(sorted(methods_at(request.app, request.url.path)))
    return answer


def broken(request: Request, _error: Exception) -> Response:
    """A fault of ours; the server's log says where, and the answer only by which code it is found there."""
    code = request_id(request.scope)
    detail = f"Hệ thống gặp lỗi. Hãy thử lại; nếu vẫn lỗi, hãy báo cán bộ quản trị mã {code}."
    return _answer(request, problem("Broken", "Lỗi hệ thống", status.HTTP_500_INTERNAL_SERVER_ERROR, detail))


def install(app: FastAPI) -> None:
    app.add_exception_handler(DomainError, refused)
    app.add_exception_handler(Unavailable, unavailable)
    # The database is away, breaks off, or has a trouble of its own, such as a file it cannot read or write.
    for away in (exc.OperationalError, exc.InterfaceError, exc.InternalError):
        app.add_exception_handler(away, unavailable)
    app.add_exception_handler(StoreUnavailable, unavailable)
    app.add_exception_handler(exc.DataError, unkeepable)
    app.add_exception_handler(exc.TimeoutError, unavailable)  # no connection was free in time
    app.add_exception_handler(SignInNeeded, sign_in_needed)
    app.add_exception_handler(SecondFactorNeeded, second_factor_needed)
    app.add_exception_handler(RequestValidationError, invalid_request)
    app.add_exception_handler(HTTPException, http_error)
