"""For anybody: hand in a file and see what its signatures are worth, or look up the code printed on a paper."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, status
from starlette.responses import RedirectResponse, Response

from api.deps import ServicesDep
from api.errors import Unavailable
from api.guard import everybody
from api.pages.language import current_language
from api.pages.language import marked as _
from api.pages.templating import page
from api.uploads import read_upload
from api.v1.verification import MAX_UPLOAD, TOO_LARGE, VerificationView, verified, view_of
from domain.errors import DomainError, Invalid
from signing.verification.labels import kind_name
from signing.verification.verdicts import Check, Standing, Verdict
from storage.looking_up import PublicPaper, as_printed, paper_of

router = APIRouter(include_in_schema=False)
_NO_FILE = _("Chưa có tệp nào được chọn. Hãy chọn tệp PDF hoặc gói hồ sơ (.asice) rồi bấm Kiểm tra.")
_ALTERED = _("Tệp không đúng như bản đã ký. Đừng dùng tệp này; hãy xin nhà trường một bản khác.")
_UNSIGNED = _("Tệp này không có chữ ký số nào, nên không phải là văn bản đã phát hành. Hãy xin nhà trường tệp đã ký.")
_UNFINISHED = _("Tệp chưa đủ chữ ký và con dấu, nên chưa phải là văn bản đã phát hành. Hãy xin bản đã đóng dấu.")


@dataclass(frozen=True)
class _Standing:
    """How a paper stands, in words; `tone` is a verdict's."""

    tone: Verdict
    headline: str
    meaning: str


_STANDINGS = {
    Standing.IN_FORCE: _Standing(
        Verdict.VALID,
        _("ĐANG CÓ HIỆU LỰC"),
        _("Nhà trường đã phát hành văn bản này, và chưa thu hồi hay thay thế."),
    ),
    Standing.RECALLED: _Standing(
        Verdict.INVALID, _("ĐÃ BỊ THU HỒI"), _("Nhà trường đã thu hồi văn bản này; không dùng được nữa.")
    ),
    Standing.SUPERSEDED: _Standing(
        Verdict.INDETERMINATE, _("ĐÃ CÓ BẢN THAY THẾ"), _("Nhà trường đã ban hành bản mới; hãy dùng bản mới.")
    ),
}
_VOID = _Standing(Verdict.INVALID, _("ĐÃ BỊ HUỶ"), _("Văn bản này bị huỷ trước khi phát hành; không có giá trị."))
_NOT_ISSUED = _Standing(
    Verdict.INDETERMINATE, _("CHƯA PHÁT HÀNH"), _("Văn bản đã có chữ ký nhưng nhà trường chưa phát hành.")
)


@router.get("/kiem-tra")
@everybody
def show_form(request: Request, found: ServicesDep, ma: str = "") -> Response:
    """The two ways to check; a code typed here leads to the address that is printed on the paper, too."""
    if code := as_printed(ma):
        return RedirectResponse(f"/v/{code}", status.HTTP_303_SEE_OTHER)
    return page(found, request, "verification.html", view=None, problem="", typed=ma, advice="")


@router.post("/kiem-tra")
@everybody
async def check_file(request: Request, found: ServicesDep) -> Response:
    """The verdict on the file of the form."""
    name = "_verdict.html" if "HX-Request" in request.headers else "verification.html"
    try:
        data = await _file_of(request)
        view = await view_of(found, await verified(request, found, data), current_language())
    except (DomainError, Unavailable) as error:
        values = {"view": None, "problem": error.message, "typed": "", "advice": ""}
        return page(found, request, name, status=status.HTTP_422_UNPROCESSABLE_CONTENT, **values)
    return page(found, request, name, view=view, problem="", typed="", advice=_advice(view))


@router.get("/v/{code}")
@everybody
def show_paper(request: Request, found: ServicesDep, code: str) -> Response:
    """Which paper bears this code, and how it stands: where a paper's QR code leads to."""
    with found.sessions() as session:
        paper = paper_of(session, code)
    kind, standing = (kind_name(paper.kind, current_language()), _standing(paper)) if paper else ("", None)
    values: dict[str, Any] = {"paper": paper, "standing": standing, "kind": kind, "typed": as_printed(code)}
    there = status.HTTP_200_OK if paper else status.HTTP_404_NOT_FOUND
    return page(found, request, "paper.html", status=there, view=None, problem="", advice="", **values)


def _standing(paper: PublicPaper) -> _Standing:
    if paper.standing:
        return _STANDINGS[Standing(paper.standing)]
    return _VOID if paper.is_void else _NOT_ISSUED


def _advice(view: VerificationView) -> str:
    """What a file that is not valid is, in plain words: a draft, not finished, or not what was signed."""
    failed = {each.check for each in view.findings if each.outcome is Verdict.INVALID}
    if Check.STRUCTURE not in failed and not view.signatures:
        return _UNSIGNED
    is_forged = any(each.verdict is Verdict.INVALID for each in view.signatures)
    if Check.ALL_SIGNED in failed and failed <= {Check.ALL_SIGNED, Check.WHOLE_FILE} and not is_forged:
        return _UNFINISHED
    return _ALTERED


async def _file_of(request: Request) -> bytes:
    data = (await read_upload(request, MAX_UPLOAD, TOO_LARGE)).data
    if not data:
        raise Invalid(_NO_FILE)
    return data
