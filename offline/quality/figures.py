"""Committed figures: one JSON file a family, scenarios and measures in the order of their names."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from offline.quality.scenario import Figures
from schemas.codec import JsonError, decode_json, encode_json_pretty
from schemas.errors import ConfigurationError

DIGITS = 5


@dataclass(frozen=True, slots=True)
class Committed:
    """What a scenario came to when somebody accepted it."""

    needs: str
    """Path of its data below the folder of data sets; "" where none are needed."""
    figures: Figures


def read_committed(folder: Path) -> dict[str, Committed]:
    """All committed figures, by scenario.

    Raises:
        ConfigurationError: where a file cannot be read or is none of these.
    """
    found: dict[str, Committed] = {}
    for path in sorted(folder.glob("*.json")):
        try:
            scenarios: dict[str, Any] = decode_json(path.read_bytes())
            found |= {name: Committed(**one) for name, one in scenarios.items()}
        except (OSError, JsonError, TypeError, AttributeError) as error:
            raise ConfigurationError(
                f"{path} does not hold figures ({error}): restore it, or accept figures anew"
            ) from error
    return found


def write_committed(folder: Path, committed: Mapping[str, Committed]) -> None:
    """Replace the figures in `folder`."""
    families: dict[str, dict[str, Any]] = defaultdict(dict)
    for name, one in sorted(committed.items()):
        figures = {measure: round(one.figures[measure], DIGITS) for measure in sorted(one.figures)}
        families[name.partition("/")[0]][name] = {"needs": one.needs, "figures": figures}
    folder.mkdir(parents=True, exist_ok=True)
    for family, scenarios in families.items():
        (folder / f"{family}.json").write_text(encode_json_pretty(scenarios) + "\n")
