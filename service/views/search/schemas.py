"""What a search finds."""

from __future__ import annotations

from typing import Literal

from service.http.fields import ResponseBody

Kind = Literal["seller", "complaint", "order", "case", "sanction", "verdict", "appeal", "evidence"]


class Hit(ResponseBody):
    """Something that an id is the id of, and what it is about.

    Of an order, each complaint about it is a hit.
    """

    kind: Kind
    seller_id: str
    complaint_id: str | None = None
