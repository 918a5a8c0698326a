"""`detector rules`: check a policy, replay a log, compare policies, explain a balance."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from detector.rules import Ledger, Policies

rules = typer.Typer(
    no_args_is_help=True, help="The deduction rules: check, replay, compare, explain."
)

PolicyOption = Annotated[
    str, typer.Option("--policy", help="A bundled policy's name, or a TOML file.")
]
LogOption = Annotated[Path, typer.Option("--log", help="The log: one JSON event a line.")]
AsOfOption = Annotated[
    str | None,
    typer.Option(help="Tell the ledger as of this time (ISO 8601, UTC); the log's end otherwise."),
]
KnownAtOption = Annotated[
    str | None, typer.Option(help="Leave out everything recorded after this time.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@rules.command()
def check(
    policies: Annotated[list[str], typer.Argument(help="Policy files or bundled names.")],
) -> None:
    """Validate policy files; the first fault is told with its field and line."""
    for name in policies:
        for version in policies_named(name).versions:
            kinds = ", ".join(version.violations)
            tiers = ", ".join(tier.id for tier in version.tiers) or "none"
            typer.echo(f"{version.label}: valid; violations: {kinds}; tiers: {tiers}")


@rules.command()
def replay(
    log: LogOption,
    policy: PolicyOption = "standard",
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Fold a log into every seller's balance, status, entries and sanctions.

    Lines that break a rule are listed as refused and change nothing; the exit code is then still 0.
    """
    import sys

    from service.ledger_text import json_of

    ledger = ledger_from(log, policy, as_of, known_at)
    if as_json:
        sys.stdout.writelines(json_of(ledger))
        return
    for name, one in ledger.sellers.items():
        sanctions = ", ".join(f"{s.kind} {s.state}" for s in one.sanctions) or "no sanctions"
        typer.echo(f"{name}: {one.status}, balance {one.balance}; {sanctions}")
    for refused in ledger.refused:
        typer.echo(f"line {refused.line} refused: {refused.why}", err=True)


def policies_named(name: str) -> Policies:
    """Return a bundled policy, or the one in a file. Raises BadPolicy, BadInput."""
    from detector.errors import BadInput
    from detector.rules import bundled, bundled_names, policies_of

    path = Path(name)
    if name in bundled_names():
        return bundled(name)
    if not path.is_file():
        known = ", ".join(bundled_names())
        raise BadInput(
            f"--policy {name}: there is no such file and no such bundled policy; there are {known}"
        )
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"--policy {name}: the file cannot be read as text: {error}") from None
    return policies_of(text, source=name)


def instant_given(option: str, text: str | None) -> int | None:
    """Read an option's time. Raises BadInput."""
    from detector.errors import BadInput
    from detector.rules.instants import instant_of

    try:
        return None if text is None else instant_of(text)
    except (ValueError, OverflowError):
        raise BadInput(
            f"{option} {text}: write a time as 2026-03-01 or 2026-03-01T12:00:00Z"
        ) from None


def ledger_from(log: Path, policy: str, as_of: str | None, known_at: str | None) -> Ledger:
    """Read a log and fold it; unreadable lines join the refused ones."""
    from detector.rules import fold
    from service.rules_log import read_log

    policies = policies_named(policy)
    instants = instant_given("--as-of", as_of), instant_given("--known-at", known_at)
    read = read_log(log)
    ledger = fold(read.events, policies, as_of=instants[0], known_at=instants[1])
    refused = sorted([*read.refused, *ledger.refused], key=lambda one: one.line or 0)
    return ledger._replace(refused=refused)
