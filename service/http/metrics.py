"""What requests count, for Prometheus; one registry for each application, so tests do not mix."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Depends, Request
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector

LATENCY_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """Counters of one application, and the registry that its gauges join."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)  # CPU, memory and open files; nothing off Linux
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


async def _metrics_of(request: Request) -> Metrics:
    metrics: Metrics = request.app.state.metrics
    return metrics


Counted = Annotated[Metrics, Depends(_metrics_of)]
"""What a route asks for to count something."""
