"""What admins do about receivers and deliveries, each on record, in the caller's transaction."""

from __future__ import annotations

from sqlalchemy import Connection

from service.audit import actions as audit
from service.http.access.keys import Caller
from service.outbox import actions, store
from service.outbox.schemas import Redeliveries, Redelivery, Webhook, WebhookAdded


def add_webhook(
    connection: Connection, wanted: Webhook, *, caller: Caller, now: int
) -> WebhookAdded:
    """Add a receiver; the answer holds its secret, once."""
    webhook_id, secret = actions.add_webhook(connection, wanted.url, wanted.kinds, now=now)
    audit.record(connection, "webhook.added", webhook_id, at=now, caller=caller, after=wanted.url)
    return WebhookAdded(
        webhook_id=webhook_id,
        url=wanted.url,
        kinds=list(wanted.kinds),
        created_at=now,
        disabled_at=None,
        secret=secret,
    )


def disable_webhook(connection: Connection, webhook_id: str, *, caller: Caller, now: int) -> None:
    """Send no more to a receiver, which is recorded once; raises NoSuchWebhook."""
    audit.lock_chain(connection)
    if actions.disable_webhook(connection, webhook_id, now=now):
        audit.record(connection, "webhook.disabled", webhook_id, at=now, caller=caller)


def redeliver(connection: Connection, delivery_id: int, *, caller: Caller, now: int) -> Redelivery:
    """Try a delivery again, whatever became of it; raises NoSuchDelivery."""
    actions.redeliver(connection, delivery_id, now=now)
    subject = f"delivery {delivery_id}"
    audit.record(connection, "delivery.repeated", subject, at=now, caller=caller)
    return Redelivery()


def redeliver_dead(connection: Connection, *, caller: Caller, now: int) -> Redeliveries:
    """Try all deliveries again that were given up on, but those to receivers taken off."""
    count = store.revive_dead(connection, now=now)
    if count:
        subject = "all dead deliveries"
        facts = {"deliveries": count}
        audit.record(connection, "delivery.repeated", subject, at=now, caller=caller, after=facts)
    return Redeliveries(deliveries=count)
