"""The application: watched as a whole, and its refusals described as what they are, problem details, not plain JSON."""

from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp

from api.errors import PROBLEM_JSON
from api.watching import Watched, templates_of


class Application(FastAPI):
    def build_middleware_stack(self) -> ASGIApp:
        return Watched(super().build_middleware_stack(), templates_of(self))

    def openapi(self) -> dict[str, Any]:
        """FastAPI describes every body of a model as application/json; RFC 9457 bodies have a type of their own."""
        schema = super().openapi()
        operations = [operation for path in schema["paths"].values() for operation in path.values()]
        answers = [answer for operation in operations for answer in operation["responses"].items()]
        for http_status, answer in answers:
            content = answer.get("content", {})
            if http_status[0] in "45" and "application/json" in content:
                content[PROBLEM_JSON] = content.pop("application/json")
        return schema
