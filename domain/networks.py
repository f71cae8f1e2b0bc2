"""Where a request came from, as exactly as brakes and owners need it: one IPv4 address, or one IPv6 subscriber."""

import ipaddress
from typing import Final

_V6_SUBSCRIBER: Final = 64  # whoever has one IPv6 address has a whole /64 of them


def network_of(address: str) -> str:
    """The IPv4 address, or the /64 of an IPv6 address; empty for something that is no address."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(ipaddress.ip_network((int(found), _V6_SUBSCRIBER), strict=False))
