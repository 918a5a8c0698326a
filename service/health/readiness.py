"""Why the service is not ready, if it is not, in words for the person who has to act."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from service.database.revisions import check_current
from service.refusals import DatabaseAway, SchemaBehind

if TYPE_CHECKING:
    from service.http.context import AppContext


def why_not_ready(context: AppContext) -> dict[str, str | None]:
    """Each thing that must be right: None when it is, else what is wrong."""
    return {"database": _database(context), "model": context.active_model.why_not_ready()}


def _database(context: AppContext) -> str | None:
    try:
        check_current(context.database)
    except SchemaBehind as refusal:
        return str(refusal)
    except (DatabaseAway, SQLAlchemyError):
        return "the database does not answer"  # and no more: addresses and users are nobody's
    return None
