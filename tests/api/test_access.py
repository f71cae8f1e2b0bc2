"""Every route of the interface, and each that is open to everybody, for every kind of person, to the status.

Pages are tested in `at_large.test_matrix`, by what they say of themselves.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.routing import RouteContext, iter_route_contexts
from httpx import AsyncClient, Response
from sqlalchemy.orm import Session
from starlette.routing import Mount

from activities.rosters import preview_roster
from api.guard import rule_of
from api.main import create_app
from api.services import Services
from domain.curriculum import PRINCIPAL
from domain.decisions import Action
from domain.scopes import EVERY_SCOPE
from interchange.roster import read_roster
from storage import phrases
from storage.phrases import NewPhrase
from storage.tables import ApiToken
from storage.visitors import sha256_of
from tests.api.world import PASSPHRASE, PEOPLE, World, visitor
from tests.factories import open_book
from tests.interchange.workbooks import class_list
from tests.storage.papers import make_document, make_order, prepare

# principal, homeroom, teacher of another class, clerk, admin, principal of another school, nobody
EXPECTED = {
    "GET /healthz": (200, 200, 200, 200, 200, 200, 200),
    "GET /readyz": (200, 200, 200, 200, 200, 200, 200),
    "GET /openapi.json": (200, 200, 200, 200, 200, 200, 200),
    "MOUNT /static/css/tokens.css": (200, 200, 200, 200, 200, 200, 200),
    "MOUNT /packages/htmx.org/package.json": (200, 200, 200, 200, 200, 200, 200),
    "MOUNT /history/checkpoint": (200, 200, 200, 200, 200, 200, 200),
    "GET /": (303, 303, 303, 303, 303, 303, 303),
    "GET /dang-nhap": (303, 303, 303, 303, 303, 303, 200),
    "POST /ngon-ngu": (303, 303, 303, 303, 303, 303, 303),
    "POST /giao-dien": (303, 303, 303, 303, 303, 303, 303),
    "GET /kiem-tra": (200, 200, 200, 200, 200, 200, 200),
    "POST /kiem-tra": (422, 422, 422, 422, 422, 422, 422),
    "GET /v/{code}": (404, 404, 404, 404, 404, 404, 404),
    "POST /api/v1/verify": (422, 422, 422, 422, 422, 422, 422),
    "POST /demo/enter": (303, 303, 303, 303, 303, 303, 303),
    "OPTIONS /codec/decode": (403, 403, 403, 403, 403, 403, 403),
    "GET /api/v1/class-terms": (200, 200, 200, 200, 200, 200, 401),
    "POST /api/v1/class-terms": (403, 404, 404, 403, 201, 404, 401),
    "POST /api/v1/imports/rosters": (201, 403, 403, 201, 201, 201, 401),
    "GET /api/v1/imports/rosters/{preview_id}": (200, 403, 403, 404, 404, 404, 401),
    "POST /api/v1/imports/rosters/{preview_id}/confirm": (200, 403, 403, 404, 404, 404, 401),
    "GET /api/v1/review-items": (200, 403, 403, 200, 200, 200, 401),
    "GET /api/v1/documents/{document_id}": (200, 200, 404, 200, 200, 404, 401),
    "POST /api/v1/orders/confirm": (200, 404, 404, 404, 404, 404, 401),
    "PUT /api/v1/school/seal-image": (403, 403, 403, 422, 422, 403, 401),
    "GET /api/v1/years/{school_year}/terms/{term}/reports/missing": (200, 403, 403, 200, 200, 200, 401),
    "GET /api/v1/years/{school_year}/reports/year-lists": (200, 403, 403, 200, 200, 200, 401),
    "GET /api/v1/certificates": (200, 200, 200, 200, 200, 200, 401),
    "GET /api/v1/documents/{document_id}/evidence": (404, 404, 404, 404, 404, 404, 401),
    "GET /api/v1/documents/{document_id}/handover": (404, 404, 404, 404, 404, 404, 401),
    "GET /api/v1/orders/{order_id}": (200, 404, 404, 404, 404, 404, 401),
    "GET /api/v1/orders/{order_id}/digests": (403, 404, 404, 404, 404, 404, 401),
    "POST /api/v1/orders/{order_id}/signatures": (403, 404, 404, 404, 404, 404, 401),
    "GET /api/v1/orders/{order_id}/papers/{position}": (403, 404, 404, 404, 404, 404, 401),
    "PUT /api/v1/orders/{order_id}/papers/{position}": (403, 404, 404, 404, 404, 404, 401),
    "GET /api/v1/class-terms/{class_term_id}": (200, 200, 404, 200, 200, 404, 401),
    "GET /api/v1/class-terms/{class_term_id}/cells": (200, 200, 404, 200, 200, 404, 401),
    "PUT /api/v1/class-terms/{class_term_id}/cells/{slot}": (403, 200, 404, 403, 403, 404, 401),
    "GET /api/v1/class-terms/{class_term_id}/attendance": (200, 200, 404, 200, 200, 404, 401),
    "PUT /api/v1/class-terms/{class_term_id}/attendance": (403, 200, 404, 403, 403, 404, 401),
    "GET /api/v1/class-terms/{class_term_id}/documents": (200, 200, 404, 200, 200, 404, 401),
    "GET /api/v1/class-terms/{class_term_id}/audit": (200, 200, 404, 200, 200, 404, 401),
    "GET /api/v1/class-terms/{class_term_id}/marks/{slot}.xlsx": (404, 200, 404, 404, 404, 404, 401),
    "POST /api/v1/class-terms/{class_term_id}/marks/{slot}": (403, 422, 404, 403, 403, 404, 401),
    "POST /api/v1/class-terms/{class_term_id}/marks/{slot}/confirm": (403, 404, 404, 403, 403, 404, 401),
    "GET /api/v1/class-terms/{class_term_id}/reports/missing": (200, 200, 404, 200, 200, 404, 401),
    "GET /api/v1/class-terms/{class_term_id}/reports/summary": (200, 200, 404, 200, 200, 404, 401),
    "POST /api/v1/class-terms/{class_term_id}/submit": (403, 200, 404, 403, 403, 404, 401),
    "POST /api/v1/class-terms/{class_term_id}/review": (403, 200, 404, 403, 403, 404, 401),
    "POST /api/v1/class-terms/{class_term_id}/return": (403, 200, 404, 403, 403, 404, 401),
    "POST /api/v1/class-terms/{class_term_id}/hold": (200, 403, 404, 403, 403, 404, 401),
    "POST /api/v1/class-terms/{class_term_id}/release": (200, 403, 404, 403, 403, 404, 401),
    "POST /api/v1/class-terms/{class_term_id}/deadline": (200, 403, 404, 403, 200, 404, 401),
    "POST /api/v1/class-terms/{class_term_id}/orders": (403, 200, 404, 403, 403, 404, 401),
    "POST /api/v1/class-terms/{class_term_id}/cells/{slot}/check": (403, 200, 404, 403, 403, 404, 401),
    "POST /api/v1/class-terms/{class_term_id}/cells/{slot}/copy": (403, 200, 404, 403, 403, 404, 401),
    "GET /api/v1/class-terms/{class_term_id}/cells/{slot}/history": (404, 200, 404, 404, 404, 404, 401),
    "GET /api/v1/class-terms/{class_term_id}/cells/{slot}/problems": (200, 200, 404, 200, 200, 404, 401),
    "GET /api/v1/class-terms/{class_term_id}/results": (200, 200, 404, 200, 200, 404, 401),
    "PUT /api/v1/class-terms/{class_term_id}/pupils/{record_id}/assessment": (204, 403, 404, 403, 204, 404, 401),
    "PUT /api/v1/class-terms/{class_term_id}/promotion-decisions": (409, 403, 404, 403, 403, 404, 401),
    "GET /api/v1/comment-phrases": (200, 200, 200, 200, 200, 200, 401),
    "POST /api/v1/comment-phrases": (201, 201, 201, 201, 201, 201, 401),
    "PUT /api/v1/comment-phrases/{phrase_id}": (404, 200, 404, 404, 404, 404, 401),
    "DELETE /api/v1/comment-phrases/{phrase_id}": (404, 204, 404, 404, 404, 404, 401),
    "GET /api/v1/comment-suggestions": (200, 200, 200, 200, 200, 200, 401),
}
IN_WORDS = {"POST /kiem-tra", "GET /v/{code}"}  # pages: people are told on them
# Ways in, whose answers depend on what is typed: tests/api/rooms, test_entrance, test_links and test_single_sign_on.
WAYS_IN = {
    "POST /dang-nhap",
    "GET /dang-nhap/mot-lan",
    "GET /dang-nhap/mot-lan/ve",
    "GET /quen-mat-khau",
    "POST /quen-mat-khau",
    "GET /lien-ket/{token}",
    "POST /lien-ket/{token}",
}
# The record store, whose packets prove by their signature who sends them: tests/api/store.
STORE = {"GET /store/v1/ping", "POST /store/v1/packets", "GET /store/v1/packets/{sha256}"}
GUARDED = [route for route, statuses in EXPECTED.items() if statuses[-1] == 401]


@dataclass(frozen=True)
class Scene:
    """What the requests name: an open book of class 1A1 with a paper; the principal's order and preview; a phrase."""

    world: World
    document_id: str
    order_id: str
    preview_id: str
    phrase_id: str

    async def ask(self, client: AsyncClient, route: str) -> Response:
        """A request that would do, were the right person asking."""
        method, _, path = route.replace("MOUNT", "GET").partition(" ")
        names = {"class_term_id": self.world.class_term_id, "slot": "toan", "preview_id": self.preview_id}
        names |= {"school_year": "2026-2027", "term": "hk1"}
        names |= {"record_id": self.world.records[0], "phrase_id": self.phrase_id}
        path = path.format(**names, document_id=self.document_id, order_id=self.order_id, position=0, code="AA")
        return await client.request(method, path, **self._words(_verb(route)))

    def _words(self, verb: str) -> dict[str, Any]:
        first = self.world.records[:1]
        command = {"command_id": str(uuid4()), "record_ids": first}
        place = {"record_id": first[0], "item": "toan", "point": "end_hk1", "kind": "level"}
        cells = {"cells": [place | {"value": "T", "version": 0}]}
        phrase = {"level": "T", "text": "Em cẩn thận khi tính."}
        bodies: dict[str, Any] = {
            "class-terms": {"class_id": str(self.world.cast.class_id), "term": "hk1"},
            "signatures": {"signatures": [{"position": 0, "value": "AAAA"}]},
            "confirm": {"order_ids": [self.order_id], "passphrase": PASSPHRASE},
            "{slot}/confirm": {"preview_id": str(uuid4())},
            "{slot}": cells,
            "check": cells,
            "copy": {"item": "toan", "point": "end_hk1", "text": "Em cẩn thận.", "versions": {first[0]: 0}},
            "assessment": {"assessment_waived": True, "individual_plan": False, "reason": "Theo hồ sơ khuyết tật."},
            "promotion-decisions": {"record_ids": first, "is_promoted": True, "reason": "Tiến bộ trong hè."},
            "comment-phrases": phrase | {"subject": "toan", "item": "toan"},
            "{phrase_id}": phrase,
            "attendance": [{"record_id": first[0], "absent_excused": 1, "version": 0}],
            "submit": command | {"slot": "toan"},
            "review": command,
            "return": command | {"slot": "homeroom", "to_slot": "toan", "reason": "Nhận xét chưa rõ."},
            "hold": command | {"slot": "principal", "reason": "Chờ giấy khai sinh."},
            "release": command | {"slot": "principal"},
            "deadline": {"command_id": str(uuid4()), "policy_version": 2, "due_at": "2027-02-01T00:00:00+07:00"},
            "orders": {"order_id": str(uuid4()), "action": "sign", "slot": "homeroom", "record_ids": first},
        }
        if verb == "rosters":
            return {"content": class_list()}
        if verb in {"ngon-ngu", "giao-dien"}:
            return {"data": {"language": "en", "theme": "dark"}}
        if verb == "enter":
            return {"data": {"staff_id": str(self.world.school.clerk)}}
        asked = {"slot": "toan", "subject": "toan", "grade": 1, **place}
        return {"json": bodies[verb]} if verb in bodies else {"params": asked}


def _verb(route: str) -> str:
    """What is asked for; confirming a preview is not confirming orders."""
    if "{preview_id}" in route:
        return "preview"
    return next(verb for verb in ("{slot}/confirm", route.rsplit("/", 1)[-1]) if route.endswith(verb))


@pytest.fixture
def scene(db: Session, world: World, services: Services) -> Scene:
    services.history.write("checkpoint", b"")
    book = open_book(db, world.cast)
    document = make_document(book, part=1, sha256=services.objects.put(b"%PDF-1.7 sample"))
    order = make_order(book, Action.APPROVE, PRINCIPAL, lease=False)
    prepare(book, order)
    kept = preview_roster(db, world.person("principal"), read_roster(class_list()), datetime.now(UTC))
    phrase = phrases.add(db, world.cast.homeroom, NewPhrase("toan", "toan", "", "Em tính nhẩm nhanh."))
    db.commit()
    return Scene(world, str(document.id), str(order.id), str(kept.id), str(phrase.id))


def routes_of(app: FastAPI) -> Iterator[str]:
    """Mounts, the interface, and what is open to everybody."""
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, Mount):
            yield f"MOUNT {route.path}"
        elif str(route.path).startswith("/api/") or _is_public(route):
            yield from (f"{method} {route.path_format}" for method in (route.methods or ()) if method != "HEAD")


def _is_public(route: RouteContext) -> bool:
    rule = rule_of(getattr(route.original_route, "endpoint", None))
    return rule is None or rule.duties is None


def test_every_route_has_an_expectation_and_every_expectation_a_route(services: Services) -> None:
    there = set(routes_of(create_app(services)))
    mounts = tuple(each for each in there if each.startswith("MOUNT"))
    expected = {next((mount for mount in mounts if route.startswith(mount)), route) for route in EXPECTED}
    assert expected | WAYS_IN | STORE == there


@pytest.mark.parametrize("route", EXPECTED)
async def test_each_person_gets_what_that_person_may_have(scene: Scene, app: FastAPI, route: str) -> None:
    answers = [await scene.ask(visitor(app, scene.world.tokens.get(person, "")), route) for person in PEOPLE]
    assert tuple(answer.status_code for answer in answers) == EXPECTED[route]
    for refused in (answer for answer in answers if answer.is_error):
        if route in IN_WORDS:
            assert refused.headers["Content-Type"] == "text/html; charset=utf-8"
            continue
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert refused.json()["status"] == refused.status_code


@pytest.mark.parametrize("route", GUARDED)
async def test_a_key_that_is_unknown_ended_or_over_opens_nothing(
    scene: Scene, app: FastAPI, db: Session, route: str
) -> None:
    moment = datetime.now(UTC)
    for token, change in (("ended", {"ended_at": moment}), ("over", {"expires_at": moment})):
        row = ApiToken(
            staff_id=scene.world.who("principal"), name="Thử", token_sha256=sha256_of(token), scopes=list(EVERY_SCOPE),
            **{"expires_at": moment + timedelta(days=1)} | change,
        )  # fmt: skip
        db.add(row)
    db.commit()
    for token in ("not-a-key", "ended", "over"):
        answer = await scene.ask(visitor(app, token), route)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("route", GUARDED)
async def test_a_key_reaches_no_further_than_its_scopes(scene: Scene, app: FastAPI, db: Session, route: str) -> None:
    row = ApiToken(
        staff_id=scene.world.who("principal"), name="Thử", token_sha256=sha256_of("narrow"), scopes=[],
        expires_at=datetime.now(UTC) + timedelta(days=1),
    )  # fmt: skip
    db.add(row)
    db.commit()
    answer = await scene.ask(visitor(app, "narrow"), route)
    assert (answer.status_code, "Mã truy cập này" in answer.text) == (403, True)
