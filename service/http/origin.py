"""Where the service is reached, and whether a form was sent from its own pages."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from fastapi import Request

from service.refusals import CrossSite
from service.settings import Settings

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def origin_of(request: Request, settings: Settings) -> str:
    """Scheme, host and port under which people reach the service."""
    if settings.public_url is not None:
        return settings.public_url
    return f"{request.url.scheme}://{request.headers.get('host', '')}"


def address_of(request: Request, settings: Settings, path: str) -> str:
    """The whole address of a path of ours, for who is not on a page of the service."""
    return f"{origin_of(request, settings)}{settings.root_path}{path}"


def is_secure(request: Request, settings: Settings) -> bool:
    """Whether people reach the service by https."""
    return origin_of(request, settings).startswith("https://")


def is_on_this_machine(request: Request, settings: Settings) -> bool:
    """Whether people reach the service without a network between."""
    host = urlsplit(origin_of(request, settings)).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_same_origin(request: Request, settings: Settings) -> None:
    """Raise CrossSite for what another site's page may have sent with the reader's cookie.

    Browsers say where a request comes from in Sec-Fetch-Site, and older ones in Origin alone.
    """
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("sec-fetch-site")
    if site is None:
        is_ours = request.headers.get("origin") == origin_of(request, settings)
    else:
        is_ours = site in ("same-origin", "none")
    if not is_ours:
        raise CrossSite("this form was not sent from a page of this service; open the page again")
