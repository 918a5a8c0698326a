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
    "preferences": "Your choice is kept in this browser.",
}
