"""The model card: what an artifact is, was made of and is for, for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from detector.durations import DAY_US
from detector.history.coverage import thinness_of
from detector.instants import text_of
from detector.nouns import counted
from models.manifest import Facts, Manifest

INTENDED_USE: Final = """\
Orders people's attention: it says which sellers' complaints rose further above what their orders
and their own past explain than chance would, and why. A person decides what follows. It takes no
points, and no sanction may rest on it alone.
"""
AT_EDGE: Final = {
    "scatter": "how much counts vary beyond chance",
    "clumping": "how many complaints one cause brings",
}
"""What an estimate is about, by the name of the metric that marks it as at the edge of its grid."""
LIMITS: Final = """\
It sees complaints, not their truth: a brigade of false complaints is a spike as well, and is only
named as one where buyers or evidence give it away. It knows the market it was trained on; after a
lasting change (other categories, other ways to complain) train again.
"""

OLD_US: Final = 365 * DAY_US
"""Time after the end of what a model learnt from when its market may be another: train again."""
COMPLAINTS_MIN: Final = 100
"""Complaints below which a model knows next to nothing of its market's rates."""


def card_of(manifest: Manifest) -> str:
    """Markdown for one artifact."""
    facts = manifest.facts
    first, last = (_moment(instant) for instant in facts.span)
    lines = [
        f"# Model {manifest.version}",
        "",
        "Isolation forest on complaint surprises, with its calibration.",
        "",
        "## Facts",
        "",
        f"- trained at {_moment(facts.created_at)} with seed {facts.seed}",
        f"- on history from {first} to {last} ({_size(manifest)})",
        f"- data fingerprint `{facts.data_fingerprint}`",
        *_counted(facts),
        *([] if facts.on_faults is None else [f"- faulty days {facts.on_faults}"]),
        f"- feature contract `{facts.feature_contract}`",
        f"- SHA-256 of the arrays `{manifest.arrays_sha256}`",
        "- made with " + ", ".join(f"{name} {v}" for name, v in sorted(manifest.libraries.items())),
        "",
    ]
    warnings = warnings_of(facts)
    if warnings:
        lines += ["## Warnings", "", *(f"- {warning}" for warning in warnings), ""]
    if facts.metrics:
        lines += ["## Metrics", ""]
        lines += [f"- {name}: {value:.6g}" for name, value in sorted(facts.metrics.items())]
        lines += [""]
    lines += ["## Intended use", "", INTENDED_USE, "## Limits", "", LIMITS]
    return "\n".join(lines)


class Caution(NamedTuple):
    """What a person who puts a model in use should know, and the numbers of it."""

    code: Literal["few", "thin", "delay", "edge", "feed"]
    values: Mapping[str, float]
    about: tuple[str, ...] = ()
    """Keys of `AT_EDGE` that an `edge` is about; the faults that a `feed` had, as sentences."""


def cautions_of(facts: Facts) -> list[Caution]:
    """What to know of a model before it is put in use."""
    found = []
    if facts.complaints is not None and facts.complaints < COMPLAINTS_MIN:
        found.append(Caution("few", {"complaints": facts.complaints, "least": COMPLAINTS_MIN}))
    most, days = _days_with_most(facts)
    if thinness_of(most, days) is not None:
        found.append(Caution("thin", {"most": most, "days": days}))
    mean, sd = (facts.metrics.get(f"delay_days_{name}") for name in ("mean", "sd"))
    if mean is not None and sd is not None and sd > mean / 4:
        found.append(Caution("delay", {"mean": mean, "sd": sd}))
    edges = tuple(name for name in AT_EDGE if facts.metrics.get(f"at_edge_{name}"))
    if edges:
        found.append(Caution("edge", {}, edges))
    if facts.feed_faults:
        found.append(Caution("feed", {}, facts.feed_faults))
    return found


def warnings_of(facts: Facts) -> list[str]:
    """The same as sentences without a full stop."""
    return [_sentence_of(one) for one in cautions_of(facts)]


def _sentence_of(caution: Caution) -> str:
    values = caution.values
    if caution.code == "few":
        complaints = counted(int(values["complaints"]), "complaint")
        return (
            f"it learnt from {complaints}, too few to tell what is usual; "
            f"train again once there are {values['least']}"
        )
    if caution.code == "thin":
        return f"it learnt from few days: {thinness_of(int(values['most']), int(values['days']))}"
    if caution.code == "delay":
        return (
            f"orders hardly tell the delay from order to complaint ({values['mean']:.1f} days, "
            f"give or take {values['sd']:.1f}), so sellers that join or stop selling are judged "
            "with that doubt; name orders in complaints to make it known"
        )
    if caution.code == "feed":
        return (
            f"the feed was faulty in the last weeks that it learnt from: {'; '.join(caution.about)}"
        )
    return (
        f"{' and '.join(AT_EDGE[one] for one in caution.about)} came out as large as training "
        "tries, and may be larger: look at the history for doubled rows or days of bulk imports, "
        "and train again"
    )


def _days_with_most(facts: Facts) -> tuple[int, int]:
    """The shortest run of days with most of the complaints, 0 where not known, and all days."""
    most = facts.metrics.get("days_with_most")
    return 0 if most is None else round(most), -(-(facts.span[1] - facts.span[0]) // DAY_US)


def _counted(facts: Facts) -> list[str]:
    if facts.categories is None:
        return []
    rest = "all others together" if facts.counts_rest else "any other among all complaints alone"
    return [f"- categories counted one by one: {', '.join(facts.categories)}; {rest}"]


def _size(manifest: Manifest) -> str:
    facts = manifest.facts
    counts = [
        f"{count:,} {what}"
        for count, what in ((facts.complaints, "complaints"), (facts.sellers, "sellers"))
        if count is not None
    ]
    if facts.orders_known is not None:
        counts.append("with orders" if facts.orders_known else "without orders")
    return ", ".join(counts) or "size not recorded"


def _moment(instant: int) -> str:
    """To the minute."""
    return text_of(instant)[:16].replace("T", " ") + " UTC"
