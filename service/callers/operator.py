"""Who a command acts as in the record of decisions."""

from __future__ import annotations

from typing import Final

from service.http.access.keys import Caller
from service.roles import Role

OPERATOR: Final = Caller("the command line", Role.ADMIN, "cli")
"""Somebody with access to the store itself; which person that is, only the machine knows."""
