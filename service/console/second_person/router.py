"""All pages of what a second person decides."""

from __future__ import annotations

from service.console.second_person.appeals import router as appeals
from service.console.second_person.exceptions import router as exceptions
from service.console.second_person.proposals import router as proposals
from service.console.second_person.sanctions import router as sanctions
from service.console.second_person.withdrawals import router as withdrawals

ROUTERS = (proposals, sanctions, appeals, withdrawals, exceptions)
