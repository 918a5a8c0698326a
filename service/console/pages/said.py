"""What a page says after something was done; an address names the sentence, never holds it."""

from __future__ import annotations

from typing import Final

SAID: Final = {
    "signed-out": "You are signed out.",
    "session-ended": "The session is ended.",
    "no-case": "No case is free: everything in the queue is held by somebody or waits.",
    "claimed": "You hold this case now.",
    "renewed": "You hold this case for longer.",
    "released": "The case is back in the queue.",
    "snoozed": "The case is out of the queue until then.",
    "escalated": "The case waits for a reviewer.",
    "noted": "Your colleagues can read the note.",
    "closed": "The case is closed.",
    "decided": "The verdict is given.",
    "proposed": "The verdict is proposed; others must agree.",
    "all-decided": "Each of the verdicts is given, with a notice of its own.",
    "draft": "What you typed is kept.",
    "key-revoked": "The key is revoked: nothing opens with it any more.",
    "webhook-removed": "Nothing more is sent to this receiver.",
    "redelivered": "It will be tried again at once.",
    "promoted": "This version scores from now on; every seller is scored again.",
    "rolled-back": "The former version scores again; every seller is scored again.",
    "buyer-erased": "The buyer is erased; below is what was removed.",
    "retention-applied": "What was over is removed; below is how much.",
    "agreed": "You agree. The verdict waits for one more person at least.",
    "proposal-declined": "The proposal is gone; the complaint waits for a verdict as before.",
    "approved": "Approved: the sanction is carried out from now on.",
    "declined": "Declined: the sanction is not carried out, and the points stay taken.",
    "opinion-stored": "Your opinion is stored. The first verdict is shown below.",
    "appeal-decided": "The appeal is decided.",
    "withdrawal-decided": "The withdrawal is decided.",
    "forgiven": "The entry counts no more; its verdict stands.",
    "credited": "The points are given back.",
    "lifted": "The sanction has ended; the points stay taken.",
    "extended": "The sanction runs longer.",
    "preferences": "Your choice is kept in this browser.",
}
