"""The manifests: valid by Kubernetes' own schemas, and true to each other and to the program."""

from collections.abc import Iterator
from typing import Any

import kubernetes_validate
import pytest
import yaml
from click.testing import CliRunner
from harness.compose import FOLDER

from stream.cli import cli
from stream.settings import settings_from

FILES = sorted((FOLDER / "kubernetes").glob("*.yaml"))
MANIFESTS: list[dict[str, Any]] = [
    one for file in FILES for one in yaml.safe_load_all(file.read_text("utf-8"))
]
ROLE = "app.kubernetes.io/component"
VERSIONS = ("1.31", kubernetes_validate.latest_version())


def named(one: dict[str, Any]) -> str:
    return f"{one['kind']}/{one['metadata']['name']}"


def pods() -> Iterator[tuple[str, dict[str, Any]]]:
    for one in MANIFESTS:
        spec = one.get("spec", {})
        spec = spec.get("jobTemplate", {}).get("spec", spec)
        if template := spec.get("template"):
            yield named(one), template


PODS = dict(pods())
each = pytest.mark.parametrize("one", MANIFESTS, ids=named)
each_pod = pytest.mark.parametrize("name", sorted(PODS))


def test_every_role_is_there() -> None:
    kinds = {named(one) for one in MANIFESTS}
    assert kinds >= {
        "Deployment/stepstream-worker",
        "Deployment/stepstream-api",
        "StatefulSet/stepstream-archive",
        "CronJob/stepstream-recalibrate",
        "Job/stepstream-topics",
        "NetworkPolicy/stepstream",
        "PodDisruptionBudget/stepstream-worker",
        "HorizontalPodAutoscaler/stepstream-worker",
    }
    assert len(kinds) == len(MANIFESTS)


@each
@pytest.mark.parametrize("version", VERSIONS)
def test_it_is_valid_and_has_nothing_that_kubernetes_does_not_know(
    one: dict[str, Any], version: str
) -> None:
    kubernetes_validate.validate(one, version, strict=True)


def test_what_is_not_known_would_be_told() -> None:
    wrong = {**MANIFESTS[0], "spec": {**MANIFESTS[0]["spec"], "replica": 3}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSIONS[-1], strict=True)


@each
def test_no_secret_is_in_a_manifest(one: dict[str, Any]) -> None:
    assert one["kind"] != "Secret"
    assert one["metadata"]["labels"]["app.kubernetes.io/name"] == "stepstream"


@each_pod
def test_secrets_come_by_reference_and_every_setting_exists(name: str) -> None:
    (container,) = PODS[name]["spec"]["containers"]
    (settings,) = (one["data"] for one in MANIFESTS if one["kind"] == "ConfigMap")
    assert container["envFrom"] == [{"configMapRef": {"name": "stepstream"}}]
    told = {one["name"]: one for one in container["env"]}
    for secret, key in (("STEPSTREAM_PSEUDONYM_KEY", "pseudonym-key"), ("REDIS_URL", "redis-url")):
        reference = told[secret]["valueFrom"]["secretKeyRef"]
        assert reference == {"name": "stepstream", "key": key}
    plain = {key: one["value"] for key, one in told.items() if "value" in one}
    known = settings_from({**settings, **plain, "REDIS_URL": "redis://redis:6379/0"})
    assert known.kafka
    assert not {"pseudonym_key", "redis"} & set(settings)


@each_pod
def test_every_command_and_every_probe_exists(name: str) -> None:
    (container,) = PODS[name]["spec"]["containers"]
    execs = [
        container[probe]["exec"]["command"]
        for probe in ("startupProbe", "readinessProbe", "livenessProbe")
        if "exec" in container.get(probe, {})
    ]
    assert all(words[:2] == ["stepstream", "health"] for words in execs)
    for words in (container["args"], *(words[1:] for words in execs)):
        shown = CliRunner().invoke(cli, [*words, "--help"])
        assert shown.exit_code == 0, shown.stderr
        assert all(word in shown.stdout for word in words if word.startswith("--"))


@each_pod
def test_what_stays_is_probed_and_jobs_are_not_started_for_ever(name: str) -> None:
    kind, pod = name.partition("/")[0], PODS[name]["spec"]
    (container,) = pod["containers"]
    probes = {"startupProbe", "readinessProbe", "livenessProbe"} & set(container)
    if kind in {"Job", "CronJob"}:
        assert not probes
        assert pod["restartPolicy"] in {"Never", "OnFailure"}
    else:
        assert len(probes) == 3
        assert pod["terminationGracePeriodSeconds"] >= 30


@each_pod
def test_no_pod_gets_more_than_it_needs(name: str) -> None:
    pod = PODS[name]["spec"]
    (container,) = pod["containers"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == 10001
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"cpu", "memory"} <= set(container["resources"]["requests"])
    assert "memory" in container["resources"]["limits"]
    assert ":latest" not in container["image"]


@each_pod
def test_every_mount_has_its_volume(name: str) -> None:
    pod = PODS[name]["spec"]
    (container,) = pod["containers"]
    volumes = {one["name"]: one for one in pod["volumes"]}
    assert {one["name"] for one in container["volumeMounts"]} == set(volumes)
    mounted = {one["mountPath"] for one in container["volumeMounts"]}
    assert {"/tmp", "/var/lib/stepstream/home"} <= mounted  # noqa: S108  the pod's own
    claims = {one["metadata"]["name"] for one in MANIFESTS if one["kind"].startswith("Persistent")}
    wanted = (
        v["persistentVolumeClaim"]["claimName"]
        for v in volumes.values()
        if len(v) > 1 and "persistentVolumeClaim" in v
    )
    assert set(wanted) <= claims


@each
def test_every_selector_meets_pods_and_every_target_exists(one: dict[str, Any]) -> None:
    spec = one.get("spec", {})
    labels = [pod["metadata"]["labels"] for pod in PODS.values()]
    found = spec.get("selector") or spec.get("podSelector") or {}
    wanted = found.get("matchLabels", {} if "matchLabels" in found else found)
    assert any(wanted.items() <= have.items() for have in labels)
    if one["kind"] == "HorizontalPodAutoscaler":
        target = spec["scaleTargetRef"]
        assert f"{target['kind']}/{target['name']}" in PODS
        (partitions,) = (o["data"]["STEPSTREAM_PARTITIONS"] for o in MANIFESTS if "data" in o)
        assert spec["maxReplicas"] <= int(partitions)


def test_ports_that_are_let_in_are_the_ones_that_are_listened_on() -> None:
    policies = [one["spec"] for one in MANIFESTS if one["kind"] == "NetworkPolicy"]
    let_in = {p["port"] for spec in policies for way in spec["ingress"] for p in way["ports"]}
    containers = [pod["spec"]["containers"][0] for pod in PODS.values()]
    listening = {p["containerPort"] for one in containers for p in one.get("ports", [])}
    assert let_in == listening == {8080, 9100}
