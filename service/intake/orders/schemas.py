"""Bodies and answers of the orders routes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from service.http.fields import BY_SLICES, GivenDay, Id, RequestBody, ResponseBody

Amount = Annotated[float, Field(ge=0, le=1e15, allow_inf_nan=False)]


class SellerDay(RequestBody):
    """How many orders a seller took on a UTC day."""

    seller_id: Id
    day: GivenDay
    orders: Annotated[int, Field(ge=0, le=1_000_000_000)]
    revenue: Amount | None = None


class OrderBatch(RequestBody):
    """Seller-days, all stored or none; each replaces what was known of that seller-day."""

    orders: Annotated[list[SellerDay], Field(min_length=1), BY_SLICES]


class OrdersStored(ResponseBody):
    """How many seller-days were stored."""

    stored: int
