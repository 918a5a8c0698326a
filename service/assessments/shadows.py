"""The challenger in shadow: what it said of the live market, beside the version in use.

Its runs are rows of their own. Nothing that is live is written for it: no assessment and no
standout. Cases of sellers whom it alone names are opened by lot, see `service.cases.exploring`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from typing import Final, Literal

from pydantic import Field
from sqlalchemy import Connection

from detector.durations import DAY_US
from models.registry import Registry
from service.assessments import shadow_store
from service.assessments.active_model import ActiveModel
from service.assessments.differences import DifferenceShown, compared
from service.http.fields import Instant, ResponseBody

CHALLENGER: Final = "challenger"
"""The alias of the version that scores in shadow."""
KEPT_US: Final = 365 * DAY_US
"""How long runs are kept: as long as a challenger may score at most."""
NAMED_MAX: Final = 50
"""Sellers named that only one of the two versions would have people look at, the last first."""


@dataclass(frozen=True, slots=True)
class ShadowTerm:
    """The challenger, from when it has been that, and until when it scores."""

    version: str
    since: int
    until: int


@dataclass(frozen=True, slots=True)
class ShadowRun:
    """What two versions said of the same market at the same instant."""

    as_of: int
    champion: str
    challenger: str
    due: int
    """Sellers that the version in use scored."""
    scored: int
    looked: frozenset[str] = frozenset()
    """Sellers that the version in use would have people look at, by a flag or for capacity."""
    would_look: frozenset[str] = frozenset()
    """The same of the challenger."""
    seconds: float = 0.0
    error: str | None = None


class SellerShown(ResponseBody):
    """A seller that only one of the two versions would have people look at."""

    seller_id: str
    runs: int
    label: Literal["problem", "false_alarm", "unclear"] | None = Field(
        description="Of its last case that was opened since the challenger scores; often none."
    )


class ShadowShown(ResponseBody):
    """A challenger beside the version in use, on the live market."""

    version: str
    state: Literal["running", "over", "ended"] = Field(
        description="`over`: its time is up, so judge it or take its alias away; `ended`: another "
        "version is the challenger, or none."
    )
    since: Instant | None
    until: Instant | None = Field(description="When it stops scoring.")
    runs: int
    failed: int = Field(description="Runs that ended in an error.")
    last_error: str | None
    due: int = Field(description="Sellers that the version in use scored in these runs.")
    scored: int = Field(description="Those of them that the challenger scored as well.")
    seconds: float | None = Field(description="Mean time that a run took.")
    looked: float | None = Field(description="Sellers to look at in a run, by the version in use.")
    would_look: float | None = Field(description="The same by the challenger.")
    shared: float | None = Field(
        description="Share of the sellers that either would look at, that both would."
    )
    only_challenger: list[SellerShown]
    only_champion: list[SellerShown]
    difference: DifferenceShown = Field(
        description="What people found at sellers whom only one of the two names."
    )


def term_of(registry: Registry, days: float) -> ShadowTerm | None:
    """The challenger and its time; None where no version has the alias, or the one in use has."""
    change = registry.labels.change_of(CHALLENGER)
    if change is None or change.note is None or change.version == registry.promoted():
        return None
    since = change.note.at
    return ShadowTerm(change.version, since, since + round(days * DAY_US))


def keep(connection: Connection, run: ShadowRun) -> None:
    """Keep a run for a year."""
    both = run.looked & run.would_look
    counted = {
        "looked": len(run.looked),
        "would_look": len(run.would_look),
        "shared": len(both),
        "only_champion": json.dumps(sorted(run.looked - both)),
        "only_challenger": json.dumps(sorted(run.would_look - both)),
    }
    shadow_store.keep(connection, asdict(run) | counted, before=run.as_of - KEPT_US)


def shown(
    connection: Connection,
    active_model: ActiveModel,
    version: str,
    *,
    days: float,
    now: int,
    kept: Collection[str] = (),
) -> ShadowShown:
    """What is kept of a version's runs since it became the challenger; all of them if it is not.

    Without what would tell how the cases ended of sellers that are `kept` from the reader. Raises
    NoSuchModel.
    """
    active_model.check_known(version)
    term = term_of(active_model.registry, days)
    is_ours = term is not None and term.version == version
    since = term.since if term is not None and is_ours else None
    runs = shadow_store.runs_of(connection, version, since=since or 0, until=now)
    whole = [run for run in runs if run.error is None]
    either = sum(run.looked + run.would_look - run.shared for run in whole)
    first = runs[-1].as_of if runs else now
    named = {
        name: _counted(json.loads(getattr(run, name)) for run in whole)
        for name in ("only_challenger", "only_champion")
    }
    sellers = {seller for found in named.values() for seller in found} - set(kept)
    labels = shadow_store.labels_of(connection, sellers, since=first)
    state: Literal["running", "over", "ended"] = "ended"
    if term is not None and is_ours:
        state = "running" if now < term.until else "over"
    return ShadowShown(
        version=version,
        state=state,
        since=since,
        until=term.until if term is not None and is_ours else None,
        runs=len(runs),
        failed=len(runs) - len(whole),
        last_error=next((run.error for run in runs if run.error), None),
        due=sum(run.due for run in runs),
        scored=sum(run.scored for run in runs),
        seconds=_mean([run.seconds for run in whole]),
        looked=_mean([run.looked for run in whole]),
        would_look=_mean([run.would_look for run in whole]),
        shared=sum(run.shared for run in whole) / either if either else None,
        only_challenger=_sellers(named["only_challenger"], labels),
        only_champion=_sellers(named["only_champion"], labels),
        difference=compared(connection, whole, version, kept=kept),
    )


def _counted(named: Iterable[list[str]]) -> dict[str, int]:
    """In how many runs each seller was named, the last named first."""
    found: dict[str, int] = {}
    for sellers in named:
        for seller in sellers:
            found[seller] = found.get(seller, 0) + 1
    return dict(list(found.items())[:NAMED_MAX])


def _sellers(counted: dict[str, int], labels: dict[str, str]) -> list[SellerShown]:
    return [
        SellerShown(seller_id=seller, runs=runs, label=labels.get(seller))
        for seller, runs in counted.items()
    ]


def _mean(numbers: list[float]) -> float | None:
    return sum(numbers) / len(numbers) if numbers else None
