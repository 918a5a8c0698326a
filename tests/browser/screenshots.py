"""A picture of every page, full, empty and refused, in light and dark, wide and narrow.

    python -m tests.browser.screenshots [--documents] [NAME ...]

Writes PNG to `screenshots/`, each named after its example, theme and width. Names choose examples;
without any, all are taken. With `--documents` it writes the pictures of the documents instead:
three pages as they stand in a window, as WebP in `docs/pictures/`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.accessibility import THEMES, WIDTHS, show_as
from tests.browser.examples import EXAMPLES, Example
from tests.browser.full_store import fill, simulated
from tests.browser.people import Faults, arrive, newcomer
from tests.browser.served import Served, serving
from tests.parts import CHROMIUM

OUT: Final = Path("screenshots")
DOCUMENTS: Final = {"queue": "queue-page", "case": "case-page", "complaint": "complaint-page"}
"""Examples that the documents show, and what the pictures are called there."""


def main() -> None:
    """Take the pictures that are asked for."""
    asked = set(sys.argv[1:])
    if "--documents" in asked:
        asked, take = set(DOCUMENTS), take_for_documents
    else:
        take = take_all_ways
    OUT.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        with both(Path(folder)) as (full, empty):
            for example in EXAMPLES:
                if not asked or example.name in asked:
                    take(browser, empty if example.is_empty else full, example)


@contextmanager
def both(folder: Path) -> Iterator[tuple[Served, Served]]:
    """A full store and an empty one, each served."""
    places = full, empty = folder / "full", folder / "empty"
    for place in places:
        place.mkdir()
    market = simulated(folder / "full")
    with serving(f"sqlite:///{full}/store.sqlite3", full, public=True) as there:
        fill(there, market)
        with serving(f"sqlite:///{empty}/store.sqlite3", empty) as nothing:
            yield there, nothing


def take_all_ways(browser: Browser, served: Served, example: Example) -> None:
    """Take one page light and dark, wide and narrow."""
    with opened(browser, served, example) as page:
        for theme, width in product(THEMES, WIDTHS):
            show_as(page, theme, width)
            path = OUT / f"{example.name}-{theme}-{width}.png"
            page.screenshot(path=path, full_page=True)
            print(path)  # noqa: T201 - a command says what it wrote


def take_for_documents(browser: Browser, served: Served, example: Example) -> None:
    """Take one page as it stands in a window."""
    with opened(browser, served, example) as page:
        show_as(page, "light", max(WIDTHS))
        path = Path("docs/pictures") / f"{DOCUMENTS[example.name]}.webp"
        Image.open(BytesIO(page.screenshot())).save(path, quality=80, method=6)
        print(path)  # noqa: T201 - a command says what it wrote


@contextmanager
def opened(browser: Browser, served: Served, example: Example) -> Iterator[Page]:
    """A page as the person sees it whom the example is for."""
    with newcomer(browser, served.url, Faults()) as page:
        arrive(page, served, example)
        page.goto(example.address.format(**served.facts))
        yield page


if __name__ == "__main__":
    main()
