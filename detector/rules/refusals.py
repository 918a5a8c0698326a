"""Why an event is refused, in words: each says what is wrong and with what."""

from __future__ import annotations

from detector.rules.events import Appeal, AppealDecided, Event, Verdict
from detector.rules.instants import text_of


def conflicts(event: Event) -> str:
    """Another event has the id."""
    return f"event {event.id!r} was already recorded with another body"


def is_by_a_machine(verdict_id: str) -> str:
    """A detector cannot decide."""
    return f"verdict {verdict_id!r} is a detector's: only a person's verdict counts"


def is_too_early(verdict: Verdict) -> str:
    """The decision is dated before the report."""
    decided = text_of(min(verdict.decided_at, verdict.recorded_at))
    return (
        f"verdict {verdict.id!r} was decided at {decided}, before the "
        f"complaint was reported at {text_of(verdict.reported_at)}"
    )


def is_decided(complaint_id: str, earlier: Verdict) -> str:
    """Somebody else decided the complaint first."""
    return (
        f"complaint {complaint_id!r} was already decided by "
        f"{earlier.moderator} (verdict {earlier.id!r}); "
        "a change needs 'supersedes'"
    )


def supersedes_nothing(verdict: Verdict) -> str:
    """Only the verdict that stands can be superseded."""
    return (
        f"verdict {verdict.supersedes!r} is not the standing verdict on complaint "
        f"{verdict.complaint_id!r}, so it cannot be superseded"
    )


def lacks(verdict: Verdict, what: str | None) -> str:
    """The evidence gate is not met."""
    return f"verdict {verdict.id!r} cannot be upheld: {what}"


def names_no_verdict(appeal: Appeal) -> str:
    """An appeal against nothing."""
    return f"appeal {appeal.id!r}: there is no verdict {appeal.verdict_id!r}"


def stands_no_more(appeal: Appeal) -> str:
    """The verdict was reversed, superseded or set aside."""
    return f"appeal {appeal.id!r}: verdict {appeal.verdict_id!r} no longer stands"


def has_won(appeal: Appeal) -> str:
    """The party that won has nothing to appeal."""
    return f"appeal {appeal.id!r}: the {appeal.by} won verdict {appeal.verdict_id!r}"


def is_too_late(appeal: Appeal, end: int) -> str:
    """The time to appeal is over."""
    return f"appeal {appeal.id!r} is too late: the time ended at {text_of(end)}"


def last_day_of(appeal: Appeal, verdict: Verdict, window: int) -> int:
    """Return the instant at which the time to appeal is over: from the notice of the decision."""
    notified = appeal.notified_at or 0
    return max(notified, min(verdict.decided_at, verdict.recorded_at)) + window


def was_appealed(appeal: Appeal) -> str:
    """One appeal is enough."""
    return f"appeal {appeal.id!r}: verdict {appeal.verdict_id!r} was already appealed"


def is_still_open(appeal: Appeal, open_appeal: str) -> str:
    """Another appeal waits for its decision."""
    return f"appeal {appeal.id!r}: appeal {open_appeal!r} is still open"


def names_no_appeal(decided: AppealDecided) -> str:
    """A decision on nothing."""
    return f"there is no appeal {decided.appeal_id!r} to decide"


def is_closed(decided: AppealDecided) -> str:
    """A second decision on an appeal."""
    return f"appeal {decided.appeal_id!r} is already closed"


def names_no_target(target_id: str) -> str:
    """A report about no sanction, an override of nothing."""
    return f"there is no sanction or entry {target_id!r}"
