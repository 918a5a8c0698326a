"""What people do in a browser, and what must not happen to them there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, overload

if TYPE_CHECKING:
    from playwright.sync_api import (
        Browser,
        ConsoleMessage,
        Dialog,
        Locator,
        LocatorAssertions,
        Page,
        PageAssertions,
        Response,
    )

    from tests.browser.examples import Example
    from tests.browser.served import Served

WAIT_MS: Final = 30_000
"""Longest wait for anything: a shared machine may be slow."""
TABS_MAX: Final = 1000
"""More than any page has: tests of one process share a service, whose lists grow."""
IS_BESIDE: Final = """wanted => wanted.type === 'radio'
    && document.activeElement.type === 'radio' && document.activeElement.name === wanted.name"""


class Faults(list[str]):
    """What a browser complained of: errors of scripts, breaches of the policy, files not there."""

    def listen_to(self, page: Page) -> None:
        """Note what is said from now on."""
        page.on("pageerror", lambda error: self.append(f"{page.url}: {error}"))
        page.on("console", self._hear)
        page.on("response", self._look)
        page.on("dialog", self._close)

    def _hear(self, message: ConsoleMessage) -> None:
        # A page that is refused says so itself; a file that is missing is seen below.
        is_status = message.text.startswith("Failed to load resource: the server responded")
        if message.type in ("error", "warning") and not is_status:
            self.append(f"{message.page and message.page.url}: {message.text}")

    def _close(self, dialog: Dialog) -> None:
        self.append(f"{dialog.page and dialog.page.url}: says {dialog.message}")
        dialog.dismiss()

    def _look(self, response: Response) -> None:
        # What a page asks for by script may be refused, and the page says so.
        kind = response.request.resource_type
        if response.status >= 400 and kind not in ("document", "fetch"):
            self.append(f"{response.url}: {response.status}")


@overload
def expect(what: Locator) -> LocatorAssertions: ...
@overload
def expect(what: Page) -> PageAssertions: ...
def expect(what: Locator | Page) -> LocatorAssertions | PageAssertions:
    """Wait until something holds; Playwright is imported only where a browser is there."""
    from playwright.sync_api import expect as expect_of

    return expect_of(what)


@contextmanager
def newcomer(
    browser: Browser, url: str, faults: Faults, *, scripts: bool = True, width: int = 1280
) -> Iterator[Page]:
    """Somebody at the service in a browser without a history."""
    context = browser.new_context(
        base_url=url,
        java_script_enabled=scripts,
        viewport={"width": width, "height": 900},
        reduced_motion="reduce",
    )
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    faults.listen_to(page)
    yield page
    context.close()


def arrive(page: Page, served: Served, example: Example) -> None:
    """Come as the person whom an example is for: with a key, by a link, or by nothing."""
    if example.role is not None:
        sign_in(page, served.key(example.role, example.person))
    if example.door:
        page.goto(served.facts[example.door])
    if example.code:
        page.get_by_label("Type the code from your account").fill(served.facts[example.code])
        page.get_by_role("button", name="Go on").click()


def sign_in(page: Page, key: str) -> None:
    """Type a key."""
    page.goto("/login")
    page.get_by_label("Your key").fill(key)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/queue")


@dataclass(frozen=True, slots=True)
class Hand:
    """How somebody works with a page: by mouse, by keys alone, or where no script runs."""

    page: Page
    way: str = "mouse"

    def press(self, wanted: str | Locator, role: Literal["button", "link"] = "button") -> None:
        """Press a button or a link, by its name."""
        if isinstance(wanted, str):
            wanted = self.page.get_by_role(role, name=wanted, exact=True)
        if self.way == "keys":
            self._tab_to(wanted)
            self.page.keyboard.press("Enter")
        else:
            wanted.click()

    def choose(self, name: str) -> None:
        """Choose one of several, or tick a box, by its label."""
        wanted = self.page.get_by_label(name)
        if self.way == "keys":
            self._tab_to(wanted)
            self.page.keyboard.press("Space")
        else:
            wanted.check()

    def unfold(self, name: str) -> None:
        """Open what is folded away under a name."""
        self.press(self.page.locator("details:not([open]) > summary", has_text=name))

    def write(self, wanted: str | Locator, words: str) -> None:
        """Write into a field, by its label."""
        if isinstance(wanted, str):
            wanted = self.page.get_by_label(wanted, exact=True)
        if self.way == "keys":
            self._tab_to(wanted)
            self.page.keyboard.type(words)
        else:
            wanted.fill(words)

    def _tab_to(self, wanted: Locator) -> None:
        for _ in range(TABS_MAX):
            if wanted.evaluate("wanted => wanted === document.activeElement"):
                return
            # A group of radio buttons is one stop; arrows lead from one to the next.
            is_beside = wanted.evaluate(IS_BESIDE)
            self.page.keyboard.press("ArrowDown" if is_beside else "Tab")
        raise AssertionError(f"no number of tabulators leads to {wanted}")


def said(page: Page) -> Locator:
    """Where a page says what was done."""
    return page.locator("#said")


def focused(page: Page) -> str:
    """The id of what has the focus, or its tag where it has none."""
    return str(page.evaluate("document.activeElement.id || document.activeElement.tagName"))
