"""Words that the service itself uses as values: a role, an outcome, a state, an act on record."""

from __future__ import annotations

import re
from typing import Final

from markupsafe import Markup

from service.console.languages.catalogues import SOURCE
from service.console.languages.speaking import gettext, marked, spoken, spoken_zone
from service.console.languages.writing import clock_time
from service.http.fields import instant_of

INSTANT: Final = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?Z")
"""An instant as sentences of the API write it."""
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
    "done": marked("looked at, and decided"),
    "nothing_found": marked("looked at, and nothing was found"),
    "handled_elsewhere": marked("handled elsewhere"),
    # what marketplaces and the bundled policies usually name
    "counterfeit": marked("counterfeit"),
    "counterfeit_severe": marked("counterfeit severe"),
    "damaged": marked("damaged"),
    "ip_infringement": marked("ip infringement"),
    "not_as_described": marked("not as described"),
    "not_received": marked("not received"),
    "prohibited": marked("prohibited"),
    "unsafe": marked("unsafe"),
    "authenticity_document": marked("authenticity document"),
    "photo_official": marked("photo official"),
    "photo_received": marked("photo received"),
    "rights_holder_statement": marked("rights holder statement"),
    "higher_fees": marked("higher fees"),
    "listings_offline": marked("listings offline"),
    "lower_in_search": marked("lower in search"),
    "no_new_listings": marked("no new listings"),
    "no_promotions": marked("no promotions"),
    "not_in_browsing": marked("not in browsing"),
    "not_in_search": marked("not in search"),
    "critical": marked("critical"),
    "grave": marked("grave"),
    "high": marked("high"),
    "medium": marked("medium"),
    "depleted": marked("depleted"),
    "low": marked("low"),
    "slight": marked("slight"),
    "warning": marked("warning"),
    "restricted": marked("restricted"),
    "anniversary": marked("anniversary"),
    "first_monday_of_quarter": marked("first monday of quarter"),
    "last_monday_of_quarter": marked("last monday of quarter"),
    "listing": marked("listing"),
    "day": marked("day"),
    "main": marked("main"),
    # what has an id
    "seller": marked("seller"),
    "complaint": marked("complaint"),
    "order": marked("order"),
    "case": marked("case"),
    "sanction": marked("sanction"),
    "verdict": marked("verdict"),
    "appeal": marked("appeal"),
    "evidence": marked("evidence"),
    "link": marked("link"),
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
    "audit_sample.drawn": marked("audit sample drawn"),
    "sellers.joined": marked("sellers joined under one name"),
    "audit_sample.found": marked("seller of the audit sample looked at"),
    "buyer.erased": marked("buyer erased"),
    "case.closed": marked("case closed"),
    "case.escalated": marked("case escalated"),
    "case.noted": marked("note on a case"),
    "case.opened": marked("case opened"),
    "case.relabelled": marked("case's label corrected"),
    "case.snoozed": marked("case snoozed"),
    "complaint.noted": marked("note on a complaint"),
    "complaint.assigned": marked("seller of a notice named"),
    "complaint.reported": marked("complaint reported"),
    "complaint.withdrawn": marked("complaint withdrawn"),
    "credit.granted": marked("points given back"),
    "delivery.repeated": marked("delivery repeated"),
    "entry.forgiven": marked("entry forgiven"),
    "evidence.added": marked("evidence added"),
    "key.created": marked("key made"),
    "key.revoked": marked("key revoked"),
    "link.revoked": marked("link revoked"),
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
"""What each is called. What a policy or a marketplace names otherwise is their own word."""


def word(name: str) -> str:
    """A value as people read it; a name of the installation's own with its words apart."""
    known = WORDS.get(name)
    return name.replace("_", " ").replace(".", " ") if known is None else gettext(known)


def english(text: str) -> str:
    """A sentence of the API, with its instants as people of the reader's zone write them.

    In a page of another language it says that it is English.
    """
    text = INSTANT.sub(_clock_time, text)
    if not text or spoken().tag == SOURCE:
        return text
    return Markup('<bdi lang="en">{}</bdi>').format(text)


def _clock_time(found: re.Match[str]) -> str:
    try:
        return clock_time(instant_of(found[0]), spoken_zone())
    except ValueError:  # somebody's words, which only look like an instant
        return found[0]
