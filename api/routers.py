"""Routers of several modules as one, in the order in which their addresses are tried."""

from typing import Protocol

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, iter_route_contexts


class Part(Protocol):
    """A module, or a package of modules, with addresses of its own."""

    router: APIRouter


def joined(*parts: Part) -> APIRouter:
    """One list of the parts' own routes: a router that is included in another costs each route a new analysis."""
    router = APIRouter()
    for part in parts:
        router.routes.extend(part.router.routes)
    return router


def methods_at(app: FastAPI, path: str) -> frozenset[str]:
    """The methods of all routes at an address."""
    routes = (each for each in iter_route_contexts(app.routes) if isinstance(each.original_route, APIRoute))
    return frozenset(method for each in routes if each.path_regex.match(path) for method in each.methods or ())
