"""What holds of every page and file, whatever it shows: kept by nobody, asked by forms of ours, naming nobody."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.guard import CSRF_FIELD, CSRF_HEADER
from api.main import add_pages
from storage.tables import ClassGroup, ClassTermRow, Enrolment, PupilRow, Staff, TermRecord
from tests.api.conftest import As
from tests.api.matrix import EVERYBODY, FORMS, PLAIN, GuardedRoute, Objects, guarded_routes
from tests.api.protection import assert_protected
from tests.api.world import World

ROUTES = sorted(guarded_routes(), key=lambda route: route.name)
PAGES = [route for route in ROUTES if route.method == "GET" and route.path != "/truc-tiep"]
CHANGES = [route for route in ROUTES if route.method != "GET"]
_ADDRESSES = {"href", "src", "action", "formaction", "data", "hx-get", "hx-post", "hx-put"}
# Nothing of these may break a page: a sign that no text holds, a number beyond all numbers, what is no id.
ODD = ("\x00", "9" * 5000, "9" * 30)


def by_name(each: object) -> str:
    return each.name if isinstance(each, GuardedRoute) else str(each)


def people_of(route: GuardedRoute) -> list[str]:
    return [person for person, duties in EVERYBODY.items() if route.rule.duties and route.rule.duties & duties]


@dataclass
class Seen(HTMLParser):
    """What a browser would make of a page: names of elements, addresses, and forms with their fields."""

    ids: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids += [value for name, value in given.items() if name in {"id", "for", "name", "aria-controls"}]
        self.addresses += [value for name, value in given.items() if name in _ADDRESSES]
        if tag == "form" and given.get("method", "get").lower() == "post":
            self.forms.append({})
        elif tag == "input" and self.forms:
            self.forms[-1][given.get("name", "")] = given.get("value", "")


@pytest.fixture
def foreign_ids(db: Session, world: World) -> set[str]:
    """Of the other school: itself, its people, classes, books, pupils and records."""
    school_id = world.foreign.school.school_id
    classes = select(ClassGroup.id).where(ClassGroup.school_id == school_id)
    queries = (
        select(Staff.id).where(Staff.school_id == school_id),
        classes,
        select(ClassTermRow.id).where(ClassTermRow.class_id.in_(classes)),
        select(Enrolment.id).where(Enrolment.class_id.in_(classes)),
        select(TermRecord.id).join(Enrolment).where(Enrolment.class_id.in_(classes)),
    )
    return {str(school_id)} | {str(each) for query in queries for each in db.scalars(query)}


@pytest.fixture
def names(db: Session) -> set[str]:
    return {*db.scalars(select(PupilRow.full_name)), *db.scalars(select(Staff.full_name))}


@pytest.mark.parametrize("route", PAGES, ids=by_name)
async def test_a_page_is_kept_by_nobody_speaks_of_one_school_and_sends_forms_of_ours(
    desk: As, own: Objects, foreign_ids: set[str], names: set[str], route: GuardedRoute
) -> None:
    for person in people_of(route):
        client = desk(person)
        answer = await own.ask(client, route)
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert_protected(answer)
        assert [each for each in foreign_ids if each.encode() in answer.content] == []
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            seen = Seen()
            seen.feed(answer.text)
            assert all(form.get(CSRF_FIELD) == client.headers[CSRF_HEADER] for form in seen.forms)
            assert [text for text in (*seen.ids, *seen.addresses) if any(name in text for name in names)] == []


@pytest.mark.parametrize("route", CHANGES, ids=by_name)
async def test_following_a_link_changes_nothing(desk: As, own: Objects, route: GuardedRoute) -> None:
    """Where a form is sent to, a link finds another page or none."""
    if any(other.path == route.path for other in PAGES):
        return
    path = route.path.format(**PLAIN, **own.ids)
    assert (await desk(people_of(route)[0]).get(path)).status_code in {404, 405, 422}


def query_names(dependant: Dependant) -> Iterator[str]:
    yield from (each.alias for each in dependant.query_params)
    for each in dependant.dependencies:
        yield from query_names(each)


def asked_by_address() -> dict[str, list[str]]:
    app = FastAPI()
    add_pages(app)
    routes = (route.original_route for route in iter_route_contexts(app.routes))
    return {each.path_format: [*query_names(each.dependant)] for each in routes if isinstance(each, APIRoute)}


QUERIES = {path: found for path, found in asked_by_address().items() if found}


@pytest.mark.parametrize("route", [route for route in PAGES if route.path in QUERIES], ids=by_name)
async def test_nothing_that_stands_in_an_address_breaks_a_page(desk: As, own: Objects, route: GuardedRoute) -> None:
    client, path = desk(people_of(route)[0]), route.path.format(**PLAIN, **own.ids)
    for name in QUERIES[route.path]:
        for odd in ODD:
            answer = await client.get(path, params={name: odd})
            assert answer.status_code < 500, (name, odd[:10])


TYPED = (
    "reason",
    "words",
    "login",
    "email",
    "back",
    "name",
    "text",
    "seq",
    "staff_id",
    "slot",
    "ly_do",
    "dong",
    "tu",
    "tim",
    "ma",
)


@pytest.mark.parametrize("route", CHANGES, ids=by_name)
async def test_nothing_that_is_typed_breaks_a_form(desk: As, own: Objects, route: GuardedRoute) -> None:
    client, path = desk(people_of(route)[0]), route.path.format(**PLAIN, **own.ids)
    for odd in ODD:
        data = FORMS.get(route.name, {}) | dict.fromkeys(TYPED, odd) | {"command_id": str(UUID(int=7))}
        answer = await client.request(route.method, path, data=data)
        assert answer.status_code < 500, odd[:10]
        assert_protected(answer)
