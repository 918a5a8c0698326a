"""What every decision works with: one transaction, the rules, who decides, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeVar, Unpack

from sqlalchemy import Connection

from detector.rules import Policies
from detector.rules.identity import is_among
from service.audit import actions as audit
from service.http.access.keys import Caller
from service.http.context import AppContext
from service.http.idempotency.idempotency_key import IdempotentRequest
from service.refusals import PartyMissing, SameModerator
from service.roles import Role

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Transaction:
    """One decision's transaction; `now` in microseconds UTC is the one instant it happens at."""

    connection: Connection
    policies: Policies
    caller: Caller
    now: int

    def check_acts_for(self, party: str | None, decided: Iterable[str]) -> None:
        """Raise unless the caller may act for a party in a case: PartyMissing or SameModerator.

        `decided` are the people who decided it so far. People say for whom they act; the
        marketplace's own systems pass on what the party itself sent.
        """
        if party is None and self.caller.role is not Role.INGEST:
            raise PartyMissing(f"by: {self.caller.person} does not say for whom they act")
        if is_among(self.caller.person, decided):
            raise SameModerator(
                f"{self.caller.person} decides this case, and acts for no party in it"
            )

    def record(
        self, action: str, subject: str, why: str = "", **details: Unpack[audit.Details]
    ) -> None:
        """Add what was decided to the audit chain; call it last, for it waits."""
        audit.record(
            self.connection, action, subject, at=self.now, caller=self.caller, why=why, **details
        )


def decide_in(
    context: AppContext,
    key: IdempotentRequest,
    caller: Caller,
    act: Callable[[Transaction], Result],
    status: int | Callable[[], int] = HTTPStatus.OK,
) -> Result:
    """Run a request that decides something, once, in one transaction."""
    return context.write(
        key,
        lambda connection: act(Transaction(connection, context.policies, caller, context.clock())),
        status,
    )
