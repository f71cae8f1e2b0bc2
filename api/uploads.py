"""Forms with a file: read into memory only, never to the disk, and only as much as the form may hold."""

from dataclasses import dataclass

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from api.deps import parts_of
from api.guard import CSRF_FIELD, require_csrf, require_ours
from domain.errors import Invalid

FORM_ROOM = 8192  # what a form puts around its file
_IN_MEMORY = 64 * 1024 * 1024
_UNREADABLE = "Không đọc được biểu mẫu đã gửi; hãy tải lại trang và thử lại."


@dataclass(frozen=True)
class Upload:
    """The file of a form (empty: none was chosen) and its other fields."""

    data: bytes
    fields: dict[str, str]


class _InMemory(MultiPartParser):
    """Starlette would write a larger file to the disk; what is handed in is about people."""

    spool_max_size = _IN_MEMORY


async def read_upload(request: Request, limit: int, too_large: str) -> Upload:
    """The form of a page, its file in the field `file`. Raises Invalid for one that is too large or unreadable."""
    parts = parts_of(request, limit + FORM_ROOM, too_large)
    try:
        form = await _InMemory(request.headers, parts, max_files=1, max_fields=20).parse()
    except (MultiPartException, KeyError) as error:
        raise Invalid(_UNREADABLE) from error
    file = form.get("file")
    data = await file.read() if isinstance(file, UploadFile) else b""
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    await form.close()
    return Upload(data, fields)


async def own_upload(request: Request, limit: int, too_large: str) -> Upload:
    """The same of a signed-in person's page: for routes that `allow(..., takes_upload=True)`. Raises NotAllowed."""
    require_ours(request)  # before anything is read
    found = await read_upload(request, limit, too_large)
    require_csrf(request, found.fields.get(CSRF_FIELD, ""))
    return found
