"""What to know of a model before it is put in use, and its card, in the language of the page."""

from __future__ import annotations

from typing import Final

from models.card import Caution, cautions_of
from models.manifest import Facts
from service.console.languages.speaking import gettext, marked, ngettext
from service.console.languages.writing import number

INTENDED_USE: Final = marked(
    "Orders people's attention: it says which sellers' complaints rose further above what their "
    "orders and their own past explain than chance would, and why. A person decides what follows. "
    "It takes no points, and no sanction may rest on it alone."
)
LIMITS: Final = marked(
    "It sees complaints, not their truth: a brigade of false complaints is a spike as well, and is "
    "only named as one where buyers or evidence give it away. It knows the market it was trained "
    "on; after a lasting change (other categories, other ways to complain) train again."
)
EDGES: Final = {
    "scatter": marked("How much counts vary beyond chance"),
    "clumping": marked("How many complaints one cause brings"),
}
"""What an estimate is about that came out at the edge of what training tries."""


def cautions_said(facts: Facts) -> list[str]:
    """What to know of a model, a sentence or two each."""
    return [said for one in cautions_of(facts) for said in _said(one)]


def _said(caution: Caution) -> list[str]:
    values = caution.values
    if caution.code == "few":
        return [
            ngettext(
                "It learnt from %(num)s complaint, too few to tell what is usual. Train again "
                "once there are %(least)s.",
                "It learnt from %(num)s complaints, too few to tell what is usual. Train again "
                "once there are %(least)s.",
                int(values["complaints"]),
                least=number(values["least"]),
            )
        ]
    if caution.code == "thin":
        return [
            ngettext(
                "Most of what it learnt from lies in %(num)s day of %(days)s: too few to tell "
                "what is usual of sellers and weekdays.",
                "Most of what it learnt from lies in %(num)s days of %(days)s: too few to tell "
                "what is usual of sellers and weekdays.",
                int(values["most"]),
                days=number(values["days"]),
            )
        ]
    if caution.code == "delay":
        return [
            gettext(
                "Orders hardly tell the delay from order to complaint (%(mean)s days, give or "
                "take %(sd)s), so sellers that join or stop selling are judged with that doubt. "
                "Name orders in complaints to make it known.",
                mean=number(values["mean"], 1),
                sd=number(values["sd"], 1),
            )
        ]
    if caution.code == "feed":
        return [
            gettext(
                "The feed was faulty in the last weeks that it learnt from: %(faults)s.",
                faults="; ".join(caution.about),
            )
        ]
    return [
        gettext(
            "%(estimate)s came out as large as training tries, and may be larger: look at the "
            "history for doubled rows or days of bulk imports, and train again.",
            estimate=gettext(EDGES[name]),
        )
        for name in caution.about
    ]
