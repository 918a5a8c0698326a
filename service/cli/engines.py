"""Where a command computes: on this machine, or on a Spark cluster by the same functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detector.errors import BadInput
from service.cli.coverage import Known, known_of
from service.cli.histories import history_from

if TYPE_CHECKING:
    from detector.assess import Assessments
    from detector.feed import FeedFault
    from detector.fitting import Training
    from detector.history.history import History
    from detector.kernels import OnProgress
    from models.detectors import LoadedDetector
    from training.spark.tables import Tables

EngineOption = Annotated[
    str, typer.Option("--engine", help="local, or spark for data past one machine.")
]
MasterOption = Annotated[
    str, typer.Option("--master", help="URL of the Spark master, with --engine spark.")
]
SparkConfOption = Annotated[
    list[str] | None,
    typer.Option("--spark-conf", help="Spark's configuration, as key=value; repeatable."),
]
IsLearnt = Callable[["History", int, Sequence["FeedFault"]], bool]
LOCAL = "local"
LEFT_OUT = "leave-out"
ALL_CORES = "local[*]"


@dataclass(frozen=True)
class Engine:
    """Where to compute: `local`, or `spark` at a master with Spark's configuration."""

    name: str
    master: str
    conf: Mapping[str, str]


def engine_of(name: str, master: str, spark_conf: Sequence[str] | None) -> Engine:
    """The engine that the options name; BadInput where they name none."""
    if name not in (LOCAL, "spark"):
        raise BadInput(f"--engine is {name!r}; it is local or spark")
    conf = {}
    for given in spark_conf or ():
        key, equals, value = given.partition("=")
        if not equals or not key.startswith("spark."):
            raise BadInput(
                f"--spark-conf {given!r}: is not spark.something=value, such as "
                "spark.executor.memory=8g"
            )
        conf[key] = value
    if conf and name == LOCAL:
        raise BadInput("--spark-conf needs --engine spark")
    return Engine(name, master, conf)


@contextmanager
def assessing(
    engine: Engine,
    complaints: str,
    orders: str | None,
    model: LoadedDetector,
    *,
    fdr: float,
    instants: Sequence[int],
    on_bad_rows: str,
    beside: Path,
    advanced: OnProgress,
    aliases: Path | None,
) -> Iterator[tuple[Iterator[Assessments], Known | None]]:
    """Yield the assessments of every seller at one instant after another (ascending).

    With them comes what is known of the history; None from Spark, where nobody has it whole.
    """
    trained = model.trained
    if _is_spark(engine, on_bad_rows):
        from training.spark.jobs import assess_tables_each

        with _tables(engine, complaints, orders, aliases) as tables:
            found = assess_tables_each(
                tables, instants, trained, fdr=fdr, in_turn=True, on_progress=advanced
            )
            yield found, None
        return
    from detector.assess import assess_each
    from detector.feed import flags_held

    history = history_from(
        complaints, orders,
        until=instants[-1], on_bad_rows=on_bad_rows, beside=beside, aliases=aliases,
    )  # fmt: skip
    option = "--as-of" if len(instants) == 1 else "--until"
    known = known_of(history, instants, option, model.manifest.facts)
    known.echo()
    found = assess_each(history, instants, trained, fdr=fdr, in_turn=True, on_progress=advanced)
    yield (flags_held(one, known.feed) for one in found), known


def trained_on(
    engine: Engine,
    complaints: str,
    orders: str | None,
    *,
    until: int | None,
    seed: int,
    on_bad_rows: str,
    on_faults: str,
    aliases: Path | None,
    beside: Path,
    advanced: OnProgress,
    is_learnt: IsLearnt,
) -> tuple[Training | None, History, tuple[FeedFault, ...]]:
    """A training job's result, the history it learnt from, and faults of that one's last weeks.

    There is no result where `is_learnt` says that there is nothing new to learn from the history.
    Spark, where nobody has it whole, does not ask.

    Raises BadInput where there are some, and `on_faults` is "refuse".
    """
    from detector.feed import faults_in, stopping, without_faults
    from detector.fitting import last_instant, train

    if _is_spark(engine, on_bad_rows):
        from training.spark.jobs import train_tables

        with _tables(engine, complaints, orders, aliases) as tables:
            return *train_tables(tables, until, seed=seed, on_progress=advanced), ()
    history = history_from(
        complaints, orders, until=until, on_bad_rows=on_bad_rows, beside=beside, aliases=aliases
    )
    instant = last_instant(history) if until is None else until
    faults = stopping(faults_in(history, instant), instant)
    if faults and on_faults == "refuse":
        raise BadInput(_refusal(faults))
    if on_faults == LEFT_OUT:
        history, faults = without_faults(history, faults, instant)
    if is_learnt(history, instant, faults):
        return None, history, faults
    return train(history, until=instant, seed=seed, on_progress=advanced), history, faults


def _refusal(faults: Sequence[FeedFault]) -> str:
    from detector.feed import sentence_of

    found = "; ".join(sentence_of(fault) for fault in faults)
    return (
        f"the feed was faulty in its last weeks, and a model would carry that for a year: {found}. "
        "Mend the tables, or train with --on-faults leave-out, or with --on-faults keep --reason …"
    )


def _is_spark(engine: Engine, on_bad_rows: str) -> bool:
    if engine.name == LOCAL:
        return False
    if on_bad_rows != "refuse":
        raise BadInput("--on-bad-rows skip works on one machine only; clean the tables first")
    if find_spec("pyspark") is None:
        raise BadInput(
            "--engine spark needs Java 17 and pip install 'suspicious-seller-detector[spark]'"
        )
    return True


@contextmanager
def _tables(
    engine: Engine, complaints: str, orders: str | None, aliases: Path | None
) -> Iterator[Tables]:
    from training.spark.aliases import joined_tables
    from training.spark.tables import session_at, tables_at
    from training.tables.aliases import read_aliases

    known = () if aliases is None else read_aliases(aliases)
    with session_at(engine.master, engine.conf) as spark:
        yield joined_tables(tables_at(spark, complaints, orders), known)
