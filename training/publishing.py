"""From a finished training to a version in the registry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from detector.errors import BadArtifact
from detector.expectation.panel import OTHER, categories_in
from detector.fitting import Training
from detector.history.history import History
from detector.settings import DEFAULT
from detector.trained import FEATURE_CONTRACT, TrainedDetector
from models.changes import Note
from models.detectors import detector_in, fingerprint_of
from models.manifest import Facts, library_versions
from models.registry import Registry


def publish(
    training: Training,
    history: History,
    registry: Registry,
    *,
    seed: int,
    created_at: int,
    promote: bool = True,
    feed_faults: Sequence[str] = (),
    on_faults: str | None = None,
) -> str:
    """Save a training as the next version and put it in use; returns the version."""
    facts = replace(
        facts_of(training, history, seed=seed, created_at=created_at),
        feed_faults=tuple(feed_faults),
        on_faults=on_faults,
    )
    return save(training.trained, facts, registry, promote=promote)


def facts_of(training: Training, history: History, *, seed: int, created_at: int) -> Facts:
    """What is known of a training that learnt from `history`; `created_at` in microseconds UTC."""
    known, columns = history.as_of(training.span[1]), training.trained.columns
    return Facts(
        feature_contract=training.trained.contract,
        span=training.span,
        data_fingerprint=fingerprint_of(known),
        seed=seed,
        created_at=created_at,
        metrics=training.metrics,
        sellers=len(known.sellers),
        complaints=len(known.complaints),
        orders_known=known.orders is not None,
        categories=categories_in(columns),
        counts_rest=OTHER in columns,
    )


def save(trained: TrainedDetector, facts: Facts, registry: Registry, *, promote: bool) -> str:
    """Save a detector as the next version, and put it in use where asked; returns the version."""
    version = registry.save(trained.arrays(), facts)
    if promote:
        registry.promote(version, Note(facts.created_at, "a training"))
    return version


def version_that_learnt(
    registry: Registry, history: History, *, until: int, seed: int, on_faults: str | None
) -> str | None:
    """The newest version that a training with these arguments would only make again, if any.

    The same history, seed, settings, features and libraries give the same bytes. A version that
    cannot be loaded is none.
    """
    versions = registry.versions()
    fingerprint = fingerprint_of(history.as_of(until)) if versions else ""
    wanted = (fingerprint, until, seed, FEATURE_CONTRACT, on_faults, library_versions())
    for version in reversed(versions):
        try:
            manifest = registry.manifest(version)
            facts = manifest.facts
            known = (facts.data_fingerprint, facts.span[1], facts.seed, facts.feature_contract)
            if (*known, facts.on_faults, manifest.libraries) != wanted:
                continue
            if detector_in(registry.load(version)).trained.settings == DEFAULT:
                return version
        except BadArtifact:
            continue  # damaged: to train again is what mends it
    return None
