"""Bodies and answers of the outbox routes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from service.http.fields import Instant, Link, RequestBody, ResponseBody
from service.outbox.rules import check_address

Kind = Literal[
    "case.opened",
    "case.closed",
    "complaint.decided",
    "appeal.denied",
    "points.deducted",
    "points.restored",
    "seller.restricted",
    "seller.suspended",
    "seller.removed",
    "sanction.lapsed",
    "sanction.lifted",
]


class Webhook(RequestBody):
    """A receiver of events."""

    url: Annotated[Link, AfterValidator(check_address)]
    kinds: Annotated[list[Kind], Field(max_length=20)] = Field(
        default=[], description="Kinds to send; all when empty."
    )


class WebhookShown(ResponseBody):
    """A receiver; its secret is shown once, when it is added."""

    webhook_id: str
    url: str
    kinds: list[str]
    created_at: Instant
    disabled_at: Instant | None


class WebhookAdded(WebhookShown):
    """A receiver that was just added, with the secret its events are signed with."""

    secret: str


class WebhookList(ResponseBody):
    """All receivers."""

    webhooks: list[WebhookShown]


class DeliveryShown(ResponseBody):
    """One event on its way to one receiver."""

    delivery_id: int
    event_id: str
    sequence: int = Field(
        description="The event's number in this store: 1, 2, 3 and so on, in order."
    )
    kind: str
    facts: dict[str, Any] = Field(
        description="The event's body as it is sent, but for its notice, which is kept nowhere."
    )
    webhook_id: str
    state: Literal["waiting", "delivered", "dead"]
    attempts: int
    next_at: Instant
    last_error: str | None
    delivered_at: Instant | None


class Redelivery(ResponseBody):
    """A delivery that waits to be tried again."""

    state: Literal["waiting"] = "waiting"


class Redeliveries(ResponseBody):
    """Deliveries that were given up on and wait to be tried again."""

    deliveries: int = Field(description="How many.")


class DeliveryPage(ResponseBody):
    """Deliveries, newest first."""

    deliveries: list[DeliveryShown]
    next_cursor: str | None
