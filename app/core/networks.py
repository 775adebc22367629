"""Which network an address belongs to, so that changing the address within it starts no new count."""

import ipaddress

SUBSCRIBER_PREFIX = 64
"""The smallest IPv6 network given to one subscriber, who may use any address in it."""


def network_of(address: str) -> str:
    """Return what limits are counted under: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.IPv6Network((found, SUBSCRIBER_PREFIX), strict=False))
    return str(found)
