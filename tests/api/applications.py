"""Applications that serve one test after another: to build all the routes takes longer than most tests."""

from pathlib import Path

from fastapi import FastAPI

from api.main import create_app
from api.services import Services


class Reused:
    """Built for the first services; those that follow take their place, as nothing else is made of them."""

    def __init__(self) -> None:
        self._built: dict[Path, FastAPI] = {}  # the folder is the one thing of the services that a route is bound to

    def over(self, services: Services) -> FastAPI:
        if services.history_dir not in self._built:
            self._built[services.history_dir] = create_app(services)
        app = self._built[services.history_dir]
        app.state.services = services
        return app


CALLED, BROWSED = Reused(), Reused()  # a test may call one and look at the other, each over services of its own
