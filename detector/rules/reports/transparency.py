"""A sanction as a record of the EU's DSA Transparency Database: its fields, checked.

Fields, values and limits are those of the database's public API documentation (version 2.1,
https://transparency.dsa.ec.europa.eu/page/api-documentation). A record must hold no personal data,
so it names no seller, buyer, moderator or complaint, and holds no words that a person typed. An
organisation that gave notice, such as a trusted flagger, is named where the log names it. A warning
restricts nothing and has no record.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from detector.errors import BadInput
from detector.rules.entry import Ground
from detector.rules.events import NOTICE, ORGANISATIONS, SOURCES, Source, Verdict
from detector.rules.instants import DAY, EPOCH, NEVER
from detector.rules.justification import resting_on
from detector.rules.reports.elements import UNKNOWN, Background
from detector.rules.reports.explanation import AccountAt, Explanation, grounds_of
from detector.rules.reports.sentences import ENGLISH, put
from detector.rules.reports.statement import sanction_of, step_said
from detector.rules.sanction import Sanction

EU: Final = (
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
    *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
)
_EEA: Final = {*EU, "IS", "LI", "NO"}

_DECISIONS: Final[dict[str, dict[str, Any]]] = {
    "restrict": {"decision_provision": "DECISION_PROVISION_PARTIAL_SUSPENSION"},
    "suspend": {"decision_account": "DECISION_ACCOUNT_SUSPENDED"},
    "remove": {"decision_account": "DECISION_ACCOUNT_TERMINATED"},
}
_ENDS: Final = {
    "restrict": "end_date_service_restriction",
    "suspend": "end_date_account_restriction",
}
_CATEGORIES: Final = {
    "counterfeit": "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS",
    "counterfeit_severe": "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS",
    "ip_infringement": "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS",
    "prohibited": "STATEMENT_CATEGORY_UNSAFE_AND_PROHIBITED_PRODUCTS",
    "not_as_described": "STATEMENT_CATEGORY_CONSUMER_INFORMATION",
    "fraud": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
}
_SOURCES: Final[dict[Source, str]] = {
    "notice": "SOURCE_ARTICLE_16",
    "trusted_flagger": "SOURCE_TRUSTED_FLAGGER",
    "other_notification": "SOURCE_TYPE_OTHER_NOTIFICATION",
    "own_initiative": "SOURCE_VOLUNTARY",
}
_BROUGHT: Final[dict[Source, str]] = {
    "notice": "complaint(s) by buyers",
    "trusted_flagger": "notice(s) by trusted flaggers",
    "other_notification": "notification(s) of another kind",
    "own_initiative": "finding(s) by the marketplace itself",
}
_OTHER: Final = "STATEMENT_CATEGORY_OTHER_VIOLATION_TC"

FIELDS: Final = (
    *("decision_visibility", "decision_visibility_other", "end_date_visibility_restriction"),
    *("decision_monetary", "decision_monetary_other", "end_date_monetary_restriction"),
    *("decision_provision", "end_date_service_restriction"),
    *("decision_account", "end_date_account_restriction", "account_type"),
    *("decision_ground", "decision_ground_reference_url"),
    *("illegal_content_legal_ground", "illegal_content_explanation"),
    *("incompatible_content_ground", "incompatible_content_explanation"),
    *("incompatible_content_illegal", "content_type", "content_type_other", "category"),
    *("category_addition", "category_specification", "category_specification_other"),
    *("content_language", "content_date", "content_id", "territorial_scope", "application_date"),
    *("decision_facts", "source_type", "source_identity", "automated_detection"),
    *("automated_decision", "puid"),
)
"""Every field that the database takes, in the order of its documentation."""
_REQUIRED: Final = (
    *("decision_ground", "content_type", "category", "territorial_scope", "content_date"),
    *("application_date", "decision_facts", "source_type", "automated_detection"),
    *("automated_decision", "puid", "incompatible_content_ground"),
    "incompatible_content_explanation",
)
_AMONG: Final[dict[str, set[str]]] = {
    "decision_account": {"DECISION_ACCOUNT_SUSPENDED", "DECISION_ACCOUNT_TERMINATED"},
    "decision_provision": {
        "DECISION_PROVISION_PARTIAL_SUSPENSION",
        "DECISION_PROVISION_TOTAL_SUSPENSION",
        "DECISION_PROVISION_PARTIAL_TERMINATION",
        "DECISION_PROVISION_TOTAL_TERMINATION",
    },
    "account_type": {"ACCOUNT_TYPE_BUSINESS", "ACCOUNT_TYPE_PRIVATE"},
    "decision_ground": {"DECISION_GROUND_INCOMPATIBLE_CONTENT"},
    "category": {*_CATEGORIES.values(), _OTHER},
    "source_type": set(_SOURCES.values()),
    "incompatible_content_illegal": {"Yes", "No"},
    "automated_detection": {"Yes", "No"},
    "automated_decision": {
        "AUTOMATED_DECISION_FULLY",
        "AUTOMATED_DECISION_PARTIALLY",
        "AUTOMATED_DECISION_NOT_AUTOMATED",
    },
}
_LIMITS: Final = {
    "decision_facts": 5_000,
    "incompatible_content_ground": 500,
    "incompatible_content_explanation": 2_000,
    "puid": 500,
    "source_identity": 500,
}
_PUID: Final = re.compile(r"[A-Za-z0-9_-]+")
_FIRST_DATES: Final = {"content_date": "2000-01-01", "application_date": "2020-01-01"}


def record_of(
    explanation: Explanation | AccountAt,
    sanction_id: str,
    background: Background = UNKNOWN,
    territory: tuple[str, ...] = EU,
) -> dict[str, Any] | None:
    """Return the checked record of one sanction, or None where nothing was restricted.

    The content's date is that of the earliest incident. Whether automated means detected it, and
    how the marketplace came to know of it, follow the decisions it rests on. Raises BadInput when a
    field breaks the database's rules.
    """
    sanction = sanction_of(explanation, sanction_id)
    action = sanction.step.action
    if action not in _DECISIONS or not sanction.is_carried_out:
        return None
    grounds = grounds_of(resting_on(explanation.account, sanction))
    verdicts = [one.verdict for one in grounds]
    incidents: list[int] = [one.incident_at for one in verdicts]
    kinds = sorted({_CATEGORIES.get(one.violation, _OTHER) for one in verdicts}) or [_OTHER]
    charged = (sanction.policy.violations.get(one.violation) for one in verdicts)
    fields = {
        **_DECISIONS[action],
        "account_type": "ACCOUNT_TYPE_BUSINESS",
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "incompatible_content_ground": f"{sanction.policy.title} ({sanction.policy.label})"[:500],
        "incompatible_content_explanation": _explanation(sanction)[:2_000],
        "incompatible_content_illegal": _yes(any(one and one.legal_ground for one in charged)),
        "content_type": ["CONTENT_TYPE_PRODUCT"],
        "category": kinds[0],
        "territorial_scope": list(territory),
        "content_date": _date(min(incidents, default=sanction.issued_at)),
        "application_date": _date(sanction.carried_out_at),
        "decision_facts": _facts(grounds)[:5_000],
        **_source(verdicts),
        "automated_detection": _yes(any(one.id in background.detected for one in verdicts)),
        "automated_decision": "AUTOMATED_DECISION_PARTIALLY",
        "puid": puid_of(sanction.id),
    }
    if kinds[1:]:
        fields["category_addition"] = kinds[1:]
    if action in _ENDS and sanction.ends_at != NEVER:
        fields[_ENDS[action]] = _date(sanction.ends_at)
    check_record(fields)
    return fields


def _yes(said: object) -> str:
    return "Yes" if said else "No"


def _source(verdicts: Sequence[Verdict]) -> dict[str, str]:
    """Say how it became known: one source is taken, the first of `SOURCES`, and who that was."""
    source = min((one.source for one in verdicts), key=SOURCES.index, default=NOTICE)
    named = {one.complaint_source_identity for one in verdicts if one.source == source} - {None}
    said = {"source_type": _SOURCES[source]}
    if named and source in ORGANISATIONS:
        said["source_identity"] = "; ".join(sorted(map(str, named)))[:500]
    return said


def puid_of(sanction_id: str) -> str:
    """Return the platform's unique id of a record: stable, and telling nothing about the seller."""
    return (
        "sanction-" + hashlib.sha256(sanction_id.encode("utf-8", "surrogatepass")).hexdigest()[:40]
    )


def check_record(fields: Mapping[str, Any]) -> None:
    """Check a record by the database's rules. Raises BadInput that names every faulty field."""
    faults = [f"{name} is missing" for name in _REQUIRED if not fields.get(name)]
    faults += [f"{name} is no field of it" for name in fields if name not in FIELDS]
    if not any(name.startswith("decision_") and name in fields for name in _DECISION_FIELDS):
        faults.append("one of " + ", ".join(_DECISION_FIELDS) + " is needed")
    for name, allowed in _AMONG.items():
        if name in fields and fields[name] not in allowed:
            faults.append(f"{name}: {fields[name]!r} is not one of {', '.join(sorted(allowed))}")
    for name, limit in _LIMITS.items():
        if len(str(fields.get(name, ""))) > limit:
            faults.append(f"{name} is longer than {limit} characters")
    if not _PUID.fullmatch(str(fields.get("puid", ""))):
        faults.append("puid may hold letters, digits, '-' and '_' only")
    strangers = sorted(set(fields.get("territorial_scope", ())) - _EEA)
    if strangers:
        faults.append(f"territorial_scope: {', '.join(strangers)} is not in the EU or EEA")
    faults += _date_faults(fields)
    if faults:
        raise BadInput("the record for the transparency database: " + "; ".join(faults))


_DECISION_FIELDS: Final = (
    "decision_visibility",
    "decision_monetary",
    "decision_provision",
    "decision_account",
)


def _date_faults(fields: Mapping[str, Any]) -> list[str]:
    faults = []
    applied = str(fields.get("application_date", ""))
    dates = {name: str(fields[name]) for name in fields if name.endswith("_date")}
    ends = {name: str(fields[name]) for name in fields if name.startswith("end_date_")}
    for name, text in {**dates, **ends}.items():
        try:
            date.fromisoformat(text)
        except ValueError:
            faults.append(f"{name}: {text!r} is not a date like 2026-03-01")
            continue
        first = _FIRST_DATES.get(name, applied if name in ends else "")
        if text < first:
            faults.append(f"{name}: {text} is before {first}")
    return faults


def _date(instant: int) -> str:
    return (EPOCH + timedelta(days=instant // DAY)).date().isoformat()


def _explanation(sanction: Sanction) -> str:
    tier = sanction.tier
    points = f"Points taken before: {sanction.levels[0]}; after: {sanction.levels[1]}. "
    said = put(step_said(sanction), ENGLISH)
    return (
        f"{points}Rule {tier.id!r} of {sanction.policy.label}, step {sanction.step_index + 1} of "
        f"{len(tier.steps)}: {said}."
    )


def _facts(grounds: Sequence[Ground]) -> str:
    """Say the facts without naming anybody."""
    kinds = sorted({one.verdict.violation.replace("_", " ") for one in grounds})
    counts = Counter(one.verdict.source for one in grounds) or Counter({NOTICE: 0})
    said = [f"{counts[name]} {_BROUGHT[name]}" for name in SOURCES if name in counts]
    evidence = sorted({kind.replace("_", " ") for one in grounds for kind in one.verdict.evidence})
    return (
        f"{' and '.join(said)} about {', '.join(kinds) or 'a violation'} were "
        f"upheld by a person on evidence: {', '.join(evidence) or 'none recorded'}. "
        f"They cost {sum(one.points for one in grounds)} points."
    )


def row_of(record: Mapping[str, Any]) -> list[str]:
    """Lay a record out as a row below `FIELDS`; a list as JSON has it, nothing for no value."""
    cells = (record.get(name) for name in FIELDS)
    return [
        "" if one is None else one if isinstance(one, str) else json.dumps(one) for one in cells
    ]
