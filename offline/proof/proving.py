"""Proving a candidate: both arms on the events after the fit, measured, tested, and judged."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from offline.archived import Offsets, Source
from offline.passes.working_file import WorkingFile
from offline.proof import leaks
from offline.proof.arm import Remembered
from offline.proof.bootstrap import Difference, Slice, differences
from offline.proof.gate import DEFAULT, Gate, judged
from offline.proof.leaks import Finding
from offline.proof.measures import MEASURES
from offline.proof.rows import RowTable, Watch
from offline.proof.trial import Files, Seen, Trial
from online_models.tables import Base, ModelBase, Tables
from schemas.version import Verdict

SEED = 20_261_126
_FEWEST_OF_A_SLICE = 20
"""Learners below which a slice is not even shown."""


@dataclass(frozen=True, slots=True)
class Contest:
    """Two sets of shared parameters, and where both begin."""

    live: Mapping[str, Tables]
    """Numbers by model: the live shared base on whose events the candidate was fitted."""
    candidate: Mapping[str, Tables]
    states: Remembered
    """Learner key -> state at the offsets; both arms begin with it."""
    trained_up_to: Offsets
    """Last events that the candidate was fitted on, by partition, as it says."""


@dataclass(frozen=True, slots=True)
class Span:
    """The events that the proof went through."""

    after: dict[int, int]
    up_to: dict[int, int]
    events: int
    learners: int
    first_at: float
    """When the log had the first of them, POSIX seconds."""
    last_at: float


@dataclass(frozen=True, slots=True)
class Proof:
    """What proving a candidate came to."""

    verdict: Verdict
    span: Span
    differences: tuple[Difference, ...]
    findings: tuple[Finding, ...]
    """Of the tests of leaks."""
    kept: float
    """Share of the learners whose predictions are measured; below 1 where there were too many."""
    rows: RowTable
    """Predictions, for pictures."""

    def metrics(self) -> dict[str, Any]:
        """Plain facts, for `Version.metrics`."""
        return {
            "window": {
                "after": {str(p): offset for p, offset in sorted(self.span.after.items())},
                "up_to": {str(p): offset for p, offset in sorted(self.span.up_to.items())},
                "events": self.span.events,
                "learners": self.span.learners,
                "first_at": self.span.first_at,
                "last_at": self.span.last_at,
                "share_of_learners": self.kept,
            },
            "differences": [_plain(one) for one in self.differences],
            "leaks": [one._asdict() for one in self.findings],
        }


def _plain(one: Difference) -> dict[str, Any]:
    return {
        "model": one.model,
        "axis": one.axis,
        "slice": one.slice,
        "measure": one.measure,
        "events": one.events,
        "learners": one.learners,
        "live": one.live,
        "candidate": one.candidate,
        "better_by": one.better_by,
        "low": one.interval.low,
        "high": one.interval.high,
    }


def later(source: Source, after: Offsets) -> tuple[dict[int, int], int]:
    """Where the archive ends, and how many events it has after `after`."""
    ends = source.ends()
    return ends, source.count(after, ends)


def prove(
    source: Source,
    contest: Contest,
    after: Offsets | None = None,
    gate: Gate = DEFAULT,
    watch: Watch = lambda _: None,
    folder: Path | None = None,
) -> Proof:
    """Let the candidate and the live models go through what came after the fit.

    Args:
        source: all events.
        contest: who against whom.
        after: the window begins behind these offsets; where the fit ends if None.
        gate: what is asked.
        watch: told of every so many events; `later` says how many there are.
        folder: for files with states of learners, which are gone afterwards; None keeps them in
            memory.
    """
    begins = dict(contest.trained_up_to if after is None else after)
    ends = source.ends()
    with _files(folder) as files:
        live, candidate = base_of(contest.live), base_of(contest.candidate)
        seen = Trial(live, candidate, contest.states, files).run(source.read(begins, ends), watch)
    rows, turns = seen.rows.table(), seen.turns.table()
    measured = differences(slices(rows, turns), MEASURES, SEED)
    findings = [
        leaks.offsets(contest.trained_up_to, begins),
        leaks.newcomers((contest.live, contest.candidate), seen.activities, source, begins),
        *leaks.of_predictions(rows, gate.leaks, SEED),
    ]
    against = [one.text for one in findings if not one.passed]
    verdict = judged(gate, measured, (seen.events, len(seen.learners)), against)
    return Proof(
        verdict, _span(seen, begins, ends), tuple(measured), tuple(findings), seen.rows.share, rows
    )


@contextmanager
def _files(folder: Path | None) -> Iterator[Files]:
    with TemporaryDirectory(dir=folder) as made:
        paths = [None if folder is None else Path(made) / arm for arm in ("live", "candidate")]
        with WorkingFile(paths[0]) as live, WorkingFile(paths[1]) as candidate:
            yield live, candidate


def _span(seen: Seen, after: Offsets, up_to: Offsets) -> Span:
    return Span(
        dict(after), dict(up_to), seen.events, len(seen.learners), seen.first_at, seen.last_at
    )


def base_of(models: Mapping[str, Tables]) -> Base:
    """Numbers as a replica adopts them."""
    return Base(1, {name: ModelBase(dict(tables)) for name, tables in models.items() if tables})


def slices(rows: RowTable, turns: RowTable) -> list[Slice]:
    """All rows of each model, then those of each kind of content and of each cohort."""
    found = []
    for model in MEASURES:
        of = (turns if model == "relevance" else rows).of_model(model)
        if len(of):
            found.append(Slice(model, "all", "", of))
            found += [
                Slice(model, axis, name, part)
                for axis in ("content", "cohort")
                for name, part in of.by(axis).items()
                if part.learners() >= _FEWEST_OF_A_SLICE
            ]
    return found
