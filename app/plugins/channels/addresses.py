"""Where a webhook may lead: to the internet, not into the network that TenantAtlas stands in."""

import ipaddress
import socket

from app.core import DeliveryFailedError

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")  # an IPv4 address stands in its last four bytes


def resolved(host: str, port: int, *, allow_private: bool) -> str:
    """The address to connect to: looked up once, so that what was judged is what is used.

    Raises:
        DeliveryFailedError: the name is unknown just now; or, final, it leads where the public is not.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise DeliveryFailedError("The receiver's name cannot be resolved.") from None
    addresses = [str(entry[4][0]) for entry in found]
    if not allow_private and not all(is_public(address) for address in addresses):
        raise DeliveryFailedError("The receiver's address is not public.", is_final=True)
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether an IP address is one of the internet, also where it stands inside another."""
    try:
        ip: IpAddress = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(one.is_global and not one.is_multicast for one in (ip, *_inside(ip)))


def _inside(ip: IpAddress) -> list[IpAddress]:
    if isinstance(ip, ipaddress.IPv4Address):
        return []
    embedded: list[IpAddress] = [one for one in (ip.ipv4_mapped, ip.sixtofour) if one is not None]
    embedded += list(ip.teredo or ())
    if ip in _TRANSLATED:
        embedded.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
    return embedded
