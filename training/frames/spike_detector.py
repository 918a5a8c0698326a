"""`SpikeDetector`: what `detector train` and `detector score` do, for data frames.

model = SpikeDetector(seed=0).fit(complaints, orders, until="2024-06-01")
table = model.assess(complaints, orders, as_of="2024-06-10")
model.save("models/artifacts")
"""

from __future__ import annotations

import warnings
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

import numpy as np
import pyarrow as pa

from detector.assess import Assessments, assess, assess_each
from detector.errors import BadInput
from detector.fitting import last_instant, train
from detector.history.history import History
from detector.settings import DEFAULT, Settings
from detector.trained import TrainedDetector
from models.detectors import load_detector, registry_at
from models.manifest import Facts
from training.frames import clock
from training.frames.explanation import Explanation, explain
from training.frames.parameters import checked_rate, checked_seed, checked_settings
from training.publishing import facts_of, save
from training.tables.frames import Frame, RowsLeftOut, history_of_frames, in_kind, kind_of
from training.tables.instants import Instant, instant_given, instants_between, text_of
from training.tables.readers import OnBadRows, check_way, early_end_of
from training.tables.writers import scores_table

ASSESSED: Final = ("seller_id", "score", "p_value", "q_value", "flagged", "rank", "reasons")
_DEEP: Final = "settings__"


class Refused(NamedTuple):
    """Rows that were left out, each table in the caller's kind of frame; most often without rows.

    Columns: row (what the frame's index calls it, or its place from 0), why, and the columns that
    are known.
    """

    complaints: Frame
    orders: Frame | None
    """None where there was no frame of orders."""


class SpikeDetector:
    """Finds sellers whose buyers suddenly complain more than their orders explain.

    Parameters
    ----------
    seed : int
        From 0 to 4,294,967,295. The same frames, settings and seed give the same model.
    fdr : float
        False-discovery rate of the flags, above 0 and below 1.
    settings : Settings
        Every other tunable number, with its unit and reason: see `detector.settings`.

    Attributes
    ----------
    trained_ : TrainedDetector
        All that scoring needs, as plain arrays.
    facts_ : Facts
        What it learnt from: span, numbers of sellers and complaints, metrics, fingerprint.
    version_ : str or None
        Its version in the registry that it was saved to last, or loaded from.
    refused_ : Refused
        Rows that the last call left out: see `on_bad_rows`. It is not pickled.

    Frames are of pandas, Polars, PyArrow or DuckDB (relations), or anything else that Narwhals
    knows or that gives an Arrow stream. Their columns are those of the files (see the reference of
    data); times are datetimes, dates, ISO 8601 texts or whole microseconds since 1970, and are UTC
    where they say no zone. A bad frame raises `detector.errors.BadInput`, which names table, row
    (by its index), column and value. With ``on_bad_rows="skip"`` a bad row is left out instead: a
    warning says how many there were, and `refused_` which and why. A column of a wrong type is
    refused all the same. Columns that are not known are left out with a warning. The frames are
    never changed. A stream can be read once, so hand over tables where you can.

    Fitted and used on the same tables, it gives the numbers of `detector train` and `detector
    score`, to the last bit.
    """

    trained_: TrainedDetector
    facts_: Facts
    version_: str | None
    refused_: Refused

    def __init__(self, *, seed: int = 0, fdr: float = 0.1, settings: Settings = DEFAULT) -> None:
        self.seed = seed
        self.fdr = fdr
        self.settings = settings

    def __repr__(self) -> str:
        given = {"seed": (self.seed, 0), "fdr": (self.fdr, 0.1)}
        shown = [f"{name}={value!r}" for name, (value, usual) in given.items() if value != usual]
        changed = [
            f"{field.name}={getattr(self.settings, field.name)!r}"
            for field in fields(self.settings)
            if getattr(self.settings, field.name) != field.default
        ]
        if changed:
            shown.append(f"settings=Settings({', '.join(changed)})")
        return f"{type(self).__name__}({', '.join(shown)})"

    def __getstate__(self) -> dict[str, Any]:
        """All but the rows left out: they are the caller's, and some frames cannot be pickled."""
        return {name: value for name, value in vars(self).items() if name != "refused_"}

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The parameters by name; with `deep`, each field of the settings as ``settings__…``."""
        own = {"seed": self.seed, "fdr": self.fdr, "settings": self.settings}
        if not deep:
            return own
        return own | {f"{_DEEP}{n}": value for n, value in asdict(self.settings).items()}

    def set_params(self, **params: Any) -> Self:  # noqa: ANN401 - as many types as parameters
        """Change parameters by name, all of them or none.

        Raises BadInput for a name that `get_params` does not give, and for settings of another
        type.
        """
        known = self.get_params()
        for name in params:
            if name not in known:
                raise BadInput(f"there is no parameter {name!r}; there are {', '.join(known)}")
        changed = self.get_params(deep=False) | {
            name: value for name, value in params.items() if not name.startswith(_DEEP)
        }
        deep = {n.removeprefix(_DEEP): v for n, v in params.items() if n.startswith(_DEEP)}
        changed["settings"] = replace(checked_settings(changed["settings"]), **deep)
        for name, value in changed.items():
            setattr(self, name, value)
        return self

    def fit(
        self,
        complaints: Frame,
        orders: Frame | None = None,
        *,
        until: Instant | None = None,
        on_bad_rows: OnBadRows = "refuse",
    ) -> Self:
        """Learn what is usual for each seller; returns itself.

        Only what was known before `until` is learnt from; by default all there is, up to the first
        midnight (UTC) after the last complaint. Raises NotEnoughHistory where no complaint was
        filed before it.
        """
        seed, settings = checked_seed(self.seed), checked_settings(self.settings)
        instant = None if until is None else instant_given(until, "until")
        now = clock.now()
        history = self._read(complaints, orders, instant, now, on_bad_rows)
        end = last_instant(history) if instant is None else instant
        training = train(history, until=end, seed=seed, settings=settings)
        self.trained_ = training.trained
        self.facts_ = facts_of(training, history, seed=seed, created_at=now)
        self.version_ = None
        return self

    def assess(
        self,
        complaints: Frame,
        orders: Frame | None = None,
        *,
        as_of: Instant,
        on_bad_rows: OnBadRows = "refuse",
    ) -> Frame:
        """Assess every seller by what was known before an instant, in the caller's kind of frame.

        One row a seller, first rank first: seller_id, score (higher is more suspicious, comparable
        across days), p_value, q_value, flagged (at the rate `fdr`), rank (from 1), reasons (a list
        of sentences) and suspicion (``seller``, or ``brigade`` where the complainants look odder).
        """
        trained, fdr = self._fitted(), checked_rate(self.fdr)
        instant = instant_given(as_of, "as_of")
        kind = kind_of(complaints)
        history = self._read(complaints, orders, instant, clock.now(), on_bad_rows, ended="as_of")
        return in_kind(_table(assess(history, instant, trained, fdr=fdr)), kind)

    def assess_each(
        self,
        complaints: Frame,
        orders: Frame | None,
        first: Instant,
        last: Instant,
        *,
        every: str = "1d",
        on_bad_rows: OnBadRows = "refuse",
    ) -> Frame:
        """`assess` at each instant from `first` to `last`: one row a seller and instant.

        Flags at an instant bound the false alarms of the last four weeks of the range.
        `every` is the step between instants, such as ``1d``, ``12h`` or ``1w``. The column as_of,
        UTC, stands after seller_id. Each instant knows only what was recorded before it.
        """
        trained, fdr = self._fitted(), checked_rate(self.fdr)
        ends = instant_given(first, "first"), instant_given(last, "last")
        instants = instants_between(text_of(ends[0]), text_of(ends[1]), every)
        kind = kind_of(complaints)
        history = self._read(
            complaints, orders, instants[-1], clock.now(), on_bad_rows, ended="last"
        )
        found = assess_each(history, instants, trained, fdr=fdr, in_turn=True)
        return in_kind(pa.concat_tables(_table(one, dated=True) for one in found), kind)

    def explain(
        self,
        complaints: Frame,
        orders: Frame | None,
        seller: str,
        *,
        as_of: Instant,
        on_bad_rows: OnBadRows = "refuse",
    ) -> Explanation:
        """Why a seller scores as it does: its counts beside what was expected of it.

        The `Explanation` shows itself as a chart and a table in a notebook. Raises BadInput where
        nothing is known of the seller before the instant.
        """
        trained, fdr = self._fitted(), checked_rate(self.fdr)
        instant = instant_given(as_of, "as_of")
        kind = kind_of(complaints)
        history = self._read(complaints, orders, instant, clock.now(), on_bad_rows, ended="as_of")
        return explain(history, str(seller), instant, trained, fdr=fdr, kind=kind)

    def save(
        self,
        directory: str | Path,
        *,
        promote: bool = True,
        created_at: Instant | None = None,
    ) -> str:
        """Save as the next version of a registry, and put it in use; returns the version.

        The artifact is the one that `detector train` saves, byte for byte, but for the time
        `created_at`: by default when it was fitted. Raises BadArtifact where the directory cannot
        be written.
        """
        trained, facts = self._fitted(), self.facts_
        if created_at is not None:
            facts = replace(facts, created_at=instant_given(created_at, "created_at"))
        self.version_ = save(trained, facts, registry_at(directory), promote=promote)
        return self.version_

    @classmethod
    def load(cls, directory: str | Path, version: str | None = None) -> Self:
        """A saved model, by default the one in use; BadArtifact where it cannot be trusted."""
        loaded = load_detector(directory, version)
        model = cls(seed=loaded.manifest.facts.seed, settings=loaded.trained.settings)
        model.trained_ = loaded.trained
        model.facts_ = loaded.manifest.facts
        model.version_ = loaded.version
        return model

    def _fitted(self) -> TrainedDetector:
        if not hasattr(self, "trained_"):
            raise BadInput(f"this {type(self).__name__} has learnt nothing yet; call fit first")
        return self.trained_

    def _read(
        self,
        complaints: Frame,
        orders: Frame | None,
        until: int | None,
        now: int,
        on_bad_rows: OnBadRows,
        ended: str | None = None,
    ) -> History:
        """The history before `until`; warnings point at the line that called the detector.

        `ended` names the argument that `until` comes from, where an early end is to be told.
        """
        check_way(on_bad_rows)
        refused, refused_orders = (
            RowsLeftOut(f"refused_.{table}", strict=on_bad_rows == "refuse")
            for table in Refused._fields
        )
        said: list[str] = []
        history = history_of_frames(
            complaints,
            orders,
            until=until,
            now=now,
            refused=refused,
            refused_orders=refused_orders,
            warn=said.append,
        )
        self.refused_ = Refused(
            in_kind(refused.table(), kind_of(complaints)),
            None if orders is None else in_kind(refused_orders.table(), kind_of(orders)),
        )
        early = None if ended is None or until is None else early_end_of(history, until, ended)
        for sentence in (*said, *([] if early is None else [early])):
            warnings.warn(sentence, stacklevel=3)
        return history


def _table(found: Assessments, *, dated: bool = False) -> pa.Table:
    scores = scores_table(found)
    order = np.argsort(found.rank, kind="stable")
    names = [ASSESSED[0], *(["as_of"] if dated else []), *ASSESSED[1:]]
    suspicion = pa.array(np.where(found.brigade[order], "brigade", "seller"), pa.string())
    return scores.select(names).append_column("suspicion", suspicion)
