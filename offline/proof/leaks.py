"""Has the candidate seen the events that it is proved on? Four tests, none of which trusts it.

- *Offsets*: what it says it was fitted on ends before the window begins.
- *Newcomers*: it has no numbers of an activity that nobody had met before the window.
- *Knows more than it believes*: honest predictions lose, on average, as much as they expect to lose
  (their own entropy). Who has seen an answer is nearer to it than he believes, since a model that
  learns one answer leans towards it without becoming certain. Compared with the live models.
- *Too good*: better by so much as no refit of the same events has ever been.

`docs/proof.md` has the figures that the bounds come from.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from offline.archived import Offsets, Source
from offline.proof.bootstrap import Difference, Interval, Judging, Slice, draw
from offline.proof.gate import Leaks
from offline.proof.measures import Measure, underconfidence
from offline.proof.rows import RowTable
from online_models.items import ItemModel
from online_models.named_numbers import name_of
from online_models.relevance import RelevanceModel
from online_models.tables import Tables
from processors.trace import trace_of

PROBABILITIES = ("success", "engagement", "gain", "retention")
_FEWEST_LEARNERS = 20
_KNOWS_MORE = Measure("underconfidence", "underconfidence", underconfidence)
_SHOWN = 3


class Finding(NamedTuple):
    """What a test of leaks has found."""

    test: str
    passed: bool
    text: str
    """For people; begins with "leak:" where it is one."""


def offsets(trained_up_to: Offsets, after: Offsets) -> Finding:
    """Does the fit end before the window begins?

    Args:
        trained_up_to: of the candidate, as it says.
        after: the window begins behind.
    """
    inside = {p: o for p, o in trained_up_to.items() if o > after.get(p, -1)}
    if not inside:
        return Finding("offsets", True, "the fit ends where the window begins")
    partition, offset = min(inside.items())
    return Finding(
        "offsets",
        False,
        f"leak: fitted up to offset {offset} of partition {partition}, but proved on what follows "
        f"{after.get(partition, -1)} ({len(inside)} partitions overlap): prove it on later events",
    )


def newcomers(
    candidate: Mapping[str, Tables], appeared: Iterable[int], source: Source, after: Offsets
) -> Finding:
    """Does the candidate know activities that nobody had met before the window?

    Args:
        candidate: its numbers.
        appeared: keys of all activities in the window.
        source: all events; read up to `after` where the candidate knows some of `appeared` that
            the archive has to be asked for.
        after: the window begins behind.
    """
    known = _known_items(candidate)
    suspects = {key for key in appeared if name_of(key).encode() in known}
    everybody = len(set(appeared))
    if suspects:
        for one in source.read({}, after):
            suspects.discard(trace_of(one.event).activity)
            if not suspects:
                break
    if not suspects:
        return Finding("newcomers", True, f"none of {everybody:,} activities is known too early")
    shown = ", ".join(map(name_of, sorted(suspects)[:_SHOWN]))
    return Finding(
        "newcomers",
        False,
        f"leak: the candidate knows {len(suspects)} activities that nobody had met before the "
        f"window (keys {shown}): fit it again on events up to its offsets only",
    )


def _known_items(candidate: Mapping[str, Tables]) -> set[bytes]:
    """Names of activities that have numbers of their own."""
    counted = {
        name
        for table in candidate.get(ItemModel.name, {}).values()
        for name in table.names.tolist()
    }
    visited = {
        name[2:]
        for table in candidate.get(RelevanceModel.name, {}).values()
        for name in table.names.tolist()
        if name.startswith(b"i/")
    }
    return counted | visited


def knows_more(rows: RowTable, bounds: Leaks, seed: int) -> list[Finding]:
    """Is the candidate better than it believes, and more so than the live models?"""
    found = {}
    for model in PROBABILITIES:
        of = rows.of_model(model)
        if len(of) and of.learners() >= _FEWEST_LEARNERS:
            found[model] = Judging(Slice(model, "all", "", of), _KNOWS_MORE)
    draw([*found.values()], seed)
    return [_told(one.difference(), one.of_candidate(), bounds) for one in found.values()]


def _told(one: Difference, own: Interval, bounds: Leaks) -> Finding:
    """`better_by` is live - candidate here, so that a leak is far below 0."""
    surely = min(own.low, -one.interval.high)
    leaks = surely > bounds.underconfidence
    figures = (
        f"{one.model} is better than it believes by {one.candidate:+.4f} nats (95 %: {own.low:+.4f} "
        f"to {own.high:+.4f}), the live one by {one.live:+.4f}; up to "
        f"{bounds.underconfidence:g}, or as much more than live, is honest"
    )
    return Finding(f"belief/{one.model}", not leaks, f"leak: {figures}" if leaks else figures)


def too_good(differences: Iterable[Difference], bounds: Leaks) -> list[Finding]:
    """Does the candidate take away more of the log-loss than any refit does?"""
    return [
        _share(one, bounds)
        for one in differences
        if one.axis == "all" and one.measure == "log_loss" and one.learners >= _FEWEST_LEARNERS
    ]


def _share(one: Difference, bounds: Leaks) -> Finding:
    share, low = one.better_by / one.live, one.interval.low / one.live
    leaks = low > bounds.improvement
    figures = (
        f"{one.model} loses {share:.1%} less than live (95 %: at least {low:.1%}), up to "
        f"{bounds.improvement:.0%} is plausible"
    )
    return Finding(f"improvement/{one.model}", not leaks, f"leak: {figures}" if leaks else figures)
