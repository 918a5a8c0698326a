"""A browser in words, from what it sends of itself: people look for theirs in a list."""

from __future__ import annotations

from typing import Final

from service.console.languages.speaking import gettext

BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
"""What tells a browser, and its name. Most name others as well, so the first that fits is it."""
SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def browser_name(user_agent: str) -> str:
    """A browser and its system, such as ``Firefox on Linux``; what it says itself if unknown."""
    browser, system = (
        next((name for sign, name in known if sign in user_agent), "")
        for known in (BROWSERS, SYSTEMS)
    )
    if browser and system:
        return gettext("%(browser)s on %(system)s", browser=browser, system=system)
    return browser or user_agent or gettext("unknown")
