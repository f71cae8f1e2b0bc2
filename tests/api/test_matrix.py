"""Every page for every duty, at one's own school, at another's, and signed out: as the page says of itself."""

from itertools import product

import pytest
from sqlalchemy.orm import Session

from api.services import Services
from tests.api.conftest import As
from tests.api.matrix import DUTIES, GuardedRoute, Objects, guarded_routes, objects_of
from tests.api.world import World

ROUTES = sorted(guarded_routes(), key=lambda route: route.name)
OF_OBJECTS = [route for route in ROUTES if route.names_object]
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


@pytest.mark.parametrize(("route", "person"), list(product(ROUTES, DUTIES)), ids=by_name)
async def test_a_page_is_open_to_the_duties_that_it_names(
    desk: As, own: Objects, route: GuardedRoute, person: str
) -> None:
    answer = await own.ask(desk(person), route)
    is_open = bool(route.rule.duties and route.rule.duties & DUTIES[person])
    assert answer.status_code < 500
    assert is_open or answer.status_code == 403
    assert (NOT_YOURS in answer.text) is not is_open


@pytest.mark.parametrize(("route", "person"), list(product(OF_OBJECTS, DUTIES)), ids=by_name)
async def test_another_schools_object_does_not_exist(
    desk: As, theirs: Objects, route: GuardedRoute, person: str
) -> None:
    answer = await theirs.ask(desk(person), route)
    assert answer.status_code == (404 if route.rule.duties and route.rule.duties & DUTIES[person] else 403)


@pytest.mark.parametrize("route", [route for route in ROUTES if route.method != "GET"], ids=by_name)
async def test_a_form_from_elsewhere_changes_nothing(desk: As, own: Objects, route: GuardedRoute) -> None:
    person = next(person for person, duties in DUTIES.items() if route.rule.duties and route.rule.duties & duties)
    client = desk(person)
    client.headers["Sec-Fetch-Site"] = "cross-site"
    assert (await own.ask(client, route)).status_code == 403
