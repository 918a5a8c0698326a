"""What several test folders share."""

from __future__ import annotations

import gc
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from detector.durations import DAY_US
from detector.fitting import Training, train
from tests.once import made_once
from tests.parts import IN_CI, need_chromium, need_java, need_module
from training.simulator import Marketplace, Simulation, simulate

if TYPE_CHECKING:
    from xdist.remote import Producer

    from tests.units import Units

settings.register_profile("dev", max_examples=30, deadline=None)
settings.register_profile("repeatable", settings.get_profile("dev"), derandomize=True)
settings.register_profile("ci", max_examples=200, deadline=None, derandomize=True, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if IN_CI else "dev"))

SMALL = Marketplace(sellers=150, days=260, orders_per_day_median=4.0)


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over all that is there by now, and look less often.

    Modules and tests stay as long as the process does; to look through them again and again would
    take a tenth of its time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow modules come first, so that at the end no process waits for one."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Units | None:
    """Send tests to processes in the units that `tests.units` tells."""
    if config.getoption("dist") != "load":
        return None
    from tests.units import Units

    config.option.loadscopereorder = False
    return Units(config, log)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test marked `java` needs pyspark and Java; one marked `chromium`, the browser."""
    if item.get_closest_marker("chromium"):
        need_chromium()
    if item.get_closest_marker("java"):
        need_module("pyspark")
        need_java()


def pytest_terminal_summary(terminalreporter, config) -> None:
    """Sum the skipped tests by reason, and list them for a run that has what they need."""
    skipped = terminalreporter.stats.get("skipped", [])
    cache = config.rootpath / ".pytest_cache"
    if skipped:
        cache.mkdir(exist_ok=True)
        lines = sorted({report.nodeid for report in skipped})
        (cache / "skipped").write_text("\n".join(lines), encoding="utf-8")
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in skipped)
    for reason, number in reasons.most_common():
        terminalreporter.write_line(f"skipped {number}: {reason}")


@pytest.fixture(scope="session")
def market() -> Simulation:
    """A small made-up marketplace of 260 days."""
    return simulate(SMALL, seed=7)


@pytest.fixture(scope="session")
def training_end(market) -> int:
    """The 220th day of the small marketplace, in microseconds."""
    assert market.truth is not None
    return (market.truth.first_day + 220) * DAY_US


@pytest.fixture(scope="session")
def training(market, training_end, tmp_path_factory) -> Training:
    """A detector trained on the small marketplace's first 220 days."""

    def trained(_: Path) -> Training:
        return train(market.history(), until=training_end, seed=3)

    return made_once(tmp_path_factory, "training", trained)
