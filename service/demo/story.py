"""The steps of the demo, each by the system's own code: simulate, train, load, score, decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from detector.durations import DAY_US, MINUTE_US
from detector.fitting import train
from detector.instants import EPOCH, text_of
from models.registry import Registry
from service.callers.making import make_key
from service.cases.actions import claim_case, queue_page
from service.cases.schemas import CaseShown
from service.console.sessions.actions import make_link
from service.decisions.sanctions.approval import approve as approve_sanction
from service.decisions.schemas import SanctionRecord, Verdict
from service.decisions.transaction import Transaction
from service.decisions.verdicts.actions import decide
from service.decisions.verdicts.schemas import VerdictGiven, VerdictProposed
from service.http.access.keys import Caller, key_id_of
from service.http.context import AppContext
from service.intake.complaints.actions import file_complaints
from service.intake.complaints.schemas import Complaint
from service.intake.evidence.actions import add_evidence
from service.intake.evidence.schemas import EvidenceLink
from service.intake.evidence.storage import Folder
from service.intake.orders.actions import store_orders
from service.intake.orders.schemas import SellerDay
from service.refusals import VerdictRefused
from service.roles import Role
from service.scoring.worker import Worker
from training.publishing import publish
from training.simulator import Episodes, Marketplace
from training.simulator.writing import write_market
from training.tables.readers import read_history

SELLERS: Final = 400
DAYS: Final = 450
"""A baseline year and six weeks: the shortest market with nothing left out."""
STARTS_ON: Final = date(2024, 1, 1)
"""The market is made with these days and then dated later, so that every day tells one story."""
EPISODES: Final = Episodes(per_seller_year=0.4, excess_sd=(6.0, 16.0), excess_min=8)
"""More and larger ones than usual: a small market has to have something to show."""
SEED: Final = 2
CHUNK: Final = 5_000
BURST: Final = 9
"""Counterfeit complaints of this week: far too many for one ordinary seller."""
PHOTOS: Final = ("photo_received", "photo_official")
"""What each of their buyers sends along."""
BURST_EVERY_US: Final = 6 * 3_600_000_000

SHOP: Final = Caller("shop (demo)", Role.INGEST, "demo")
MIA: Final = Caller("mia (demo moderator)", Role.MODERATOR, "demo")
NOA: Final = Caller("noa (demo reviewer)", Role.REVIEWER, "demo")


@dataclass(frozen=True, slots=True)
class Market:
    """A simulated market on disk, whose last day was yesterday."""

    directory: Path
    complaints: int
    orders: int


def simulate(directory: Path, *, now: int) -> Market:
    """Write a small marketplace that ends today; the same numbers whatever the day."""
    market = Marketplace(sellers=SELLERS, days=DAYS, starts_on=STARTS_ON, episodes=EPISODES)
    rows = write_market(market, SEED, directory)
    today = (EPOCH + timedelta(days=now // DAY_US)).date()
    later = today - STARTS_ON - timedelta(days=DAYS)
    for table in ("complaints", "orders"):
        _move(directory / f"{table}.parquet", later)
    return Market(directory, rows["complaints"], rows["orders"])


def _move(path: Path, later: timedelta) -> None:
    """Date every time and day of a table so much later."""
    table = pq.read_table(path)
    for number, field in enumerate(table.schema):
        if pa.types.is_temporal(field.type):
            moved = pc.add(table.column(number).cast(pa.timestamp("us")), pa.scalar(later))
            table = table.set_column(number, field, moved.cast(field.type))
    pq.write_table(table, path)


def train_model(market: Market, registry: Registry, *, now: int) -> str:
    """Train on all but the last four weeks and keep the model; its version."""
    history = read_history(
        market.directory / "complaints.parquet", market.directory / "orders.parquet"
    )
    until = (now // DAY_US - 28) * DAY_US
    training = train(history, until=until, seed=SEED)
    return publish(training, history, registry, seed=SEED, created_at=now)


def load(market: Market, context: AppContext, *, now: int, orders: bool = True) -> None:
    """File every complaint and order as the marketplace's systems would, in batches."""
    complaints = [Complaint.model_validate(row) for row in _rows(market, "complaints")]
    days = [SellerDay.model_validate(row) for row in _rows(market, "orders") if orders]
    with context.database.writing() as connection:
        for start in range(0, len(complaints), CHUNK):
            file_complaints(connection, complaints[start : start + CHUNK], now=now, skew_us=0)
        for start in range(0, len(days), CHUNK):
            store_orders(connection, days[start : start + CHUNK], now=now, skew_us=0)


def score(worker: Worker, *, now: int) -> list[CaseShown]:
    """Score the market and show the queue."""
    worker.score_everybody()
    with worker.database.reading() as connection:
        return queue_page(connection, now=now, limit=10, cursor=None).cases


def counterfeits(market: Market, context: AppContext, *, now: int) -> list[Complaint]:
    """This week's trouble: buyers of one ordinary seller say, with photos, what they were sent."""
    seller = _ordinary_seller(market)
    filed = [
        Complaint.model_validate(
            {
                "complaint_id": f"demo-{number}",
                "seller_id": seller,
                "filed_at": text_of(now - (BURST - number) * BURST_EVERY_US - MINUTE_US),
                "category": "counterfeit",
                "order_id": f"demo-order-{number}",
                "buyer_id": f"demo-buyer-{number}",
                "evidence_count": 2,
            }
        )
        for number in range(1, BURST + 1)
    ]
    with context.database.writing() as connection:
        file_complaints(connection, filed, now=now, skew_us=0)
        for complaint in filed:
            for kind in PHOTOS:
                link = f"https://example.org/{complaint.complaint_id}/{kind}.jpg"
                photo = EvidenceLink(kind=kind, link=link)
                add_evidence(
                    connection,
                    complaint.complaint_id,
                    photo,
                    None,
                    storage=Folder(context.settings.evidence),
                    pieces_max=context.settings.evidence_pieces_max,
                    caller=SHOP,
                    now=now,
                )
    return filed


def _ordinary_seller(market: Market) -> str:
    """A seller with a middling number of orders; the same in every run."""
    table = pq.read_table(market.directory / "orders.parquet")
    totals = table.group_by("seller_id").aggregate([("orders", "sum")]).to_pylist()
    totals.sort(key=lambda row: (row["orders_sum"], row["seller_id"]))
    return str(totals[len(totals) * 3 // 4]["seller_id"])


def claim(context: AppContext, case_id: str, *, now: int) -> CaseShown:
    """The moderator takes the case, so that nobody else begins with it."""
    settings = context.settings
    with context.database.writing() as connection:
        return claim_case(
            connection,
            case_id,
            caller=MIA,
            now=now,
            lease_us=settings.lease_us,
            held_max=settings.cases_held_max,
        )


def uphold(context: AppContext, complaint_id: str, *, now: int) -> VerdictGiven:
    """The moderator has compared the photos and upholds the complaint."""
    verdict = Verdict(
        outcome="upheld",
        violation="counterfeit",
        reason="The logo and the stitching differ from the official article.",
        evidence=list(PHOTOS),
    )
    with context.database.writing() as connection:
        given = decide(Transaction(connection, context.policies, MIA, now), complaint_id, verdict)
    if isinstance(given, VerdictProposed):
        raise VerdictRefused(f"the policy asks for {given.people} people; the demo has one")
    return given


def approve(context: AppContext, sanction_id: str, *, now: int) -> SanctionRecord:
    """A second person has looked at the same evidence and lets the sanction be carried out."""
    reason = "Both complaints rest on photos of the same print."
    with context.database.writing() as connection:
        transaction = Transaction(connection, context.policies, NOA, now)
        return approve_sanction(transaction, sanction_id, reason)


def key_for_reader(context: AppContext, role: Role, *, now: int) -> str:
    """A key for the demo's reader, good for a day."""
    with context.database.writing() as connection:
        return make_key(connection, role, now=now, person=f"demo {role}", days=1)


def link_for_reader(context: AppContext, key: str, *, now: int) -> str:
    """What signs the demo's reader in to the pages, once, in the key's place."""
    with context.database.writing() as connection:
        return make_link(connection, key_id_of(key), now=now)


def _rows(market: Market, table: str) -> list[dict[str, Any]]:
    columns = pq.read_table(market.directory / f"{table}.parquet").to_pylist()
    return [_as_sent(row) for row in columns]


def _as_sent(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in row.items()
        if value is not None
    }
