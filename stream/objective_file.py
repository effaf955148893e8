"""The objective that the settings name, from its file."""

from pathlib import Path
from typing import Any

from processors.objective import Objective, objective_from
from schemas.errors import ConfigurationError
from stream.load.problem import Malformed
from stream.load.sources import json_tree, yaml_tree
from stream.load.tree import Items, Node, Pairs, Scalar
from stream.settings import Settings


def objective_of(settings: Settings) -> Objective:
    """The objective of `settings`, else the built-in one.

    Raises:
        ConfigurationError: where its file cannot be read or says something impossible.
    """
    if not settings.objective:
        return Objective()
    path = Path(settings.objective)
    try:
        return objective_from(_mapping(path))
    except Malformed as error:
        raise ConfigurationError(f"{path}:{error.line}: {error.text}") from None
    except ConfigurationError as error:
        raise ConfigurationError(f"{path}: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"STEPSTREAM_OBJECTIVE={path} cannot be read ({error}): name another file, or unset it"
        ) from None


def _mapping(path: Path) -> dict[str, Any]:
    text = path.read_text("utf-8")
    given = _values(json_tree(text) if path.suffix.lower() == ".json" else yaml_tree(text))
    if not isinstance(given, dict):
        raise Malformed(1, "must map names to values")
    return given


def _values(node: Node | None) -> Any:
    match node:
        case None:
            return {}
        case Scalar():
            return node.value
        case Items():
            return [_values(item) for item in node.items]
        case Pairs():
            return {_name(key): _values(value) for key, value in node.pairs}


def _name(key: Node) -> str:
    if not isinstance(key, Scalar):
        raise Malformed(key.line, "a name must be a word")
    return key.text
