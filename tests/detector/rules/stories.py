"""Short logs of appeals, stays, reversals and second depletions, and how each of them ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from detector.rules.instants import DAY, instant_of, text_of

START = instant_of("2026-02-01")


def at(day: float) -> str:
    return text_of(START + round(day * DAY))


class Story:
    """A log of one seller in the making; days count from its beginning."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []

    def tell(self, name: str, day: float, kind: str, **facts: Any) -> None:
        self.told.append({"event": kind, "id": name, "recorded_at": at(day)} | facts)

    def upheld(self, name: str, day: float, **changed: Any) -> None:
        incident, decided = changed.pop("incident", day - 1), changed.pop("decided", day)
        facts = {
            "decided_at": at(decided),
            "reported_at": at(min(decided, incident + 0.5)),
            "incident_at": at(incident),
            "seller_id": "S",
            "complaint_id": f"c {name}",
            "order_id": f"o {name}",
            "buyer_id": None,
            "violation": "counterfeit",
            "outcome": "upheld",
            "evidence": ["photo_received", "photo_official"],
            "moderator": "Mo",
            "actor": "person",
        }
        self.tell(name, day, "verdict", **facts | changed)

    def appeal(self, verdict: str, day: float, notified: float | None = None) -> None:
        when = at(day) if notified is None else at(notified)
        facts = {"verdict_id": verdict, "by": "seller", "notified_at": when}
        self.tell(f"a {verdict}", day, "appeal", **facts)

    def decide(self, verdict: str, day: float, outcome: str) -> None:
        name, facts = f"d {verdict}", {"outcome": outcome, "moderator": "Ma"}
        self.tell(name, day, "appeal_decided", appeal_id=f"a {verdict}", **facts)

    def depleted(self, *days: float) -> None:
        """Two verdicts at each day, v1, v2, then v3, v4 and so on."""
        for day in days:
            for _ in range(2):
                self.upheld(f"v{len(self.told) + 1}", day)


def removed(story: Story) -> None:
    story.depleted(0, 8)


def appealed(story: Story) -> None:
    removed(story)
    story.appeal("v3", 9)


def denied(story: Story) -> None:
    appealed(story)
    story.decide("v3", 10, "denied")


def granted(story: Story) -> None:
    appealed(story)
    story.decide("v3", 10, "granted")


def of_the_first(story: Story) -> None:
    removed(story)
    story.appeal("v1", 9)


def of_the_first_granted(story: Story) -> None:
    of_the_first(story)
    story.decide("v1", 10, "granted")


def one_too_many(story: Story) -> None:
    story.depleted(0)
    for name in ("v3", "v4", "v5"):
        story.upheld(name, 8)
    story.appeal("v5", 9)


def two_of_three(story: Story) -> None:
    one_too_many(story)
    story.appeal("v4", 10)


def one_denied_of_two(story: Story) -> None:
    appealed(story)
    story.appeal("v4", 9.5)
    story.decide("v4", 10, "denied")


def more_while_stayed(story: Story) -> None:
    appealed(story)
    story.upheld("v5", 10)


def during_a_suspension(story: Story) -> None:
    story.depleted(0)
    story.appeal("v1", 1)
    story.decide("v1", 2, "granted")
    story.upheld("v3", 3)


def after_a_suspension(story: Story) -> None:
    story.depleted(0)
    story.appeal("v1", 6)
    story.decide("v1", 8, "granted")
    story.depleted(9)


def suspension_is_not_stayed(story: Story) -> None:
    story.depleted(0)
    story.appeal("v1", 1)
    story.appeal("v2", 1)


def before_notice(story: Story) -> None:
    story.depleted(0)
    story.upheld("v3", 8, incident=-3)
    story.upheld("v4", 8, incident=-2)


def at_the_notice(story: Story) -> None:
    story.depleted(0)
    story.upheld("v3", 8, incident=0)
    story.upheld("v4", 8, incident=-2)


def just_after_the_notice(story: Story) -> None:
    story.depleted(0)
    story.upheld("v3", 8, incident=0.0001)
    story.upheld("v4", 8, incident=-2)


def removed_once(story: Story) -> None:
    story.depleted(0, 8, 20, 390)


def forgotten(story: Story) -> None:
    story.depleted(0, 365)


def remembered(story: Story) -> None:
    story.depleted(0, 364.9)


def gone_at_the_end(story: Story) -> None:
    story.upheld("v1", 0)
    story.upheld("v2", 365)


def there_to_the_end(story: Story) -> None:
    story.upheld("v1", 0)
    story.upheld("v2", 364.99)


def armed_again(story: Story) -> None:
    story.upheld("v1", 0)
    story.upheld("v2", 366)
    story.upheld("v3", 400)


def served_at_the_end(story: Story) -> None:
    story.depleted(0)
    story.upheld("v3", 7)


def carried_over(story: Story) -> None:
    story.depleted(0)
    story.upheld("v3", 5)
    story.upheld("v4", 8)


def one_order(story: Story) -> None:
    story.upheld("v1", 0, order_id="o")
    story.upheld("v2", 1, order_id="o")
    story.appeal("v1", 2)
    story.decide("v1", 3, "granted")
    story.upheld("v3", 4)


def late(story: Story) -> None:
    story.depleted(0)
    story.upheld("v3", 20, decided=2)
    story.upheld("v4", 20, decided=2)


def too_late(story: Story) -> None:
    removed(story)
    story.appeal("v3", 38, notified=8)


def in_time(story: Story) -> None:
    removed(story)
    story.appeal("v3", 37.999, notified=8)


def little_evidence(story: Story) -> None:
    story.upheld("v1", 0)
    story.upheld("v2", 1, evidence=["photo_received", "letter"])
    story.upheld("v3", 1, evidence=["photo_received", "photo_received"])
    story.upheld("v4", 1, evidence=["authenticity_document"])
    story.upheld("v5", 1, evidence=["authenticity_document"] * 2)


def told_twice(story: Story) -> None:
    removed(story)
    story.told += [story.told[2], story.told[3] | {"moderator": "Other"}, story.told[0]]


def decided_anew(story: Story) -> None:
    story.depleted(0)
    story.upheld("v3", 1, complaint_id="c v2", supersedes="v2", outcome="rejected")


def credited(story: Story) -> None:
    story.upheld("v1", 0)
    story.tell("k", 1, "credit", seller_id="S", points=3, why="course")
    story.upheld("v2", 2)
    story.upheld("v3", 3)


def lost_its_new_conduct(story: Story) -> None:
    story.depleted(0)
    story.upheld("v3", 9, incident=-2)
    story.upheld("v4", 10)
    story.upheld("v5", 11, incident=-2)
    story.appeal("v4", 12)
    story.decide("v4", 13, "granted")


def superseded_under_appeal(story: Story) -> None:
    appealed(story)
    story.upheld("v5", 10, complaint_id="c v3", order_id="o v3", supersedes="v3")
    story.decide("v3", 11, "granted")


def credited_after_it(story: Story) -> None:
    story.depleted(0)
    story.upheld("v3", 0)
    story.tell("k", 1, "credit", seller_id="S", points=6, why="course")
    story.appeal("v3", 2)
    story.decide("v3", 3, "granted")


STORIES: list[tuple[Callable[[Story], None], str, str]] = [
    (removed, "removed", "suspend served, remove in_force"),
    (appealed, "suspended", "suspend served, remove stayed"),
    (denied, "removed", "suspend served, remove in_force"),
    (granted, "warned", "suspend served, remove voided"),
    (of_the_first, "suspended", "suspend served, remove stayed"),
    (of_the_first_granted, "suspended", "suspend voided, remove voided, suspend in_force"),
    (one_too_many, "removed", "suspend served, remove in_force"),
    (two_of_three, "suspended", "suspend served, remove stayed"),
    (one_denied_of_two, "suspended", "suspend served, remove stayed"),
    (more_while_stayed, "removed", "suspend served, remove in_force"),
    (during_a_suspension, "suspended", "suspend voided, suspend in_force"),
    (after_a_suspension, "suspended", "suspend voided, suspend in_force"),
    (suspension_is_not_stayed, "suspended", "suspend in_force"),
    (before_notice, "suspended", "suspend served, suspend in_force"),
    (at_the_notice, "suspended", "suspend served, suspend in_force"),
    (just_after_the_notice, "removed", "suspend served, remove in_force"),
    (removed_once, "removed", "suspend served, remove in_force"),
    (forgotten, "suspended", "suspend served, suspend in_force"),
    (remembered, "removed", "suspend served, remove in_force"),
    (gone_at_the_end, "warned", ""),
    (there_to_the_end, "suspended", "suspend in_force"),
    (armed_again, "suspended", "suspend in_force"),
    (served_at_the_end, "warned", "suspend served"),
    (carried_over, "removed", "suspend served, remove in_force"),
    (one_order, "suspended", "suspend in_force"),
    (late, "removed", "suspend served, remove in_force"),
    (too_late, "removed", "suspend served, remove in_force"),
    (in_time, "suspended", "suspend served, remove stayed"),
    (little_evidence, "warned", ""),
    (told_twice, "removed", "suspend served, remove in_force"),
    (decided_anew, "warned", "suspend voided"),
    (credited, "suspended", "suspend in_force"),
    (lost_its_new_conduct, "suspended", "suspend served, remove voided, suspend in_force"),
    (superseded_under_appeal, "removed", "suspend served, remove in_force"),
    (credited_after_it, "suspended", "suspend in_force"),
]
"""How each ends: the status, and the states of the sanctions that are no warnings."""
