"""Whatever takes a file refuses one that is too large, in words, and reads no more of it than it may hold."""

import io
import types
import zipfile
import zlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

import pytest
from fastapi import FastAPI
from fastapi.routing import RouteContext, iter_route_contexts
from httpx import AsyncClient, Response
from sqlalchemy.orm import Session

from api import bodies
from api.bodies import MIB, READ_BY_ROUTES, READ_WHOLE
from api.guard import CSRF_FIELD, CSRF_HEADER, rule_of
from api.main import create_app
from api.pages.extracts.files import MOST as MAX_ORIGINAL
from api.services import Services
from api.uploads import FORM_ROOM
from api.v1.marks import MAX_WORKBOOK
from api.v1.trust import MAX_PICTURE
from api.v1.verification import MAX_UPLOAD
from interchange.spreadsheet.package import MAX_FILE
from interchange.transfer.archive import MAX_BYTES as MAX_PACKAGE
from signing.archival import MAX_BYTES as MAX_PDF
from signing.xades_verifier import MAX_BYTES as MAX_PACKET
from storage.tables import SigningOrder
from tests.api.conftest import As
from tests.api.matrix import PLAIN, Objects, objects_of
from tests.api.world import World
from tests.interchange.spreadsheet.test_limits import laughing, swollen
from tests.signing.test_seal_image import chunk, with_header

READERS: Final = {"body_of", "own_upload", "read_upload"}
IN_A_FORM: Final = "multipart/form-data; boundary=x"
HEAD: Final = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'


@cache
def zipped(name: str, size: int) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, bytes(size))
    return data.getvalue()


@cache
def swelling_pdf() -> bytes:
    """A document whose only stream unpacks to 100 MB, packed twice."""
    packed = zlib.compress(zlib.compress(bytes(100 * MIB)))
    entries = b"/Type/XRef/W[1 4 2]/Size 9/Root 1 0 R/Filter[/FlateDecode/FlateDecode]/Length %d" % len(packed)
    return b"%%PDF-1.7\n1 0 obj\n<<%b>>stream\n%b\nendstream\nendobj\nstartxref\n9\n%%%%EOF\n" % (entries, packed)


@cache
def swelling_picture() -> bytes:
    return with_header(60_000, 60_000) + chunk(b"IDAT", zlib.compress(bytes(50 * MIB))) + chunk(b"IEND", b"")


def laughing_packet() -> bytes:
    entities = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
    return f"<!DOCTYPE a [<!ENTITY a0 'ha'>{entities}]><HocBaSo>&a11;</HocBaSo>".encode()


@dataclass(frozen=True)
class Taken:
    """A route that takes a file: its limit in bytes, who may hand one in, and files made to swell."""

    limit: int
    person: str
    bombs: tuple[Callable[[], bytes], ...] = field(default=())


WORKBOOKS = (cache(swollen), laughing, lambda: zipped("xl/workbook.xml", 100 * MIB))
PACKAGES = (lambda: zipped("manifest.json", 100 * MIB), swelling_pdf)
TAKEN: Mapping[str, Taken] = {
    "POST /api/v1/verify": Taken(MAX_UPLOAD, "nobody", PACKAGES),
    "POST /api/v1/imports/rosters": Taken(MAX_FILE, "principal", WORKBOOKS),
    "POST /api/v1/class-terms/{class_term_id}/marks/{slot}": Taken(MAX_WORKBOOK, "homeroom", WORKBOOKS),
    "PUT /api/v1/orders/{order_id}/papers/{position}": Taken(MAX_PDF, "principal"),
    "PUT /api/v1/school/seal-image": Taken(MAX_PICTURE, "clerk", (swelling_picture,)),
    "POST /store/v1/packets": Taken(MAX_PACKET, "nobody", (laughing_packet,)),
    "POST /kiem-tra": Taken(MAX_UPLOAD, "nobody", PACKAGES),
    "POST /dong-dau/con-dau": Taken(MAX_PICTURE, "clerk", (swelling_picture,)),
    "POST /lop/{class_term_id}/nhap/{slot}/tu-tep": Taken(MAX_WORKBOOK, "homeroom", WORKBOOKS),
    "POST /trich-luc/{extract_id}/tep": Taken(MAX_ORIGINAL, "clerk"),  # kept as it is, opened by nobody
    "POST /nhap-du-lieu": Taken(MAX_FILE, "principal", WORKBOOKS),
    "POST /co-quan/goi-tin": Taken(MAX_PACKET, "officer", (laughing_packet,)),
    # What is no package is kept for people to judge; the workflow that opens it is asked in tests/workflows.
    "POST /chuyen-truong/{transfer_id}/ho-so/nop": Taken(MAX_PACKAGE, "clerk"),
}


def reads_a_file(asked: object, but: frozenset[str] = frozenset()) -> bool:
    """By itself, or through a function of its module that is no route."""
    if not isinstance(asked, types.FunctionType):
        return False
    named = set(asked.__code__.co_names) - but
    others = [asked.__globals__.get(name) for name in named]
    own = [each for each in others if getattr(each, "__module__", "") == asked.__module__ and rule_of(each) is None]
    return bool(named & READERS) or any(reads_a_file(each, but | named) for each in own)


def routes_of(app: FastAPI) -> Iterator[tuple[str, RouteContext]]:
    for route in iter_route_contexts(app.routes):
        for method in sorted(getattr(route.original_route, "methods", None) or ()):
            yield f"{method} {route.path_format}", route


def test_every_route_that_takes_a_file_is_here(services: Services) -> None:
    found = [name for name, route in routes_of(create_app(services)) if reads_a_file(route.endpoint)]
    assert sorted(found) == sorted(TAKEN)


def test_a_file_as_large_as_its_route_takes_passes_the_door() -> None:
    assert max(taken.limit for taken in TAKEN.values()) + FORM_ROOM <= READ_BY_ROUTES


@dataclass
class Sent:
    """A body that comes as it is read, and how much of it was."""

    data: bytes = bytes(MIB)
    times: int = 1 << 20
    read: int = 0

    async def __call__(self, *, head: bytes = b"") -> AsyncIterator[bytes]:
        yield head
        for _ in range(self.times):
            self.read += len(self.data)
            yield self.data


@pytest.fixture
def own(db: Session, world: World, services: Services) -> Objects:
    return objects_of(db, world.cast, services.objects.put(b"%PDF-1.7 sample"))


@dataclass(frozen=True)
class Desk:
    """Where files are handed in: by a system as the body of a request, by a browser in a form."""

    as_: As
    desk: As
    ids: Mapping[str, str]
    order: SigningOrder

    def head(self, name: str) -> bytes:
        return b"" if self._is_of_systems(name) else HEAD

    def end(self, name: str) -> bytes:
        """What proves that the form is ours."""
        if self._is_of_systems(name):
            return b""
        proof = self.desk(TAKEN[name].person).headers[CSRF_HEADER].encode()
        part = b'\r\n--x\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n--x--\r\n'
        return part % (CSRF_FIELD.encode(), proof)

    async def hand_in(self, name: str, content: AsyncIterator[bytes], **headers: str) -> Response:
        method, _, path = name.partition(" ")
        is_raw = self._is_of_systems(name)
        ids = {**PLAIN, **self.ids} | ({"order_id": str(self.order.id)} if is_raw else {})
        client: AsyncClient = (self.as_ if is_raw else self.desk)(TAKEN[name].person)
        kind = {"Content-Type": "application/octet-stream" if is_raw else IN_A_FORM}
        return await client.request(method, path.format(**ids), content=content, headers=kind | headers)

    @staticmethod
    def _is_of_systems(name: str) -> bool:
        return name.partition(" ")[2].startswith(("/api/", "/store/"))


@pytest.fixture
def counter(as_: As, desk: As, own: Objects, order: SigningOrder) -> Desk:
    return Desk(as_, desk, own.ids, order)


async def test_what_is_said_to_be_too_large_is_refused_unread(counter: Desk) -> None:
    for name, taken in TAKEN.items():
        content, length = Sent(), str(taken.limit + FORM_ROOM + 1)
        answer = await counter.hand_in(name, content(head=counter.head(name)), **{"Content-Length": length})
        assert (answer.status_code, content.read, "lớn" in answer.text) == (422, 0, True), name


async def test_of_what_does_not_end_no_more_is_read_than_a_file_may_have(counter: Desk) -> None:
    for name, taken in TAKEN.items():
        content = Sent()
        answer = await counter.hand_in(name, content(head=counter.head(name)))
        assert (answer.status_code, "lớn" in answer.text) == (422, True), name
        assert taken.limit < content.read <= taken.limit + FORM_ROOM + MIB, name


async def test_what_would_swell_is_refused(counter: Desk) -> None:
    """Bad papers get a verdict, other bad files are refused."""
    for name, make in ((name, make) for name, taken in TAKEN.items() for make in taken.bombs):
        bomb = make()
        assert len(bomb) < TAKEN[name].limit
        content = Sent(bomb + counter.end(name), 1)
        answer = await counter.hand_in(name, content(head=counter.head(name)))
        is_judged = answer.status_code == 200 and ("invalid" in answer.text or "không hợp lệ" in answer.text)
        assert is_judged or answer.status_code == 422, name


KINDS: Final = {
    "application/json": READ_WHOLE, "application/x-www-form-urlencoded": READ_WHOLE, IN_A_FORM: READ_BY_ROUTES,
    "application/octet-stream": READ_BY_ROUTES,
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
async def test_no_route_reads_more_than_any_may(
    app: FastAPI, as_: As, own: Objects, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """With limits a hundredth as large, so that each route can be asked."""
    monkeypatch.setattr(bodies, "READ_WHOLE", READ_WHOLE // 100)
    monkeypatch.setattr(bodies, "READ_BY_ROUTES", READ_BY_ROUTES // 100)
    asked = 0
    for name, route in routes_of(app):
        method, path = name.split(" ", 1)
        if method in {"GET", "HEAD"} or route.endpoint is None:
            continue
        content = Sent(b" " * 10_000)
        head = HEAD if kind == IN_A_FORM else b""
        address = path.format_map(PLAIN | own.ids | {"token": "x", "code": "AA", "record_uid": "x"})
        answer = await as_("nobody").request(
            method, address, content=content(head=head), headers={"Content-Type": kind}
        )
        assert answer.status_code < 500, name
        assert content.read <= KINDS[kind] // 100 + 20_000, name
        asked += 1
    assert asked > 120
