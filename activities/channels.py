"""A further channel for a person's messages, by the address that Apprise takes; only services whose host is fixed.

An address with a host of the person's choice would let anybody make this server send requests into its own network.
"""

from collections.abc import Mapping
from typing import Final

from apprise.plugins.base import NotifyBase
from apprise.plugins.discord import NotifyDiscord
from apprise.plugins.google_chat import NotifyGoogleChat
from apprise.plugins.pushbullet import NotifyPushBullet
from apprise.plugins.pushover import NotifyPushover
from apprise.plugins.slack import NotifySlack
from apprise.plugins.telegram import NotifyTelegram

from domain.errors import Invalid
from signing.vault import Vault

# By name, not through `Apprise.add`: that would load all of its hundred and more services first.
SERVICES: Final[Mapping[str, tuple[str, type[NotifyBase]]]] = {
    "tgram": ("Telegram", NotifyTelegram),
    "discord": ("Discord", NotifyDiscord),
    "slack": ("Slack", NotifySlack),
    "gchat": ("Google Chat", NotifyGoogleChat),
    "pover": ("Pushover", NotifyPushover),
    "pbul": ("Pushbullet", NotifyPushBullet),
}
LONGEST: Final = 500


def check_channel(address: str) -> str:
    """The service's name. Raises Invalid for one that is not offered, or an address that it does not take."""
    found = SERVICES.get(address.partition("://")[0].lower())
    if found is None or len(address) > LONGEST:
        raise Invalid(f"Kênh phải bắt đầu bằng một trong: {', '.join(f'{each}://' for each in SERVICES)}.")
    name, service = found
    if "?" in address:  # options of Apprise may name files and templates of this machine
        raise Invalid("Địa chỉ kênh không được kèm tham số sau dấu hỏi.")
    try:
        service(**(service.parse_url(address) or {}))
    except TypeError as error:  # what Apprise's services raise for an address that is not theirs
        raise Invalid(f"Địa chỉ {name} này chưa đúng dạng.") from error
    return name


def lock_channel(vault: Vault, account_id: object, address: str) -> bytes:
    return vault.lock("channel", str(account_id), address.encode())


def unlock_channel(vault: Vault, account_id: object, locked: bytes) -> str:
    """Raises VaultDamaged."""
    return vault.unlock("channel", str(account_id), locked).decode()
