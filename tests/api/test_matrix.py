"""Every page for every duty, at one's own school, at another's, and signed out: as the page says of itself."""

from itertools import product

import pytest
from sqlalchemy.orm import Session

from api.services import Services
from tests.api.conftest import As
from tests.api.matrix import DUTIES, EVERYBODY, OFFICE_DUTIES, GuardedRoute, Objects, guarded_routes, objects_of
from tests.api.world import World

ROUTES = sorted(guarded_routes(), key=lambda route: route.name)
OF_SCHOOLS = [route for route in ROUTES if not route.is_of_offices]
OF_OFFICES = [route for route in ROUTES if route.is_of_offices]
OF_OBJECTS = [route for route in OF_SCHOOLS if route.names_object]
ROOMS: dict[str, list[GuardedRoute]] = {}
for each in ROUTES:
    ROOMS.setdefault(each.path.split("/")[1].split(".")[0], []).append(each)
STREAM = "/truc-tiep"
NOT_YOURS = "Việc này không thuộc vai trò của thầy/cô."


def by_name(each: object) -> str:
    return each.name if isinstance(each, GuardedRoute) else str(each)


@pytest.fixture
def own(db: Session, world: World, services: Services) -> Objects:
    return objects_of(db, world.cast, services.objects.put(b"%PDF-1.7 sample"))


@pytest.fixture
def theirs(db: Session, world: World, services: Services) -> Objects:
    return objects_of(db, world.foreign, services.objects.put(b"%PDF-1.7 of others"))


@pytest.mark.parametrize("route", ROUTES, ids=by_name)
async def test_nobody_signed_out_gets_in(desk: As, own: Objects, route: GuardedRoute) -> None:
    answer = await own.ask(desk("nobody"), route)
    assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (303, "/dang-nhap")


@pytest.mark.parametrize(("route", "person"), list(product(OF_SCHOOLS, DUTIES)), ids=by_name)
async def test_a_page_is_open_to_the_duties_that_it_names(
    desk: As, own: Objects, route: GuardedRoute, person: str
) -> None:
    await check(desk, own, route, person)


@pytest.mark.parametrize("person", DUTIES)
async def test_rooms_of_offices_are_closed_to_schools(desk: As, own: Objects, person: str) -> None:
    for route in OF_OFFICES:
        await check(desk, own, route, person)


@pytest.mark.parametrize(("room", "person"), list(product(ROOMS, OFFICE_DUTIES)), ids=by_name)
async def test_offices_come_into_their_own_rooms_only(desk: As, own: Objects, room: str, person: str) -> None:
    for route in ROOMS[room]:
        if route.path != STREAM:
            await check(desk, own, route, person)


async def check(desk: As, own: Objects, route: GuardedRoute, person: str) -> None:
    answer = await own.ask(desk(person), route)
    is_open = bool(route.rule.duties and route.rule.duties & EVERYBODY[person])
    assert answer.status_code < 500, route.name
    assert is_open or answer.status_code == 403, route.name
    assert (NOT_YOURS in answer.text) is not is_open, route.name


@pytest.mark.parametrize(("route", "person"), list(product(OF_OBJECTS, DUTIES)), ids=by_name)
async def test_another_schools_object_does_not_exist(
    desk: As, theirs: Objects, route: GuardedRoute, person: str
) -> None:
    answer = await theirs.ask(desk(person), route)
    assert answer.status_code == (404 if route.rule.duties and route.rule.duties & DUTIES[person] else 403)


@pytest.mark.parametrize("route", [route for route in ROUTES if route.method != "GET"], ids=by_name)
async def test_a_form_from_elsewhere_changes_nothing(desk: As, own: Objects, route: GuardedRoute) -> None:
    person = next(person for person, duties in EVERYBODY.items() if route.rule.duties and route.rule.duties & duties)
    client = desk(person)
    client.headers["Sec-Fetch-Site"] = "cross-site"
    assert (await own.ask(client, route)).status_code == 403
