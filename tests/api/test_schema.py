"""The OpenAPI description: valid, complete in itself, and honest about refusals."""

import json
import re
from typing import Any

import pytest
from fastapi.openapi.models import OpenAPI

from tests.api.conftest import As

REFUSALS = {"401", "403", "404", "409", "422", "503"}


@pytest.fixture
async def schema(as_: As) -> dict[str, Any]:
    found: dict[str, Any] = (await as_("nobody").get("/openapi.json")).json()
    return found


def operations(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    paths = schema["paths"].items()
    return {f"{verb} {path}": operation for path, verbs in paths for verb, operation in verbs.items()}


async def test_the_description_is_valid_openapi(schema: dict[str, Any]) -> None:
    assert OpenAPI.model_validate(schema).openapi.startswith("3.1")


async def test_every_reference_leads_somewhere(schema: dict[str, Any]) -> None:
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(schema)))
    assert named
    assert named <= set(schema["components"]["schemas"])


async def test_operations_have_names_of_their_own(schema: dict[str, Any]) -> None:
    names = [operation["operationId"] for operation in operations(schema).values()]
    assert len(names) == len(set(names))


async def test_every_operation_of_the_interface_tells_its_refusals(schema: dict[str, Any]) -> None:
    of_interface = {name: each for name, each in operations(schema).items() if " /api/v1/" in name}
    assert len(of_interface) > 15
    for name, operation in of_interface.items():
        assert set(operation["responses"]) >= REFUSALS, name
        for status in REFUSALS:
            content = operation["responses"][status]["content"]
            assert content == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}, name


async def test_a_passphrase_is_described_as_secret_and_given_back_nowhere(schema: dict[str, Any]) -> None:
    forms = schema["components"]["schemas"]
    assert forms["ConfirmForm"]["properties"]["passphrase"]["format"] == "password"
    assert [name for name, form in forms.items() if "passphrase" in form.get("properties", {})] == ["ConfirmForm"]
