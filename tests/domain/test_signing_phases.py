"""Where an order is on its way, as its person sees it."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.signing_phases import Outlook, Phase, outlook_of, phase_of

NOW = datetime(2027, 1, 10, tzinfo=UTC)
LIVES, OVER = NOW + timedelta(minutes=1), NOW


@pytest.mark.parametrize(
    ("state", "trouble", "papers", "expires", "phase"),
    [
        ("preparing", "", 0, LIVES, Phase.PREPARING),
        ("preparing", "Queued", 0, LIVES, Phase.DELAYED),
        ("preparing", "ProviderUnavailable", 0, OVER, Phase.EXPIRED),
        ("preparing", "", 0, OVER, Phase.EXPIRED),
        ("prepared", "", 2, LIVES, Phase.READY),
        ("prepared", "", 2, OVER, Phase.EXPIRED),
        ("prepared", "", 0, LIVES, Phase.FAILED),
        ("asked", "ProviderUnavailable", 2, OVER, Phase.ASKED),
        ("signed", "", 2, OVER, Phase.SIGNING),
        ("completed", "", 2, OVER, Phase.DONE),
        ("failed", "Conflict", 0, LIVES, Phase.FAILED),
    ],
)
def test_a_stored_state_is_a_phase(state: str, trouble: str, papers: int, expires: datetime, phase: Phase) -> None:
    assert phase_of(state, trouble, papers, expires, NOW) is phase


@pytest.mark.parametrize(
    ("phases", "outlook"),
    [
        ({Phase.READY, Phase.SIGNING}, Outlook.SIGNING),
        ({Phase.READY, Phase.PREPARING}, Outlook.PREPARING),
        ({Phase.READY, Phase.DELAYED, Phase.FAILED}, Outlook.READY),
        ({Phase.DELAYED, Phase.DONE}, Outlook.PREPARING),
        ({Phase.DONE, Phase.EXPIRED, Phase.FAILED}, Outlook.OVER),
    ],
)
def test_what_a_person_can_do_next(phases: set[Phase], outlook: Outlook) -> None:
    assert outlook_of(phases) is outlook
