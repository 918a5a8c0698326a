"""Pure: what a step from one standing to the next changes, for a person to read before it is done.

The step is worked out by the function that records it, so the outcome is what was shown.
"""

from __future__ import annotations

from typing import NamedTuple

from detector.rules import SanctionView
from service.decisions.ledger.rules import Step, standing_shown
from service.decisions.ledger.schemas import Standing


class SanctionChange(NamedTuple):
    """A sanction that begins, ends or is otherwise than before."""

    before: SanctionView | None
    """None where the step issues it."""
    after: SanctionView


class Change(NamedTuple):
    """What a step does to a seller."""

    before: Standing
    after: Standing
    sanctions: tuple[SanctionChange, ...] = ()

    @property
    def is_nothing(self) -> bool:
        """Whether all stays as it is."""
        return self.before == self.after and not self.sanctions


def change_of(step: Step) -> Change:
    """What a step does to a seller's standing and sanctions."""
    was = {one.id: one for one in step.before.sanctions}
    return Change(
        standing_shown(step.before),
        standing_shown(step.after),
        tuple(
            SanctionChange(was.get(one.id), one)
            for one in step.after.sanctions
            if _facts(was.get(one.id)) != _facts(one)
        ),
    )


def _facts(sanction: SanctionView | None) -> tuple[object, ...] | None:
    return None if sanction is None else (sanction.kind, sanction.state, sanction.ends_at)
