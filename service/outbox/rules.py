"""Pure decisions about receivers: what can be the address of one."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

import httpx

HOST_CHARACTERS_MAX: Final = 253
"""Longest name that the domain name system can hold (RFC 1035)."""

PORT_MAX: Final = 65_535

_LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.IGNORECASE)
"""Between two dots; underscores are no host names' (RFC 952), but networks inside use them."""


def check_address(url: str) -> str:
    """Return a webhook's address; ValueError for one that can never be a receiver's.

    Whether the name resolves and somebody answers is seen when the first event is sent.
    """
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise ValueError(f"not a web address: {error}") from None
    host = parts.raw_host.decode("ascii").removesuffix(".")
    if parts.port is not None and not 0 < parts.port <= PORT_MAX:
        raise ValueError(f"not a web address: no port has the number {parts.port}")
    if not host:
        raise ValueError("not a web address: it names no host")
    if ":" in host or host.rpartition(".")[2].isdigit():
        _check_number(host)
    elif len(host) > HOST_CHARACTERS_MAX or not all(map(_LABEL.fullmatch, host.split("."))):
        raise ValueError(
            f"not a web address: {host[:60]!r} can be no host's name; "
            "between two dots stand 1 to 63 letters, digits or hyphens"
        )
    return url


def _check_number(host: str) -> None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        raise ValueError(f"not a web address: {host[:60]!r} is no IP address") from None
    if address.is_multicast or address.is_unspecified or str(address) == "255.255.255.255":
        raise ValueError(f"not a web address: nobody answers at {host}")
