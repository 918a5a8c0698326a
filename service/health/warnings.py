"""What scoring could not use, or what keeps it from being current: said, while the service works.

Each warning is a code for machines and a sentence for people: what, how many, what to do. No
sentence holds a name of a buyer, seller, category or person, for readiness needs no key.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal, NamedTuple, get_args

from sqlalchemy import Connection

from detector.durations import DAY_US, MINUTE_US, SECOND_US
from detector.errors import Refusal
from detector.history.coverage import STALE_DAYS
from detector.instants import text_of
from detector.nouns import counted
from models.card import OLD_US
from models.manifest import Manifest
from service.assessments.active_model import ActiveModel
from service.assessments.recording import unrecorded
from service.scoring import failures_store, store
from service.scoring.failures import LOOPS

LAG_US: Final = 60 * SECOND_US
"""How long a seller with news may wait to be scored; usually it is a second."""
SNAPSHOTS: Final = 3
"""Snapshots of the market that may be missed."""
DUE_MIN: Final = 10.0
"""Complaints that should have come since the last one: chance brings none in 1 of 22,000 times."""
FAILED_US: Final = 15 * MINUTE_US
"""How long a failure is told after a worker last noted it, at least."""


Code = Literal[
    "categories_unknown",
    "categories_pooled",
    "sellers_without_orders",
    "orders_unexpected",
    "orders_missing",
    "complaints_behind",
    "orders_behind",
    "data_ahead",
    "feed_faulty",
    "model_old",
    "model_unrecorded",
    "market_behind",
    "scoring_behind",
    "scoring_failing",
]
CODES: Final[tuple[Code, ...]] = get_args(Code)
"""Every code there is, in the order in which warnings are listed."""


class ScoringWarning(NamedTuple):
    """One thing that a person should know of the scores."""

    code: Code
    sentence: str


def scoring_warnings(
    connection: Connection, active_model: ActiveModel, *, now: int, snapshot_us: int
) -> list[ScoringWarning]:
    """What is to be known of the scores at an instant, in the order of CODES."""
    found = [*_of_scoring(connection, now, snapshot_us)]
    last = store.last_unused(connection, now=now)
    if last is not None:
        version, unused = last
        found += [*_of_the_data(unused, version), *_of_the_time(unused, now)]
        found += _of_the_feed(unused)
    manifest = _manifest_in_use(active_model)
    found += _of_the_log(connection, active_model)
    if manifest is not None:
        found += _of_the_model(manifest, None if last is None else last[1]["has_orders"], now)
    return sorted(found, key=lambda one: CODES.index(one.code))


def _of_the_data(unused: dict[str, Any], version: str) -> Iterator[ScoringWarning]:
    filed = f"of {counted(unused['complaints'], 'complaint')} of the last {unused['days']} days"
    if unused["unknown_complaints"]:
        yield ScoringWarning(
            "categories_unknown",
            f"{unused['unknown_complaints']:,} {filed} are in "
            f"{counted(unused['unknown_categories'], 'category', 'categories')} that model "
            f"{version} does not know, and count among all complaints alone; train again",
        )
    if unused["pooled_complaints"]:
        yield ScoringWarning(
            "categories_pooled",
            f"{unused['pooled_complaints']:,} {filed} are in "
            f"{counted(unused['pooled_categories'], 'category', 'categories')} that model "
            f"{version} counts among the rarer ones, though each has 2 % of them or more; "
            "train again",
        )
    if unused["complaints_without_orders"]:
        yield ScoringWarning(
            "sellers_without_orders",
            f"{unused['complaints_without_orders']:,} {filed} are about "
            f"{counted(unused['sellers_without_orders'], 'seller')} without orders, taken to sell "
            "as much as a usual one; send their orders",
        )


def _of_the_feed(unused: dict[str, Any]) -> Iterator[ScoringWarning]:
    """Snapshots of earlier versions know nothing of the feed."""
    faults = unused.get("feed_faults", [])
    if not faults:
        return
    found = "; ".join(f"{fault['kind'].replace('_', ' ')}, {fault['days']}" for fault in faults)
    held = "; nobody is flagged for a week" if unused.get("flags_held") else ""
    yield ScoringWarning(
        "feed_faulty", f"complaints or orders arrived otherwise than they happened ({found}){held}"
    )


def _of_the_time(unused: dict[str, Any], now: int) -> Iterator[ScoringWarning]:
    last, orders_until = unused["last"], unused["orders_until"]
    # What was due when the market was scored, and is due since at the same rate.
    if last is not None and now - last > STALE_DAYS * DAY_US and unused["due_since"] >= DUE_MIN:
        yield ScoringWarning(
            "complaints_behind",
            f"the last complaint is of {text_of(last)[:16]}Z, and about "
            f"{unused['due_since']:,.0f} should have come since; look whether they still arrive",
        )
    if unused["has_orders"] and last is not None:
        until = orders_until or 0
        if last - until > STALE_DAYS * DAY_US:
            end = f"end on {text_of(until - 1)[:10]}" if until else "hold no order"
            yield ScoringWarning(
                "orders_behind",
                f"the orders {end}, days before the last complaint, so later complaints look like "
                "too many; send the orders of the days since",
            )
    ahead = unused["complaints_ahead"], unused["order_days_ahead"]
    if any(ahead):
        yield ScoringWarning(
            "data_ahead",
            f"{counted(ahead[0], 'complaint')} and {counted(ahead[1], 'day')} of sellers' orders "
            "are dated ahead of the clock and not scored until then; look at the clocks of this "
            "host and of who sent them",
        )


def _of_the_model(
    manifest: Manifest, has_orders: bool | None, now: int
) -> Iterator[ScoringWarning]:
    version, facts = manifest.version, manifest.facts
    if has_orders is not None and facts.orders_known is not None:
        if has_orders and not facts.orders_known:
            yield ScoringWarning(
                "orders_unexpected",
                f"model {version} learnt without orders and is given orders, so its rates are "
                "complaints a day, not an order; train again with them",
            )
        if facts.orders_known and not has_orders:
            yield ScoringWarning(
                "orders_missing",
                f"model {version} learnt with orders and is given none, so its rates are "
                "complaints an order, not a day; send orders, or train again without",
            )
    end = facts.span[1]
    if now - end > OLD_US:
        yield ScoringWarning(
            "model_old",
            f"model {version} learnt from before {text_of(end)[:10]}, over a year ago; train again",
        )


def _of_the_log(connection: Connection, active_model: ActiveModel) -> Iterator[ScoringWarning]:
    try:
        missing = unrecorded(connection, active_model.registry.log)
    except Refusal:
        return  # a log that cannot be read makes the service unready
    if missing:
        yield ScoringWarning(
            "model_unrecorded",
            f"{counted(missing, 'change')} of the model in use came past this store, and a worker "
            "records them in the audit in seconds; look whether one runs",
        )


def _of_scoring(connection: Connection, now: int, snapshot_us: int) -> Iterator[ScoringWarning]:
    newest = store.newest_snapshot(connection, now=now)
    oldest = store.oldest_request(connection, now)
    if newest is not None and now - newest[0] > SNAPSHOTS * snapshot_us:
        yield ScoringWarning(
            "market_behind",
            f"the whole market was last scored at {text_of(newest[0])[:16]}Z and should be every "
            f"{snapshot_us / MINUTE_US:g} minutes; look whether a worker runs, and at its log",
        )
    if oldest is not None and now - oldest > LAG_US:
        yield ScoringWarning(
            "scoring_behind",
            f"a seller with news has waited since {text_of(oldest)[:16]}Z to be scored; look "
            "whether a worker runs, or start another one: detector work",
        )
    # What is done with each snapshot fails, and is noted, no more often than that.
    kept_us = max(FAILED_US, snapshot_us * 3 // 2)
    for failed in failures_store.failures(connection, since=now - kept_us):
        yield ScoringWarning(
            "scoring_failing",
            f"the {LOOPS.get(failed.loop, failed.loop)} failed at {text_of(failed.last_at)[:16]}Z "
            f"({failed.error}), noted {counted(failed.failures, 'time')} since "
            f"{text_of(failed.first_at)[:16]}Z; the worker's log says why",
        )


def _manifest_in_use(active_model: ActiveModel) -> Manifest | None:
    try:
        return active_model.registry.manifest()
    except Refusal:
        return None  # which makes the service unready
