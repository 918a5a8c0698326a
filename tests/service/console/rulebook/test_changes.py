"""What changed between two versions of a policy, none left out."""

from dataclasses import fields, replace

import pytest

from detector.rules import bundled, bundled_names
from detector.rules.policy.policy import Policy
from service.console.rulebook.changes import changes_between, in_one_line

NO_RULES = {"id", "version", "effective_from", "label", "_violations_in", "_tiers_by_track"}
"""Fields of a version that say which it is, or follow from others."""
POLICIES = [one for name in bundled_names() for one in bundled(name).versions]


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.label)
def test_a_policy_differs_from_another_in_each_field_that_they_do_not_share(policy):
    assert changes_between(policy, policy) == []
    for other in POLICIES:
        for name in {one.name for one in fields(Policy)} - NO_RULES:
            mixed = replace(policy, **{name: getattr(other, name)})
            assert bool(changes_between(policy, mixed)) == (mixed != policy), name


def test_only_what_is_otherwise_is_named():
    policy = bundled("standard").versions[0]
    counterfeit = policy.violations["counterfeit"]
    dearer = replace(counterfeit, points=replace(counterfeit.points, default=9))
    violations = {**policy.violations, "counterfeit": dearer, "stale": dearer}
    [cost, added] = changes_between(policy, replace(policy, violations=violations))
    assert (cost.kind, cost.name, cost.before, cost.after) == (
        "costs",
        "counterfeit",
        counterfeit,
        dearer,
    )
    assert (added.kind, added.before, added.after) == ("violation", None, dearer)
    assert in_one_line([cost, added]) == "counterfeit: Points, stale"
    assert in_one_line([cost] * 5) == "counterfeit: Points, " * 2 + "counterfeit: Points and 2 more"
    assert in_one_line([]) == "the same rules"
