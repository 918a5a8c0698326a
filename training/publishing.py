"""From a finished training to a version in the registry."""

from __future__ import annotations

from detector.fitting import Training
from detector.history.history import History
from detector.trained import FEATURE_CONTRACT
from models.detectors import fingerprint_of
from models.manifest import Facts
from models.registry import Registry


def publish(
    training: Training,
    history: History,
    registry: Registry,
    *,
    seed: int,
    created_at: int,
    promote: bool = True,
) -> str:
    """Save a training as the next version and put it in use; returns the version."""
    known = history.as_of(training.span[1])
    facts = Facts(
        feature_contract=FEATURE_CONTRACT,
        span=training.span,
        data_fingerprint=fingerprint_of(known),
        seed=seed,
        created_at=created_at,
        metrics=training.metrics,
        sellers=len(known.sellers),
        complaints=len(known.complaints),
        orders_known=known.orders is not None,
    )
    version = registry.save(training.trained.arrays(), facts)
    if promote:
        registry.promote(version)
    return version
