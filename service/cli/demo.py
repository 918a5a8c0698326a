"""`detector demo`: the main job on a made-up marketplace, end to end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from socket import socket

    from service.cases.schemas import CaseShown
    from service.decisions.schemas import SanctionRecord
    from service.decisions.verdicts.schemas import VerdictGiven
    from service.http.context import AppContext
    from service.settings import Settings


def demo(
    *,
    serve: Annotated[bool, typer.Option(help="Serve it at the end, until Ctrl-C.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as JSON.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to serve on.")] = 8000,
    wanted: Annotated[Path, typer.Option("--dir", help="Where the demo keeps its files.")] = Path(
        "detector-demo"
    ),
) -> None:
    """Show the whole system on a made-up marketplace.

    Simulates a marketplace, trains on it, scores its sellers, prints the queue with the reasons,
    has a moderator uphold two counterfeit complaints and a second person approve the suspension,
    and then serves pages and API on this machine, with an address that signs you in.
    """
    import json

    from service.demo import story
    from service.demo.directory import demo_directory

    def say(text: str = "") -> None:
        if not as_json:
            typer.echo(text)

    with demo_directory(wanted) as directory:
        context = _context_in(directory)
        results = _run(context, directory, say)
        if as_json:
            typer.echo(json.dumps(results, ensure_ascii=False))
        once = story.link_for_reader(context, results["key"], now=context.clock())
        context.close()
        if serve:
            _serve(context.settings, port, results, once, say)


def _context_in(directory: Path) -> AppContext:
    from service.database.revisions import prepare
    from service.http.context import AppContext
    from service.settings import Settings

    settings = Settings(
        database=f"sqlite:///{directory / 'store.sqlite3'}",
        models=directory / "models",
        evidence=directory / "evidence",
        policy="standard",
        console=True,
        public_url=None,
        root_path="",
    )
    context = AppContext(settings)
    prepare(context.database)
    return context


def _run(context: AppContext, directory: Path, say: Any) -> dict[str, Any]:  # noqa: ANN401
    from service.assessments.active_model import ActiveModel
    from service.demo import story
    from service.roles import Role
    from service.scoring.worker import worker_for

    active_model = ActiveModel(context.settings.models)
    worker = worker_for(context.settings, context.database, context.policies, active_model)
    now = context.clock()
    say("1. A made-up marketplace")
    market = story.simulate(directory / "market", now=now)
    say(f"   {story.SELLERS} sellers, {story.DAYS} days, {market.complaints:,} complaints,")
    say(f"   {market.orders:,} seller-days of orders; in some of them, something goes wrong.\n")
    say("2. Learn what is usual (all but the last four weeks)")
    version = story.train_model(market, active_model.registry, now=now)
    say(f"   model {version}\n")
    say("3. File the history with the service and score every seller")
    story.load(market, context, now=now)
    filed = story.counterfeits(market, context, now=now)
    say(f"   In the last days {len(filed)} buyers of {filed[0].seller_id} also say: counterfeit.\n")
    queue = story.score(worker, now=now)
    say("4. The queue: who needs a moderator first, and why")
    for case in queue:
        _say_case(case, say)
    for case in queue:
        if case.seller_id == filed[0].seller_id:
            story.claim(context, case.case_id, now=context.clock())
    verdicts = _decide(context, [one.complaint_id for one in filed[:2]], filed[0].seller_id, say)
    approved = _approve(context, verdicts[-1].awaiting_approval, say)
    key = story.key_for_reader(context, Role.ADMIN, now=now)
    return {
        "model": version,
        "queue": [case.model_dump(mode="json") for case in queue],
        "verdicts": [given.model_dump(mode="json") for given in verdicts],
        "sanctions": [record.model_dump(mode="json") for record in approved],
        "key": key,
    }


def _say_case(case: CaseShown, say: Any) -> None:  # noqa: ANN401
    say(f"   {case.seller_id}  priority {case.priority:.2f}: {', '.join(case.breakdown_in_words)}")
    for reason in case.reasons:
        say(f"      {reason}")


def _decide(
    context: AppContext,
    complaint_ids: list[str],
    seller: str,
    say: Any,  # noqa: ANN401
) -> list[VerdictGiven]:
    from service.demo import story

    say(f"\n5. A moderator claims the case of {seller} and upholds two counterfeit complaints")
    say("   Points are taken by persons' verdicts on evidence only, never by the score.")
    given = []
    before: int | float = 12
    for complaint_id in complaint_ids:
        given.append(story.uphold(context, complaint_id, now=context.clock()))
        standing = given[-1].standing
        say(f"   {complaint_id}: upheld; points {before} -> {standing.points}, {standing.status}")
        before = standing.points
    return given


def _approve(
    context: AppContext,
    waiting: list[str],
    say: Any,  # noqa: ANN401
) -> list[SanctionRecord]:
    from service.demo import story

    approved = [story.approve(context, one, now=context.clock()) for one in waiting]
    for record in approved:
        say(f"   {record.kind}: approved by {record.approved_by}; only now is the shop notified\n")
    return approved


def _serve(
    settings: Settings,
    port: int,
    results: dict[str, Any],
    once: str,
    say: Any,  # noqa: ANN401
) -> None:
    from service.cli.serve import run
    from service.http.request_metrics import log_nothing

    listening = _free_socket(port, say)
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    seller = results["verdicts"][0]["seller_id"]
    say(f"6. Serving on {address} until Ctrl-C. This opens the queue, once within ten minutes:\n")
    say(f"   {address}/login?once={once}\n")
    say("   This key is good for a day, for programs and for signing in again:\n")
    say(f"   KEY={results['key']}")
    for path in (
        "/v1/queue",
        f"/v1/sellers/{seller}",
        f"/v1/sellers/{seller}/ledger",
        "/v1/models",
    ):
        say(f'   curl -H "Authorization: Bearer $KEY" {address}{path}')
    say(f"   curl {address}/readyz")
    say(f"   curl {address}/openapi.json        the contract")
    log_nothing()
    run(settings, listening)


def _free_socket(port: int, say: Any) -> socket:  # noqa: ANN401
    from detector.errors import BadInput
    from service.cli.serve import listen

    try:
        return listen("127.0.0.1", port)
    except BadInput:
        say(f"   Port {port} is taken, so another one is used.")
        return listen("127.0.0.1", 0)
