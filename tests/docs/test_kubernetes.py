"""The manifests for Kubernetes agree with the program and ask for no more than it needs."""

import copy
import json
from pathlib import Path

import jsonschema_rs
import pytest
import typer
import yaml

from service.cli import app
from service.health.routes import router
from service.settings import Settings
from tests.docs.test_deploy import DEPLOY, DOCKERFILE, LIBPQ

FOLDER = DEPLOY / "kubernetes"
MANIFESTS = {
    path.name: [one for one in yaml.safe_load_all(path.read_text(encoding="utf-8")) if one]
    for path in sorted(FOLDER.glob("*.yaml"))
}
OBJECTS = [one for name, ones in MANIFESTS.items() if name != "kustomization.yaml" for one in ones]
# What Kubernetes takes of these kinds, field by field, and nothing else.
TAKEN = json.loads(Path(__file__).with_name("kubernetes_1_37.json").read_text(encoding="utf-8"))
USER = next(line.split()[1] for line in DOCKERFILE.splitlines() if line.startswith("USER"))


def of_kind(kind):
    return {one["metadata"]["name"]: one for one in OBJECTS if one["kind"] == kind}


def pods():
    """Each pod's template, by the name of what starts it."""
    for one in OBJECTS:
        spec = one.get("spec", {})
        template = spec.get("jobTemplate", {}).get("spec", spec).get("template")
        if template:
            named = one["metadata"]
            yield pytest.param(template, id=named.get("name") or named["generateName"])


(SETTINGS,) = (one["data"] for one in of_kind("ConfigMap").values())
(SECRETS,) = (one["stringData"] for one in of_kind("Secret").values())
every_pod = pytest.mark.parametrize("pod", [*pods()])


def test_every_manifest_is_whole_and_listed_or_applied_by_hand():
    (listed,) = MANIFESTS["kustomization.yaml"]
    by_hand = {"kustomization.yaml", "secrets.example.yaml", "upgrade.yaml"}
    assert set(listed["resources"]) == set(MANIFESTS) - by_hand
    version = Path(DEPLOY.parent / "pyproject.toml").read_text(encoding="utf-8")
    (image,) = listed["images"]
    assert f'version = "{image["newTag"]}"' in version
    (upgrade,) = MANIFESTS["upgrade.yaml"][0]["spec"]["template"]["spec"]["containers"]
    assert upgrade["image"] == f"{image['newName']}:{image['newTag']}"


def refused(manifest):
    """What Kubernetes would not take of a manifest, a sentence each."""
    group = {"v1": "core.v1"}.get(manifest["apiVersion"], manifest["apiVersion"].replace("/", "."))
    schema = TAKEN | {"$ref": f"#/$defs/io.k8s.api.{group}.{manifest['kind']}"}
    found = jsonschema_rs.Draft202012Validator(schema).iter_errors(manifest)
    return [f"{'/'.join(map(str, one.instance_path))}: {one.message}" for one in found]


def test_kubernetes_takes_every_manifest():
    assert [said for one in OBJECTS for said in refused(one)] == []


def test_a_misspelt_field_and_a_number_as_text_are_refused():
    deployment = copy.deepcopy(of_kind("Deployment")["detector-api"])
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    container["livenesProbe"] = container.pop("livenessProbe")
    container["ports"][0]["containerPort"] = "8000"
    said = " ".join(refused(deployment))
    assert "livenesProbe" in said
    assert "ports/0/containerPort" in said


def test_every_variable_is_a_setting_that_the_program_takes(monkeypatch):
    known = {f"DETECTOR_{name.upper()}" for name in Settings.model_fields} | LIBPQ
    assert set(SETTINGS) | set(SECRETS) <= known
    assert not set(SETTINGS) & set(SECRETS)
    assert "PGPASSWORD" in SECRETS
    for name, value in (SETTINGS | SECRETS).items():
        assert isinstance(value, str), name  # as Kubernetes asks for
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert settings.host == "0.0.0.0"
    assert not settings.work


@every_pod
def test_a_pod_runs_as_nobody_in_particular_and_changes_nothing_but_its_volumes(pod):
    spec = pod["spec"]
    assert not spec["automountServiceAccountToken"]
    # Kubernetes would say DETECTOR_…_PORT=tcp://…, which the program takes for a setting.
    assert not spec["enableServiceLinks"]
    user, group = map(int, USER.split(":"))
    security = spec["securityContext"]
    assert security["runAsNonRoot"]
    assert (security["runAsUser"], security["runAsGroup"], security["fsGroup"]) == (
        *(user, group),
        group,
    )
    assert security["seccompProfile"] == {"type": "RuntimeDefault"}
    (container,) = spec["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    mounted = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    assert set(mounted) == {volume["name"] for volume in spec["volumes"]}
    assert mounted["tmp"] == "/tmp"
    for name in ("DETECTOR_MODELS", "DETECTOR_EVIDENCE"):
        assert SETTINGS[name].startswith(f"{mounted['data']}/")
    (claim,) = (one["persistentVolumeClaim"] for one in spec["volumes"] if one["name"] == "data")
    assert claim["claimName"] in of_kind("PersistentVolumeClaim")


@every_pod
def test_a_pod_says_what_it_needs_and_reads_what_there_is(pod):
    (container,) = pod["spec"]["containers"]
    assert set(container["resources"]["requests"]) == {"cpu", "memory"}
    assert "memory" in container["resources"]["limits"]
    named = [*container["envFrom"][0].values(), *container["envFrom"][1].values()]
    assert [one["name"] for one in named] == [*of_kind("ConfigMap"), *of_kind("Secret")]


@every_pod
def test_a_pod_runs_a_command_of_ours(pod):
    words = list(pod["spec"]["containers"][0]["args"])
    found = typer.main.get_command(app)
    while hasattr(found, "commands"):
        found = found.commands[words.pop(0)]
    options = {name for option in found.params for name in option.opts}
    assert {word for word in words if word.startswith("--")} <= options
    for word in words:
        if word.startswith("$("):
            assert word[2:-1] in SETTINGS


@pytest.mark.parametrize(
    ("name", "setting"),
    [("detector-api", "DETECTOR_PORT"), ("detector-worker", "DETECTOR_WORK_PORT")],
)
def test_probes_ask_where_the_program_answers(name, setting):
    deployment = of_kind("Deployment")[name]["spec"]
    assert deployment["selector"]["matchLabels"] == deployment["template"]["metadata"]["labels"]
    (container,) = deployment["template"]["spec"]["containers"]
    (port,) = container["ports"]
    assert str(port["containerPort"]) == SETTINGS[setting]
    asked = {
        kind: container[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")
    }
    assert {probe["port"] for probe in asked.values()} == {port["name"]}
    assert [probe["path"] for probe in asked.values()] == ["/healthz", "/healthz", "/readyz"]
    scraped = deployment["template"]["metadata"]["annotations"]
    assert scraped["prometheus.io/port"] == SETTINGS[setting]
    served = {route.path for route in router.routes}
    assert {scraped["prometheus.io/path"], *(probe["path"] for probe in asked.values())} <= served


def test_the_service_finds_the_pods_of_the_api_and_no_other():
    (service,) = of_kind("Service").values()
    selected = service["spec"]["selector"].items()
    found = [
        name
        for name, one in of_kind("Deployment").items()
        if selected <= one["spec"]["template"]["metadata"]["labels"].items()
    ]
    assert found == ["detector-api"]
    (container,) = of_kind("Deployment")["detector-api"]["spec"]["template"]["spec"]["containers"]
    assert service["spec"]["ports"][0]["targetPort"] == container["ports"][0]["name"]


def test_jobs_do_not_run_twice_at_a_time():
    assert set(of_kind("CronJob")) == {"detector-train", "detector-retain"}
    for job in of_kind("CronJob").values():
        assert job["spec"]["concurrencyPolicy"] == "Forbid"
        assert len(job["spec"]["schedule"].split()) == 5
        pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
        assert pod["restartPolicy"] == "Never"
