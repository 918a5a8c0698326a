"""What a page says after something was done; an address names the sentence, never holds it."""

from __future__ import annotations

from typing import Final

from service.console.languages.speaking import marked

SAID: Final = {
    "signed-out": marked("You are signed out."),
    "session-ended": marked("The session is ended."),
    "no-case": marked("No case is free: everything in the queue is held by somebody or waits."),
    "claimed": marked("You hold this case now."),
    "renewed": marked("You hold this case for longer."),
    "released": marked("The case is back in the queue."),
    "snoozed": marked("The case has left the queue; below stands when it returns."),
    "escalated": marked("The case waits for a reviewer."),
    "noted": marked("Your colleagues can read the note."),
    "closed": marked("The case is closed."),
    "audit-drawn": marked("The sellers of this week are drawn."),
    "audit-found": marked("What you found is stored."),
    "decided": marked("The verdict is given."),
    "proposed": marked("The verdict is proposed; others must agree."),
    "all-decided": marked("Each of the verdicts is given, with a notice of its own."),
    "draft": marked("What you typed is kept."),
    "key-revoked": marked("The key is revoked: nothing opens with it any more."),
    "webhook-removed": marked("Nothing more is sent to this receiver."),
    "redelivered": marked("It will be tried again at once."),
    "promoted": marked("This version scores from now on; every seller is scored again."),
    "rolled-back": marked("The former version scores again; every seller is scored again."),
    "buyer-erased": marked("The buyer is erased; below is what was removed."),
    "retention-applied": marked("What was over is removed; below is how much."),
    "agreed": marked("You agree. The verdict waits for one more person at least."),
    "proposal-declined": marked(
        "The proposal is gone; the complaint waits for a verdict as before."
    ),
    "approved": marked("Approved: the sanction is carried out from now on."),
    "declined": marked("Declined: the sanction is not carried out, and the points stay taken."),
    "opinion-stored": marked("Your opinion is stored. The first verdict is shown below."),
    "appeal-decided": marked("The appeal is decided."),
    "withdrawal-decided": marked("The withdrawal is decided."),
    "forgiven": marked("The entry counts no more; its verdict stands."),
    "credited": marked("The points are given back."),
    "lifted": marked("The sanction has ended; the points stay taken."),
    "extended": marked("The sanction runs longer."),
    "report-known": marked("You told us about this before. Here is how far it is."),
    "file-added": marked("The file is added."),
    "file-removed": marked("The file is taken off."),
    "assigned": marked("The notice is a complaint about this seller now."),
    "report-withdrawn": marked("You took your complaint back."),
    "report-appealed": marked("Your appeal is with us. Another person looks at it."),
    "seller-answer": marked("Your answer was sent. Who decides reads it first."),
    "seller-appeal": marked("Your appeal was sent. Another person decides."),
    "seller-evidence": marked("Your evidence was added."),
    "preferences": marked("Your choice is kept in this browser."),
}
