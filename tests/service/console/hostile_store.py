"""A store in which every field that somebody can fill holds every hostile text."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import count, cycle
from typing import Any
from urllib.parse import quote

from detector.instants import EPOCH, text_of
from detector.priority import order_of
from service.cases import store as case_store
from tests.browser.hostile import EVERY, packed
from tests.service.conftest import HOUR_US, Service
from tests.service.pictures import picture

IDS, WORDS = packed(200), packed(100)
MIA, RAE, ADA = (f"{name} {text}" for name, text in zip(("mia", "rae", "ada"), WORDS, strict=False))
LINK = "https://e.example/" + "".join(EVERY.split())[:1_500]


def said(field: str) -> str:
    """What stands in a field of sentences, so that it is known again."""
    return f"{field}: {EVERY}"


SENTENCES = (
    *("note of a link", "note of a file", "answer", "reason of a verdict", "appeal", "opinion"),
    *("decision of an appeal", "withdrawal", "decision of a withdrawal", "proposal", "correction"),
    *("approval", "credit", "forgiveness", "lifting", "extension", "refusal of a sanction"),
    *("note of a case", "snooze", "escalation", "closing", "cause of a case", "erasure"),
)
"""Fields of sentences; each is read on some page."""


class Story:
    """Everybody who writes, and what they write."""

    def __init__(self, service: Service) -> None:
        self._now = service.clock.now
        self._service, self._numbers = service, count()
        self.shop = service.as_("ingest", "shop")
        self.mia, self.rae = service.as_("moderator", MIA), service.as_("reviewer", RAE)
        self.ada = service.as_("admin", ADA)

    def post(self, who: Any, path: str, **body: Any) -> Any:
        """What is done by a body; the test fails where it is refused."""
        answer = who.post(path, json=body)
        assert answer.is_success, f"{path}: {answer.text}"
        return answer.json() if answer.content else None

    def file(self, complaint_id: str, seller_id: str, **more: str) -> str:
        """File a complaint with both photographs; the id as part of a path."""
        body = self._service.complaint(complaint_id, seller_id=seller_id, **more)
        self.post(self.shop, "/v1/complaints", **body)
        self._service.prove(complaint_id)
        return f"/v1/complaints/{quote(complaint_id, safe='')}"

    def uphold(self, complaint: str, reason: str, **more: Any) -> Any:
        """Uphold a complaint."""
        body = {"outcome": "upheld", "reason": reason, "violation": "counterfeit", **more}
        return self.post(self.mia, f"{complaint}/verdict", **body)

    def case(self, seller_id: str) -> str:
        """A case about a seller; its address."""
        base, due_at = {"harm": 1.0}, self._now + 72 * HOUR_US
        row = {
            "case_id": f"c_{next(self._numbers)}",
            "seller_id": seller_id,
            "status": "open",
            "suspicion": "seller",
            "opened_at": self._now,
            "due_at": due_at,
            "base": json.dumps(base),
            "order_key": order_of(base, due_at),
            "reasons": json.dumps([said("cause of a case")]),
        }
        with self._service.context.database.writing() as connection:
            case_store.insert_cases(connection, [row])
        return f"/v1/cases/{row['case_id']}"


def fill(service: Service) -> None:
    """Let everybody write everywhere."""
    story = Story(service)
    _names(story)
    _words_of_parties(story)
    _words_of_deciders(story)
    _words_about_sanctions(story)
    _words_about_cases(story)
    for text in WORDS:
        service.key("analyst", f"reader {text}")
    story.post(story.ada, "/v1/webhooks", url=LINK)
    story.file("of a buyer", "of a buyer", buyer_id="jane")
    story.post(story.ada, "/v1/erasures", buyer_id="jane", reason=said("erasure"))


def _names(story: Story) -> None:
    for text, word in zip(IDS, cycle(WORDS), strict=False):
        names = {"category": word, "order_id": text, "buyer_id": text, "listing_id": text}
        story.file(text, text, **names)
    for word in WORDS:
        story.file(f"of the category {word}", "by category", category=word)


def _words_of_parties(story: Story) -> None:
    complaint = story.file("of parties", "of parties")
    story.post(
        story.shop,
        f"{complaint}/evidence",
        kind=WORDS[0],
        link=LINK,
        note=said("note of a link"),
    )
    added = story.shop.post(
        f"{complaint}/evidence",
        data={"kind": WORDS[1], "note": said("note of a file")},
        files={"file": (EVERY, picture(), "image/png")},
    )
    assert added.status_code == 201, added.text
    story.post(story.shop, f"{complaint}/answer", text=said("answer"), by="seller")
    story.uphold(complaint, said("reason of a verdict"), elsewhere=WORDS[2])
    appeal = story.post(story.shop, f"{complaint}/appeal", reason=said("appeal"))["appeal_id"]
    page = signed_in(story, RAE)
    words = {"outcome": "rejected", "reason": said("opinion")}
    stored = page.form(f"/appeals/{appeal}/opinion", idempotency_key="opinion", **words)
    assert stored.status_code == 200, stored.text
    decision = {"outcome": "denied", "reason": said("decision of an appeal")}
    story.post(story.rae, f"/v1/appeals/{appeal}/decision", **decision)


def signed_in(story: Story, name: str) -> Any:
    """A reviewer's pages."""
    from tests.service.console.conftest import person

    return person(story._service, "reviewer", name)


def _words_of_deciders(story: Story) -> None:
    back = story.file("taken back", "of deciders")
    story.uphold(back, "It is forged.")
    words = {"by": "complainant", "reason": said("withdrawal")}
    story.post(story.shop, f"{back}/withdrawal", **words)
    decision = {"outcome": "denied", "reason": said("decision of a withdrawal")}
    story.post(story.rae, f"{back}/withdrawal/decision", **decision)
    open_one = story.file("taken back later", "of deciders")
    story.uphold(open_one, "It is forged.")
    story.post(story.shop, f"{open_one}/withdrawal", **words)
    proposed = story.file("proposed", "of proposals", category="unsafe")
    story.uphold(proposed, said("proposal"), violation="unsafe")
    corrected = story.file("corrected", "of corrections")
    first = story.uphold(corrected, "It is forged.")["verdict_id"]
    body = {"outcome": "rejected", "reason": said("correction"), "supersedes": first}
    story.post(story.mia, f"{corrected}/verdict", **body)


def _words_about_sanctions(story: Story) -> None:
    for seller_id in ("suspended", "not suspended"):
        for number in range(2):
            story.uphold(story.file(f"{seller_id} {number}", seller_id), "It is forged.")
    [suspended] = _sanctions(story, "suspended")
    [declined] = _sanctions(story, "not suspended")
    story.post(story.rae, f"{declined}/decline", reason=said("refusal of a sanction"))
    story.post(story.rae, f"{suspended}/approve", reason=said("approval"))
    later = text_of(story._now + 90 * 24 * HOUR_US)
    story.post(story.rae, f"{suspended}/extend", until=later, reason=said("extension"))
    story.post(story.rae, f"{suspended}/lift", reason=said("lifting"))
    credit = {"points": 1, "kind": WORDS[0], "reason": said("credit")}
    story.post(story.rae, "/v1/sellers/suspended/credits", **credit)
    [entry, *_] = story.mia.get("/v1/sellers/suspended/ledger").json()["entries"]
    path = f"/v1/entries/{quote(entry['id'], safe='')}/forgive"
    story.post(story.rae, path, reason=said("forgiveness"))


def _sanctions(story: Story, seller_id: str) -> list[str]:
    waiting = story.mia.get(f"/v1/sellers/{seller_id}").json()["awaiting_approval"]
    return [f"/v1/sanctions/{quote(one, safe='')}" for one in waiting]


def _words_about_cases(story: Story) -> None:
    for text in IDS:
        story.case(text)
    until = (EPOCH + timedelta(microseconds=story._now + 24 * HOUR_US)).isoformat()
    acts: dict[str, dict[str, Any]] = {
        "note": {"note": said("note of a case")},
        "snooze": {"until": until, "note": said("snooze")},
        "escalate": {"note": said("escalation")},
        "close": {"outcome": WORDS[0], "note": said("closing")},
    }
    for act, body in acts.items():
        seller_id = f"case to {act}"
        story.file(seller_id, seller_id)
        address = story.case(seller_id)
        story.post(story.mia, f"{address}/claim")
        story.post(story.mia, f"{address}/{act}", **body)
