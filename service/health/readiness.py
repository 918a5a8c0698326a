"""Why the service is not ready, if it is not, in words for the person who has to act."""

from __future__ import annotations

from sqlalchemy.exc import SQLAlchemyError

from service.assessments.active_model import ActiveModel
from service.database.engine import Database
from service.database.revisions import check_current
from service.refusals import DatabaseAway, SchemaBehind


def why_not_ready(database: Database, active_model: ActiveModel) -> dict[str, str | None]:
    """Each thing that must be right: None when it is, else what is wrong."""
    return {"database": _database(database), "model": active_model.why_not_ready()}


def _database(database: Database) -> str | None:
    try:
        check_current(database)
    except SchemaBehind as refusal:
        return str(refusal)
    except (DatabaseAway, SQLAlchemyError):
        return "the database does not answer"  # and no more: addresses and users are nobody's
    return None
