"""Has the candidate seen the events that it is proved on? Four tests, none of which trusts it.

- *Offsets*: what it says it was fitted on ends before the window begins.
- *Newcomers*: it has no numbers of an activity that nobody had met before the window.
- *Knows more than it believes*: honest predictions lose, on average, as much as they expect to lose
  (their own entropy). Who has seen an answer is nearer to it than he believes, since a model that
  learns one answer leans towards it without becoming certain. Honest candidates may be better, or
  may believe less firmly than they could; only who has seen the answers does much of both.
- *Too good*: better by so much as no refit of the same events has ever been.

In the last two live is calibrated on the window first: what an honest candidate mends of live
models that believe too firmly, or not firmly enough, is neither knowledge nor suspicious.

`docs/proof.md` has the figures that the bounds come from.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from offline.archived import Offsets, Source
from offline.proof.bootstrap import Difference, Judging, Slice, draw
from offline.proof.gate import Leaks
from offline.proof.measures import (
    MEASURES,
    Measure,
    calibration_line,
    log_odds,
    sigmoid,
    underconfidence,
)
from offline.proof.rows import RowTable
from online_models.items import ItemModel
from online_models.named_numbers import name_of
from online_models.relevance import RelevanceModel
from online_models.tables import Tables
from processors.trace import trace_of

Models = Mapping[str, Tables]
"""Numbers by model."""

PROBABILITIES = ("success", "engagement", "gain", "retention")
_FEWEST_LEARNERS = 20
_KNOWS_MORE = Measure("underconfidence", "underconfidence", underconfidence)
_LOG_LOSS = MEASURES["success"][0]
_QUARTERS = 4
_WHOLE = "whole window"
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
    arms: tuple[Models, Models], appeared: Iterable[int], source: Source, after: Offsets
) -> Finding:
    """Does the candidate know activities that nobody had met before the window?

    Args:
        arms: numbers of live and candidate; what live knows was met before.
        appeared: keys of all activities in the window.
        source: all events; read up to `after` where the candidate knows some of `appeared` that
            the archive has to be asked for.
        after: the window begins behind.
    """
    known = _known_items(arms[1]) - _known_items(arms[0])
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


def _known_items(candidate: Models) -> set[bytes]:
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


def of_predictions(rows: RowTable, bounds: Leaks, seed: int) -> list[Finding]:
    """What the candidate's predictions give away: belief and improvement, model by model.

    Each model's belief is looked at over the whole window and in each quarter of it: who has seen
    a part has most likely seen its begin.
    """
    judged = [
        Judged(part)
        for model in PROBABILITIES
        if len(of := rows.of_model(model))
        for part in _quarters(model, of)
        if part.rows.learners() >= _FEWEST_LEARNERS
    ]
    draw([one for each in judged for one in (each.belief, each.loss)], seed)
    beliefs = [each.told(bounds) for each in judged]
    kept = [one for one in beliefs if not one.passed or one.test.endswith(_WHOLE)]
    return kept + [_improvement(each, bounds) for each in judged if each.part.name == _WHOLE]


def fair(rows: RowTable) -> RowTable:
    """The same, where live has been calibrated on these very rows (`calibration_line`).

    So what an honest candidate mends of live models that believe too firmly is no improvement, and
    live loses what it expects to.
    """
    intercept, slope = calibration_line(rows.column("live"), rows.column("outcome"))
    data = rows.data.copy()
    data["live"] = sigmoid(intercept + slope * log_odds(rows.column("live")))
    return replace(rows, data=data)


class Judged:
    """A model on a part of the window, beside live calibrated on that part.

    Args:
        part: the predictions of both.
    """

    def __init__(self, part: Slice) -> None:
        self.part = part
        against = part._replace(rows=fair(part.rows))
        self.belief = Judging(against, _KNOWS_MORE)
        self.loss = Judging(against, _LOG_LOSS)

    def told(self, bounds: Leaks) -> Finding:
        """Is it better than it believes, and better than live by that?"""
        return _told(self.belief.difference(), self.loss.difference(), bounds)


def _quarters(model: str, rows: RowTable) -> Iterator[Slice]:
    yield Slice(model, "all", _WHOLE, rows)
    place = np.empty(len(rows), np.int64)
    place[np.argsort(rows.column("at"), kind="stable")] = np.arange(len(rows))
    for quarter in range(_QUARTERS):
        part = rows.where(place * _QUARTERS // len(rows) == quarter)
        yield Slice(model, "all", f"quarter {quarter + 1}", part)


def _told(belief: Difference, loss: Difference, bounds: Leaks) -> Finding:
    """Of the belief `better_by` is live - candidate, so that a leak is far below 0."""
    beyond = -belief.interval.high
    surely = min(beyond, loss.interval.low)
    leaks = belief.candidate > 0.0 and surely > bounds.underconfidence
    figures = (
        f"{belief.model} loses {loss.better_by:+.4f} nats less than live, calibrated "
        f"(95 %: {loss.interval.low:+.4f} at least), and {belief.candidate:+.4f} less than it "
        f"expects to, which is {-belief.better_by:+.4f} beyond live ({beyond:+.4f} at least); "
        f"that both are surely above {bounds.underconfidence:g} takes who has seen the answers"
    )
    name = f"belief of {belief.model}, {belief.slice}"
    return Finding(name, not leaks, f"leak: {figures}" if leaks else figures)


def _improvement(of: Judged, bounds: Leaks) -> Finding:
    """Does the candidate take away more of the log-loss than any refit does?"""
    one = of.loss.difference()
    share, low = one.better_by / one.live, one.interval.low / one.live
    leaks = low > bounds.improvement
    figures = (
        f"{one.model} loses {share:.1%} less than live, calibrated (95 %: {low:.1%} at least), up "
        f"to {bounds.improvement:.0%} is plausible"
    )
    told = f"leak: {figures}" if leaks else figures
    return Finding(f"improvement of {one.model}", not leaks, told)
