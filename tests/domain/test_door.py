"""Brakes, networks, devices and logins."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.brakes import BRAKES, Counted, wait_until
from domain.devices import device_in_words
from domain.errors import Invalid
from domain.logins import parse_login, parse_mail, proposed_login
from domain.networks import network_of

NOW = datetime(2026, 11, 28, 8, tzinfo=UTC)


@pytest.mark.parametrize(("failures", "minutes"), [(4, 0), (5, 1), (6, 2), (7, 4), (9, 15), (40, 15)])
def test_each_further_mistake_waits_twice_as_long_up_to_a_quarter_of_an_hour(failures: int, minutes: int) -> None:
    until = wait_until(BRAKES[Counted.DEVICE], [NOW] * failures, NOW)
    assert until == (NOW + timedelta(minutes=minutes) if minutes else None)


def test_mistakes_of_long_ago_do_not_count() -> None:
    assert wait_until(BRAKES[Counted.DEVICE], [NOW - timedelta(hours=2)] * 50, NOW) is None


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("testclient", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_network_is_one_address_or_one_subscriber(address: str, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Chrome trên Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge trên Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) coc_coc_browser/130.0 Chrome/124.0 Safari/537.36", "Cốc Cốc trên Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari trên iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox trên Linux"),
        ("Mozilla/5.0 (Linux; Android 14; SM-A) SamsungBrowser/25.0 Chrome/121.0", "Samsung Internet trên Android"),
        ("curl/8", "Trình duyệt không rõ"), ("", "Trình duyệt không rõ"),
    ],
)  # fmt: skip
def test_a_browser_is_named_in_words(agent: str, words: str) -> None:
    assert device_in_words(agent) == words


@pytest.mark.parametrize(("name", "login"), [("Nguyễn Thị Ánh", "anh.nt"), ("Đỗ Lê", "le.d"), ("!", "nguoi.dung")])
def test_a_login_is_proposed_from_the_name(name: str, login: str) -> None:
    assert parse_login(proposed_login(name)) == login


@pytest.mark.parametrize("text", ["", "ab", "có dấu", "a b c", "-abc", "x" * 101])
def test_a_name_that_cannot_be_typed_everywhere_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_login(text)


@pytest.mark.parametrize("text", ["x", "a@b", "a b@c.example", "@c.vn", "x" * 250 + "@c.vn"])
def test_what_is_no_mail_address_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_mail(text)
