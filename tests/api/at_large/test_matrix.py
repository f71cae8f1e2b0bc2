"""Every page for every duty, at one's own school, at another's, and signed out: as the page says of itself."""

from collections.abc import Iterable
from itertools import product

import pytest

from tests.api.conftest import As
from tests.api.matrix import DUTIES, EVERYBODY, GuardedRoute, Objects, guarded_routes

ROUTES = sorted(guarded_routes(), key=lambda route: route.name)


def rooms_of(routes: Iterable[GuardedRoute]) -> dict[str, list[GuardedRoute]]:
    """By the first part of the path: a whole room is asked at once, which costs a tenth of the time."""
    rooms: dict[str, list[GuardedRoute]] = {}
    for route in routes:
        rooms.setdefault(route.path.split("/")[1].split(".")[0], []).append(route)
    return rooms


ROOMS = rooms_of(ROUTES)
OF_OBJECTS = rooms_of(route for route in ROUTES if route.names_object and not route.is_of_offices)
STREAM = "/truc-tiep"
NOT_YOURS = "Việc này không thuộc vai trò của thầy/cô."


@pytest.mark.parametrize("room", ROOMS)
async def test_nobody_signed_out_gets_in(desk: As, own: Objects, room: str) -> None:
    client = desk("nobody")
    for route in ROOMS[room]:
        answer = await own.ask(client, route)
        there = answer.headers["Location"].partition("?")[0]
        assert (answer.status_code, there) == (303, "/dang-nhap"), route.name


@pytest.mark.parametrize(("room", "person"), list(product(ROOMS, EVERYBODY)))
async def test_a_page_is_open_to_the_duties_that_it_names(desk: As, own: Objects, room: str, person: str) -> None:
    for route in ROOMS[room]:
        if route.path != STREAM or person in DUTIES:
            await check(desk, own, route, person)


async def check(desk: As, own: Objects, route: GuardedRoute, person: str) -> None:
    answer = await own.ask(desk(person), route)
    is_open = bool(route.rule.duties and route.rule.duties & EVERYBODY[person])
    assert answer.status_code < 500, route.name
    assert is_open or answer.status_code == 403, route.name
    assert (NOT_YOURS in answer.text) is not is_open, route.name


@pytest.mark.parametrize(("room", "person"), list(product(OF_OBJECTS, DUTIES)))
async def test_another_schools_object_does_not_exist(desk: As, theirs: Objects, room: str, person: str) -> None:
    for route in OF_OBJECTS[room]:
        answer = await theirs.ask(desk(person), route)
        is_open = route.rule.duties and route.rule.duties & DUTIES[person]
        assert answer.status_code == (404 if is_open else 403), route.name


@pytest.mark.parametrize("room", ROOMS)
async def test_a_form_from_elsewhere_changes_nothing(desk: As, own: Objects, room: str) -> None:
    for route in ROOMS[room]:
        if route.method != "GET":
            allowed = (name for name, duties in EVERYBODY.items() if route.rule.duties and route.rule.duties & duties)
            client = desk(next(allowed))
            client.headers["Sec-Fetch-Site"] = "cross-site"
            assert (await own.ask(client, route)).status_code == 403, route.name
