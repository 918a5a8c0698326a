"""Tables of the pages that show results, made from what the benchmarks last wrote.

Between `<!-- table: NAME -->` and `<!-- end -->` stands the table NAME; all else is written by
hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
REGION: Final = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def page(name: str) -> str:
    """A page below docs/ with every table as the benchmarks' files have it."""
    return REGION.sub(
        lambda found: f"{found[1]}\n{TABLES[found[2]]()}\n{found[3]}",
        (ROOT / "docs" / name).read_text(encoding="utf-8"),
    )


def _results(name: str) -> dict[str, Any]:
    path = ROOT / "benchmarks/results" / f"{name}.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(map(str, line)) + " |\n" for line in lines)


def _variants(rows: dict[str, dict[str, Any]]) -> list[list[object]]:
    return [
        [name, *(f"{cell}".removesuffix(".0") for cell in row.values())]
        for name, row in rows.items()
    ]


def ablation() -> str:
    """What each part is worth."""
    rows = _results("ablation")["rows"]
    return _table(["variant", *rows["as it is"]], _variants(rows))


def verdicts() -> str:
    """Verdicts and trends, where nine tenths of an episode's complaints are upheld."""
    rows = _results("verdicts_and_trend")["upheld"]["0.9"]
    return _table(["variant", *rows["as it is"]], _variants(rows))


def growth() -> str:
    """Time and memory of training and scoring."""
    return _table(
        ["complaints", "sellers", "`train`: CPU, peak", "`score`: CPU, peak"],
        [
            [
                f"{row['complaints']:,}",
                f"{row['sellers']:,}",
                f"{row['train_cpu_s']:.0f} s, {row['train_peak_gb']:.1f} GB",
                f"{row['score_cpu_s']:.1f} s, {row['score_peak_gb']:.1f} GB",
            ]
            for row in _results("growth")["results"]
        ],
    )


def spark_cluster() -> str:
    """A cluster beside one process."""
    found = _results("spark_cluster")
    return _table(
        [
            "complaints",
            *(
                f"`{command}`: {what}"
                for command in ("train", "score")
                for what in ("one process", f"{found['workers']} workers", "ratio")
            ),
        ],
        [
            [
                f"{row['complaints']:,}",
                *(
                    cell
                    for command in ("train", "score")
                    for cell in (
                        f"{row[f'local_{command}_wall_s']:.0f} s",
                        f"{row[f'spark_{command}_wall_s']:.0f} s",
                        f"{row[f'{command}_ratio']:.1f}",
                    )
                ),
            ]
            for row in found["results"]
        ],
    )


def giants() -> str:
    """Shares of a giant's p-values below some levels."""
    rows = _results("giants")["rows"]
    levels = [name for name in rows["with orders"] if name != "weeks"]
    return _table(
        ["market", "weeks", *(f"below {level}" for level in levels)],
        [
            [name, row["weeks"], *(f"{row[level]:.2f}" for level in levels)]
            for name, row in rows.items()
        ],
    )


def common_causes() -> str:
    """How often a planted common cause is told, and how often another one where none is."""
    rows = _results("common_causes")["rows"]
    quiet = [row for row in rows if not row["share"]]
    planted = dict.fromkeys((row["share"], row["times"]) for row in rows if row["share"])
    after = dict.fromkeys(row["after_days"] for row in rows if row["share"])
    lines = []
    for share, times in planted:
        theirs = [row for row in rows if (row["share"], row["times"]) == (share, times)]
        after_each = [
            f"{sum(row['is_named'] for row in some)} of {len(some)}"
            for some in ([row for row in theirs if row["after_days"] == days] for days in after)
        ]
        named, right, cases, under = (
            sum(row[name] for row in theirs)
            for name in ("named", "rightly_named", "cases", "rightly_under")
        )
        shares = f"{right / max(named, 1):.2f}", f"{under / max(cases, 1):.2f}"
        lines.append([f"{times:g} times in {100 * share:.0f} of 100", *after_each, *shares])
    nothing = f"{sum(row['is_named'] for row in quiet)} of {len(quiet)} days"
    lines.append(["nothing", nothing, "", "", "", ""])
    heads = (f"told after {days} days" for days in after)
    return _table(["planted", *heads, "named rightly", "cases under it rightly"], lines)


def groups() -> str:
    """How often a group that fails is told, and whom that spares a flag."""
    rows = _results("groups")["rows"]
    after = dict.fromkeys(row["after_days"] for row in rows if row["times"] > 1)
    lines = []
    for times in dict.fromkeys(row["times"] for row in rows if row["times"] > 1):
        theirs = [row for row in rows if row["times"] == times]
        named = [
            f"{sum(row['is_named'] for row in some)} of {len(some)}"
            for some in ([row for row in theirs if row["after_days"] == days] for days in after)
        ]
        blamed = (f"{sum(row[name] for row in theirs)}" for name in ("blamed_without", "blamed"))
        lines.append([f"{times:g} times", *named, *blamed])
    quiet = [row for row in rows if row["times"] == 1]
    lines.append(["nothing", f"{sum(row['is_named'] for row in quiet)} of {len(quiet)} days"])
    by_day = (f"told after {days} days" for days in after)
    heads = ["planted", *by_day, "blamed without the column", "blamed with it"]
    return _table(heads, [line + [""] * (len(heads) - len(line)) for line in lines])


def gate() -> str:
    """What the gate says of candidates, by their damage."""
    rows = _results("gate_honest")["rows"] + _results("gate")["rows"]
    kinds = dict.fromkeys(row["candidate"] for row in rows)
    return _table(
        ["candidate", "passed", "refused for"],
        [
            [
                kind,
                f"{sum(row['passed'] for row in theirs)} of {len(theirs)}",
                ", ".join(
                    dict.fromkeys(f"`{name}`" for row in theirs for name in row["refused_for"])
                )
                or "–",
            ]
            for kind in kinds
            if (theirs := [row for row in rows if row["candidate"] == kind])
        ],
    )


def kinds() -> str:
    """Episodes found by kind, beside the oracle."""
    return _table(
        [
            "market",
            "kind",
            "planted",
            "found",
            "by the oracle",
            "complainants first, of those found",
        ],
        [
            [
                market,
                kind.replace("_", " "),
                row["planted"],
                _part(row["found"], row["planted"]),
                _part(row["oracle"], row["planted"]),
                _part(row["complainants first"], row["found"]),
            ]
            for market, rows in _results("kinds")["rows"].items()
            for kind, row in rows.items()
        ],
    )


def _part(part: int, whole: int) -> str:
    return f"{part} ({part / whole:.2f})" if whole else "–"


def windows() -> str:
    """Counting windows beside other engines."""
    found = _results("windows")["results"]
    (ours,) = (row for row in found if row["contestant"] == "ours")
    return _table(
        ["contestant", "wall, in ours", "CPU, in ours", "peak"],
        [
            [
                row["contestant"],
                f"{row['wall_s'] / ours['wall_s']:.1f}",
                f"{row['cpu_s'] / ours['cpu_s']:.1f}",
                f"{row['peak_gb']:.1f} GB",
            ]
            for row in sorted(found, key=lambda row: float(row["wall_s"]))
        ],
    )


def _ratio(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def forest() -> str:
    """How many times as fast as scikit-learn each contestant scores the largest task."""
    found = _results("forest_scoring")["results"]
    tasks = list(dict.fromkeys(row["task"] for row in found))
    names = list(dict.fromkeys(row["contestant"] for row in found))
    ratio = {(row["task"], row["contestant"]): row["ratio"] for row in found}
    return _table(
        ["task", *names],
        [
            [
                task,
                *(_ratio(ratio[task, name]) if (task, name) in ratio else "–" for name in names),
            ]
            for task in tasks
        ],
    )


def service() -> str:
    """What the service does on two cores."""
    rows = [*_filing(), *_queue(), *_live(), *map(_kills, ("postgresql", "sqlite"))]
    return _table(["what", "measured", "`python -m benchmarks.`"], rows)


def _filing() -> list[list[str]]:
    rate = _results("importing")["complaints_per_second"]
    filed = _results("api")["complaint"]["a_second"]
    compared = _results("comparing")
    before, during = compared["complaint_ms_before"]["p50"], compared["complaint_ms_during"]["p50"]
    imported = f"{rate['tables']:,} of our tables, {rate['consumidor']:,} of a dump"
    single = f"{filed['/v1/complaints']:.0f}, beside {filed['/empty/def']:,.0f} of an empty route"
    beside = f"complaints while {compared['events']:,} decisions are compared"
    return [
        ["imported complaints a second", imported, "`importing`"],
        ["single complaints a second", single, "`api`"],
        [beside, f"p50 {before} ms before, {during} ms during", "`comparing`"],
    ]


def _queue() -> list[list[str]]:
    api = _results("api")
    size = f"{api['sellers']:,} sellers, {api['cases']:,} open cases"
    eight = api["hammer"]
    claims = f"{eight['claims']:,} claims, {eight['twice']} twice, {eight['lost']} lost"
    return [
        [f"`GET /v1/queue`, {size}", _quantiles(api["queue"], "ms", 1), "`api`"],
        ["`POST /v1/queue/claim`, the same", _quantiles(api["claim"], "ms", 1), "`api`"],
        [f"eight moderators claim for {eight['seconds']} s", claims, "`api`"],
    ]


def _live() -> list[list[str]]:
    live = _results("live_scoring")
    asked, cpu = live["asked"], live["cpu_s"]
    lag = {name: live["lag_s"][name] for name in ("p50", "p95", "p99")}
    spent = f"service {cpu['serve']:.0f} s, {asked['workers']} workers {cpu['work']:.0f} s"
    return [
        [
            f"lag of live scoring at {asked['rate']} complaints a second",
            _quantiles(lag, "s", 2),
            "`live_scoring`",
        ],
        [
            f"CPU for those {asked['seconds']:.0f} s",
            f"{spent}, PostgreSQL {cpu['postgresql']:.0f} s",
            "`live_scoring`",
        ],
    ]


def rekeyed() -> str:
    """How many re-keyed sellers are found, beside how many are none."""

    def cells(part: dict[str, int]) -> list[str]:
        share = 100 * part["large_found"] / part["large"]
        return [f"{share:.0f} % of {part['large']}", str(part["wrong"])]

    head = ["market", "proposed a market-year where none is", "one by one: found", "wrong"]
    head += ["a fifth in one day: found", "wrong", "the same, alike: found", "wrong"]
    return _table(
        head,
        [
            [
                row["market"],
                f"{row['false'] / row['market_years']:.1f}",
                *(
                    cell
                    for part in ("single", "mass", "mass_named_alike")
                    for cell in cells(row[part])
                ),
            ]
            for row in _results("rekeyed")["rows"]
        ],
    )


def unseen() -> str:
    """What is found of changes at the same volume, by market and method."""
    found = _results("unseen")

    def shares(row: dict[str, str], sort: str) -> str:
        return " / ".join(row[f"{sort} at {budget}"].partition(" of")[0] for budget in (2, 5))

    def pairs(row: dict[str, str], sort: str) -> str:
        return " / ".join(row[f"{sort} lost, won at {budget}"] for budget in (2, 5))

    head = ["market (seeds)", "method", "spikes at 2 / 5", "lost, won", "changes at 2 / 5"]
    head += ["lost, won against as it is", "precision at 5", "flags at .1, false share"]
    return _table(
        head,
        [
            [
                f"{sort} ({', '.join(map(str, found['asked'][sort]))})",
                name,
                shares(row, "spikes"),
                pairs(row, "spikes"),
                shares(row, "changes"),
                pairs(row, "changes"),
                row["precision at 5"],
                row.get("flags, false share", "–"),
            ]
            for sort, methods in found["rows"].items()
            for name, row in methods.items()
        ],
    )


def outbreaks() -> str:
    """Recall in the scenarios of outbreaks, where sellers share seasons and where they do not."""
    rows = _results("outbreaks")["rows"]
    return _table(
        ["sellers", "outbreaks", "seasons shared: found", "of each seller's own: found"],
        [
            [
                name,
                f"{planted:,}",
                *(f"{rows[season][name][0] / rows[season][name][1]:.2f}" for season in rows),
            ]
            for name, (_, planted, _, _) in rows["shared"].items()
        ],
    )


def dates() -> str:
    """Outbreaks found by how complaints are dated."""
    return _table(
        ["dated by", "seasons shared: found", "of each seller's own: found"],
        [
            [dated, *(_part(*row[season]) for season in ("shared", "own"))]
            for dated, row in _results("dates")["rows"].items()
        ],
    )


def past_spikes() -> str:
    """How many later spikes are flagged, by how many the past held."""
    return _table(
        [
            "spikes in the past",
            "flagged",
            "of plain surges",
            "flags, false",
            "alarms, false",
            "on past spikes",
        ],
        [
            [
                past,
                f"{row['flagged_episodes']} of {row['episodes']}",
                f"{row['flagged_plain_surges']} of {row['plain_surges']}",
                f"{row['flags']}, {row['false_flags'] / max(row['flags'], 1):.2f}",
                f"{row['alarms']}, {row['false_alarms'] / max(row['alarms'], 1):.2f}",
                f"{row['past_flags']} flags, {row['past_alarms']} alarms",
            ]
            for past, row in _results("past_spikes")["rows"].items()
        ],
    )


def levels() -> str:
    """Which sellers bad by level are listed."""
    rows = _results("levels")["rows"]
    return _table(
        ["what", "how many", "share"],
        [[name, f"{part} of {of}", f"{part / of:.2f}"] for name, (part, of) in rows.items()],
    )


def feed() -> str:
    """How many faults of a feed are seen, by market: those of ten days once they are over."""
    markets = _results("feed")["rows"]
    faults = [one["fault"] for one in markets[0]["faults"]]
    return _table(
        ["fault", *(market["market"] for market in markets)],
        [
            [
                fault.replace("_", " "),
                *(
                    f"{one['seen' if fault.endswith('for_days') else 'seen_live']} "
                    f"of {one['planted']}"
                    for market in markets
                    for one in market["faults"]
                    if one["fault"] == fault
                ),
            ]
            for fault in faults
        ],
    )


def pages() -> str:
    """How long pages take and how much a browser fetches for them."""
    console = _results("console")
    beside = console["while_what_if"]["queue"]
    rows = [[f"`{page}`", *_page(times)] for page, times in console["pages"].items()]
    rows.append(["`/queue`, while a what-if runs", *_page(beside)])
    return _table(["page", "p50, ms", "p95, ms", "most, kB"], rows)


def _page(times: dict[str, float]) -> list[str]:
    return [f"{times[name]:.0f}" for name in ("p50_ms", "p95_ms", "kb_max")]


def _kills(store: str) -> list[str]:
    one = _results(f"kills_{store}")
    kept = f"{one['complaints']:,} complaints, {one['verdicts']:,} verdicts"
    return [
        f"{one['kills']} kills under load, {one['store']}",
        f"{kept}, {len(one['faults'])} lost or twice",
        "`kills`",
    ]


def _quantiles(found: dict[str, float], unit: str, digits: int) -> str:
    return ", ".join(f"{name} {value:.{digits}f} {unit}" for name, value in found.items())


TABLES: Final[dict[str, Callable[[], str]]] = {
    "ablation": ablation,
    "verdicts": verdicts,
    "growth": growth,
    "spark_cluster": spark_cluster,
    "kinds": kinds,
    "giants": giants,
    "common_causes": common_causes,
    "groups": groups,
    "gate": gate,
    "windows": windows,
    "forest": forest,
    "service": service,
    "pages": pages,
    "rekeyed": rekeyed,
    "outbreaks": outbreaks,
    "dates": dates,
    "unseen": unseen,
    "past_spikes": past_spikes,
    "levels": levels,
    "feed": feed,
}
