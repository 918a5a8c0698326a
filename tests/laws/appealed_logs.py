"""Random logs in which removals, pending appeals, reversals and coinciding instants are common."""

from __future__ import annotations

import json
from typing import Any, Final

from hypothesis import strategies as st

from detector.rules.instants import DAY, text_of
from tests.laws.random_rules import HALF_DAY, START

SHORT_GAPS: Final = (0, 0, 0, 0, 0, HALF_DAY, HALF_DAY, DAY, DAY)
GAPS: Final = (*SHORT_GAPS, *SHORT_GAPS, 7 * DAY, 7 * DAY, 8 * DAY, 10 * DAY, 14 * DAY, 30 * DAY)
"""The terms of the policies are among them: things end when other things are recorded."""
EDGES: Final = (0, 0, 0, 0, 0, 0, -1, 1)
STEPS: Final = "v" * 16 + "a" * 12 + "d" * 9 + "ckxorss"
ENOUGH: Final = ["photo_received", "photo_official", "authenticity_document"]


class _Author:
    """Writes a log, line by line, and remembers what may still be appealed or decided."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.now = START
        self.told: list[dict[str, Any]] = []
        self.verdicts: list[dict[str, Any]] = []
        self.appealable: list[dict[str, Any]] = []
        self.pending: list[str] = []

    def pick(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def step(self) -> None:
        kind = self.pick(*STEPS)
        self.now = max(START, self.now + self.pick(*GAPS) + self.pick(*EDGES))
        event = self._event(kind)
        id_and_time = {"id": f"e{len(self.told):02}", "recorded_at": text_of(self.now)}
        self.told.append(id_and_time | event)
        if "id" in event:
            return
        if event["event"] == "verdict":
            self.verdicts.append(self.told[-1])
            is_new = event["complaint_id"] == f"c{len(self.told) - 1:02}"
            if is_new and event["evidence"] == ENOUGH and event["actor"] == "person":
                self.appealable.append(self.told[-1])
        elif event["event"] == "appeal":
            self.pending.append(self.told[-1]["id"])

    def _event(self, kind: str) -> dict[str, Any]:
        if kind == "a" and self.verdicts:
            return self._appeal()
        if kind == "d" and self.pending:
            outcome = self.pick("granted", "granted", "denied")
            place = self.pick(0, -1)
            appeal = self.pending[place] if self.pick(*[0] * 9, 1) else self.pending.pop(place)
            return {"event": "appeal_decided"} | {
                "appeal_id": appeal,
                "outcome": outcome,
                "moderator": "M",
            }
        if kind == "c":
            points = self.pick(1, 2, 6)
            return {"event": "credit", "seller_id": "S", "points": points, "why": "course"}
        if kind == "k" and self.verdicts:
            return {"event": "withdrawn", "complaint_id": self.verdicts[-1]["complaint_id"]}
        if kind == "x" and self.told:
            return dict(self.pick(*self.told))
        if kind == "o" and self.told:
            return self.pick(*self.told) | {"recorded_at": text_of(self.now), "moderator": "Other"}
        if kind == "r":
            return {"event": "action_done", "sanction_id": f"S/ladder/{self.pick(1, 2, '2/0')}"}
        if kind == "s":
            outcome = self.pick("approved", "approved", "declined", "lapsed")
            sanction = f"S/{self.pick('ladder', 'depleted')}/{self.pick(1, 2, '2/0')}"
            return {"event": "sanction_decided", "sanction_id": sanction, "outcome": outcome}
        return self._verdict()

    def _appeal(self) -> dict[str, Any]:
        usual = self.appealable and self.pick(*[True] * 15, False)
        verdict = self.pick(*self.appealable[-3:]) if usual else self.pick(*self.verdicts)
        if usual:
            self.appealable.remove(verdict)
        by = "seller" if verdict["outcome"] == "upheld" else "complainant"
        notified = self.pick(
            verdict["recorded_at"], verdict["recorded_at"], text_of(self.now), None
        )
        return {"event": "appeal", "verdict_id": verdict["id"], "by": by, "notified_at": notified}

    def _verdict(self) -> dict[str, Any]:
        number, earlier = len(self.told), self.verdicts and self.pick(*[False] * 9, True)
        decided = self.now - self.pick(0, 0, 0, 0, HALF_DAY, 12 * DAY)
        reported = decided - self.pick(0, HALF_DAY)
        incident = reported - self.pick(0, 0, HALF_DAY, 9 * DAY, 40 * DAY)
        again: dict[str, Any] = self.pick(*self.verdicts[-3:]) if earlier else {}
        order = self.pick(f"o{number}", f"o{number}", f"o{number}", "o", "p", None)
        facts = {
            "event": "verdict",
            "decided_at": text_of(decided),
            "reported_at": text_of(reported),
            "incident_at": text_of(incident),
            "seller_id": again.get("seller_id", self.pick(*"SSSSSSST")),
            "complaint_id": again.get("complaint_id", f"c{number:02}"),
            "order_id": order,
            "buyer_id": self.pick("B", None),
            "violation": self.pick(*["counterfeit"] * 8, "late", "other"),
            "outcome": self.pick(*["upheld"] * 14, "rejected", "unfounded"),
            "evidence": self.pick(*[ENOUGH] * 12, ENOUGH[:1], ENOUGH[2:], ENOUGH[2:], []),
            "moderator": "Mo",
            "actor": self.pick(*["person"] * 20, "detector"),
        }
        return facts | ({"supersedes": again["id"]} if again and self.pick(False, True) else {})


@st.composite
def appealed_logs(draw: st.DrawFn, size: int = 40) -> list[str]:
    """Draw the lines of a log, most of them about one seller."""
    author = _Author(draw)
    for _ in range(draw(st.integers(12, size))):
        author.step()
    if draw(st.sampled_from([False, False, True])):
        author.told.append(author.told.pop(0))
    return [json.dumps(one) for one in author.told]
