"""The gate from a YAML file."""

from pathlib import Path

import yaml

from offline.proof.gate import Gate, gate_from
from schemas.errors import ConfigurationError


def read_gate(path: Path) -> Gate:
    """The gate that the file describes; what it does not mention is as by default.

    Raises:
        ConfigurationError: where the file cannot be read, or says something impossible.
    """
    try:
        given = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read ({error}): name another file") from error
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{path} is no YAML ({error}): correct it") from error
    if given is None:
        given = {}
    if not isinstance(given, dict):
        raise ConfigurationError(f"{path} must map names to values: see docs/proof.md")
    try:
        return gate_from(given)
    except ConfigurationError as error:
        raise ConfigurationError(f"{path}: {error}") from None
