"""What `detector db erase` and `detector db retain` do."""

from __future__ import annotations

from typing import Final

from service.cli.progress import progress
from service.database.revisions import check_current
from service.erasure import actions
from service.erasure.schemas import ErasureDone
from service.http.access.keys import Caller
from service.http.context import Household
from service.roles import Role
from service.settings import Settings

CHUNK: Final = 1_000
"""Complaints to a transaction, so that nobody waits for long."""

OPERATOR: Final = Caller("the command line", Role.ADMIN, "cli")


def erase_buyer(settings: Settings, buyer_id: str, reason: str) -> ErasureDone:
    """Erase a buyer from the store and its evidence; what was removed."""
    house = _house(settings)
    with house.database.writing() as connection:
        done = actions.erase_buyer(
            connection, buyer_id, reason, house.retention, caller=OPERATOR, now=house.clock()
        )
    actions.remove_files(house.database, house.storage, done.files)
    house.close()
    return done.told


def apply_retention(settings: Settings) -> dict[str, int]:
    """Apply the retention policy to the whole store, and sweep lost files; counts by what."""
    house = _house(settings)
    told = {"complaints": 0, "evidence": 0, "words": 0, "files": 0}
    last, more = "", True
    with progress("applying retention") as advanced:
        while more:
            with house.database.writing() as connection:
                done = actions.apply_retention(
                    connection,
                    house.retention,
                    caller=OPERATOR,
                    now=house.clock(),
                    limit=CHUNK,
                    after=last,
                )
            last, more = done.last, done.told.more
            for name in ("complaints", "evidence", "words"):
                told[name] += getattr(done.told, name)
            told["files"] += actions.remove_files(house.database, house.storage, done.files)
            advanced(told["complaints"], told["complaints"])
    lost = actions.lost_files(house.storage, now=house.clock())
    told["files"] += actions.remove_files(house.database, house.storage, lost)
    house.close()
    return told


def _house(settings: Settings) -> Household:
    house = Household(settings)
    check_current(house.database)
    return house
