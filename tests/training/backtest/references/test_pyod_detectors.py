import sys

import pytest

from training.backtest.references.pyod_detectors import PYOD_ECOD, PYOD_IFOREST
from training.backtest.references.reference import Unavailable


@pytest.mark.parametrize("reference", [PYOD_ECOD, PYOD_IFOREST])
def test_without_pyod_the_report_says_how_to_get_it(reference, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyod.models.ecod", None)
    monkeypatch.setitem(sys.modules, "pyod.models.iforest", None)
    with pytest.raises(Unavailable, match=r"\[pyod\]"):
        reference.fitted(None, 0, 0)
