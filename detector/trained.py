"""All that training learnt and scoring needs, as plain values and arrays."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from detector.errors import BadArtifact
from detector.evidence.calibration import Calibration
from detector.expectation.delay import DelayDistribution
from detector.expectation.dispersion import Dispersion
from detector.expectation.own_season import SeasonPrior
from detector.expectation.prior import Prior
from detector.expectation.seller_dispersion import DispersionPrior
from detector.forest.isolation_forest import Forest
from detector.makeup.attributes import ATTRIBUTES
from detector.makeup.factor import STEADINESS
from detector.makeup.prior import MakeUpPrior
from detector.settings import Settings

FEATURE_CONTRACT: Final = "evidence-and-makeup/10"
"""Names how features are made; changes whenever the same history would give other features."""
EVIDENCE_ALONE: Final = "evidence-by-window/9"
"""Of detectors whose forest sees no changes of what complaints are made of."""
CONTRACTS: Final = (FEATURE_CONTRACT, EVIDENCE_ALONE)
"""What this code can score with."""


@dataclass(frozen=True, slots=True)
class TrainedDetector:
    """What a training job learnt: all that scoring needs."""

    settings: Settings
    columns: tuple[str, ...]
    """What is counted: all, categories, and columns across them."""
    delay: DelayDistribution
    season: SeasonPrior
    prior: Prior
    dispersion: Dispersion
    dispersion_prior: DispersionPrior
    forest: Forest
    calibration: Calibration
    makeup: MakeUpPrior | None = None
    """None where the forest sees the evidence alone."""
    oddness: Calibration | None = None
    """The tail of the forest's own scores of sellers without a spike or a change; there where
    `makeup` is."""

    @property
    def contract(self) -> str:
        """Which features the forest was fitted on."""
        return EVIDENCE_ALONE if self.makeup is None else FEATURE_CONTRACT

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Everything as arrays without objects, to be stored with ``numpy.savez``."""
        own = {
            "settings": np.array(json.dumps(asdict(self.settings))),
            "columns": np.array(self.columns),
        }
        for part in ("season", "prior", "calibration", "makeup", "oddness"):
            value = getattr(self, part)
            if value is not None:
                own |= {
                    f"{part}.{f.name}": np.asarray(getattr(value, f.name)) for f in fields(value)
                }
        own |= {name: np.asarray(value) for name, value in self._renamed().items()}
        return own | {f"forest.{name}": array for name, array in self.forest.arrays().items()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The detector that `arrays` gave; BadArtifact when they do not describe one."""
        try:
            settings = _settings_of(str(arrays["settings"]))
            trained = cls(
                settings=settings,
                columns=tuple(str(name) for name in arrays["columns"]),
                delay=DelayDistribution(
                    arrays["lag.delay"],
                    float(arrays["lag.usual"]),
                    int(arrays["lag.began"]),
                    # Artifacts from before it was known took their delay for sure.
                    float(arrays.get("lag.doubt", 0.0)),
                ),
                season=SeasonPrior(arrays["season.variance"], float(arrays["season.dispersion"])),
                prior=Prior(
                    rate=arrays["prior.rate"],
                    sizes=arrays["prior.sizes"],
                    shares=arrays["prior.shares"],
                    shape=float(arrays["prior.shape"]),
                    joining=arrays["prior.joining"],
                    mix_shape=arrays["prior.mix_shape"],
                ),
                dispersion=Dispersion(arrays["scatter.lasting"], arrays["scatter.clumping"]),
                dispersion_prior=DispersionPrior(
                    quadratic=float(arrays["evenness.daily"]),
                    linear=float(arrays["evenness.clumping"]),
                    prior_df=float(arrays["evenness.alike"]),
                ),
                forest=Forest.from_arrays(_under("forest.", arrays)),
                calibration=_calibration_of("calibration", arrays),
                makeup=_makeup_of(_under("makeup.", arrays)),
                oddness=(_calibration_of("oddness", arrays) if "makeup.alike" in arrays else None),
            )
        except (KeyError, ValueError, TypeError) as error:
            raise BadArtifact(
                f"the artifact's arrays are incomplete or damaged: {error}"
            ) from error
        _check_shapes(trained)
        return trained

    def _renamed(self) -> dict[str, Any]:
        """Fields whose arrays have other names: an artifact's format keeps its names."""
        return {
            "lag.delay": self.delay.probabilities,
            "lag.usual": self.delay.usual_orders,
            "lag.began": self.delay.market_began,
            "lag.doubt": self.delay.doubt,
            "scatter.lasting": self.dispersion.quadratic,
            "scatter.clumping": self.dispersion.linear,
            "evenness.daily": self.dispersion_prior.quadratic,
            "evenness.clumping": self.dispersion_prior.linear,
            "evenness.alike": self.dispersion_prior.prior_df,
        }


def _settings_of(text: str) -> Settings:
    values = json.loads(text)
    lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
    return Settings(**(values | lists))


def _calibration_of(part: str, arrays: Mapping[str, NDArray[Any]]) -> Calibration:
    knots, log_tails, slope = (arrays[f"{part}.{name}"] for name in ("knots", "log_tails", "slope"))
    return Calibration(knots, log_tails, float(slope))


def _makeup_of(arrays: Mapping[str, NDArray[Any]]) -> MakeUpPrior | None:
    if not arrays:
        return None
    attributes = tuple(str(name) for name in arrays["attributes"])
    if unknown := set(attributes) - set(ATTRIBUTES):
        raise ValueError(f"unknown attributes of complaints: {', '.join(sorted(unknown))}")
    return MakeUpPrior(
        attributes,
        arrays["alike"],
        arrays["steady"],
        arrays["steadiness"],
    )


def _under(prefix: str, arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    return {n.removeprefix(prefix): a for n, a in arrays.items() if n.startswith(prefix)}


def _check_shapes(trained: TrainedDetector) -> None:
    columns, windows = len(trained.columns), len(trained.settings.windows_days)
    expected = {
        "season.variance": (trained.season.variance, (2,)),
        "prior.rate": (trained.prior.rate, (columns,)),
        "prior.sizes": (trained.prior.sizes, trained.prior.shares.shape),
        "prior.shares": (trained.prior.shares, (trained.prior.shares.size,)),
        "prior.joining": (trained.prior.joining, trained.prior.sizes.shape),
        "prior.mix_shape": (trained.prior.mix_shape, (columns,)),
        "scatter.lasting": (trained.dispersion.quadratic, (windows, columns)),
        "scatter.clumping": (trained.dispersion.linear, (columns,)),
    }
    if trained.makeup is not None:
        attributes = len(trained.makeup.attributes)
        expected |= {
            "makeup.alike": (trained.makeup.alike, (attributes,)),
            "makeup.steady": (trained.makeup.steady, (attributes,)),
            "makeup.steadiness": (trained.makeup.steadiness, (attributes, len(STEADINESS))),
        }
    for name, (array, shape) in expected.items():
        if array.shape != shape or not np.isfinite(array).all():
            raise BadArtifact(f"the artifact's {name} is not {shape} finite numbers; train again")
