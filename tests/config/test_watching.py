"""What the settings want of a process that can be watched."""

import pytest
from pydantic import ValidationError

from cli.services.machine import metrics_ports
from cli.services.services import own_processes
from config.settings import Settings


def test_watching_is_off_and_stays_on_this_machine() -> None:
    settings = Settings()
    assert (settings.metrics_port, settings.metrics_host, settings.otlp_endpoint) == (None, "127.0.0.1", "")


def test_the_parts_of_one_machine_have_ports_of_their_own() -> None:
    ports = {part.name: part.environment["HOCBA_METRICS_PORT"] for part in own_processes(Settings(metrics_port=9464))}
    assert ports == {"worker": "9465", "signer": "9466", "api": "9464"}
    assert len(set(metrics_ports(Settings(metrics_port=9464)).values())) == 3


def test_without_a_port_no_part_has_one() -> None:
    assert all("HOCBA_METRICS_PORT" not in part.environment for part in own_processes(Settings()))


@pytest.mark.parametrize("wrong", [{"metrics_port": 65534}, {"otlp_endpoint": "collector:4318"}, {"log_format": "xml"}])
def test_what_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings(**wrong)  # type: ignore[arg-type]
