import numpy as np
import pytest

from models.manifest import Facts


@pytest.fixture
def arrays():
    return {
        "thresholds": np.arange(12, dtype=np.float64).reshape(3, 4),
        "features": np.array([1, 2], dtype=np.int16),
        "names": np.array(["damaged", "not_received"]),
        "kappa": np.array(0.25),
        "nothing": np.zeros((0, 3), dtype=np.float32),
    }


@pytest.fixture
def facts():
    return Facts(
        feature_contract="features-1",
        span=(1_700_000_000_000_000, 1_710_000_000_000_000),
        data_fingerprint="abc",
        seed=7,
        created_at=1_720_000_000_000_000,
        metrics={"recall": np.float32(0.5), "unknown": float("nan")},
        sellers=10,
        complaints=1_000,
        orders_known=True,
    )
