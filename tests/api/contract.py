"""What the interface says of itself (OpenAPI) against what it answers: schemathesis asks it, as one person."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import schemathesis
from hypothesis import strategies as st
from schemathesis import engine
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events

from api.workbooks import XLSX
from tests.fuzz.damage import damaged
from tests.interchange.workbooks import class_list

# What is asked depends on this and on what was answered before.
SEED: Final = 20261129
# A good request may be refused by the state of a book, by a scope or by the rules: that is no broken promise.
NOT_PROMISED: Final = ("positive_data_acceptance", "missing_required_header", "ensure_resource_availability")
ANSWERS: Final = ["2xx", "3xx", "4xx", "503"]  # of these 503 asks to be asked again, as a busy machine may
KNOWN_SHARE: Final = 0.8  # how often a place holds a value that is there

for kind in ("application/pdf", "application/zip", "application/xml", "application/octet-stream", "image/png"):
    schemathesis.openapi.media_type(kind, st.binary(max_size=2000))
schemathesis.openapi.media_type(XLSX, st.binary(max_size=200) | damaged(class_list()))


@dataclass(frozen=True)
class Asking:
    """Where, by which headers as whom, and values that are there: by place ("path.class_term_id", "body.slot")."""

    url: str
    headers: Mapping[str, str]
    known: Mapping[str, list[str]]


def broken_promises(description: dict[str, Any], asking: Asking, examples: int, *, boundaries: bool) -> list[str]:
    """Every answer that the description does not allow, with the request that brings it about.

    `examples` is by operation; `boundaries`: each limit of each value, too, and every other method.
    """
    schema = schemathesis.openapi.from_dict(description, config=_config(asking, examples, boundaries=boundaries))
    found: dict[str, str] = {}
    for event in engine.from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            found |= dict(_broken(event))
        elif isinstance(event, events.NonFatalError | events.FatalError):
            found |= {repr(event): repr(event)}
    return list(found.values())


def _config(asking: Asking, examples: int, *, boundaries: bool) -> SchemathesisConfig:
    names = {place: f"known{number}" for number, place in enumerate(asking.known)}
    off = {"enabled": False}
    return SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "base-url": asking.url,
            "headers": dict(asking.headers),
            "continue-on-failure": True,
            "request-timeout": 60,
            "generation": {"max-examples": examples, "no-shrink": True, "database": "none"},
            "checks": {"not_a_server_error": {"expected-statuses": ANSWERS}} | dict.fromkeys(NOT_PROMISED, off),
            "phases": {"examples": off, "coverage": {"enabled": boundaries}, "stateful": off},
            "dictionaries": {names[place]: {"values": values} for place, values in asking.known.items()},
            "parameters": {place: {"dictionary": names[place], "probability": KNOWN_SHARE} for place in asking.known},
            "suppress-health-check": ["all"],
        }
    )


def _broken(event: events.ScenarioFinished) -> Iterator[tuple[str, str]]:
    recorded = event.recorder
    for checks in recorded.checks.values():
        for each in checks:
            if each.failure_info is not None:
                failure = each.failure_info.failure
                name = f"{recorded.label}: {each.name}: {failure.title}"
                yield name, f"{name}\n{failure.message}\n{each.failure_info.code_sample}"
