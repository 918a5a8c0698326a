"""Keeps assessments current: a thread in the service, or a process of its own (`detector work`).

Two loops. The *live* loop leases the sellers whose rescoring was requested. It scores just them,
with the market's factors of the last snapshot and the model that took it. The *market* loop scores
everybody on a schedule, which renews those factors, the q-values and the assessments of sellers
without news. `detector work` gives it a process of its own, so that no complaint waits for it. What
a worker that died had leased lapses, and the requests it had not
answered are still there: a restart catches up.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from secrets import token_hex
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from detector.durations import DAY_US
from detector.errors import Refusal
from detector.rules import Policies
from models.detectors import LoadedDetector
from service.assessments import shadows
from service.assessments.active_model import ActiveModel
from service.assessments.recording import record_found
from service.assessments.shadows import ShadowTerm
from service.assessments.store import forget_assessments
from service.cases.chronic import open_for_levels
from service.cases.closing import close_removed, levels_of_removed
from service.cases.exploring import held_back
from service.cases.learning import keep_learning
from service.cases.opening import CaseTerms, open_for_capacity
from service.cases.store import wake_case
from service.clock import Clock, system_clock
from service.database.engine import Database
from service.decisions.sanction_records import overdue_sanctions
from service.decisions.sanctions.approval import lapse
from service.decisions.transaction import Transaction
from service.http.access.keys import BY_ITSELF, Caller
from service.intake.complaints.store import arrived_since
from service.intake.filings.actions import BATCH_MAX, seal_filed
from service.intake.filings.store import unsealed_ids
from service.roles import Role
from service.scoring import actions, live, store
from service.scoring.failures import Failures
from service.scoring.levels import listed_levels
from service.scoring.market import MarketView, load_view
from service.scoring.shadowing import LiveRun, live_run, score_in_shadow
from service.sellers.names import names_of
from service.sellers.store import aliases_in
from service.settings import Settings
from service.traces import span

PAUSE_S: Final = 0.1
"""Least time from one round's start to the next, so that a stream is answered in batches."""
REST_S: Final = 0.01
"""Least rest between two rounds, for others in the process."""
IDLE_S: Final = 0.2
"""How often to look for requests that another process made; one cheap query."""
ROUND_REQUESTS: Final = 1_000
"""Requests whose sellers one round leases: few enough that several workers share them, many enough
that a slow disk, which every round waits for, does not hold a stream up."""
CATCH_UP_S: Final = 5.0
"""Longest time a request waits for the sellers it asks about to be scored."""
MOVING_MIN: Final = 20
"""Fewer complaints than these tell of no market, however small."""
MARKET_LEASE_US: Final = 600_000_000
"""A snapshot of a large market takes minutes; one that takes longer may be overtaken."""

LAPSES_S: Final = 20.0
"""How often to look for sanctions that lapsed; a term is days."""
LAPSES_MAX: Final = 100
"""Announced in one look, so that the process can end in between."""
SEALS_S: Final = 60.0
"""How often to seal what was filed: a complaint may be changed unseen for so long."""
SEALS_SHARE: Final = 50.0
"""Longest share of the time spent on it, as one in so many: a look passes over every complaint."""
SERVICE: Final = Caller(BY_ITSELF, Role.ADMIN, "worker")
"""Who records that a term passed."""

log = structlog.get_logger()


def worker_for(
    settings: Settings,
    database: Database,
    policies: Policies,
    active_model: ActiveModel,
    *,
    clock: Clock = system_clock,
    arrivals: threading.Event | None = None,
    name: str | None = None,
) -> Worker:
    """A worker as the settings want it."""
    return Worker(
        database,
        clock,
        active_model,
        CaseTerms(
            policies,
            settings.due_us,
            settings.capacity,
            settings.queue_learns,
            settings.queue_explores,
            settings.queue_levels,
        ),
        settings.queue_fdr,
        settings.hold_flags,
        settings.snapshot_us,
        settings.refresh_share,
        settings.shadow_days,
        arrivals or threading.Event(),
        name or token_hex(8),
    )


@dataclass
class Worker:
    """Scores the sellers whose rescoring was requested, and now and then everybody."""

    database: Database
    clock: Clock
    active_model: ActiveModel
    terms: CaseTerms
    fdr: float
    """Share of false flags accepted among the flagged sellers."""
    holds_flags: bool
    """Whether nobody is flagged while a fault of the feed may look like a spike."""
    snapshot_us: int
    """How long a snapshot of the whole market is used, in microseconds."""
    refresh_share: float
    """Share of a market's recent complaints that arrived since its snapshot and ends its use."""
    shadow_days: float
    """How long a challenger scores in shadow."""
    arrivals: threading.Event = field(default_factory=threading.Event)
    """Set when something arrived that changes assessments."""
    name: str = field(default_factory=lambda: token_hex(8))
    _view: MarketView | None = None
    _arrived: dict[str, int] = field(default_factory=dict)
    """Complaints that arrived since that snapshot, by seller."""
    _scores_market: bool = True
    _levels_day: int = -1
    """The day on which it looked for sellers bad by level last."""
    _recorded: tuple[int, int, int] | str | None = "not yet"
    """The state of the log of promotions that was last recorded."""
    _failures: Failures = field(init=False)
    _turn: threading.RLock = field(default_factory=threading.RLock)
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Note failures in the store that is scored."""
        self._failures = Failures(self.database, self.clock)

    def start(self, *, live: bool = True, market: bool = True) -> None:
        """Begin; what was left over from an earlier run is scored first.

        Without `market`, somebody else scores everybody; live rounds wait for the first time.
        """
        self._scores_market = market
        loops = []
        if live:
            loops = [("live", self._live_loop), ("lapses", self._lapse_loop)]
            loops.append(("seals", self._seal_loop))
        loops += [("market", self._market_loop)] if market else []
        for name, loop in loops:
            thread = threading.Thread(target=loop, name=f"scoring-{name}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Finish the rounds that are under way and end."""
        self._stop.set()
        self.arrivals.set()
        for thread in self._threads:
            thread.join()

    def score_requested(self, only: Sequence[str] | None = None) -> int:
        """One live round; how many sellers it scored. Raises NoModel without a model."""
        with self._turn:
            now = self.clock()
            model, view = self._current_view()
            if not self._is_behind(only):
                return 0
            with self._leased(now, only) as leased:
                if not leased:
                    return 0
                with span("score sellers", {"detector.sellers": len(leased)}):
                    self._score_leased(leased, model, view, now)
            return len(leased)

    def _score_leased(
        self, leased: dict[str, list[int]], model: LoadedDetector, view: MarketView, now: int
    ) -> None:
        if self._is_outdated(list(leased), view, now):
            with self.database.writing() as connection:
                store.release(connection, list(leased), worker=self.name)
            self.ensure_snapshot(0)
            self._view = None
            return
        with self.database.reading() as connection:
            scored = live.score_leased(
                connection, list(leased), now=now, model=model, view=view, fdr=self.fdr
            )
        with self.database.writing() as connection:
            actions.store_assessments(
                connection,
                scored,
                as_of=now,
                now=self.clock(),
                model=model.version,
                terms=self.terms,
                scored=list(leased),
            )
            store.clear_requests(connection, list(chain.from_iterable(leased.values())))
            store.release(connection, list(leased), worker=self.name)

    def settle_lapsed(self) -> int:
        """Tell of sanctions that nobody decided about in their term; how many there were.

        A snoozed case of the seller wakes up: somebody has to look again.
        """
        now = self.clock()
        with self.database.reading() as connection:
            overdue = overdue_sanctions(connection, now, at_most=LAPSES_MAX)
        # One that cannot be told of yet, as a clock jumped, keeps no other from being told of.
        return sum(self._survives("lapses", partial(self._settle, one, now)) for one in overdue)

    def _settle(self, sanction_id: str, now: int) -> int:
        with self.database.writing() as connection:
            transaction = Transaction(connection, self.terms.policies, SERVICE, now)
            wake_case(connection, lapse(transaction, sanction_id))
        return 1

    def close_removed(self) -> int:
        """Close cases about the level of sellers that were removed since; how many there were."""
        policies, now = self.terms.policies, self.clock()
        with self.database.reading() as connection:
            if not levels_of_removed(connection, policies=policies, now=now):
                return 0
        with self.database.writing() as connection:
            return close_removed(connection, policies=policies, now=now)

    def record_models(self) -> int:
        """Record changes of the model in use that came by no store; how many there were."""
        log = self.active_model.registry.log
        mark = log.mark()
        if mark == self._recorded:
            return 0
        with self.database.writing() as connection:
            found = record_found(connection, log, now=self.clock())
        self._recorded = mark
        return found

    def seal_filed(self) -> int:
        """Seal the complaints that were filed since, in batches; how many those were."""
        sealed, ids = 0, [""]
        while ids and not self._stop.is_set():
            with self.database.reading() as connection:
                ids = unsealed_ids(connection, after=ids[-1], limit=BATCH_MAX)
            if ids:
                with self.database.writing() as connection:
                    sealed += seal_filed(
                        connection,
                        ids,
                        caller=SERVICE,
                        now=self.clock(),
                        is_last=len(ids) < BATCH_MAX,
                    )
                self._stop.wait(REST_S)
        return sealed

    def score_everybody(self) -> int:
        """Score the whole market and keep its factors; how many sellers. Raises NoModel."""
        # First, while there is no other market in memory.
        self._survives("levels", self._open_for_levels)
        # The assessments end with this call, so that memory holds those of one version at a time.
        run = self._score_market(self.clock(), self.active_model.current())
        self._survives("shadow", partial(self._score_in_shadow, run))
        return len(run.due)

    def _score_market(self, now: int, model: LoadedDetector) -> LiveRun:
        with self.database.reading() as connection:
            scored = actions.assess_market(
                connection, now=now, model=model, fdr=self.fdr, holds_flags=self.holds_flags
            )
        self._survives("learning", self._learn)
        rows = scored.assessments.rows
        for portion in actions.portions_of(rows):
            if self._stop.is_set():
                raise Refusal("the worker is stopping")
            with self.database.writing() as connection:
                actions.store_assessments(
                    connection,
                    portion,
                    as_of=now,
                    now=self.clock(),
                    model=model.version,
                    terms=self.terms,
                )
        held = self._survives("exploration", partial(self._held_back, now))
        with self.database.writing() as connection:
            open_for_capacity(
                connection,
                rows,
                now=self.clock(),
                model=model.version,
                terms=self.terms,
                held_back=held,
            )
        with self.database.writing() as connection:
            store.clear_requests(connection, scored.answered)
            # A round that began before they were accepted has scored old names as well.
            old = [alias.old for alias in aliases_in(connection)]
            forget_assessments(connection, old)
            store.save_snapshot(
                connection,
                as_of=now,
                model=model.version,
                has_orders=scored.has_orders,
                market=scored.market,
                unused=scored.unused,
            )
        return live_run(
            rows,
            as_of=now,
            version=model.version,
            capacity=self.terms.capacity,
            flags_held=scored.unused["flags_held"],
        )

    def _open_for_levels(self) -> int:
        """Once a day, open cases for sellers bad by level; how many were opened."""
        if not self.terms.levels:
            return 0
        now = self.clock()
        if self._levels_day == now // DAY_US:
            return 0
        with self.database.reading() as connection:
            found = listed_levels(connection, self.active_model.current(), now=now)
        with self.database.writing() as connection:
            opened = open_for_levels(connection, found, now=self.clock(), terms=self.terms)
        self._levels_day = now // DAY_US
        return opened

    def _learn(self) -> None:
        with self.database.writing() as connection:
            keep_learning(connection, now=self.clock())

    def _held_back(self, now: int) -> int:
        term = self._term_at(now)
        if term is None:
            return 0
        with self.database.reading() as connection:
            return held_back(connection, term, now=self.clock(), terms=self.terms)

    def _term_at(self, now: int) -> ShadowTerm | None:
        """The challenger's time, where it scores at an instant."""
        term = shadows.term_of(self.active_model.registry, self.shadow_days)
        return term if term is not None and term.since <= now < term.until else None

    def _score_in_shadow(self, live: LiveRun) -> int:
        term = self._term_at(live.as_of)
        if term is None:
            return 0
        run = score_in_shadow(
            self.database,
            self.active_model,
            term,
            live,
            fdr=self.fdr,
            terms=self.terms,
            clock=self.clock,
        )
        return run.scored

    def catch_up(self, seller_ids: Sequence[str]) -> None:
        """Return when what was known of the sellers before this call has been scored."""
        deadline = time.monotonic() + CATCH_UP_S
        with self.database.reading() as connection:
            names = names_of(connection, seller_ids)
        asked = names.of_all(dict.fromkeys(map(names.last, seller_ids)))
        while self._is_behind(asked) and time.monotonic() < deadline:
            if not self.score_requested(only=asked):
                time.sleep(0.02)  # another worker holds them

    def ensure_snapshot(self, max_age_us: int, *, in_shadow: bool = False) -> None:
        """Score everybody unless that was done lately, or another worker is at it.

        With `in_shadow` the challenger does so as well, and a day's look at levels comes first:
        no live round should wait for either.
        """
        model = self.active_model.current()
        now = self.clock()
        with self.database.reading() as connection:
            newest = store.newest_snapshot(connection, now=now)
        if newest and newest[1] == model.version and now - newest[0] < max_age_us:
            return
        with self.database.writing() as connection:
            mine = store.lease_sellers(
                connection, [store.MARKET], worker=self.name, now=now, for_us=MARKET_LEASE_US
            )
        if not mine:
            return
        try:
            if in_shadow:
                self._survives("levels", self._open_for_levels)
            with span("score market") as current:
                run = self._score_market(self.clock(), self.active_model.current())
                current.note({"detector.sellers": len(run.due)})
        finally:
            self.release_market()
        if in_shadow:
            self._survives("shadow", partial(self._score_in_shadow, run))

    def release_market(self) -> None:
        """End this worker's lease on scoring everybody, if it holds it."""
        with self.database.writing() as connection:
            store.release(connection, [store.MARKET], worker=self.name)

    def _is_outdated(self, seller_ids: Sequence[str], view: MarketView, now: int) -> bool:
        """Whether what arrived since the snapshot moves the market itself.

        A week's backlog filed in one go looks like a spike of everybody's until the market knows.
        """
        with self.database.reading() as connection:
            self._arrived |= arrived_since(connection, seller_ids, view.as_of, now=now)
        arrived = sum(self._arrived.values())
        known = arrived + float(view.market.complaints[-1, 0])
        return arrived >= MOVING_MIN and arrived > self.refresh_share * known

    def _is_behind(self, only: Sequence[str] | None) -> bool:
        with self.database.reading() as connection:
            return bool(store.due_requests(connection, now=self.clock(), limit=1, only=only))

    @contextmanager
    def _leased(self, now: int, only: Sequence[str] | None) -> Iterator[dict[str, list[int]]]:
        """Sellers under lease, with their requests; a round that fails releases them at once."""
        with self.database.writing() as connection:
            leased = live.lease_requested(
                connection, worker=self.name, now=now, limit=ROUND_REQUESTS, only=only
            )
        try:
            yield leased
        except BaseException:
            with suppress(SQLAlchemyError), self.database.writing() as connection:
                store.release(connection, list(leased), worker=self.name)
            raise

    def _current_view(self) -> tuple[LoadedDetector, MarketView]:
        """The last snapshot and the model that took it, which may be about to be replaced."""
        current = self.active_model.current()
        while True:
            with self.database.reading() as connection:
                newest = store.newest_snapshot(connection, now=self.clock())
                model = current if newest is None else self.active_model.known(newest[1])
                if newest and model:
                    if self._view is None or (self._view.as_of, self._view.model) != newest:
                        self._view = load_view(connection, now=self.clock())
                        self._arrived = {}
                    if self._view is not None:
                        return model, self._view
            if self._scores_market:
                self.ensure_snapshot(0)
            if self._stop.wait(PAUSE_S):
                raise Refusal("the worker is stopping")

    def _live_loop(self) -> None:
        while not self._stop.is_set():
            begun = time.monotonic()
            if not self._survives("live", self.score_requested):
                self.arrivals.wait(timeout=IDLE_S)
                self.arrivals.clear()
            self._stop.wait(max(begun + PAUSE_S - time.monotonic(), REST_S))

    def _lapse_loop(self) -> None:
        while not self._stop.is_set():
            self._survives("lapses", self.settle_lapsed)
            self._survives("removals", self.close_removed)
            self._survives("models", self.record_models)
            self._stop.wait(LAPSES_S)

    def _seal_loop(self) -> None:
        while not self._stop.is_set():
            begun = time.monotonic()
            self._survives("seals", self.seal_filed)
            self._stop.wait(max(SEALS_S, SEALS_SHARE * (time.monotonic() - begun)))

    def _market_loop(self) -> None:
        while not self._stop.is_set():
            self._survives("market", lambda: self.ensure_snapshot(self.snapshot_us, in_shadow=True))
            self._stop.wait(1.0)

    def _survives(self, loop: str, step: Callable[[], int | None]) -> int:
        try:
            done = step() or 0
        except (Refusal, SQLAlchemyError) as error:
            # The next round tries again; the lag metric and readiness show that it waits.
            if self._failures.add(loop, type(error).__name__):
                log.warning("scoring_postponed", why=str(error).splitlines()[0])
        except Exception as error:
            if self._failures.add(loop, type(error).__name__):
                log.exception("scoring_failed")
        else:
            self._failures.forget(loop)
            return done
        return 0
