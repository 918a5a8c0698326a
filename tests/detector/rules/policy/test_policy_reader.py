"""Policy files: read whole, or refused with the field and its line."""

from __future__ import annotations

import re

import pytest

from detector.errors import BadPolicy
from detector.rules import policies_of
from detector.rules.instants import DAY
from detector.rules.policy.bundled import bundled_text
from detector.rules.policy.policy import REASONS

STANDARD = bundled_text("standard")


def refusal_of(old: str, new: str) -> str:
    assert old in STANDARD, old
    with pytest.raises(BadPolicy) as caught:
        policies_of(STANDARD.replace(old, new, 1), source="mine.toml")
    return str(caught.value)


def line_with(text: str) -> int:
    return next(n for n, line in enumerate(STANDARD.splitlines(), 1) if text in line)


@pytest.mark.parametrize(
    ("old", "new", "field", "why"),
    [
        ("version = 1", "version = 0", "policy[0].version", "at least 1, not 0"),
        ("version = 1", 'version = "1"', "policy[0].version", "whole number"),
        ('tz = "UTC"', 'tz = "Mars"', "policy[0].tz", "'Mars' is not a time zone"),
        ('tz = "UTC"', 'tz = "../etc"', "policy[0].tz", "is not a time zone"),
        ("ceiling = 12", "cieling = 12", "policy[0].cieling", "did you mean 'ceiling'?"),
        ('"incident" #', '"incidant" #', "policy[0].select_version_by", "did you mean 'incident'"),
        (
            'expires = "365d"',
            'expires = "365"',
            "policy[0].violations.counterfeit.expires",
            "duration",
        ),
        ('expires = "365d"', 'expires = "0d"', "counterfeit.expires", "longer than nothing"),
        ('duration = "7d"', 'duration = "0h"', "steps[0].duration", "longer than nothing"),
        ("floor = 0 ", "floor = 13 ", "policy[0].floor", "not be above the ceiling 12"),
        ('"2026-01-01T00:00:00Z"', '"soon"', "effective_from", "'soon' is not a time; ISO 8601"),
        (
            "[[policy.tiers]]",
            '[[policy.rates]]\nid = "r"\nwindows = [{ window = "90d" }]\n' * 2 + "[[policy.tiers]]",
            "policy[0].rates[1].id",
            "'r' is there twice",
        ),
        ("{ default = 6 }", "{ default = -1 }", "counterfeit.points.default", "at least 0"),
        ("{ default = 6 }", "{ first = 0 }", "counterfeit.points.default", "is missing"),
        ('["order"]', '["ordre"]', "counterfeit.once_per", "did you mean 'order'?"),
        ("human_decision = true", "human_decision = false", "evidence.human_decision", "a machine"),
        ("restores_points = true", "restores_points = false", "restores_points", "wins an appeal"),
        ("at = 6", "count = 6\n  at = 6", "policy[0].tiers[0].at", "exactly one of"),
        ('action = "warn"', 'akshun = "warn"', "policy[0].tiers[0].steps[0].action", "is missing"),
        ('on_served = "spend"', 'on_served = "set:x"', "tiers[1].steps[0].on_served", "set:N"),
        ('id = "depleted"', 'id = "low"', "policy[0].tiers[1].id", "'low' is there twice"),
        ('track = "main"\n  at = 6', 'track = "x"\n  at = 6', "tiers[0].track", "no track 'x'"),
        ('clock = "decided"', 'merge = { key = "order" }', "merge.window", "72h is needed"),
        (
            "[policy.appeals]",
            '[policy.notices]\n  suspended = "x"\n  [policy.appeals]',
            "policy[0].notices.suspended",
            "there is remove, suspend, warn, or `any`",
        ),
        (
            'needed = ["rejection"',
            'needed = ["verdikt"',
            "reasons_needed",
            "'verdict'",
        ),
        ("count_as", "categories = [6]\n  count_as", "counterfeit.categories", "list of texts"),
        ("any_of = [[", 'any_of = [["a"], "b", [', "evidence.any_of", "list of lists"),
        ('tz = "UTC"', "tz = 5", "policy[0].tz", "must be a text, not 5"),
        ("restores_points = true", 'restores_points = "y"', "restores_points", "true or false"),
        ('["order"]', "[5]", "counterfeit.once_per", "must be a list of texts"),
        ("version = 1", "version = 1\ncomplainants = 5", "complainants", "must be a table, not 5"),
        ("version = 1", "version = 1\nrates = 5", "policy[0].rates", "must be a list of tables"),
        ('duration = "7d"', "duration = 7", "steps[0].duration", "must be a text in quotes, not 7"),
        ("ceiling = 12", "ceiling = 12\nstart = 13", "policy[0].start", "between floor 0 and"),
        ("ceiling = 12", "ceiling = 12\nclamp = false", "policy[0].clamp", "must be true"),
        ('track = "main"\n  points', 'track = "x"\n  points', "counterfeit.track", "no track 'x'"),
        ("{ default = 6 }", "{ default = 6, range = [9, 3] }", "points.range", "[least, most]"),
        ("{ default = 6 }", "{ default = 6, range = 3 }", "points.range", "[least, most]"),
        ('steps = [{ action = "warn" }]', "steps = []", "tiers[0].steps", "at least one step"),
        (
            "irreversible = true,",
            'irreversible = true, duration = "1d",',
            "duration",
            "irreversible",
        ),
        (
            "[[policy.tiers]]",
            '[[policy.rates]]\nid = "r"\n[[policy.tiers]]',
            "policy[0].rates[0].windows",
            "at least one window is needed",
        ),
        (
            "[policy.appeals]",
            '[policy.complainants]\n  unfounded_share = "x"\n  [policy.appeals]',
            "complainants.unfounded_share",
            "must be a number above 0",
        ),
        (
            "[policy.appeals]",
            "[policy.complainants]\n  unfounded_share = 1.5\n  [policy.appeals]",
            "complainants.unfounded_share",
            "is a share: at most 1",
        ),
        (
            "[policy.appeals]",
            "[policy.complainants]\n  warn_after = 6\n  [policy.appeals]",
            "complainants.mute_after",
            "must not be below warn_after",
        ),
    ],
)
def test_a_fault_is_refused_with_its_field_and_what_is_wrong(old, new, field, why):
    told = refusal_of(old, new)
    assert told.startswith("mine.toml, line ")
    assert field in told
    assert why in told


@pytest.mark.parametrize("field", ["at = 12", "ceiling = 12", "expires = ", "max_per_decision = 1"])
def test_the_line_is_that_of_the_field(field):
    name, _, _ = field.partition(" = ")
    text = STANDARD.replace(field, f"{name} = [] #", 1)
    with pytest.raises(BadPolicy, match=f"mine.toml, line {line_with(field)}:"):
        policies_of(text, source="mine.toml")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "there is no [[policy]] in it"),
        ("x = ", "this is not TOML"),
        ("[policy]\nid = 'x'", "must be written [[policy]]"),
        ("[[policy]]\nid = 'x'", "violations: at least one violation is needed"),
        ("policies = 1", "policies: is not a field of the schema"),
    ],
)
def test_what_is_no_policy_file_is_refused(text, why):
    with pytest.raises(BadPolicy, match=re.escape(why)):
        policies_of(text)


def test_versions_of_one_policy_come_in_order():
    later = STANDARD.replace("version = 1", "version = 2").replace("2026-01-01", "2026-07-01")
    policies = policies_of(STANDARD + later)
    assert [one.version for one in policies.versions] == [1, 2]
    boundary = policies.versions[1].effective_from
    assert [policies.at(at).version for at in (boundary - 1, boundary)] == [1, 2]
    assert policies.at(0).version == 1
    for text, why in (
        (later + STANDARD, "version: must be above the version before it, 2"),
        (STANDARD + later.replace('"standard"', '"other"'), "versions of one policy, 'standard'"),
        (STANDARD + later.replace("2026-07-01", "2025-07-01"), "must not be before that of"),
    ):
        with pytest.raises(BadPolicy, match=re.escape(why)):
            policies_of(text)


def test_versions_of_one_policy_keep_its_scope():
    later = STANDARD.replace("version = 1", 'version = 2\nscope = "entity"')
    with pytest.raises(BadPolicy, match="scope: cannot change between versions"):
        policies_of(STANDARD + later)


def test_a_time_may_be_written_without_quotes():
    text = STANDARD.replace('"2026-01-01T00:00:00Z"', "2026-01-01T00:00:00Z")
    assert policies_of(text).versions == policies_of(STANDARD).versions


def test_expires_may_name_a_reset():
    text = STANDARD.replace('expires = "365d"', 'expires = "next_year"')
    violation = policies_of(text).versions[0].violations["counterfeit"]
    assert (violation.reset, violation.expires) == ("next_year", None)


def test_durations_are_exact():
    (policy,) = policies_of(STANDARD).versions
    assert policy.violations["counterfeit"].expires == 365 * DAY
    assert policy.tiers[1].steps[0].duration == 7 * DAY


def test_a_reset_may_name_the_period():
    text = STANDARD.replace('expires = "365d"', 'reset = "quarter"')
    assert policies_of(text).versions[0].violations["counterfeit"].reset == "next_quarter"
    with pytest.raises(BadPolicy, match="an entry ends by `expires` or by `reset`, not by both"):
        policies_of(STANDARD.replace('expires = "365d"', 'reset = "year"\n  expires = "365d"'))


def test_a_field_inside_a_list_of_steps_is_found_on_its_line():
    text = STANDARD.replace('duration = "7d"', 'duration = "week"')
    with pytest.raises(BadPolicy, match=f"line {line_with('duration = ')}: .*steps.0..duration"):
        policies_of(text)


HEAD = '[[policy]]\nid = "x"\nversion = 1\neffective_from = "2026-01-01"\n'
LONG, HEX, DEEP = "9" * 5_000, "0x" + "f" * 5_000, "[" * 40_000 + "]" * 40_000


HOSTILE = [
    *(f"x = {value}" for value in (LONG, HEX, DEEP, "9" * 4_000, "[" * 200 + "]" * 200)),
    *(f"{HEAD}ceiling = {value}" for value in (LONG, HEX, DEEP, "9" * 4_000, "1e400", "nan")),
    f"{HEAD}tz = {HEX}",
    "a." * 40_000 + "a = 1",
    "x = " + "{a = " * 20_000 + "1" + "}" * 20_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_are_refused_in_one_short_sentence(text):
    with pytest.raises(BadPolicy) as refused:
        policies_of(text, "hostile.toml")
    assert len(str(refused.value)) < 300
    assert "\n" not in str(refused.value)


def test_a_category_is_the_violation_of_its_name_or_those_that_name_it():
    """Where several may be found, a verdict has to name one."""
    tables = 'categories = ["fake", "stolen"]\n  count_as'
    text = STANDARD.replace("count_as", tables, 1)
    text = text.replace(
        "[[policy.tiers]]", "[policy.violations.stolen]\npoints = 1\n[[policy.tiers]]", 1
    )
    policy = policies_of(text).versions[0]
    assert policy.categories == ("counterfeit", "fake", "stolen")
    assert policy.violations_in("stolen") == ("stolen", "counterfeit")
    assert policy.violation_in("stolen").name == "stolen"
    assert policy.violation_in("fake").name == "counterfeit"
    assert (policy.violations_in("late"), policy.violation_in("late")) == ((), None)
    both = text.replace("points = 1", 'points = 1\ncategories = ["fake"]', 1)
    assert policies_of(both).versions[0].violation_in("fake") is None


def test_reasons_are_needed_unless_the_policy_says_otherwise():
    unsaid = "\n".join(one for one in STANDARD.splitlines() if "reasons_needed" not in one)
    assert policies_of(unsaid).versions[0].reasons_needed == set(REASONS)
    for words in ((), ("appeal",)):
        field = f"reasons_needed = {list(words)}\nceiling ="
        text = unsaid.replace("ceiling =", field, 1)
        assert policies_of(text).versions[0].reasons_needed == set(words)
