"""What the machine must offer, and the sentences said when it does not."""

import socket
from pathlib import Path

import psutil
import pytest

from cli.services.machine import free_ports, free_space, port_is_free, require_ports, require_space
from cli.trouble import Trouble
from config.settings import LOOPBACK, Settings


def test_a_port_in_use_is_named_with_the_setting_that_moves_it(tmp_path: Path) -> None:
    temporal, pages = free_ports(LOOPBACK, 2)
    with socket.create_server((LOOPBACK, 0)) as other:
        taken = other.getsockname()[1]
        settings = Settings(var_dir=tmp_path, api_port=taken, temporal_port=temporal, temporal_ui_port=pages)
        with pytest.raises(Trouble, match=rf"Port {taken} .*HOCBA_API_PORT"):
            require_ports(settings)
        require_ports(settings, ["temporal"])


def test_free_ports_are_free_and_different() -> None:
    ports = free_ports(LOOPBACK, 3)
    assert len(set(ports)) == 3
    assert all(port_is_free(LOOPBACK, port) for port in ports)


def test_a_free_port_rests_so_that_only_a_server_that_names_it_gets_it() -> None:
    (port,) = free_ports(LOOPBACK, 1)
    resting = [each for each in psutil.net_connections("tcp") if each.status == psutil.CONN_TIME_WAIT]
    assert port in {each.laddr.port for each in resting if each.laddr}
    for _ in range(2):
        with socket.create_server((LOOPBACK, port)), pytest.raises(OSError, match="in use"):
            socket.create_server((LOOPBACK, port))


def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="nearly full"):
        require_space(tmp_path, needed=free_space(tmp_path) * 2)


def test_the_disk_of_a_folder_that_is_not_there_yet_can_be_asked(tmp_path: Path) -> None:
    assert free_space(tmp_path / "not" / "yet") > 0
