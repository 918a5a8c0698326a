"""HTTP for common causes."""

from __future__ import annotations

from typing import Annotated

from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.admission import router_of
from service.http.context import Context
from service.roles import READERS
from service.views.common_causes.actions import common_causes_shown
from service.views.common_causes.schemas import CommonCauses

router = router_of("queue")


@router.get("/v1/common-causes")
def show_common_causes(context: Context, _: Annotated[Caller, allows(READERS)]) -> CommonCauses:
    """What moves many sellers alike: a recall, a carrier, a warehouse; and the cases under it."""
    with context.database.reading() as connection:
        return CommonCauses(common_causes=common_causes_shown(connection, now=context.clock()))
