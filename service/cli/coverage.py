"""What a command knows when it learns or scores, and what cannot be known from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import typer

from detector.nouns import counted

if TYPE_CHECKING:
    from detector.feed import FeedReport
    from detector.history.coverage import Coverage
    from detector.history.history import History
    from models.manifest import Facts

_COMPLAINTS_SAID: Final = 10
"""A seller of fewer complaints is not said to be re-keyed: such a past is no great loss."""
_PAIRS_WEIGHED: Final = 500_000
"""Pairs of names looked at beside other work, which takes some seconds."""


@dataclass(frozen=True, slots=True)
class Known:
    """The facts for machines, and the warnings, as sentences."""

    facts: dict[str, Any]
    warnings: tuple[str, ...]
    feed: FeedReport
    """What is faulty in the feed of the history."""
    notes: tuple[str, ...] = ()
    """What is as it was asked for, and may surprise all the same."""

    def echo(self) -> None:
        """Print the warnings and notes, then what there is, to stderr."""
        for warning in self.warnings:
            typer.echo(f"warning: {warning}", err=True)
        for note in self.notes:
            typer.echo(f"note: {note}", err=True)
        typer.echo(f"known: {_sentence(self.facts)}", err=True)


def known_of(
    history: History,
    instants: Sequence[int],
    option: str,
    model: Facts | None = None,
    called: str = "the model:",
) -> Known:
    """What is known of a history at ascending instants, by a model's facts if one scores.

    `option` is what the last instant is called on the command line, and `called` the model.
    """
    from detector.durations import DAY_US
    from detector.feed import LEARNT_DAYS, faults_in, sentence_of
    from detector.history.coverage import coverage_of
    from models.card import warnings_of
    from training.tables.readers import early_end_of

    coverage = coverage_of(history)
    early = early_end_of(history, instants[-1], option)
    found = ([] if early is None else [early]) + _of_the_time(coverage, instants)
    said = () if model is None else warnings_of(model)
    if model is not None:
        found += [f"{called} {warning}" for warning in said]
        found += _of_the_categories(history, model)
        found += _of_the_model(coverage, instants, option, model)
    if coverage.is_monthly:
        found.append(
            "every complaint is dated the first of a month, so that a month has left the windows "
            "before it is over; detector import tables spreads counts of months (seller_id, day, "
            "category, n) over their days"
        )
    thin = coverage.thinness()
    if thin is not None and not any(thin in warning for warning in said):
        found.append(thin)
    feed = faults_in(history, instants[-1])
    lately = feed.since(instants[0] - LEARNT_DAYS * DAY_US)
    for fault in lately.faults:
        how = "faulty" if fault.is_certain else "odd"
        found.append(f"the feed looks {how} on {sentence_of(fault)}")
    notes = () if model is None else tuple(_of_later_days(instants, model))
    return Known(_facts(coverage), tuple(found), feed, notes)


def rekeyed_in(history: History, end: int) -> list[str]:
    """Say how many sellers were likely re-keyed by an instant, and what to do; nothing if none.

    Pairs of few complaints are left to `detector feed`, and in a large market some others as well.
    """
    from detector.rekeying import rekeyings_in

    pairs = rekeyings_in(history, end, pairs_max=_PAIRS_WEIGHED)
    found = [one for one in pairs if one.complaints >= _COMPLAINTS_SAID]
    if not found:
        return []
    first = found[0]
    return [
        f"{counted(len(found), 'seller')} may go by another name since ({first.old[:60]} as "
        f"{first.new[:60]}, for one): detector feed --propose-aliases FILE writes them down, and "
        "--aliases FILE joins those that you accept"
    ]


def _facts(coverage: Coverage) -> dict[str, Any]:
    from training.tables.instants import text_of

    first, last = (
        None if instant is None else text_of(instant) for instant in (coverage.first, coverage.last)
    )
    return {
        "complaints": coverage.complaints,
        "sellers": coverage.sellers,
        "first": first,
        "last": last,
        "orders": coverage.orders_until is not None,
    }


def _sentence(facts: dict[str, Any]) -> str:
    orders = "with orders" if facts["orders"] else "without orders"
    counts = f"{counted(facts['complaints'], 'complaint')}, {counted(facts['sellers'], 'seller')}"
    counts = f"{counts}, {orders}"
    if facts["first"] is None:
        return counts
    return f"{counts}, {facts['first'][:10]} to {facts['last'][:10]}"


def _of_the_time(coverage: Coverage, instants: Sequence[int]) -> list[str]:
    """Where complaints begin after the first instant, or orders end too early."""
    from detector.durations import DAY_US
    from detector.history.coverage import STALE_DAYS
    from training.tables.instants import text_of

    if coverage.first is None or coverage.last is None:
        return []
    found = []
    if instants[0] <= coverage.first:
        first = text_of(coverage.first)[:10]
        found.append(
            f"no complaint was filed before --as-of, the first one is of {first}; give a later "
            "--as-of"
        )
    orders_until = coverage.orders_until
    if orders_until is not None and coverage.last - orders_until > STALE_DAYS * DAY_US:
        end = f"end on {text_of(orders_until - 1)[:10]}" if orders_until else "hold no order"
        found.append(
            f"the orders {end}, days before the last complaint; later days count as days without "
            "orders, which makes their complaints look like too many"
        )
    return found


def _of_the_categories(history: History, facts: Facts) -> list[str]:
    """Where complaints are in categories that a model does not know."""
    import numpy as np

    from detector.expectation.panel import column_of_each

    if facts.categories is None or facts.counts_rest:
        return []
    is_unknown = column_of_each(history.categories, facts.categories) < 0
    complaints = int(is_unknown[history.complaints.category].sum())
    if not complaints:
        return []
    used = len(np.unique(history.complaints.category[is_unknown[history.complaints.category]]))
    categories = counted(used, "category", "categories")
    they = "is in {0}, and counts" if complaints == 1 else "are in {0}, and count"
    they = they.format(f"{categories} that the model does not know")
    all_of_them = counted(len(history.complaints), "complaint")
    return [f"{complaints:,} of {all_of_them} {they} among all complaints alone; train again"]


def _of_later_days(instants: Sequence[int], facts: Facts) -> list[str]:
    """Where a model learnt from days after an instant, which nobody knew then."""
    from training.tables.instants import text_of

    begin, end = facts.span
    if not begin < instants[-1] or instants[0] >= end:
        return []
    return [
        f"the model learnt from all before {text_of(end)[:10]} and so knows days after --as-of; to "
        "see what it would have said then, train with --until no later than --as-of"
    ]


def _of_the_model(
    coverage: Coverage, instants: Sequence[int], option: str, facts: Facts
) -> list[str]:
    """Where a model does not fit what it is given."""
    from models.card import OLD_US
    from training.tables.instants import text_of

    found = []
    has_orders = coverage.orders_until is not None
    if facts.orders_known is not None and facts.orders_known != has_orders:
        found.append(
            "the model learnt without orders and is given orders, so its rates are complaints a "
            "day, not an order; leave out --orders or train with them"
            if has_orders
            else "the model learnt with orders and is given none, so its rates are complaints an "
            "order, not a day; name --orders or train without"
        )
    begin, end = facts.span
    if instants[-1] <= begin:
        found.append(
            f"{option} lies before all that the model learnt from, "
            f"{text_of(begin)[:10]} to {text_of(end)[:10]}"
        )
    elif instants[-1] - end > OLD_US:
        found.append(
            f"the model learnt from before {text_of(end)[:10]}, over a year before {option}; "
            "train again"
        )
    return found
