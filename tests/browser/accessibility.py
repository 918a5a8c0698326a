"""What axe finds on a page, in light and dark, wide and narrow."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import Page

TAGS: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
THEMES: Final = ("light", "dark")
WIDTHS: Final = (1280, 390)
UNJUDGED: Final = "incomplete"
FAINT_IN_CHARTS: Final = """() => {
    const parts = colour => colour.match(/[0-9.]+/g).slice(0, 3).map(part => part / 255);
    const linear = part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    const light = colour => {
        const [red, green, blue] = parts(colour).map(linear);
        return 0.05 + 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const ground = svg => {
        const paper = svg.querySelector('.paper');
        const { fill, backgroundColor } = getComputedStyle(paper ?? document.body);
        return paper ? fill : backgroundColor;
    };
    return [...document.querySelectorAll('svg text:not(.chip-text)')].filter(text => {
        const both = [getComputedStyle(text).fill, ground(text.closest('svg'))].map(light);
        return text.checkVisibility() && Math.max(...both) / Math.min(...both) < 4.5;
    }).map(text => text.outerHTML);
}"""
"""Words in charts whose contrast is below 4.5:1; axe does not judge SVG."""


def findings(page: Page) -> list[str]:
    """What axe finds or cannot judge, and whether the page has to be scrolled sideways."""
    found = []
    for theme, width in product(THEMES, WIDTHS):
        show_as(page, theme, width)
        asked = {"runOnly": list(TAGS), "resultTypes": ["violations", UNJUDGED]}
        told = _axe().run(page, options=asked).response
        seen = [text for rule in told["violations"] for text in _texts(rule["nodes"], rule["id"])]
        for rule in told[UNJUDGED]:
            nodes = rule["nodes"]
            if rule["id"] == "color-contrast":
                nodes = [node for node in nodes if not _is_judged_elsewhere(node, width)]
            seen += _texts(nodes, rule["id"])
        seen += [f"faint: {text}" for text in page.evaluate(FAINT_IN_CHARTS)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            seen.append("wider than the window")
        found += [f"{theme} {width}: {text}" for text in seen]
    return found


def show_as(page: Page, theme: str, width: int) -> None:
    """Look at a page in a theme and a width."""
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": 900})


def _is_judged_elsewhere(node: dict[str, Any], width: int) -> bool:
    """Whether these are words of a chart, or may be scrolled out of sight in a narrow table."""
    return width < max(WIDTHS) or node["html"].startswith(("<text", "<tspan"))


def _texts(nodes: list[dict[str, Any]], rule: str) -> list[str]:
    return [f"{rule} at {node['target']}: {node['html'][:200]}" for node in nodes]


@cache
def _axe() -> Axe:
    from axe_playwright_python.sync_playwright import Axe

    return Axe()
