"""Why the service is not ready, if it is not, in words for the person who has to act."""

from __future__ import annotations

from sqlalchemy.exc import SQLAlchemyError

from service.assessments.active_model import ActiveModel
from service.database.engine import Database
from service.database.revisions import check_current
from service.health.warnings import ScoringWarning, scoring_warnings
from service.refusals import DatabaseAway, SchemaBehind


def why_not_ready(database: Database, active_model: ActiveModel) -> dict[str, str | None]:
    """Each thing that must be right: None when it is, else what is wrong."""
    return {"database": _database(database), "model": active_model.why_not_ready()}


def what_to_know(
    database: Database, active_model: ActiveModel, *, now: int, snapshot_us: int
) -> list[ScoringWarning]:
    """Warnings about the scores; none where the database does not answer or is not set up."""
    try:
        with database.reading() as connection:
            return scoring_warnings(connection, active_model, now=now, snapshot_us=snapshot_us)
    except SQLAlchemyError:
        return []


def _database(database: Database) -> str | None:
    try:
        check_current(database)
    except SchemaBehind as refusal:
        return str(refusal)
    except (DatabaseAway, SQLAlchemyError):
        return "the database does not answer"  # and no more: addresses and users are nobody's
    return None
