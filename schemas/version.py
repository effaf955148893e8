"""A version of the models: what the offline job has made, and what is known of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

FORMAT = 1
"""Of `version.json`. Readers refuse a higher one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What proving a version came to."""

    passed: bool
    reasons: tuple[str, ...]
    """Why it was refused, or what made it better; for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """Facts about an immutable set of named numbers, one set a model."""

    id: str
    """Sorts by time: `v20261126-004512-3fa9c1`."""
    created_at: float
    """POSIX seconds."""
    parent: str
    """Id of the version that was live when this one was made; empty before the first."""
    origin: int
    """The shared base (`Merge.version`) whose events are those it was fitted on; 0 where it was
    fitted on none that a base has taken in."""
    trained_up_to: Mapping[int, int]
    """Partition -> offset of the last event it was fitted on."""
    events: int
    """How many events that were."""
    code: str
    """Version of Stepstream that made it."""
    meaning: str
    """Digest of what the models mean by their numbers."""
    seal: str
    """Digest of all numbers."""
    origin_seal: str = ""
    """Digest of all numbers of the origin."""
    parameters: Mapping[str, int]
    """How many numbers there are, by model."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """How it was fitted."""
    metrics: Mapping[str, Any] = field(default_factory=dict)
    """What proving it has measured, its own and the live models'."""
    verdict: Verdict | None = None
    """None as long as nobody has proved it."""
    format: int = FORMAT


def version_to_json(version: Version) -> dict[str, Any]:
    """Plain JSON object of `version`."""
    plain = asdict(version)
    plain["trained_up_to"] = {str(p): offset for p, offset in version.trained_up_to.items()}
    return plain


def version_from_json(data: Mapping[str, Any]) -> Version:
    """The inverse of `version_to_json`; unknown fields are ignored.

    Raises:
        KeyError, TypeError, ValueError: where `data` is no version.
    """
    known = {name: data[name] for name in Version.__dataclass_fields__ if name in data}
    known["trained_up_to"] = {int(p): int(o) for p, o in known["trained_up_to"].items()}
    verdict = known.get("verdict")
    if verdict is not None:
        known["verdict"] = Verdict(passed=verdict["passed"], reasons=tuple(verdict["reasons"]))
    return Version(**known)


def measured(version: Version, model: str) -> dict[str, dict[str, float]]:
    """What proving has measured of a model over all later events: measure -> candidate and live."""
    return {
        one["measure"]: {"candidate": one["candidate"], "live": one["live"]}
        for one in version.metrics.get("differences", ())
        if one["model"] == model and one["axis"] == "all"
    }
