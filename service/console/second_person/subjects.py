"""Whose data the words may hold that are typed about a sanction, an entry or a seller."""

from __future__ import annotations

from sqlalchemy import Connection

from service.decisions.adjustments.actions import seller_of_entry
from service.decisions.drafts.store import About
from service.decisions.sanction_records import sanction_with_id
from service.sellers.store import check_known


def of_sanction(connection: Connection, sanction_id: str) -> About:
    """Words about a sanction; raises NoSuchSanction."""
    return About(sanction_with_id(connection, sanction_id, now=0).seller_id)  # at any instant


def of_entry(connection: Connection, entry_id: str) -> About:
    """Words about an entry of a ledger; raises NoSuchEntry."""
    return About(seller_of_entry(connection, entry_id))


def of_seller(connection: Connection, seller_id: str) -> About:
    """Words about a seller; raises NoSuchSeller."""
    check_known(connection, seller_id)
    return About(seller_id)
