"""A store in which every page has something to show: a market, and decisions of every kind."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import httpx

from detector.drift import drift_of
from detector.durations import DAY_US
from detector.fitting import train
from detector.history.history import History
from detector.instants import EPOCH, text_of
from detector.rules.policy.bundled import bundled_text
from models.detectors import load_detector, registry_at
from service.assessments.active_model import ActiveModel
from service.assessments.shadows import ShadowRun, keep
from service.clock import system_clock
from service.demo import story
from service.demo.story import PHOTOS, Market
from service.http.access.keys import key_id_of
from service.roles import Role
from service.scoring.worker import worker_for
from tests.browser.served import Api, Served
from tests.service.pictures import picture
from training.backtest.budget_curve import Question, budget_curve
from training.publishing import publish
from training.simulator import Episodes, Marketplace
from training.simulator.writing import write_market
from training.tables.readers import read_history

SELLERS: Final = 60
DAYS: Final = 200
EPISODES: Final = Episodes(per_seller_year=2.0, excess_sd=(6.0, 16.0), excess_min=8)
"""Many: a small market has to fill a queue."""
SEED: Final = 5
MIA: Final = "Mia"
"""The moderator whose work is in the store."""
UPHELD: Final = {
    "outcome": "upheld",
    "violation": "counterfeit",
    "reason": "The logo and the stitching differ from the official article.",
}


def simulated(folder: Path) -> Market:
    """A small market that ended yesterday, with two versions of a model in `folder`/models."""
    now = system_clock()
    starts_on = (EPOCH + timedelta(days=now // DAY_US - DAYS)).date()
    marketplace = Marketplace(sellers=SELLERS, days=DAYS, starts_on=starts_on, episodes=EPISODES)
    rows = write_market(marketplace, SEED, folder)
    market = Market(folder, rows["complaints"], rows["orders"])
    history = read_history(folder / "complaints.parquet", folder / "orders.parquet")
    training = train(history, until=(now // DAY_US - 28) * DAY_US, seed=SEED)
    for created_at in (now - 7 * DAY_US, now):
        publish(training, history, registry_at(folder / "models"), seed=SEED, created_at=created_at)
    _keep_measures(folder, history, now)
    return market


def _keep_measures(folder: Path, history: History, now: int) -> None:
    """What alert budgets buy with the first of the versions, and its drift, as commands keep it."""
    loaded = load_detector(folder / "models", "v0001")
    question = Question(until=now // DAY_US - 1, days=42, spikes=100, most=8, seed=SEED)
    curve = budget_curve(history, loaded, question, created_at=now)
    registry_at(folder / "models").keep_budgets(curve)
    end = loaded.manifest.facts.span[1]
    report = drift_of(history, loaded.trained, learnt_until=end, until=now, created_at=now)
    registry_at(folder / "models").keep_drift("v0001", report)


def fill(served: Served, market: Market) -> None:
    """File the market and score it; then let people work on its cases in every way."""
    hook = {"url": "https://shop.example/hook"}  # nobody answers there: what it is sent waits
    webhook = served.api(Role.ADMIN, "Ada").post("/v1/webhooks", json=hook)
    filed = _score(served, market)
    mia, shop = served.api(Role.MODERATOR, MIA), served.api(Role.INGEST, "shop")
    queue = mia.get("/v1/queue")["cases"]
    flagged = next(case for case in queue if case["seller_id"] == filed[0].seller_id)
    served.facts |= {
        "flagged_case": flagged["case_id"],
        "seller": flagged["seller_id"],
        "webhook": webhook["webhook_id"],
        **_cases(served, mia),
        **_decisions(mia, shop, [one.complaint_id for one in filed]),
        **_agreements(served, mia, shop),
        **_exceptions(mia, flagged["seller_id"]),
        **_looked_after(served),
        **_public(served, mia, shop),
    }
    _sampled(mia)
    _challenged(served, queue)


def _challenged(served: Served, queue: list[Any]) -> None:
    """The second version was a challenger once, which named some that the first one did not."""
    now, sellers = served.context.clock(), frozenset(case["seller_id"] for case in queue[:3])
    for at, looked in ((now - DAY_US, sellers), (now, frozenset[str]())):
        run = ShadowRun(at, "v0001", "v0002", SELLERS, SELLERS, looked, sellers - looked)
        with served.context.database.writing() as connection:
            keep(connection, run)


def _score(served: Served, market: Market) -> list[Any]:
    context, now = served.context, served.context.clock()
    story.load(market, context, now=now)
    filed = story.counterfeits(market, context, now=now)
    active_model = ActiveModel(context.settings.models)
    worker = worker_for(context.settings, context.database, context.policies, active_model)
    story.score(worker, now=now)
    return filed


def _cases(served: Served, mia: Api) -> dict[str, str]:
    closed, held = served.open_case("closed-by-mia"), served.open_case("held-by-mia")
    for case_id in (closed, held):
        mia.post(f"/v1/cases/{case_id}/claim")
    mia.post(f"/v1/cases/{closed}/close", json={"note": "Settled with the buyers."})
    return {"closed_case": closed, "held_case": held}


def _decisions(mia: Api, shop: Api, ids: list[str]) -> dict[str, str]:
    """Two upheld, so that a suspension waits; one appealed, one answered, one taken back."""
    photo = shop.photograph(ids[2])
    shop.post(
        f"/v1/complaints/{ids[2]}/answer",
        json={"text": "The parcel came from our own maker.", "by": "seller"},
    )
    for one in ids[:2]:
        mia.post(f"/v1/complaints/{one}/verdict", json=UPHELD)
    appeal = shop.post(
        f"/v1/complaints/{ids[1]}/appeal",
        json={"by": "seller", "reason": "The official photograph shows last year's model."},
    )
    rejected = {"outcome": "rejected", "reason": "The photographs show the same article."}
    mia.post(f"/v1/complaints/{ids[3]}/verdict", json=rejected)
    shop.post(
        f"/v1/complaints/{ids[4]}/withdrawal",
        json={"by": "complainant", "reason": "The seller sent another one."},
    )
    return {
        "complaint": ids[2],
        "upheld": ids[0],
        "appealed": ids[1],
        "rejected": ids[3],
        "withdrawn": ids[4],
        "photo": photo,
        "appeal": appeal["appeal_id"],
    }


def _agreements(served: Served, mia: Api, shop: Api) -> dict[str, str]:
    """What waits for a second person: a proposal, and a verdict on a complaint taken back."""
    case = mia.get(f"/v1/cases/{served.open_case('proposed', category='unsafe')}")
    complaints = mia.get(f"/v1/sellers/{case['seller_id']}/complaints")["complaints"]
    proposed = complaints[0]["complaint_id"]
    mia.post(f"/v1/complaints/{proposed}/verdict", json=UPHELD | {"violation": "unsafe"})
    served.open_case("taken-back", order_id="order-of-two")
    complaints = mia.get("/v1/sellers/taken-back/complaints")["complaints"]
    back = complaints[0]["complaint_id"]
    mia.post(f"/v1/complaints/{back}/verdict", json=UPHELD)
    shop.post(f"/v1/complaints/{back}/withdrawal", json={"by": "complainant", "reason": "Sorry."})
    return {"proposed": proposed, "taken_back": back}


def _exceptions(mia: Api, seller_id: str) -> dict[str, str]:
    """What a second person may approve, or forgive."""
    waiting = mia.get(f"/v1/sellers/{seller_id}")["awaiting_approval"]
    entries = mia.get(f"/v1/sellers/{seller_id}/ledger")["entries"]
    return {
        "sanction": quote(waiting[0], safe=""),
        "entry": entries[0]["id"],
    }


def _public(served: Served, mia: Api, shop: Api) -> dict[str, str]:
    """Links of a buyer and of a notice, who have begun, and of a seller with complaints."""
    now = served.context.clock()
    theirs = {"seller_id": "some-shop", "order_id": "some-order", "buyer_id": "some-buyer"}
    decided = {
        "waiting": None,
        "rejected": {"outcome": "rejected", "reason": "The photographs show the same article."},
        "upheld": UPHELD | {"evidence": list(PHOTOS)},
    }
    categories = dict(zip(decided, ("counterfeit", "damaged", "counterfeit"), strict=True))
    for name, category in categories.items():
        order = {"order_id": "another-order"} if name == "upheld" else {}
        one = {**theirs, **order, "complaint_id": f"some-{name}", "category": category}
        shop.post("/v1/complaints", json={"complaints": [one | {"filed_at": text_of(now)}]})
        verdict = decided[name]
        if verdict is not None:
            shop.photograph(f"some-{name}")
            mia.post(f"/v1/complaints/some-{name}/verdict", json=verdict)
    ends = {"expires_at": text_of(now + 60 * DAY_US)}
    buyer = shop.post("/v1/links", json={"kind": "complaint", **theirs, **ends})["address"]
    _begun(served, buyer, words="It never came.")
    wanted = {"kind": "seller", "seller_id": "some-shop", "second_factor": "4711-0815", **ends}
    seller = shop.post("/v1/links", json=wanted)
    notice = _begun(served, "/report", addresses="https://shop.example/x9", words="It is forged.")
    return {
        "buyer": buyer,
        "notice": notice,
        "seller_link": seller["address"],
        "seller_code": "4711-0815",
    }


def _sampled(mia: Api) -> None:
    """Sellers without a case, drawn to be looked at; one of them was."""
    drawn = mia.post("/v1/audit-sample", json={"size": 10})
    seller_id = quote(drawn["sellers"][0]["seller_id"], safe="")
    found = {"finding": "no_harm", "note": "Each buyer got the money back."}
    mia.post(f"/v1/audit-sample/{drawn['week']}/{seller_id}", json=found)


def _begun(served: Served, address: str, **answers: str) -> str:
    """Begin a complaint; the link that leads back to it."""
    with httpx.Client(
        base_url=served.url, headers={"Sec-Fetch-Site": "same-origin"}, follow_redirects=True
    ) as somebody:
        somebody.get(address)
        somebody.post("/report/begin")
        somebody.post("/report/what", data={"category": "not_as_described"})
        for field, step in (("addresses", "where"), ("words", "why")):
            if field in answers:
                somebody.post(f"/report/{step}", data={field: answers[field]})
        shown = picture("PNG", size=(64, 48))
        somebody.post("/report/evidence/photo_received", files={"file": ("a.png", shown)})
        token = re.search(r'name="token" value="([^"]+)"', somebody.get("/report/later").text)
        assert token is not None
        later = somebody.post("/report/later", data={"token": token[1]})
        led = re.search(r"/report/[\w-]{43}", later.text)
        assert led is not None, later.text
        return served.url + led[0]


def _looked_after(served: Served) -> dict[str, str]:
    """What admins and analysts look after: a key, a model, a question of what if."""
    asked = {"toml": bundled_text("shopee"), "idempotency_key": "asked once"}
    same_origin = {"Sec-Fetch-Site": "same-origin"}
    with httpx.Client(base_url=served.url, headers=same_origin, follow_redirects=True) as ida:
        ida.post("/login", data={"key": served.key(Role.ANALYST, "Ida")})
        answer = ida.post("/rules/what-if", data=asked)
        assert answer.is_success, answer.text
        while "data-waits" in ida.get(answer.url.path).text:  # one at a time is worked out
            time.sleep(0.5)
    return {
        "key": key_id_of(served.key(Role.INGEST, "shop")),
        "what_if": answer.url.path.rsplit("/", 1)[1],
        "version": "v0001",
    }
