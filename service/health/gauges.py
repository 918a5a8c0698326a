"""What is measured when Prometheus asks: how much waits, and how old what scores is."""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry, Gauge
from sqlalchemy.exc import SQLAlchemyError

from detector.errors import Refusal
from service.assessments.active_model import ActiveModel
from service.cases import store as cases
from service.clock import Clock
from service.database.engine import Database
from service.decisions import sanction_records
from service.health.warnings import CODES, scoring_warnings
from service.outbox.store import counts as deliveries
from service.scoring import store as scoring

_STATES: Final = {"within": 0, "once": 1, "drifting": 2}


class Gauges:
    """Gauges of one application, in the registry of its counters."""

    def __init__(
        self,
        registry: CollectorRegistry,
        *,
        database: Database,
        clock: Clock,
        active_model: ActiveModel,
        snapshot_us: int,
    ) -> None:
        self.registry = registry
        self._database = database
        self._clock = clock
        self._active_model = active_model
        self._snapshot_us = snapshot_us
        self.queue_depth = Gauge(
            "detector_queue_cases", "Open cases awake in the queue.", registry=registry
        )
        self.queue_age = Gauge(
            "detector_queue_oldest_seconds", "Age of the oldest of them.", registry=registry
        )
        self.scoring_lag = Gauge(
            "detector_scoring_lag_seconds",
            "How long the longest-waiting seller has waited to be scored.",
            registry=registry,
        )
        self.market_age = Gauge(
            "detector_market_age_seconds",
            "Since everybody was scored; NaN before the first time.",
            registry=registry,
        )
        self.outbox = Gauge(
            "detector_outbox_deliveries",
            "Deliveries waiting, and those given up on.",
            ["state"],
            registry=registry,
        )
        self.approval_age = Gauge(
            "detector_sanctions_waiting_oldest_seconds",
            "How long the sanction that waits longest for a second person has waited.",
            registry=registry,
        )
        self.lapsed = Gauge(
            "detector_sanctions_lapsed",
            "Sanctions that nobody decided about in their term, since the store began.",
            registry=registry,
        )
        self.model_age = Gauge(
            "detector_model_age_seconds",
            "Since the model that scores was trained; NaN without one.",
            registry=registry,
        )
        self.warnings = Gauge(
            "detector_scoring_warnings",
            "1 where readiness warns of the scores.",
            ["code"],
            registry=registry,
        )
        self.drift = Gauge(
            "detector_drift_deviations",
            "How far the last week of a metric lies from its own past, in standard deviations; "
            "NaN where it cannot tell. Of the model that scores, as last kept.",
            ["metric"],
            registry=registry,
        )
        self.drifting = Gauge(
            "detector_drift_state",
            "0 within its own past, 1 outside it once, 2 drifting; NaN where it cannot tell.",
            ["metric"],
            registry=registry,
        )
        self.drift_age = Gauge(
            "detector_drift_age_seconds",
            "Since drift was last looked at and kept; NaN before the first time.",
            registry=registry,
        )
        self.retrain = Gauge(
            "detector_retraining_reasons",
            "1 where drift is a reason to train again.",
            ["code"],
            registry=registry,
        )
        self.database_up = Gauge(
            "detector_database_up", "1 when the database answers.", registry=registry
        )

    def observe(self) -> None:
        """Read the gauges; an absent database is a value, not an error."""
        now = self._clock()
        self._observe_drift(now)
        try:
            with self._database.reading() as connection:
                depth, opened_at = cases.counts(connection, now)
                outbox = deliveries(connection)
                marked_at = scoring.oldest_request(connection, now)
                scored = scoring.newest_snapshot(connection, now=now)
                issued_at = sanction_records.oldest_waiting(connection, now)
                lapsed = sanction_records.count_lapsed(connection, now)
                warnings = scoring_warnings(
                    connection, self._active_model, now=now, snapshot_us=self._snapshot_us
                )
        except SQLAlchemyError:
            self.database_up.set(0)
            return
        self.database_up.set(1)
        warned = {one.code for one in warnings}
        for code in CODES:
            self.warnings.labels(code).set(code in warned)
        for state in ("waiting", "dead"):
            self.outbox.labels(state).set(outbox.get(state, 0))
        trained_at = self._active_model.trained_at()
        self.model_age.set((now - trained_at) / 1e6 if trained_at else float("nan"))
        self.market_age.set((now - scored[0]) / 1e6 if scored else float("nan"))
        self.queue_depth.set(depth)
        self.queue_age.set((now - opened_at) / 1e6 if opened_at else 0.0)
        self.approval_age.set((now - issued_at) / 1e6 if issued_at else 0.0)
        self.lapsed.set(lapsed)
        self.scoring_lag.set(max(now - marked_at, 0) / 1e6 if marked_at else 0.0)

    def _observe_drift(self, now: int) -> None:
        """Show what is kept with the model that scores; nothing is measured here."""
        try:
            report = self._active_model.drift()
        except Refusal:
            report = None
        self.drift.clear()
        self.drifting.clear()
        self.retrain.clear()
        self.drift_age.set((now - report.created_at) / 1e6 if report else float("nan"))
        for one in report.metrics if report else ():
            last = one.deviations[-1] if one.deviations else None
            name = one.metric.name
            self.drift.labels(name).set(float("nan") if last is None else last)
            self.drifting.labels(name).set(_STATES.get(one.state, float("nan")))
        for reason in report.reasons if report else ():
            self.retrain.labels(reason.code).set(1)
