"""Bodies and answers of the links routes."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from service.http.fields import PRINTABLE, GivenInstant, Id, Instant, RequestBody, ResponseBody
from service.links.rules import COMPLAINT
from service.settings import LanguageTag

SecondFactor = Annotated[str, StringConstraints(min_length=6, max_length=64, pattern=PRINTABLE)]


class LinkWanted(RequestBody):
    """A link for one person, and what it is bound to."""

    kind: Literal["complaint", "seller"] = Field(
        description="`complaint`: a buyer's form about one order; `seller`: one seller's page."
    )
    seller_id: Id
    order_id: Id | None = Field(None, description="Needed for a complaint.")
    buyer_id: Id | None = Field(None, description="Needed for a complaint.")
    listing_id: Id | None = None
    language: LanguageTag | None = Field(
        None, description="What the page is written in, unless its reader chooses another."
    )
    second_factor: SecondFactor | None = Field(
        None,
        description="For a seller: what they type before they see anything, which the mail must "
        "not hold. Drawn and answered, once, when left out. Show it in their own account.",
    )
    expires_at: GivenInstant = Field(description="At most 800 days from now.")

    @model_validator(mode="after")
    def _bound_to_what_it_is_for(self) -> Self:
        bound = {"order_id": self.order_id, "buyer_id": self.buyer_id}
        if self.kind == COMPLAINT:
            missing = [name for name, one in bound.items() if one is None]
            if missing:
                raise ValueError(f"a link for a complaint needs {' and '.join(missing)}")
            if self.second_factor is not None:
                raise ValueError("a second factor is for a seller's link")
            return self
        given = [name for name, one in bound.items() if one is not None]
        if given or self.listing_id is not None:
            raise ValueError("a seller's link names the seller alone: a seller learns of no buyer")
        return self


class LinkMade(ResponseBody):
    """A link that was made; its address cannot be read again."""

    link_id: str = Field(description="To revoke it by.")
    address: str = Field(description="For one person; who has it can open the page.")
    second_factor: str | None = Field(
        description="Where it was drawn: eight digits to show in the seller's own account, once."
    )
    expires_at: Instant
