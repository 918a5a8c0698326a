"""One request each: act, commit, and then remove the files that nobody refers to any more."""

from __future__ import annotations

from sqlalchemy import Connection

from service.erasure import actions
from service.erasure.schemas import Erasure, ErasureDone, Retention, RetentionDone
from service.http.access.keys import Caller
from service.http.context import AppContext
from service.http.idempotency.idempotency_key import IdempotentRequest
from service.intake.evidence.storage import Storage


def erase_buyer(
    context: AppContext, key: IdempotentRequest, storage: Storage, body: Erasure, caller: Caller
) -> ErasureDone:
    """Erase a buyer, once for each key."""
    files: set[str] = set()

    def act(connection: Connection) -> ErasureDone:
        now = context.clock()
        terms = actions.retention_terms(context.settings, context.policies, now=now)
        done = actions.erase_buyer(
            connection, body.buyer_id, body.reason, terms, caller=caller, now=now
        )
        files.update(done.files)
        return done.response

    answer = context.write(key, act)
    actions.remove_files(context.database, storage, files)
    return answer


def apply_retention(
    context: AppContext, key: IdempotentRequest, storage: Storage, body: Retention, caller: Caller
) -> RetentionDone:
    """Remove what buyers gave from complaints whose time is over, once for each key."""
    files: set[str] = set()

    def act(connection: Connection) -> RetentionDone:
        now = context.clock()
        terms = actions.retention_terms(context.settings, context.policies, now=now)
        done = actions.apply_retention(connection, terms, caller=caller, now=now, limit=body.limit)
        files.update(done.files)
        return done.response

    answer = context.write(key, act)
    actions.remove_files(context.database, storage, files)
    return answer
