"""Words that the service itself uses as values: a role, an outcome, a state, an act on record."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from service.console.languages.catalogues import SOURCE
from service.console.languages.speaking import gettext, marked, spoken

WORDS: Final = {
    # who does it
    "admin": marked("admin"),
    "analyst": marked("analyst"),
    "ingest": marked("ingest"),
    "moderator": marked("moderator"),
    "reviewer": marked("reviewer"),
    # what is decided about a complaint, an appeal or a withdrawal
    "pending": marked("pending"),
    "upheld": marked("upheld"),
    "rejected": marked("rejected"),
    "unfounded": marked("unfounded"),
    "reversed": marked("reversed"),
    "withdrawn": marked("withdrawn"),
    "open": marked("open"),
    "granted": marked("granted"),
    "denied": marked("denied"),
    "ended": marked("ended"),
    "noted": marked("noted"),
    "moot": marked("moot"),
    # where a seller stands
    "active": marked("active"),
    "warned": marked("warned"),
    "awaiting_approval": marked("awaiting approval"),
    "suspended": marked("suspended"),
    "removed": marked("removed"),
    # what rules do
    "warn": marked("warning"),
    "restrict": marked("restriction"),
    "suspend": marked("suspension"),
    "remove": marked("removal"),
    # what becomes of sanctions and entries
    "waiting": marked("waiting"),
    "lapsed": marked("lapsed"),
    "carried_out": marked("carried out"),
    "declined": marked("declined"),
    "lifted": marked("lifted"),
    "in_force": marked("in force"),
    "served": marked("served"),
    "stayed": marked("stayed"),
    "voided": marked("voided"),
    "standing": marked("standing"),
    "expired": marked("expired"),
    "spent": marked("spent"),
    # how a case ended
    "closed": marked("closed"),
    "done": marked("done"),
    "nothing_found": marked("nothing found"),
    "handled_elsewhere": marked("handled elsewhere"),
    # what has an id
    "seller": marked("seller"),
    "complaint": marked("complaint"),
    "order": marked("order"),
    "case": marked("case"),
    "sanction": marked("sanction"),
    "verdict": marked("verdict"),
    "appeal": marked("appeal"),
    "evidence": marked("evidence"),
    "buyer": marked("buyer"),
    "month": marked("month"),
    # what a seller's page lists
    "complaints": marked("complaints"),
    "cases": marked("cases"),
    "entries": marked("entries"),
    "record": marked("record"),
    # what is on record
    "answer.filed": marked("answer filed"),
    "appeal.denied": marked("appeal denied"),
    "appeal.filed": marked("appeal filed"),
    "appeal.granted": marked("appeal granted"),
    "appeal.opinion": marked("opinion on an appeal"),
    "buyer.erased": marked("buyer erased"),
    "case.closed": marked("case closed"),
    "case.escalated": marked("case escalated"),
    "case.noted": marked("note on a case"),
    "case.opened": marked("case opened"),
    "case.snoozed": marked("case snoozed"),
    "complaint.noted": marked("note on a complaint"),
    "complaint.withdrawn": marked("complaint withdrawn"),
    "credit.granted": marked("points given back"),
    "delivery.repeated": marked("delivery repeated"),
    "entry.forgiven": marked("entry forgiven"),
    "evidence.added": marked("evidence added"),
    "key.created": marked("key made"),
    "key.revoked": marked("key revoked"),
    "model.promoted": marked("model promoted"),
    "model.rolled_back": marked("model rolled back"),
    "notice.delivered": marked("notice delivered"),
    "notice.undelivered": marked("notice not delivered"),
    "retention.applied": marked("retention applied"),
    "sanction.approved": marked("sanction approved"),
    "sanction.done": marked("sanction done"),
    "sanction.declined": marked("sanction declined"),
    "sanction.extended": marked("sanction extended"),
    "sanction.lapsed": marked("sanction lapsed"),
    "sanction.lifted": marked("sanction lifted"),
    "verdict.declined": marked("proposal declined"),
    "verdict.rejected": marked("verdict rejected"),
    "verdict.unfounded": marked("verdict unfounded"),
    "verdict.upheld": marked("verdict upheld"),
    "verdict.proposed": marked("verdict proposed"),
    "verdict.seconded": marked("verdict seconded"),
    "webhook.added": marked("receiver added"),
    "webhook.disabled": marked("receiver removed"),
    "withdrawal.denied": marked("withdrawal denied"),
    "withdrawal.granted": marked("withdrawal granted"),
}
"""What each is called. What a policy or a marketplace names is not here: it is their word."""


def word(name: str) -> str:
    """A value as people read it; a name of the installation's own with its words apart."""
    known = WORDS.get(name)
    return name.replace("_", " ").replace(".", " ") if known is None else gettext(known)


def english(text: str) -> str:
    """A sentence of the API, which says in a page of another language that it is English."""
    if not text or spoken().tag == SOURCE:
        return text
    return Markup('<bdi lang="en">{}</bdi>').format(text)
