"""`detector train`: fit the detector to a history and save it as a version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from detector.nouns import counted
from detector.settings import SEED_MAX
from models import DEFAULT_DIRECTORY
from service.cli.coverage import known_of, rekeyed_in
from service.cli.engines import (
    ALL_CORES,
    LEFT_OUT,
    LOCAL,
    EngineOption,
    MasterOption,
    SparkConfOption,
    engine_of,
    trained_on,
)
from service.cli.gate import judged, plain
from service.cli.gate import sentence_of as sentence_of_verdict
from service.cli.histories import (
    AliasesOption,
    BadRowsOption,
    ComplaintsOption,
    ModelsOption,
    OrdersOption,
)
from service.cli.json_option import JsonOption
from service.cli.labels import noted

if TYPE_CHECKING:
    from detector.feed import FeedFault
    from detector.history.history import History
    from models.gates import GateVerdict
    from models.registry import Registry
    from service.cli.engines import Engine


def train(
    complaints: ComplaintsOption,
    orders: OrdersOption = None,
    until: Annotated[
        str | None, typer.Option(help="Learn only from before this time; default: all there is.")
    ] = None,
    models: ModelsOption = DEFAULT_DIRECTORY,
    seed: Annotated[
        int, typer.Option(min=0, max=SEED_MAX, help="The same seed gives the same model.")
    ] = 0,
    on_bad_rows: BadRowsOption = "refuse",
    aliases: AliasesOption = None,
    engine: EngineOption = LOCAL,
    master: MasterOption = ALL_CORES,
    spark_conf: SparkConfOption = None,
    on_faults: Annotated[
        str,
        typer.Option(
            help="Where the feed was faulty in the last eight weeks: refuse, leave-out or keep."
        ),
    ] = "refuse",
    reason: Annotated[
        str | None, typer.Option(help="With --on-faults keep: why, kept in the model's card.")
    ] = None,
    *,
    promote: Annotated[
        bool,
        typer.Option(help="Put the new version in use at once. The first one is anyway."),
    ] = False,
    if_gate_passes: Annotated[
        bool,
        typer.Option(
            "--promote-if-gate-passes", help="Judge it beside the version in use, and decide so."
        ),
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Train also where there is nothing new to learn.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Learn from history what is usual for each seller, and save it as a new version.

    The first version of a directory is put in use. A later one is a candidate until it is promoted,
    by detector models promote, by --promote, or by --promote-if-gate-passes, which judges it beside
    the version in use as detector models gate does; exit code 1 if it does not pass. Where a
    version would only be made once more, by the same history, seed and libraries, there is nothing
    new to learn: that version is taken instead.
    """
    from detector.errors import BadInput
    from models.detectors import registry_at
    from models.training_lock import training_in
    from training.tables.instants import instant_of

    if models.exists() and not models.is_dir():  # said before the work, not after it
        raise BadInput(f"--models {models}: is a file; name a directory")
    handled = _handling(on_faults, reason)
    where = engine_of(engine, master, spark_conf)
    if promote and if_gate_passes:
        raise typer.BadParameter("--promote and --promote-if-gate-passes exclude each other")
    registry = registry_at(models)
    if promote or if_gate_passes:
        registry.check_pin()
    instant = None if until is None else instant_of(until)
    with training_in(models):
        learnt = _learn(
            registry, where, complaints, orders,
            until=instant, seed=seed, on_bad_rows=on_bad_rows, aliases=aliases, on_faults=on_faults,
            handled=handled, again=again,
        )  # fmt: skip
        verdict = None
        if promote:
            registry.promote(learnt.version, noted(""))
        elif if_gate_passes and registry.promoted() != learnt.version:
            verdict = judged(registry, learnt.version, learnt.history, until=learnt.end, seed=seed)
            if verdict.has_passed:
                registry.promote(learnt.version, noted(""))
    _print(registry, learnt, verdict, as_json=as_json)
    if verdict is not None and not verdict.has_passed:
        raise typer.Exit(1)


class _Learnt(NamedTuple):
    """A version, and the history that it learnt from."""

    version: str
    history: History
    end: int
    is_new: bool


def _learn(
    registry: Registry,
    where: Engine,
    complaints: str,
    orders: str | None,
    *,
    until: int | None,
    seed: int,
    on_bad_rows: str,
    aliases: Path | None,
    on_faults: str,
    handled: str,
    again: bool,
) -> _Learnt:
    """Train and save, unless a version has learnt it all."""
    from detector.feed import sentence_of
    from service.cli.progress import progress
    from service.clock import system_clock
    from training.publishing import publish, version_that_learnt

    twin: str | None = None

    def is_learnt(history: History, end: int, faults: Sequence[FeedFault]) -> bool:
        nonlocal twin
        if not again:
            left = handled if faults else None
            twin = version_that_learnt(registry, history, until=end, seed=seed, on_faults=left)
        return twin is not None

    with progress("training") as advanced:
        training, history, faults = trained_on(
            where, complaints, orders,
            until=until, seed=seed, on_bad_rows=on_bad_rows, aliases=aliases, on_faults=on_faults,
            beside=registry.directory / "train", advanced=advanced, is_learnt=is_learnt,
        )  # fmt: skip
    if training is None and twin is not None:
        return _Learnt(twin, history, registry.manifest(twin).facts.span[1], is_new=False)
    assert training is not None  # noqa: S101 - nobody has learnt it
    version = publish(
        training,
        history,
        registry,
        seed=seed,
        created_at=system_clock(),
        promote=False,
        feed_faults=[sentence_of(fault) for fault in faults],
        on_faults=handled if faults else None,
    )
    return _Learnt(version, history, training.span[1], is_new=True)


def _print(
    registry: Registry, learnt: _Learnt, verdict: GateVerdict | None, *, as_json: bool
) -> None:
    import json

    from training.tables.instants import text_of

    version, history, end, is_new = learnt
    models, model = registry.directory, registry.manifest(version).facts
    known = known_of(history.as_of(end), [end], "--until", model, called=f"{version}:")
    known = replace(known, warnings=(*known.warnings, *rekeyed_in(history, end)))
    known.echo()
    is_used = registry.promoted() == version
    if as_json:
        facts: dict[str, Any] = {"version": version, "models": str(models), "until": text_of(end)}
        facts |= {"known": known.facts, "warnings": known.warnings, "promoted": is_used}
        facts |= {"new": is_new} | ({} if verdict is None else {"gate": plain(verdict)})
        typer.echo(json.dumps(facts | {"metrics": dict(model.metrics)}))
        return
    if is_new:
        typer.echo(
            f"{version} in {models}: learnt from "
            f"{counted(round(model.metrics['complaints']), 'complaint')} about "
            f"{counted(round(model.metrics['sellers']), 'seller')} before {text_of(end)}"
        )
    else:
        typer.echo(
            f"nothing new to learn: {version} in {models} learnt it, from the same history before "
            f"{text_of(end)}; --again trains all the same"
        )
    if verdict is not None:
        typer.echo(sentence_of_verdict(verdict))
    if not is_used:
        typer.echo(
            f"{registry.promoted() or 'no version'} stays in use; judge {version} by detector "
            f"models gate, and promote it by detector models promote {version}"
        )


def _handling(on_faults: str, reason: str | None) -> str:
    """What the card says of faults that did not stop a training."""
    if on_faults not in ("refuse", LEFT_OUT, "keep"):
        raise typer.BadParameter(f"--on-faults is {on_faults!r}; it is refuse, leave-out or keep")
    if (on_faults == "keep") != (reason is not None):
        raise typer.BadParameter("--on-faults keep and --reason go together")
    return f"kept: {reason}" if reason else "left out"
