"""What was known when a case was opened; written once, so that learning can be done again."""

from __future__ import annotations

import json
from typing import Final

from detector.assess import Assessment
from service.cases.schemas import OpeningShown, Way

SHOWN_CHANCE: Final = 1.0
"""Who is flagged or comes next while there is room has a case for sure: no lot is drawn."""


def opening_text(
    assessment: Assessment, model: str, way: Way, shown_chance: float = SHOWN_CHANCE
) -> str:
    """What a model said when it had a case opened, as it is stored: JSON."""
    opening = OpeningShown(
        model=model,
        score=float(assessment.score),
        p_value=float(assessment.p_value),
        q_value=float(assessment.q_value),
        rank=assessment.rank,
        shown_chance=shown_chance,
        opened_for=way,
        kinds=dict(assessment.kinds),
    )
    return json.dumps(opening.model_dump(), ensure_ascii=False)


def opening_in(text: str | None) -> OpeningShown | None:
    """What `opening_text` wrote; None for a case without."""
    return None if text is None else OpeningShown(**json.loads(text))
