"""Every refusal of the service, as one tree below the domain's `Refusal`.

    Refusal
    ├── NoKey, UnknownKey,
    │   SessionEnded, SignInLapsed   401  who are you?
    ├── WrongRole, SameModerator,
    │   SignInDenied                 403  not you
    ├── CrossSite, InsecureSignIn    403  not from there
    ├── CodeMissing, CodeLocked      403  a seller's code: not typed yet, or wrong too often
    ├── Missing                      404  NoSuchComplaint, NoSuchSeller, NoSuchCase, NoSuchAppeal,
    │                                     NoSuchModel, NoSuchEvidence, NoSuchSanction,
    │                                     NoSuchWebhook, NoSuchDelivery, NoSuchWithdrawal,
    │                                     NoSuchEntry, NoSuchProposal, NoSuchVerdict,
    │                                     NoSuchKey, NoSuchLink, NoSuchNotice, NoSuchReport,
    │                                     NoBudgets, NoDrift, NoVerdictKept,
    │                                     NotDrawn
    ├── Conflict                     409  ComplaintDiffers, AlreadyDecided, NotDecided,
    │                                     AlreadyAppealed, AppealRefused, AppealAlreadyDecided,
    │                                     LeaseLost, LeaseHeld, TooManyCases, CaseClosed,
    │                                     SanctionSettled, ComplaintWithdrawn, AlreadyWithdrawn,
    │                                     WithdrawalSettled, VerdictFallen, AppealOpen,
    │                                     AlreadyAnswered, AlreadyProposed, EvidenceFull,
    │                                     ModelChanged, OpinionMissing, OpinionStored, ReportSent
    ├── VersionChanged               412  not what was seen any more
    ├── ResponseErased               410  done once, and its response named an erased buyer
    ├── VerdictRefused               422  the policy does not accept the verdict
    ├── EventRefused                 422  nor a credit, a notice or an exception
    ├── ReasonMissing                422  the policy asks for a reason
    ├── PartyMissing                 422  for whom?
    ├── KeyReused                    422  an Idempotency-Key of another request
    ├── SlowBody, LargeBody          408, 413
    ├── WrongMediaType               415
    ├── TooManyRequests              429
    └── Away                         503  DatabaseAway, SchemaBehind, NoModel, EvidenceAway,
                                          IdentityAway, TooBusy, ClockBehind, AuditKeyWrong

The numbers are HTTP statuses; `service.http.statuses` has the table that decides them.
"""

from __future__ import annotations

import re

from detector.errors import Refusal


class NoKey(Refusal):
    """A key is needed: send ``Authorization: Bearer <key>``."""


class UnknownKey(Refusal):
    """The key is unknown, revoked or expired, or the token is not to be believed."""


class SessionEnded(Refusal):
    """Nobody is signed in, or not any more."""


class CodeMissing(Refusal):
    """The code from the seller's account was not typed yet."""


class CodeLocked(Refusal):
    """A wrong code was typed too often for this link; ask for another link."""


class CrossSite(Refusal):
    """The form was sent from another site's page."""


class InsecureSignIn(Refusal):
    """Signing in over plain http, from another machine."""


class SignInLapsed(Refusal):
    """The way back from the identity provider was used before, is too old, or began elsewhere."""


class SignInDenied(Refusal):
    """The identity provider did not sign its person in."""


class WrongRole(Refusal):
    """The caller's role may not do this."""


class SameModerator(Refusal):
    """Somebody else has to: the caller decided what it is about, or acted for a party in it."""


class Missing(Refusal):
    """What was asked for is not here."""


class NoSuchComplaint(Missing):
    """No complaint has this id."""


class NoSuchSeller(Missing):
    """No complaint and no order names this seller."""


class NoSuchCase(Missing):
    """No case has this id."""


class NoSuchAppeal(Missing):
    """No appeal has this id."""


class NoSuchModel(Missing):
    """No trained model has this version."""


class NoBudgets(Missing):
    """What alert budgets buy was not measured with this model."""


class NoVerdictKept(Missing):
    """The gate has not judged this model."""


class NoDrift(Missing):
    """Nobody has compared later weeks with those that this model learnt from."""


class NotDrawn(Missing):
    """This week's audit sample does not hold this seller."""


class NoSuchEvidence(Missing):
    """No piece of evidence has this id."""


class NoSuchSanction(Missing):
    """No sanction has this id."""


class NoSuchWebhook(Missing):
    """No webhook has this id."""


class NoSuchDelivery(Missing):
    """No delivery has this id."""


class NoSuchNotice(Missing):
    """No event has this id, so there is no notice of it."""


class NoSuchEntry(Missing):
    """No entry of a ledger has this id."""


class NoSuchKey(Missing):
    """No key has this id."""


class NoSuchLink(Missing):
    """There is no such link, or it opens nothing any more."""


class NoSuchReport(Missing):
    """No report has this id, or its draft was forgotten."""


class NoSuchVerdict(Missing):
    """No verdict has this id."""


class NoSuchProposal(Missing):
    """No verdict on the complaint waits for others to agree."""


class NoSuchWithdrawal(Missing):
    """The complaint was not withdrawn."""


class Conflict(Refusal):
    """The request does not fit what has already happened."""


class ComplaintDiffers(Conflict):
    """A complaint with this id but another body was filed before."""


class AlreadyDecided(Conflict):
    """The complaint has its verdict."""


class NotDecided(Conflict):
    """The complaint has no verdict yet, so there is nothing to appeal."""


class AlreadyAppealed(Conflict):
    """The verdict was appealed before."""


class AppealRefused(Conflict):
    """The appeal is out of time, or not this party's to file."""


class AppealAlreadyDecided(Conflict):
    """The appeal has its decision."""


class OpinionMissing(Conflict):
    """An opinion of one's own comes before the decision of an appeal."""


class OpinionStored(Conflict):
    """The caller has stored an opinion on the appealed complaint."""


class ReportSent(Conflict):
    """The report was sent, so it does not change any more."""


class AlreadyProposed(Conflict):
    """A verdict on the complaint waits for others to agree."""


class AlreadyAnswered(Conflict):
    """The seller has answered the complaint."""


class EvidenceFull(Conflict):
    """The party has as many pieces of evidence with the complaint as are kept."""


class AppealOpen(Conflict):
    """An appeal against the verdict waits for its decision."""


class VerdictFallen(Conflict):
    """The verdict that is to be superseded does not stand."""


class ComplaintWithdrawn(Conflict):
    """The complainant took the complaint back before there was a verdict."""


class AlreadyWithdrawn(Conflict):
    """The complaint was withdrawn before."""


class WithdrawalSettled(Conflict):
    """The withdrawal does not wait for a decision."""


class LeaseHeld(Conflict):
    """Somebody else holds the case."""


class TooManyCases(Conflict):
    """The caller holds as many cases as one person may."""


class LeaseLost(Conflict):
    """The caller does not hold the case: never claimed, lapsed, released or another's."""


class CaseClosed(Conflict):
    """The case is closed."""


class ModelChanged(Conflict):
    """Another model is in use since."""


class SanctionSettled(Conflict):
    """The sanction does not wait for approval."""


class VersionChanged(Refusal):
    """It changed since the caller read it."""


class ResponseErased(Refusal):
    """The request was done before, and its response was erased with its buyer's data."""


class KeyReused(Refusal):
    """The Idempotency-Key belongs to another request."""


class VerdictRefused(Refusal):
    """The policy does not accept the verdict as given."""


class EventRefused(Refusal):
    """The policy does not accept the credit, notice or exception."""


class ReasonMissing(Refusal):
    """The policy asks for a reason with this decision."""

    def __init__(self, why: str, *, decision: str) -> None:
        super().__init__(why)
        self.decision = decision
        """What lacks its reason, as the policy calls it; `violation` is asked for by no policy."""


class PartyMissing(Refusal):
    """A person who acts for a party says for which: ``by``."""


class SlowBody(Refusal):
    """The request's body took too long to arrive."""


class LargeBody(Refusal):
    """The request's body is larger than accepted."""


class WrongMediaType(Refusal):
    """The content is of no accepted type."""


class TooManyRequests(Refusal):
    """The key has used up its requests, or the events that it may have folded, for now."""

    def __init__(self, why: str, *, retry_after_s: float) -> None:
        super().__init__(why)
        self.retry_after_s = retry_after_s
        """Seconds until the next is taken."""


class Away(Refusal):
    """The service cannot answer at the moment; trying again later is right."""


class DatabaseAway(Away):
    """The database does not answer."""


class IdentityAway(Away):
    """The identity provider does not answer as it should."""


class SchemaBehind(Away):
    """The database is of another version than this program."""


class ClockBehind(Away):
    """The last event lies ahead of this clock by more than clocks may differ."""


class AuditKeyWrong(Away):
    """The audit chain is sealed with a key, and this process has another or none."""


class NoModel(Away):
    """There is no trained model to score with."""


class EvidenceAway(Away):
    """The evidence's storage does not take or give files."""


class TooBusy(Away):
    """More work is waiting than the service accepts."""


def type_of(kind: type[Refusal]) -> str:
    """What names a kind of refusal to machines: `urn:detector:bad-input`."""
    return f"urn:detector:{dashed(kind.__name__)}"


def title_of(kind: type[Refusal]) -> str:
    """What a kind of refusal means, in one sentence."""
    return (kind.__doc__ or kind.__name__).strip().splitlines()[0]


def dashed(name: str) -> str:
    """A name in small letters, its words joined by dashes."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z]+", "-", name).lower()
