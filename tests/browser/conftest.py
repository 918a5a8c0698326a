"""People in a real browser, at a service that runs in a process of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import OperationalError

from benchmarks.verdict_rate import new_database
from service.demo.story import Market
from service.roles import Role
from tests.browser.full_store import fill, simulated
from tests.browser.people import Faults, newcomer, sign_in
from tests.browser.served import Served, serving
from tests.once import made_once
from tests.parts import CHROMIUM, is_missing
from tests.service.conftest import SERVER, STORES

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

Newcomers = Callable[..., "Page"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests beside this file need Chromium."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.chromium)
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def simulated_market(tmp_path_factory: pytest.TempPathFactory) -> Market:
    """A market on disk and its model."""
    return made_once(tmp_path_factory, "market", simulated)


@pytest.fixture(scope="session")
def sqlite_served(
    simulated_market: Market, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """A full store on SQLite."""
    folder = tmp_path_factory.mktemp("sqlite")
    yield from _served(f"sqlite:///{folder}/store.sqlite3", simulated_market, folder)


@pytest.fixture(scope="session")
def postgres_served(
    simulated_market: Market, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """A full store on PostgreSQL."""
    try:
        with new_database(SERVER) as url:
            yield from _served(url, simulated_market, tmp_path_factory.mktemp("postgres"))
    except OperationalError:
        is_missing("no PostgreSQL answers")


def _served(url: str, market: Market, folder: Path) -> Iterator[Served]:
    shutil.copytree(market.directory / "models", folder / "models")  # some promote another
    with serving(url, folder, public=True, public_requests_per_second=1_000) as served:
        fill(served, market)
        yield served


@pytest.fixture(scope="session")
def empty_served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A store in which there is nothing."""
    folder = tmp_path_factory.mktemp("empty")
    with serving(f"sqlite:///{folder}/store.sqlite3", folder) as served:
        yield served


@pytest.fixture(params=STORES)
def served(request: pytest.FixtureRequest) -> Served:
    """A full store, on each in turn."""
    served: Served = request.getfixturevalue(f"{request.param}_served")
    return served


# Not of a session: while it runs, no other test of this process could run a loop of asyncio.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Browser, served: Served) -> Iterator[Newcomers]:
    """Let people come to the service, each in a browser of their own; none may see a fault."""
    faults = Faults()
    with ExitStack() as stack:

        def come(role: Role | str | None = None, name: str = "", *, scripts: bool = True) -> Page:
            page = stack.enter_context(newcomer(browser, served.url, faults, scripts=scripts))
            if role is not None:
                sign_in(page, served.key(role, name or f"some {role}"))
            return page

        yield come
    assert faults == []
