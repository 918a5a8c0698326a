"""HTTP for orders."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from detector.errors import BadInput
from service.access.gate import allows
from service.access.keys import Caller
from service.access.roles import PLATFORM
from service.house import House
from service.orders import actions
from service.orders.schemas import OrderBatch, OrdersStored

router = APIRouter(tags=["orders"])


@router.post("/v1/orders")
def store_orders(
    body: OrderBatch, house: House, _: Annotated[Caller, allows(PLATFORM)]
) -> OrdersStored:
    """Store daily order counts; each replaces what was known of that seller-day."""
    if len(body.orders) > house.settings.batch_max:
        raise BadInput(f"orders: {len(body.orders)} rows; at most {house.settings.batch_max}")
    with house.database.writing() as connection:
        stored = actions.store_orders(
            connection, body.orders, now=house.clock(), skew_us=house.skew_us
        )
    house.wake_worker()
    return OrdersStored(stored=stored)
