"""`detector rules`: check policies, replay a log, compare policies, explain a seller's points."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from service.cli.json_option import JsonOption

if TYPE_CHECKING:
    from collections.abc import Iterable

    from detector.rules import Policies, SellerLedger
    from detector.rules.reports.explanation import Explanation

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
ApprovalsOption = Annotated[
    Literal["assumed", "recorded"],
    typer.Option(
        help="`assumed`: every sanction is carried out when issued. `recorded`: one that needs a "
        "second person waits for its `sanction_decided`, as in the service."
    ),
]


@rules.command()
def check(
    policies: Annotated[list[str], typer.Argument(help="Policy files or bundled names.")],
    *,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict",
            help="Refuse as well what is valid and yet never does anything: actions that nobody "
            "knows, tiers above the ceiling, more kinds of evidence than there are.",
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Validate policy files; the first fault is shown with its field and line.

    Remarks say where a policy falls short of what EU law asks of a marketplace; it is still valid.
    """
    import json

    from detector.errors import BadPolicy
    from detector.rules.policy.lint import lint
    from detector.rules.policy.shortfalls import shortfalls
    from service.policies import policies_named

    valid = [version for name in policies for version in policies_named(name).versions]
    for version in valid:
        if strict and (faults := lint(version)):
            raise BadPolicy(f"{version.label}: {'; '.join(faults)}")
    facts = [
        {
            "policy": version.label,
            "violations": list(version.violations),
            "tiers": [tier.id for tier in version.tiers],
            "remarks": shortfalls(version),
        }
        for version in valid
    ]
    if as_json:
        typer.echo(json.dumps(facts, ensure_ascii=False))
        return
    for version in valid:
        kinds = ", ".join(version.violations)
        tiers = ", ".join(tier.id for tier in version.tiers) or "none"
        typer.echo(f"{version.label}: valid; violations: {kinds}; tiers: {tiers}")
        for remark in shortfalls(version):
            typer.echo(f"remark: {remark}")


@rules.command()
def replay(
    log: LogOption,
    policy: PolicyOption = "standard",
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    approvals: ApprovalsOption = "assumed",
    *,
    as_json: JsonOption = False,
) -> None:
    """Fold a log into every seller's points, status, entries and sanctions.

    Lines that break a rule are listed as refused and change nothing; the exit code is then still 0.
    """
    import sys

    from service.folding import listed, log_of, processes, replayed, times_of
    from service.policies import policies_named
    from training.tables.decision_log import read_lines

    policies = policies_named(policy)
    instant = instant_given("--as-of", as_of)
    known = instant_given("--known-at", known_at)
    read = log_of(read_lines(log), by_entity=policies.joins_sellers, at_once=processes())
    read.check_events()
    _tell_unknown(read.violations, policies)
    times = times_of(read, instant, known)
    if as_json:
        pieces = replayed(read, policies, times, approvals=approvals, at_once=processes())
        sys.stdout.writelines(pieces)
        return
    texts, refused = listed(
        read, policies, times, _line_of, approvals=approvals, at_once=processes()
    )
    for text in texts:
        typer.echo(text)
    for one in refused:
        typer.echo(printable(f"line {one.line} refused: {one.why}"), err=True)


def _tell_unknown(violations: Iterable[str], policies: Policies) -> None:
    """Name the words that do nothing: violations of the log, and actions of the policy."""
    for does, words in (
        ("charges nothing for", policies.unknown(violations)),
        ("has actions that nobody knows:", policies.unknown_actions()),
    ):
        if words:
            typer.echo(printable(f"note: {policies.id} {does} {', '.join(words)}"), err=True)


def _line_of(one: SellerLedger) -> str:
    sanctions = ", ".join(f"{s.kind} {s.state}" for s in one.sanctions) or "no sanctions"
    return printable(f"{one.seller_id}: {one.status}, {one.balance} points held; {sanctions}")


@rules.command()
def compare(
    log: LogOption,
    policy: Annotated[
        list[str], typer.Option(help="Give it twice: a bundled policy's name, or a TOML file.")
    ],
    as_of: AsOfOption = None,
    minutes_verdict: Annotated[
        float, typer.Option(min=0, help="A moderator's minutes for a verdict.")
    ] = 12.0,
    minutes_appeal: Annotated[
        float, typer.Option(min=0, help="A moderator's minutes for an appeal.")
    ] = 20.0,
    approvals: ApprovalsOption = "assumed",
    *,
    as_json: JsonOption = False,
) -> None:
    """Fold one log under two policies: who is warned, suspended, removed, when, and the hours."""
    from detector.errors import BadInput
    from detector.rules.reports.comparison import Minutes
    from service.cli.rules_report import comparison_json, comparison_text
    from service.folding import compared, log_of, processes, times_of
    from service.policies import policies_named
    from training.tables.decision_log import read_lines

    if len(policy) != 2:
        raise BadInput("compare needs exactly two policies: --policy A --policy B")
    minutes = Minutes(verdict=minutes_verdict, appeal=minutes_appeal)
    first, second = map(policies_named, policy)
    instant = instant_given("--as-of", as_of)
    by_entity = first.joins_sellers or second.joins_sellers
    read = log_of(read_lines(log), by_entity=by_entity, at_once=processes())
    read.check_events()
    for one in (first, second):
        _tell_unknown(read.violations, one)
    times = times_of(read, instant, None)
    found, unreadable = compared(
        read, (first, second), times, approvals=approvals, at_once=processes()
    )
    write = comparison_json if as_json else comparison_text
    typer.echo(write(found, minutes, policy, unreadable))


@rules.command()
def explain(
    log: LogOption,
    seller: Annotated[str, typer.Option(help="The seller's id.")],
    policy: PolicyOption = "standard",
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    approvals: ApprovalsOption = "assumed",
    *,
    as_json: JsonOption = False,
) -> None:
    """Explain a seller's points: every entry with its verdict, policy version, expiry, appeal."""
    from service.cli.rules_report import explanation_json, explanation_text

    instants = instant_given("--as-of", as_of), instant_given("--known-at", known_at)
    explained = _explained(log, policy, seller, *instants, approvals=approvals)
    typer.echo(explanation_json(explained) if as_json else explanation_text(explained))


def _explained(
    log: Path,
    policy: str,
    seller: str,
    as_of: int | None,
    known_at: int | None = None,
    *,
    approvals: Literal["assumed", "recorded"],
) -> Explanation:
    """Fold the part of a log that a seller belongs to, and explain the seller's points."""
    from detector.rules.fold import in_order
    from detector.rules.reports.explanation import explain_known
    from service.folding import log_of, processes, times_of
    from service.policies import policies_named
    from training.tables.decision_log import read_lines

    policies = policies_named(policy)
    read = log_of(read_lines(log), by_entity=policies.joins_sellers, at_once=processes())
    read.check_events()
    _tell_unknown(read.violations, policies)
    times = times_of(read, as_of, known_at)
    events, _ = read.events_in(read.part_of(seller))
    return explain_known(in_order(events, known_at), policies, seller, times.as_of, approvals)


@rules.command()
def statement(
    log: LogOption,
    seller: Annotated[str, typer.Option(help="The seller's id.")],
    sanction: Annotated[
        str | None, typer.Option(help="The sanction's id; all that stand if left out.")
    ] = None,
    policy: PolicyOption = "standard",
    as_of: AsOfOption = None,
    notified_at: Annotated[
        str | None,
        typer.Option(help="When the seller is notified; when it was carried out if left out."),
    ] = None,
    approvals: ApprovalsOption = "assumed",
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print records for the EU's DSA Transparency Database.")
    ] = False,
) -> None:
    """Write the statement of reasons for a seller's sanctions."""
    import json

    from detector.rules.reports.comparison import UNDONE
    from detector.rules.reports.statement import statement_of
    from detector.rules.reports.transparency import record_of

    explanation = _explained(
        log, policy, seller, instant_given("--as-of", as_of), approvals=approvals
    )
    issued = {
        one.id: one.carried_out_at or one.issued_at
        for one in explanation.ledger.sanctions
        if one.state not in UNDONE
    }
    chosen = list(issued) if sanction is None else [sanction]
    if as_json:
        records = [record_of(explanation, one) for one in chosen]
        typer.echo(json.dumps({"statements": [one for one in records if one is not None]}))
        return
    notified = instant_given("--notified-at", notified_at)
    for one in chosen:
        when = issued.get(one, 0) if notified is None else notified
        typer.echo(
            f"--- {printable(one)}\n{printable(statement_of(explanation, one, when).text)}\n"
        )


@rules.command()
def transparency(
    log: LogOption,
    since: Annotated[str, typer.Option("--from", help="Applied from this time on.")],
    until: Annotated[str, typer.Option("--to", help="And before this time.")],
    policy: PolicyOption = "standard",
    approvals: ApprovalsOption = "assumed",
    *,
    as_json: JsonOption = False,
) -> None:
    """Write the records for the EU's DSA Transparency Database of a period's restrictions, as CSV.

    Each is as it was when its restriction was applied, and says who brought its complaints, as the
    log does. A service's own also say whether the detector had shown the seller:
    `GET /v1/transparency`.
    """
    import json

    from detector.rules.reports.submission import records_between
    from detector.rules.reports.transparency import FIELDS, row_of
    from service.folding import log_of, processes
    from service.http.csv_text import csv_of
    from service.policies import policies_named
    from training.tables.decision_log import read_lines

    policies = policies_named(policy)
    begin, end = instant_given("--from", since) or 0, instant_given("--to", until) or 0
    read = log_of(read_lines(log), by_entity=policies.joins_sellers, at_once=processes())
    read.check_events()
    records = [
        record
        for part in read.portions()
        for record in records_between(read.events_in(part)[0], policies, begin, end, approvals)
    ]
    records.sort(key=lambda one: (one["application_date"], one["puid"]))
    if as_json:
        typer.echo(json.dumps({"statements": records}, ensure_ascii=False))
    else:
        typer.echo(csv_of(FIELDS, map(row_of, records)), nl=False)


def printable(text: str) -> str:
    """Return a text that any terminal can print: half a character is written as its escape."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


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
