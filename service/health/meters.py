"""What is measured, for Prometheus; one registry for each application, so tests do not mix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from sqlalchemy.exc import SQLAlchemyError

from service.cases import store as cases
from service.decisions import records
from service.outbox.actions import counts as deliveries
from service.scoring import store as scoring

if TYPE_CHECKING:
    from service.http.context import AppContext

LATENCY_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Meters:
    """Counters and gauges of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.latency = Histogram(
            "detector_request_seconds",
            "Time to answer, by route.",
            ["method", "route", "status"],
            registry=self.registry,
            buckets=LATENCY_S,
        )
        self.complaints = Counter(
            "detector_complaints", "Complaints stored.", registry=self.registry
        )
        self.verdicts = Counter(
            "detector_verdicts", "Verdicts given.", ["outcome"], registry=self.registry
        )
        self.queue_depth = Gauge(
            "detector_queue_cases", "Open cases awake in the queue.", registry=self.registry
        )
        self.queue_age = Gauge(
            "detector_queue_oldest_seconds", "Age of the oldest of them.", registry=self.registry
        )
        self.scoring_lag = Gauge(
            "detector_scoring_lag_seconds",
            "How long the longest-waiting seller has waited to be scored.",
            registry=self.registry,
        )
        self.market_age = Gauge(
            "detector_market_age_seconds",
            "Since everybody was scored; NaN before the first time.",
            registry=self.registry,
        )
        self.outbox = Gauge(
            "detector_outbox_deliveries",
            "Deliveries waiting, and those given up on.",
            ["state"],
            registry=self.registry,
        )
        self.approval_age = Gauge(
            "detector_sanctions_waiting_oldest_seconds",
            "How long the sanction that waits longest for a second person has waited.",
            registry=self.registry,
        )
        self.model_age = Gauge(
            "detector_model_age_seconds",
            "Since the model that scores was trained; NaN without one.",
            registry=self.registry,
        )
        self.database_up = Gauge(
            "detector_database_up", "1 when the database answers.", registry=self.registry
        )

    def observe(self, context: AppContext) -> None:
        """Read the gauges; an absent database is a value, not an error."""
        now = context.clock()
        try:
            with context.database.reading() as connection:
                depth, opened_at = cases.counts(connection, now)
                outbox = deliveries(connection)
                marked_at = scoring.oldest_request(connection, now)
                scored = scoring.newest_snapshot(connection)
                issued_at = records.oldest_waiting(connection, now)
        except SQLAlchemyError:
            self.database_up.set(0)
            return
        self.database_up.set(1)
        for state in ("waiting", "dead"):
            self.outbox.labels(state).set(outbox.get(state, 0))
        trained_at = context.active_model.trained_at()
        self.model_age.set((now - trained_at) / 1e6 if trained_at else float("nan"))
        self.market_age.set((now - scored[0]) / 1e6 if scored else float("nan"))
        self.queue_depth.set(depth)
        self.queue_age.set((now - opened_at) / 1e6 if opened_at else 0.0)
        self.approval_age.set((now - issued_at) / 1e6 if issued_at else 0.0)
        self.scoring_lag.set(max(now - marked_at, 0) / 1e6 if marked_at else 0.0)
