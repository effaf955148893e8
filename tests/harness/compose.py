"""The compose file as compose itself reads it: anchors merged, variables put in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docker"
FILE = FOLDER / "compose.yaml"
EXAMPLE = FOLDER / ".env.example"
OURS = "${STEPSTREAM_IMAGE:-stepstream:latest}"
NEEDED = {"STEPSTREAM_PSEUDONYM_KEY": "5e" * 32, "GRAFANA_ADMIN_PASSWORD": "of a test"}
_VARIABLE = re.compile(r"\$\{(\w+)(?:(:[-?])([^}]*))?\}")


class Missing(Exception):
    """A variable that compose asks for."""


def filled(value: Any, environment: Mapping[str, str]) -> Any:
    """`value` with `${NAME}`, `${NAME:-default}` and `${NAME:?message}` put in everywhere."""
    if isinstance(value, dict):
        return {name: filled(one, environment) for name, one in value.items()}
    if isinstance(value, list):
        return [filled(one, environment) for one in value]
    return _filled(value, environment) if isinstance(value, str) else value


def _filled(text: str, environment: Mapping[str, str]) -> str:
    def found(match: re.Match[str]) -> str:
        name, how, other = match.groups()
        if value := environment.get(name):
            return value
        if how == ":?":
            raise Missing(f"{name}: {other}")
        return other or ""

    return _VARIABLE.sub(found, text)


def raw() -> dict[str, Any]:
    """The file with its variables."""
    read: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    return read


def compose(environment: Mapping[str, str] = NEEDED) -> dict[str, Any]:
    """The file as compose takes it in `environment`."""
    read: dict[str, Any] = filled(raw(), environment)
    return read


def variables() -> dict[str, str | None]:
    """Every variable of the file with its default; None for one that must be given."""
    found = _VARIABLE.findall(FILE.read_text("utf-8"))
    return {name: None if how == ":?" else default for name, how, default in found}


@dataclass(frozen=True, slots=True)
class Role:
    """A service that runs our image."""

    name: str
    command: list[str]
    environment: dict[str, str]
    check: list[str]
    """Words of its health check without CMD; empty where it has none."""


def roles() -> dict[str, Role]:
    """Services that run our image, by name."""
    services, ours = compose()["services"], filled(OURS, {})
    return {name: _role(name, one) for name, one in services.items() if one["image"] == ours}


def _role(name: str, service: dict[str, Any]) -> Role:
    check = service["healthcheck"].get("test", [])
    assert check[:1] in ([], ["CMD"]), f"{name}: no shell is needed"
    environment = {key: str(value) for key, value in service["environment"].items()}
    return Role(name, service["command"], environment, check[1:])
