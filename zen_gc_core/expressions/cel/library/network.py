"""Kubernetes' IP address and CIDR libraries.

Source: Kubernetes, ``apiserver/pkg/cel/library/ip.go`` and ``cidr.go``; Go's ``net/netip``.
"""

from __future__ import annotations

import ipaddress
import re
from typing import ClassVar, Final, TypeAlias

from zen_gc_core.errors import ExpressionError
from zen_gc_core.expressions.cel.functions import Function

_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
_Interface: TypeAlias = ipaddress.IPv4Interface | ipaddress.IPv6Interface

_LONGEST: Final = 64
_PREFIX: Final = re.compile(r"[^/%]+/(?:0|[1-9][0-9]{0,2})")


class IpAddress:
    """An IP address; one of IPv4 that is written as IPv6 equals it.

    Args:
        address: The address.
    """

    __slots__ = ("address",)
    cel_type: ClassVar = "net.IP"

    def __init__(self, address: _Address) -> None:
        self.address = address

    def __eq__(self, other: object) -> bool:
        return type(other) is IpAddress and _unmapped(other.address) == _unmapped(self.address)

    def __hash__(self) -> int:
        return hash(_unmapped(self.address))

    def __str__(self) -> str:
        mapped = _unmapped(self.address)
        return str(self.address) if mapped is self.address else f"::ffff:{mapped}"


class Cidr:
    """An address with the length of its network's prefix.

    Args:
        interface: The address and its network.
    """

    __slots__ = ("interface",)
    cel_type: ClassVar = "net.CIDR"

    def __init__(self, interface: _Interface) -> None:
        self.interface = interface

    def __eq__(self, other: object) -> bool:
        return type(other) is Cidr and other.interface == self.interface

    def __hash__(self) -> int:
        return hash(self.interface)

    def __str__(self) -> str:
        return str(self.interface)


def _unmapped(address: _Address) -> _Address:
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def ip(text: str) -> IpAddress:
    """``ip(text)``.

    Raises:
        ExpressionError: The text is no address, has a zone, or is an IPv4 address in IPv6 with dots.
    """
    if len(text) <= _LONGEST and "%" not in text and not (":" in text and "." in text):
        try:
            return IpAddress(ipaddress.ip_address(text))
        except ValueError:
            pass
    raise ExpressionError(f"{text[:40]!r} is no IP address")


def cidr(text: str) -> Cidr:
    """``cidr(text)``.

    Raises:
        ExpressionError: The text is no address with the length of a prefix.
    """
    if len(text) <= _LONGEST and _PREFIX.fullmatch(text) and not (":" in text and "." in text):
        try:
            return Cidr(ipaddress.ip_interface(text))
        except ValueError:
            pass
    raise ExpressionError(f"{text[:40]!r} is no CIDR")


def _is_ip(text: str) -> bool:
    try:
        ip(text)
    except ExpressionError:
        return False
    return True


def _is_cidr(text: str) -> bool:
    try:
        cidr(text)
    except ExpressionError:
        return False
    return True


def _is_link_local_multicast(value: IpAddress) -> bool:
    if value.address.version == 4:
        return int(value.address) >> 8 == int(ipaddress.IPv4Address("224.0.0.0")) >> 8
    return int(value.address) >> 112 & 0xFF0F == 0xFF02


def _is_global_unicast(value: IpAddress) -> bool:
    address = value.address
    special = address.is_unspecified or address.is_loopback or address.is_multicast or address.is_link_local
    return not special and str(address) != "255.255.255.255"


def _contains_ip(network: Cidr, address: IpAddress) -> bool:
    return network.interface.version == address.address.version and address.address in network.interface.network


def _contains_cidr(network: Cidr, other: Cidr) -> bool:
    if network.interface.version != other.interface.version:
        return False
    return (
        other.interface.network.prefixlen >= network.interface.network.prefixlen
        and other.interface.ip in network.interface.network
    )


FUNCTIONS: Final = (
    Function("ip", ("string",), "ip", ip, documentation="The IP address that a text spells."),
    Function("isIP", ("string",), "bool", _is_ip, documentation="Whether a text spells an IP address."),
    Function("ip.isCanonical", ("string",), "bool", lambda text: str(ip(text)) == text, documentation="Whether a text spells an IP address in its one canonical form."),
    Function("string", ("ip",), "string", str, documentation="The address in its canonical form."),
    Function("family", ("ip",), "int", lambda value: value.address.version, member=True, documentation="4 or 6."),
    Function("isUnspecified", ("ip",), "bool", lambda value: value.address.is_unspecified, member=True, documentation="Whether it is `0.0.0.0` or `::`."),
    Function("isLoopback", ("ip",), "bool", lambda value: value.address.is_loopback, member=True, documentation="Whether it is a loopback address."),
    Function("isLinkLocalMulticast", ("ip",), "bool", _is_link_local_multicast, member=True, documentation="Whether it is a link-local multicast address."),
    Function("isLinkLocalUnicast", ("ip",), "bool", lambda value: value.address.is_link_local, member=True, documentation="Whether it is a link-local unicast address."),
    Function("isGlobalUnicast", ("ip",), "bool", _is_global_unicast, member=True, documentation="Whether it is a global unicast address."),
    Function("cidr", ("string",), "cidr", cidr, documentation="The CIDR that a text spells, such as `10.0.0.0/8`."),
    Function("isCIDR", ("string",), "bool", _is_cidr, documentation="Whether a text spells a CIDR."),
    Function("string", ("cidr",), "string", str, documentation="The CIDR as text."),
    Function("containsIP", ("cidr", "ip"), "bool", _contains_ip, member=True, documentation="Whether an address is in the network."),
    Function("containsIP", ("cidr", "string"), "bool", lambda value, text: _contains_ip(value, ip(text)), member=True, documentation="Whether an address is in the network."),
    Function("containsCIDR", ("cidr", "cidr"), "bool", _contains_cidr, member=True, documentation="Whether another network is within this one."),
    Function("containsCIDR", ("cidr", "string"), "bool", lambda value, text: _contains_cidr(value, cidr(text)), member=True, documentation="Whether another network is within this one."),
    Function("ip", ("cidr",), "ip", lambda value: IpAddress(value.interface.ip), member=True, documentation="The address."),
    Function("masked", ("cidr",), "cidr", lambda value: Cidr(ipaddress.ip_interface(value.interface.network)), member=True, documentation="The CIDR with the address cut to its prefix."),
    Function("prefixLength", ("cidr",), "int", lambda value: value.interface.network.prefixlen, member=True, documentation="The length of the prefix in bits."),
)  # fmt: skip
"""The functions of this library."""
