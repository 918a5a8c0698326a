"""HTTP for orders."""

from __future__ import annotations

from typing import Annotated

from sqlalchemy import Connection

from detector.errors import BadInput
from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.admission import BodyKind, router_of
from service.http.context import Context
from service.http.idempotency.idempotency_key import IdempotencyKey
from service.intake.orders import actions
from service.intake.orders.schemas import OrderBatch, OrdersStored
from service.roles import PLATFORM

router = router_of("orders", body=BodyKind.ROWS)


@router.post("/v1/orders")
def store_orders(
    body: OrderBatch, context: Context, _: Annotated[Caller, allows(PLATFORM)], key: IdempotencyKey
) -> OrdersStored:
    """Store daily order counts; each replaces what was known of that seller-day."""
    if len(body.orders) > context.settings.batch_max:
        raise BadInput(f"orders: {len(body.orders)} rows; at most {context.settings.batch_max}")

    def act(connection: Connection) -> OrdersStored:
        now = context.clock()
        return OrdersStored(
            stored=actions.store_orders(
                connection, body.orders, now=now, skew_us=context.settings.skew_us
            )
        )

    answer = context.write(key, act)
    context.wake_worker()
    return answer
