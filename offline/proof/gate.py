"""The gate: what a candidate must show. It is configuration; this is what holds without any.

A candidate passes where it is *surely worse nowhere that matters*, *surely better somewhere*, and
no test says that it has seen what it is proved on. Intervals decide, not figures:

- Worse: even the good end of the interval lies beyond the margin. So noise does not refuse.
- Better: even the bad end of the interval is better. So luck does not promote.

Where several slices, or several measures, could say so, the interval is so wide that all of them
together are wrong in one case of twenty at most (Bonferroni; Dunn, JASA 56, 1961).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from statistics import NormalDist
from typing import Any

from offline.proof.bootstrap import Difference
from offline.proof.measures import MEASURES
from schemas.errors import ConfigurationError
from schemas.version import Verdict

AXES = ("all", "content", "cohort")
"""What is judged: all rows of a model, those of each kind of content, of each cohort."""

_RISK = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """How much must have come after the fit."""

    events: int = 2000
    learners: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Better:
    """One of the things of which at least one must be better."""

    model: str
    measure: str
    by: float = 0.0
    """So much at least, in the unit of the measure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotWorse:
    """Something that may not become worse."""

    model: str
    measure: str
    margin: float
    """So much does not matter, over all rows."""
    slice_margin: float = 0.0
    """So much does not matter in a slice, where that is more than `margin`."""
    axes: tuple[str, ...] = AXES
    events: int = 200
    """Slices with fewer predictions are not judged."""
    learners: int = 20
    """Slices with fewer learners are not judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaks:
    """What only who has seen the answers can do; `docs/proof.md` says where the bounds are from."""

    underconfidence: float = 0.015
    """Nats that a candidate may surely lose less than the live models, calibrated, do, and at once
    less than it expects to, beyond what they do."""
    improvement: float = 0.08
    """Share of the live log-loss that a candidate may surely take away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Everything that is asked."""

    window: Window
    better: tuple[Better, ...]
    not_worse: tuple[NotWorse, ...]
    leaks: Leaks


def _probability(model: str, margin: float) -> Iterator[NotWorse]:
    yield NotWorse(model=model, measure="log_loss", margin=margin, slice_margin=10.0 * margin)
    yield NotWorse(model=model, measure="auc", margin=2.0 * margin, axes=("all",))
    yield NotWorse(model=model, measure="ece", margin=0.01, axes=("all",))


DEFAULT = Gate(
    window=Window(),
    better=(
        Better(model="success", measure="log_loss"),
        Better(model="success", measure="auc"),
        Better(model="engagement", measure="log_loss"),
        Better(model="gain", measure="log_loss"),
        Better(model="retention", measure="log_loss"),
        Better(model="duration", measure="rmse"),
        Better(model="relevance", measure="ndcg@10"),
    ),
    not_worse=(
        *_probability("success", 0.001),
        *_probability("engagement", 0.002),
        *_probability("gain", 0.002),
        *_probability("retention", 0.002),
        NotWorse(model="duration", measure="rmse", margin=0.005, slice_margin=0.02),
        NotWorse(model="relevance", measure="ndcg@10", margin=0.005, slice_margin=0.02),
    ),
    leaks=Leaks(),
)


def judged(
    gate: Gate, differences: Sequence[Difference], window: tuple[int, int], leaks: Sequence[str]
) -> Verdict:
    """The verdict, with every reason for it.

    Args:
        gate: what is asked.
        differences: what was measured.
        window: events and learners that came after the fit.
        leaks: what the tests of leaks have found, in words.
    """
    too_few = missing(gate, *window)
    worse = [*_worse(gate, differences)]
    better = [*_better(gate, differences)]
    against = [*(f"unproven: {one}" for one in too_few), *leaks, *worse]
    if not better:
        against.append("better nowhere: no difference that counts is surely above nothing")
    if against:
        return Verdict(passed=False, reasons=tuple(against))
    return Verdict(passed=True, reasons=tuple(better))


def missing(gate: Gate, events: int, learners: int) -> list[str]:
    """What the window lacks, in words."""
    wanted = {"events": gate.window.events, "learners": gate.window.learners}
    found = {"events": events, "learners": learners}
    return [
        f"{found[what]:,} {what} have come after the fit, {count - found[what]:,} more are needed"
        for what, count in wanted.items()
        if found[what] < count
    ]


def _better(gate: Gate, differences: Sequence[Difference]) -> Iterator[str]:
    for rule in gate.better:
        for one in differences:
            if _is(rule, one) and one.axis == "all":
                low = one.better_by - _width(len(gate.better)) * one.spread
                if low > rule.by:
                    yield f"better: {told(one)}"


def _worse(gate: Gate, differences: Sequence[Difference]) -> Iterator[str]:
    for rule in gate.not_worse:
        for axis in rule.axes:
            found = [one for one in differences if _is(rule, one) and one.axis == axis]
            yield from _worse_slices(rule, [one for one in found if is_judged(rule, one)])


def _worse_slices(rule: NotWorse, slices: Sequence[Difference]) -> Iterator[str]:
    for one in slices:
        whole = one.axis == "all"
        margin = rule.margin if whole else max(rule.margin, rule.slice_margin)
        high = one.better_by + _width(len(slices)) * one.spread
        if high < -margin:
            yield f"worse: {told(one)}; {margin:g} would not matter"


def is_judged(rule: NotWorse, one: Difference) -> bool:
    """Whether a slice is large enough."""
    return one.axis == "all" or (one.events >= rule.events and one.learners >= rule.learners)


def _width(tests: int) -> float:
    """Standard errors of a two-sided interval that several tests share."""
    return NormalDist().inv_cdf(1.0 - _RISK / 2.0 / max(tests, 1))


def _is(rule: Better | NotWorse, one: Difference) -> bool:
    return rule.model == one.model and rule.measure == one.measure


def told(one: Difference) -> str:
    """A difference in words and numbers."""
    titles = {m.name: m.title for m in MEASURES[one.model]}
    where = "" if one.axis == "all" else f" ({one.axis} {one.slice})"
    way = "better" if one.better_by >= 0.0 else "worse"
    ends = sorted(abs(end) for end in one.interval) if _one_sided(one) else one.interval
    return (
        f"{one.model}{where}, {titles[one.measure]} {one.live:.4f} live, {one.candidate:.4f} "
        f"candidate, {way} by {abs(one.better_by):.4f} (95 %: {ends[0]:.4f} to {ends[1]:.4f}) over "
        f"{one.events:,} predictions of {one.learners:,} learners"
    )


def _one_sided(one: Difference) -> bool:
    return one.interval.low * one.interval.high >= 0.0


def gate_from(given: Mapping[str, Any]) -> Gate:
    """The gate that `given` describes; what it does not mention is as in `DEFAULT`.

    Raises:
        ConfigurationError: names what is wrong, and what is possible.
    """
    _known(given, Gate, "the gate")
    window = _made(Window, given.get("window", {}), "window")
    leaks = _made(Leaks, given.get("leaks", {}), "leaks")
    better = _list(Better, given, "better", DEFAULT.better)
    not_worse = _list(NotWorse, given, "not_worse", DEFAULT.not_worse)
    return Gate(window=window, better=better, not_worse=not_worse, leaks=leaks)


def _list(kind: type[Any], given: Mapping[str, Any], name: str, otherwise: Any) -> Any:
    rules = given.get(name)
    if rules is None:
        return otherwise
    if not isinstance(rules, list):
        raise ConfigurationError(f"{name}: write a list of rules")
    return tuple(_rule(kind, one, f"{name}, rule {place}") for place, one in enumerate(rules, 1))


def _rule(kind: type[Any], given: Any, where: str) -> Any:
    made = _made(kind, given, where)
    measures = [one.name for one in MEASURES.get(made.model, ())]
    if not measures:
        raise ConfigurationError(f"{where}: model {made.model!r}: say one of {', '.join(MEASURES)}")
    if made.measure not in measures:
        raise ConfigurationError(
            f"{where}: {made.model} is not measured by {made.measure!r}: say one of "
            f"{', '.join(measures)}"
        )
    return made


def _made(kind: type[Any], given: Any, where: str) -> Any:
    if not isinstance(given, Mapping):
        raise ConfigurationError(f"{where}: write names and values")
    _known(given, kind, where)
    for name in ("model", "measure", "margin"):
        if name in kind.__dataclass_fields__ and name not in given:
            raise ConfigurationError(f"{where}: {name} is missing")
    return kind(**{name: _value(name, value, where) for name, value in given.items()})


def _known(given: Mapping[str, Any], kind: type[Any], where: str) -> None:
    names = [one.name for one in fields(kind)]
    for name in given:
        if name not in names:
            raise ConfigurationError(f"{where}: {name!r} is unknown: say one of {', '.join(names)}")


def _value(name: str, value: Any, where: str) -> Any:
    if name in {"model", "measure"}:
        return str(value)
    if name == "axes":
        if not isinstance(value, list) or not set(value) <= set(AXES):
            raise ConfigurationError(f"{where}: axes: write a list of {', '.join(AXES)}")
        return tuple(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ConfigurationError(f"{where}: {name}: write a number from 0 up, not {value!r}")
    return int(value) if name in {"events", "learners"} else float(value)
