"""The deduction rules: a policy is data, the engine is a pure fold over an append-only log.

    events --fold(events, policies)--> Ledger

`event_of` reads one event of the log format, `policies_of` a policy file's text, `bundled` a policy
that comes with the detector. Only a person's upheld verdict with the evidence that the policy asks
for opens an entry; nothing here knows a clock, a database or the detector's findings.
"""

from detector.rules.event_reader import event_in, event_of
from detector.rules.events import Event
from detector.rules.fold import fold
from detector.rules.ledger import (
    EntryView,
    Ledger,
    Refused,
    SanctionView,
    SellerLedger,
    SellerState,
)
from detector.rules.policy.bundled import bundled, bundled_names
from detector.rules.policy.policy import Policies, Policy
from detector.rules.policy.policy_reader import policies_of

__all__ = [
    "EntryView",
    "Event",
    "Ledger",
    "Policies",
    "Policy",
    "Refused",
    "SanctionView",
    "SellerLedger",
    "SellerState",
    "bundled",
    "bundled_names",
    "event_in",
    "event_of",
    "fold",
    "policies_of",
]
