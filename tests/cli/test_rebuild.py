"""`hocba rebuild` and `hocba up`, where there is no Temporal, or nothing for it to do."""

from pathlib import Path

import pytest

from cli.main import exit_status
from cli.services.machine import free_ports
from config.settings import LOOPBACK


def test_it_says_that_temporal_does_not_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (port,) = free_ports(LOOPBACK, 1)
    monkeypatch.setenv("HOCBA_VAR_DIR", str(tmp_path))
    monkeypatch.setenv("HOCBA_TEMPORAL_PORT", str(port))
    monkeypatch.setattr("sys.argv", ["hocba", "rebuild"])
    assert exit_status() == 1
    assert capsys.readouterr().err == "Temporal does not answer: start hocba first.\n"
