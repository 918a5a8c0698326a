"""Which version of a complaint somebody saw: what a decision about it rests on, in a few digests.

A version has one digest for each part, so that a person who saw an older one learns what changed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from hashlib import sha256
from typing import Any, Final, NamedTuple

from detector.rules.policy.policy import Policy
from service.decisions.decision_file import ComplaintFile
from service.refusals import VersionChanged

DIGEST_CHARACTERS: Final = 12
CHANGES: Final = {
    "evidence": "evidence was added or removed",
    "answer": "the seller answered",
    "withdrawal": "its complainant took it back, or somebody decided about that",
    "verdict": "a verdict was given, proposed, agreed with, declined or reversed",
    "appeal": "an appeal was filed or decided",
    "rules": "other rules are in force",
    "ledger": "something else was decided about the seller, whose standing it may change",
}
"""What became different where a part of a version did."""


class Version(NamedTuple):
    """One digest for each part of what a decision rests on."""

    evidence: str
    answer: str
    withdrawal: str
    verdict: str
    appeal: str
    rules: str
    ledger: str

    @property
    def text(self) -> str:
        """The version as one word, for an ETag or a form."""
        return "-".join(self)

    def changes_since(self, seen: str) -> list[str]:
        """What changed since somebody saw a version, as sentences; empty where it is this one.

        Of what is no version at all, nothing more is known than that.
        """
        if seen == self.text:
            return []
        parts = seen.split("-")
        if len(parts) != len(self):
            return ["it is not known which version was seen"]
        pairs = zip(self._fields, self, parts, strict=True)
        return [CHANGES[name] for name, now, then in pairs if now != then]


def version_of(
    file: ComplaintFile, evidence_ids: Iterable[str], position: int, policy: Policy
) -> Version:
    """The version of a complaint.

    `evidence_ids` are of the pieces that lie there, both parties'; `position` is that of the last
    event in the seller's log, 0 without one; `policy` is the version of the rules in force.
    """
    verdict, proposal, appeal = file.verdict, file.proposal, file.appeal
    answer, withdrawal = file.answer, file.withdrawal
    decided = (
        file.complaint.outcome.value,
        file.is_reopened,
        verdict and (verdict.verdict_id, verdict.reversed_at),
        proposal and (proposal.proposed_at, *proposal.agreed),
    )
    return Version(
        evidence=_digest(sorted(evidence_ids)),
        answer=_digest(answer and answer.filed_at),
        withdrawal=_digest(withdrawal and (withdrawal.filed_at, withdrawal.outcome)),
        verdict=_digest(decided),
        appeal=_digest(appeal and (appeal.appeal_id, appeal.outcome)),
        rules=_digest(policy.label),
        ledger=_digest(position),
    )


def check_seen(version: Version, seen: Collection[str] | None) -> None:
    """Raise VersionChanged unless the version is among those seen; None: whatever it is."""
    if seen is None or version.text in seen:
        return
    changes = [version.changes_since(one) for one in seen]
    fewest = min(changes, key=len, default=["it is not known which version was seen"])
    raise VersionChanged(f"this changed since it was read: {'; '.join(fewest)}")


def _digest(value: Any) -> str:  # noqa: ANN401 - any JSON value
    return sha256(json.dumps(value).encode()).hexdigest()[:DIGEST_CHARACTERS]
