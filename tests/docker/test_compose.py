"""The compose file: what the specification says of it, and what it says of itself."""

import json
import re
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from harness.compose import EXAMPLE, FOLDER, NEEDED, Missing, compose, raw, roles, variables
from jsonschema import Draft7Validator

from stream.cli import cli
from stream.settings import settings_from

SERVICES = compose()["services"]
ONE_SHOT = {"topics"}
EXPECTED = {
    *("kafka", "redis", "topics", "worker", "api", "archive", "recalibrate", "simulate"),
    *("prometheus", "grafana"),
}
each_service = pytest.mark.parametrize("name", sorted(SERVICES))
each_role = pytest.mark.parametrize("name", sorted(roles()))


def specification() -> dict[str, Any]:
    """The schema that check-jsonschema brings; to import the package would start its command."""
    found = find_spec("check_jsonschema")
    assert found is not None
    assert found.origin is not None
    file = Path(found.origin).parent / "builtin_schemas" / "vendor" / "compose-spec.json"
    schema: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return schema


def test_every_part_is_there() -> None:
    assert set(SERVICES) == EXPECTED
    assert SERVICES["simulate"]["profiles"] == ["demo"]
    assert not any("profiles" in SERVICES[name] for name in EXPECTED - {"simulate"})


def test_it_is_valid_by_the_compose_specification() -> None:
    schema = specification()
    problems = [f"{e.json_path}: {e.message}" for e in Draft7Validator(schema).iter_errors(raw())]
    assert problems == []
    assert [*Draft7Validator(schema).iter_errors({**raw(), "servises": {}})]


@pytest.mark.parametrize("variable", sorted(NEEDED))
def test_it_refuses_to_start_without_what_the_user_must_make(variable: str) -> None:
    with pytest.raises(Missing, match=variable):
        compose({**NEEDED, variable: ""})


def test_every_variable_is_explained_and_no_secret_has_a_default() -> None:
    lines = EXAMPLE.read_text("utf-8").splitlines()
    told = {m[2]: m[3] for line in lines if (m := re.match(r"(#?)([A-Z_]+)=(.*)$", line))}
    assert told == {name: default or "" for name, default in variables().items()}
    for before, line in pairwise(lines):
        if re.match(r"#?[A-Z_]+=", line):
            assert before.startswith("#"), f"nothing explains {line}"
    assert {name for name, default in variables().items() if default is None} == set(NEEDED)
    assert not [n for n, default in variables().items() if "KEY" in n and default]


@each_role
def test_every_setting_exists_and_fits(name: str) -> None:
    known = settings_from(roles()[name].environment)
    assert known.kafka == "kafka:9092"
    assert known.redis == "redis://redis:6379/0"
    assert known.pseudonym_key == NEEDED["STEPSTREAM_PSEUDONYM_KEY"]


@each_role
def test_every_command_and_its_options_exist(name: str) -> None:
    role = roles()[name]
    for words in (role.command, role.check[1:]):
        shown = CliRunner().invoke(cli, [*words, "--help"])
        assert shown.exit_code == 0, shown.stderr
        for option in (word for word in words if word.startswith("--")):
            assert option in shown.stdout
    assert role.check[:1] in ([], ["stepstream"])


@each_service
def test_every_dependency_can_be_waited_for(name: str) -> None:
    for other, how in SERVICES[name].get("depends_on", {}).items():
        if how["condition"] == "service_healthy":
            assert SERVICES[other]["healthcheck"]["test"]
        else:
            assert how["condition"] == "service_completed_successfully"
            assert other in ONE_SHOT


@each_service
def test_everything_that_stays_has_a_health_check(name: str) -> None:
    if name in ONE_SHOT:
        assert SERVICES[name]["healthcheck"] == {"disable": True}
        assert SERVICES[name]["restart"] == "no"
    else:
        check = SERVICES[name]["healthcheck"]
        assert {"test", "interval", "timeout", "retries", "start_period"} <= set(check)
        assert SERVICES[name]["restart"] == "unless-stopped"


@each_service
def test_ports_are_published_on_loopback_only(name: str) -> None:
    for port in SERVICES[name].get("ports", []):
        assert re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port)
        assert "outside" in SERVICES[name]["networks"], "an internal network publishes nothing"


def test_redis_is_reached_from_inside_only() -> None:
    networks = compose()["networks"]
    assert networks["inside"]["internal"] is True
    assert SERVICES["redis"]["networks"] == ["inside"]
    assert "ports" not in SERVICES["redis"]
    assert all("inside" in service["networks"] for service in SERVICES.values())


@each_service
def test_nothing_gets_more_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["cap_drop"] == ["ALL"]
    assert "privileged" not in service
    assert service["read_only"] is (name != "kafka")
    limits = service["deploy"]["resources"]["limits"]
    assert float(limits["cpus"]) > 0
    assert re.fullmatch(r"\d+[mg]", limits["memory"])


@each_service
def test_every_image_is_pinned(name: str) -> None:
    image = SERVICES[name]["image"]
    if name in roles():
        assert SERVICES[name]["user"] == "10001:10001"
        assert (FOLDER / SERVICES[name]["build"]["context"] / "pyproject.toml").is_file()
        assert (FOLDER.parent / SERVICES[name]["build"]["dockerfile"]).is_file()
    else:
        assert re.search(r":v?\d+\.\d+", image), f"{image} may be another one tomorrow"


@each_service
def test_every_volume_is_declared_and_every_mounted_file_exists(name: str) -> None:
    for volume in SERVICES[name].get("volumes", []):
        source, target, *how = volume.split(":")
        assert target.startswith("/")
        if source.startswith("."):
            assert how == ["ro"]
            assert (FOLDER / source).exists(), f"{source} is mounted and is not there"
        else:
            assert source in compose()["volumes"]


def test_who_erases_reaches_every_store_that_is_a_volume() -> None:
    reached = set(SERVICES["api"]["volumes"])
    writers = {v for name in ("archive", "recalibrate") for v in SERVICES[name]["volumes"]}
    personal = {v for v in writers if not v.endswith(":ro") and not v.startswith("versions:")}
    assert personal == reached


def test_workers_can_be_many() -> None:
    worker: dict[str, Any] = SERVICES["worker"]
    assert "container_name" not in worker
    assert "ports" not in worker
    assert "volumes" not in worker
