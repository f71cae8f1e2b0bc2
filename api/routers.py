"""Routers of several modules as one, in the order in which their addresses are tried."""

from typing import Protocol

from fastapi import APIRouter


class Part(Protocol):
    """A module, or a package of modules, with addresses of its own."""

    router: APIRouter


def joined(*parts: Part) -> APIRouter:
    router = APIRouter()
    for part in parts:
        router.include_router(part.router)
    return router
