"""Applications that serve one test after another: to build all the routes takes longer than most tests."""

from fastapi import FastAPI

from api.main import create_app
from api.services import Services


class Reused:
    """Built for the first services; those that follow take their place, as nothing else is made of them."""

    def __init__(self) -> None:
        self._built: FastAPI | None = None

    def over(self, services: Services) -> FastAPI:
        if self._built is None:
            self._built = create_app(services)
        self._built.state.services = services
        return self._built


CALLED, BROWSED = Reused(), Reused()  # a test may call one and look at the other, each over services of its own
