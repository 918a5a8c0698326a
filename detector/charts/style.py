"""The charts' one style sheet: colours of a light and a dark paper, and what each mark wears.

The accents are Okabe and Ito's (https://jfly.uni-koeln.de/color/), lightened or darkened until each
has a contrast of 3 to 1 with its paper; no mark is told by its colour alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

Theme = Literal["auto", "light", "dark", "page"]
"""`auto` follows the reader's machine or notebook; for `page` the page brings `style_sheet()`."""

LIGHT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "paper": "#ffffff",
        "ink": "#1d2430",
        "soft": "#5b6472",
        "hair": "#e3e6ea",
        "count": "#828c99",
        "spike": "#c2410c",
        "expected": "#0a5bd3",
        "detector": "#0a5bd3",
        "ceiling": "#1d2430",
        "r0": "#c2410c",
        "r1": "#15803d",
        "r2": "#7e3fb4",
        "r3": "#be2c6b",
        "r4": "#8a6d00",
        "r5": "#0e7c8b",
        "r6": "#7a5a43",
    }
)
DARK: Final[Mapping[str, str]] = MappingProxyType(
    {
        "paper": "#191f29",
        "ink": "#e8ebf0",
        "soft": "#a3adba",
        "hair": "#303947",
        "count": "#77828f",
        "spike": "#ff9a66",
        "expected": "#6fb0ff",
        "detector": "#6fb0ff",
        "ceiling": "#e8ebf0",
        "r0": "#ff9a66",
        "r1": "#6fd08c",
        "r2": "#c79bf2",
        "r3": "#ff8fba",
        "r4": "#dcc15a",
        "r5": "#62cfdd",
        "r6": "#d1a98a",
    }
)
REFERENCES: Final = 7
"""Colours `r0` to `r6` for what a chart's own lines are compared with."""
ROOT: Final = "detector-chart"

_DARK_PAGES: Final = (
    "[data-theme=dark]",
    "[data-jp-theme-light=false]",
    "[data-vscode-theme-kind=vscode-dark]",
    "[theme=dark]",
)
_LIGHT_PAGES: Final = tuple(
    page.replace("dark", "light").replace("false", "true") for page in _DARK_PAGES
)
"""How consoles, Jupyter, VS Code and Colab say which colours a page has, whatever the machine's."""

_MARKS: Final = """
@ { max-width: 100%; height: auto; font: 13px system-ui, 'Segoe UI', Roboto, Arial, sans-serif; }
@ .narrow { display: none; font-size: 11px; }
@media (max-width: 560px) { @ .wide { display: none; } @ .narrow { display: inline; } }
@ .paper { fill: var(--paper); }
@ text { fill: var(--soft); }
@ .head { fill: var(--ink); font-weight: 650; font-size: 1.15em; } @ .ink { fill: var(--ink); }
@ .over { stroke: var(--paper); stroke-width: 3; paint-order: stroke; stroke-linejoin: round; }
@ .grid, @ .rule { stroke: var(--hair); }
@ .count { fill: var(--count); } @ .spike { fill: var(--spike); } @ .edge { fill: none; }
@ .edge { stroke: var(--spike); stroke-width: 1.5; }
@ .later { fill: none; stroke: var(--count); }
@ .band { fill: var(--expected); fill-opacity: .16; }
@ .expected { fill: none; stroke: var(--expected); stroke-width: 2; stroke-linejoin: round; }
@ .guard { fill: none; stroke: var(--soft); stroke-opacity: .55; }
@ .as-of { fill: none; stroke: var(--ink); stroke-width: 1.5; stroke-dasharray: 5 4; }
@ .orders { fill: var(--soft); fill-opacity: .3; stroke: var(--soft); }
@ .mark path { fill: none; stroke: currentColor; stroke-width: 1.6; stroke-linejoin: round; }
@ .mark circle { fill: currentColor; stroke: var(--paper); }
@ .mark .whisker { stroke-width: 2; stroke-opacity: .45; stroke-dasharray: none; }
@ .detector path { stroke-width: 3.2; } @ .ceiling path { stroke-dasharray: 5 4; }
@ .narrow .detector path { stroke-width: 2; }
@ .name path { stroke: currentColor; stroke-opacity: .5; stroke-width: 1; fill: none; }
@ .name text { fill: currentColor; } @ .name.detector text { font-weight: 700; }
@ .chip { fill: var(--spike); } @ .id { font-weight: 650; }
@ .chip-text { fill: var(--paper); font-weight: 650; font-size: .85em; }
"""


def style_sheet(theme: Theme = "page", scope: str = "") -> str:
    """The rules of charts of one theme, for a page or a `<style>` element.

    `page` gives what a page needs for all its charts: colours by the reader's machine, unless the
    page says `data-theme="dark"` or `"light"` above them. With a `scope`, such as `:root`, the
    colours are also there for the page's own rules, such as `var(--spike)`.
    """
    root = f".{ROOT}.{theme}"
    marks = _MARKS + "".join(f"@ .{name} {{ color: var(--{name}); }}\n" for name in _accents())
    marks = marks.replace("@media", "\0").replace("@", root).replace("\0", "@media").lstrip()
    if theme in ("light", "dark"):
        # No variables: programs that are no browsers do not know them.
        colours = LIGHT if theme == "light" else DARK
        return re.sub(r"var\(--(\w+)\)", lambda found: colours[found[1]], marks)
    place = scope or root
    light, dark = _variables(LIGHT), _variables(DARK)
    chosen = [
        f"{', '.join(f'{page} {root}' for page in pages)} {{ {colours} }}\n"
        for pages, colours in ((_LIGHT_PAGES, light), (_DARK_PAGES, dark))
    ]
    machine = f"@media (prefers-color-scheme: dark) {{ {place} {{ {dark} }} }}\n"
    return f"{place} {{ {light} }}\n{machine}{''.join(chosen)}{marks}"


def _accents() -> list[str]:
    return ["detector", "ceiling", *(f"r{number}" for number in range(REFERENCES))]


def _variables(colours: Mapping[str, str]) -> str:
    return " ".join(f"--{name}: {value};" for name, value in colours.items())
