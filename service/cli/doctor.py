"""`detector doctor`: whether everything that the commands need is there and works."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from models import DEFAULT_DIRECTORY
from service.cli.environment import settings_of
from service.cli.histories import ModelsOption
from service.cli.json_option import JsonOption
from service.cli.serve import DatabaseOption

if TYPE_CHECKING:
    from service.cli.findings import Finding


def doctor(
    database: DatabaseOption = None,
    models: ModelsOption = DEFAULT_DIRECTORY,
    *,
    as_json: JsonOption = False,
) -> None:
    """Look at what the commands need, and say what to do; exit code 1 if something is broken."""
    import json
    from dataclasses import asdict

    found = []
    for finding in _findings(database, models):
        found.append(finding)
        if not as_json:
            typer.echo(f"{finding.state:<7} {finding.check}: {finding.sentence}")
    broken = sum(finding.state == "broken" for finding in found)
    if as_json:
        findings = [asdict(finding) for finding in found]
        typer.echo(json.dumps({"broken": broken, "findings": findings}, indent=2))
    else:
        typer.echo(f"{broken or 'nothing'} of {len(found)} is broken")
    if broken:
        raise typer.Exit(1)


def _findings(database: str | None, models: Path) -> Iterator[Finding]:
    import sys
    from tempfile import gettempdir

    from detector.errors import BadInput
    from service.cli import findings

    yield from findings.installed_findings()
    yield from findings.hidden_findings(str(Path.cwd()))
    yield findings.kernel_finding()
    try:
        settings = settings_of(database=database, models=models)
    except BadInput as why:
        yield findings.Finding("settings", "broken", f"{why}; set it right.")
    else:
        yield findings.database_finding(settings)
        yield findings.models_finding(settings.models)
        yield from findings.scoring_findings(settings)
        places = [Path.cwd(), settings.models, settings.evidence, Path(gettempdir())]
        yield from findings.disk_findings(places)
    yield findings.zone_finding()
    yield findings.terminal_finding(sys.stdout.encoding or "ascii")
