"""The alerts and the dashboard ask for metrics that there are."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from service.health.warnings import CODES
from service.settings import Settings

ROOT = Path(__file__).parents[3]
RULES = ROOT / "deploy/prometheus-rules.yaml"
DASHBOARD = json.loads((ROOT / "deploy/grafana-dashboard.json").read_text(encoding="utf-8"))
OPERATIONS = (ROOT / "docs/reference/operations.md").read_text(encoding="utf-8")
METRIC = re.compile(r"\b((?:detector|process)_[a-z_]+)(\{[^}]*\})?")
LABEL = re.compile(r'([a-z_]+)(?:=|!=|=~|!~)"([^"]*)"')
SCRAPED = {"job", "instance"}
"""Labels that Prometheus adds."""


def alerts():
    (group,) = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return {rule["alert"]: rule for rule in group["rules"]}


def panels():
    return [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


ASKED = {
    **{name: rule["expr"] for name, rule in alerts().items()},
    **{
        f"{panel['title']} {target['refId']}": target["expr"]
        for panel in panels()
        for target in panel["targets"]
    },
}


@pytest.fixture
def measured(service):
    """Each name of a sample, with its labels; of metrics that have no sample yet, none."""
    service.as_("ingest").post("/v1/complaints", json=service.complaint())
    registry = service.parts.gauges.registry
    service.parts.gauges.observe()
    found = {}
    for family in registry.collect():
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
        ends = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"]}
        for end in ends.get(family.type, [""]):
            found.setdefault(f"{family.name}{end}", set())
    return found


def test_every_metric_that_is_asked_for_is_measured_under_its_labels(measured):
    for place, expression in ASKED.items():
        assert METRIC.search(expression), place
        for name, selector in METRIC.findall(expression):
            assert name in measured, place
            labels = {label for label, _ in LABEL.findall(selector)}
            assert labels <= measured[name] | SCRAPED, place


def test_every_metric_of_ours_is_on_the_dashboard_and_documented(measured):
    shown = {name for place in ASKED.values() for name, _ in METRIC.findall(place)}
    for name in measured:
        family = re.sub(r"_(bucket|sum|count|created)$", "", name)
        if name.startswith("detector_") and not name.endswith("_created"):
            assert any(one.startswith(family) for one in shown), name
            assert family in OPERATIONS, name


def test_codes_that_are_named_exist():
    for expression in ASKED.values():
        for label, value in LABEL.findall(expression):
            if label == "code":
                assert set(value.split("|")) <= set(CODES)


def test_thresholds_are_those_of_the_settings():
    settings, expected = Settings(), {}
    expected["DetectorMarketBehind"] = 3 * 60 * settings.snapshot_minutes
    expected["DetectorCasesWait"] = 3600 * settings.due_hours
    for name, seconds in expected.items():
        assert alerts()[name]["expr"].endswith(f" > {seconds:.0f}")


def test_an_alert_says_what_to_do_and_who_is_to_do_it_when():
    for rule in alerts().values():
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"].endswith(".")


def test_panels_have_a_place_of_their_own_and_say_what_they_show():
    taken = set()
    for panel in panels():
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells
        assert panel["description"].endswith(".")
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def test_prometheus_accepts_the_alerts():
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("no promtool")
    done = subprocess.run(
        [promtool, "check", "rules", RULES], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
