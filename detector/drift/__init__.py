"""Whether weeks since a training look like the weeks it learnt from, and what that is a reason for.

Drift is told and is no verdict: a model months old may lose nothing by it.
"""

from detector.drift.judging import DriftReport, judged, reasons_of
from detector.drift.weekly import weekly_of
from detector.history.history import History
from detector.kernels import OnProgress, no_progress
from detector.trained import TrainedDetector

__all__ = ["DriftReport", "drift_of"]


def drift_of(
    history: History,
    trained: TrainedDetector,
    *,
    learnt_until: int,
    until: int,
    created_at: int,
    fdr: float = 0.1,
    on_progress: OnProgress = no_progress,
) -> DriftReport:
    """Compare the whole weeks since a training with those before; instants in microseconds UTC."""
    weekly = weekly_of(
        history, trained, learnt_until=learnt_until, until=until, fdr=fdr, on_progress=on_progress
    )
    metrics = tuple(judged(one.metric, one.past, one.later) for one in weekly)
    return DriftReport(
        created_at=created_at,
        learnt_until=learnt_until,
        metrics=metrics,
        reasons=reasons_of(metrics),
    )
