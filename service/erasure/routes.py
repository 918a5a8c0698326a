"""HTTP for erasure and retention."""

from __future__ import annotations

from typing import Annotated

from service.erasure import requests
from service.erasure.schemas import Erasure, ErasureDone, Retention, RetentionDone
from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.admission import router_of
from service.http.context import Context
from service.http.idempotency.idempotency_key import IdempotencyKey
from service.intake.evidence.storage import EvidenceStorage
from service.roles import ADMINS

router = router_of("erasure")
Admin = Annotated[Caller, allows(ADMINS)]


@router.post("/v1/erasures")
def erase_buyer(
    body: Erasure, context: Context, storage: EvidenceStorage, caller: Admin, key: IdempotencyKey
) -> ErasureDone:
    """Erase a buyer: a pseudonym takes their place, their evidence and words are removed.

    Points, verdicts and the audit chain stay as they are. It cannot be undone.
    """
    return requests.erase_buyer(context, key, storage, body, caller)


@router.post("/v1/retention")
def apply_retention(
    body: Retention, context: Context, storage: EvidenceStorage, caller: Admin, key: IdempotencyKey
) -> RetentionDone:
    """Remove what buyers gave from complaints whose time is over; ask again while there is more."""
    return requests.apply_retention(context, key, storage, body, caller)
