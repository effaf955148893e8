"""What the report says: plain values for the page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from offline.proof.bootstrap import Difference
from offline.proof.leaks import PROBABILITIES
from offline.proof.measures import MEASURES
from offline.proof.proving import Proof
from offline.report.pictures import calibration, forest, over_time, title_of, way_of

_MOST_SLICES = 40
"""Of a model and axis that are shown, those with the most predictions."""
_EXPLAINED = {
    "success": "Will this learner succeed?",
    "engagement": "Will something begun be finished within a week?",
    "gain": "Will an answer be right after what was done?",
    "retention": "Is it still known?",
    "duration": "How long does it take? (logarithm of minutes)",
    "relevance": "Where among a hundred is what the learner turned to next?",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the report is about, as its reader knows it."""

    version: str
    """Id."""
    parent: str = ""
    created_at: float = 0.0
    """POSIX seconds."""
    code: str = ""
    seal: str = ""
    events: int = 0
    """On which the version was fitted."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    proposals: Sequence[str] = ()
    """In words."""


def content_of(proof: Proof, about: About) -> dict[str, Any]:
    """Everything on the page."""
    headline = [one for one in proof.differences if one.axis == "all" and _leads(one)]
    return {
        "version": about.version,
        "passed": proof.verdict.passed,
        "reasons": proof.verdict.reasons,
        "window": _window(proof),
        "forest": forest(headline),
        "models": [*_models(proof)],
        "findings": [one._asdict() for one in proof.findings],
        "facts": _facts(proof, about),
        "proposals": list(about.proposals),
    }


def _leads(one: Difference) -> bool:
    """Whether the measure is the most telling one of its model."""
    return MEASURES[one.model][0 if one.model != "relevance" else 1].name == one.measure


def _window(proof: Proof) -> dict[str, Any]:
    span = proof.span
    days = (span.last_at - span.first_at) / 86_400.0
    return {
        "events": f"{span.events:,}",
        "learners": f"{span.learners:,}",
        "from": _when(span.first_at),
        "to": _when(span.last_at),
        "days": f"{days:.1f}",
        "kept": "" if proof.kept == 1.0 else f"{proof.kept:.1%}",
    }


def _models(proof: Proof) -> Iterator[dict[str, Any]]:
    for model in MEASURES:
        found = [one for one in proof.differences if one.model == model]
        if found:
            yield {
                "name": model,
                "question": _EXPLAINED[model],
                "rows": [_row(one) for one in found if one.axis == "all"],
                "slices": [*_slices(found)],
                **_curves(proof, model),
            }


def _curves(proof: Proof, model: str) -> dict[str, Any]:
    if model not in PROBABILITIES:
        return {"calibration": None, "over_time": None}
    rows = proof.rows.of_model(model)
    return {"calibration": calibration(rows), "over_time": over_time(rows)}


def _slices(found: Sequence[Difference]) -> Iterator[dict[str, Any]]:
    for axis, title in (("content", "By kind of content"), ("cohort", "By cohort")):
        parts = [one for one in found if one.axis == axis and _leads(one)]
        if len(parts) > 1:
            largest = sorted(parts, key=lambda one: (-one.events, one.slice))[:_MOST_SLICES]
            yield {
                "title": title,
                "measure": title_of(parts[0]),
                "hidden": len(parts) - len(largest),
                "forest": forest(largest),
            }


def _row(one: Difference) -> dict[str, str]:
    return {
        "measure": title_of(one),
        "live": f"{one.live:.4f}",
        "candidate": f"{one.candidate:.4f}",
        "better_by": f"{one.better_by:+.4f}",
        "interval": f"{one.interval.low:+.4f} to {one.interval.high:+.4f}",
        "way": way_of(one),
        "events": f"{one.events:,}",
        "learners": f"{one.learners:,}",
    }


def _facts(proof: Proof, about: About) -> list[tuple[str, str]]:
    said = [
        ("version", about.version),
        ("made", _when(about.created_at)),
        ("parent", about.parent or "none"),
        ("fitted on", f"{about.events:,} events" if about.events else ""),
        ("code", about.code),
        ("seal of its numbers", about.seal),
        ("fitted up to", _offsets(proof.span.after)),
        ("proved up to", _offsets(proof.span.up_to)),
    ]
    known = [(name, value) for name, value in said if value]
    return known + [(name, str(value)) for name, value in sorted(about.settings.items())]


def _offsets(offsets: Mapping[int, int]) -> str:
    return ", ".join(f"{p}: {offset:,}" for p, offset in sorted(offsets.items())) or "nothing"


def _when(posix_sec: float) -> str:
    return datetime.fromtimestamp(posix_sec, UTC).strftime("%Y-%m-%d %H:%M UTC")
