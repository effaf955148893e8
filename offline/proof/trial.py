"""The trial: both arms go through the same later events, predict, and learn as the stream would."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from offline.archived import Archived
from offline.passes.working_file import WorkingFile
from offline.proof.arm import Arm, Remembered
from offline.proof.offers import Offers, is_open
from offline.proof.rows import Row, Rows, Watch
from offline.proof.turns import Turns, rank_of
from online_models.observation import Observation
from online_models.tables import Base
from processors.relevance import moment_of
from processors.trace import Trace, trace_of
from schemas.codec import hash64
from schemas.event import LearningEvent

CHUNK = 1000
MOST_TURNS = 50_000
"""Ranked lists that are kept; learners leave beyond, as in `Rows`."""

Files = tuple[WorkingFile, WorkingFile]

_BY_ITSELF = frozenset({"success", "retention", "duration"})


@dataclass(slots=True)
class Seen:
    """What the trial has seen."""

    rows: Rows = field(default_factory=Rows)
    """Predictions."""
    turns: Rows = field(default_factory=lambda: Rows(MOST_TURNS))
    """Ranks (outcome 0, baseline 0)."""
    events: int = 0
    first_at: float = 0.0
    """When the log had the first of them, POSIX seconds."""
    last_at: float = 0.0
    learners: set[int] = field(default_factory=set)
    """Hashes."""
    activities: set[int] = field(default_factory=set)
    """Keys."""


class Trial:
    """Both arms on one way.

    Args:
        live: shared parameters of the live models.
        candidate: those of the candidate.
        states: of learners as the fit left them; both arms begin with them.
        files: where states of learners lie as they become, one for each arm.
    """

    def __init__(self, live: Base, candidate: Base, states: Remembered, files: Files) -> None:
        self._live = Arm(live, states, files[0])
        self._candidate = Arm(candidate, states, files[1])
        self._offers, self._turns = Offers(), Turns()
        self.seen = Seen()

    def run(self, events: Iterable[Archived], watch: Watch = lambda _: None) -> Seen:
        """Go through all of `events`, in order."""
        for chunk in _chunks(events):
            self._live.begin(chunk)
            self._candidate.begin(chunk)
            for one in chunk:
                self._step(one)
            watch(len(chunk))
        return self.seen

    def _step(self, one: Archived) -> None:
        seen, event = self.seen, one.event
        seen.first_at = seen.first_at if seen.events else one.logged_at
        seen.last_at = one.logged_at
        seen.events += 1
        trace = trace_of(event)
        ranked = self._ranked(event, trace)
        was_open = is_open(self._live.models, event, trace)
        live, candidate = self._live.apply(one), self._candidate.apply(one)
        if live is None or candidate is None:
            return
        seen.learners.add(hash64(event.learner))
        seen.activities.add(trace.activity)
        if ranked:
            seen.turns.add(ranked)
        self._keep(event, trace, _paired(live, candidate))
        if not was_open and is_open(self._live.models, event, trace):
            self._offers.opened(event, trace)

    def _ranked(self, event: LearningEvent, trace: Trace) -> Row | None:
        """Where both arms rank what the learner turns to; None where that is not asked."""
        state, learner = self._live.state(event.learner), hash64(event.learner)
        items = self._turns.choices(event, trace, state)
        if not items or not self.seen.turns.keeps(learner):
            return None
        moment = moment_of(state, trace.at, event.role, event.cohort)
        live, candidate = (
            rank_of(arm.models, moment, items, self._turns) for arm in (self._live, self._candidate)
        )
        who = (learner, "relevance", event.content, event.cohort)
        return Row(*who, trace.at, 0.0, live, candidate, 0.0)

    def _keep(
        self, event: LearningEvent, trace: Trace, pairs: list[tuple[Observation, Observation]]
    ) -> None:
        settled = self._offers.due(trace.at)
        engaged = [pair for pair in pairs if pair[0].model == "engagement"]
        who = (hash64(event.learner), event.content, event.cohort)
        add = self.seen.rows.add
        for live, candidate in pairs:
            if live.model in _BY_ITSELF:
                add(_row(who, trace.at, live, candidate))
            elif live.model == "gain" and trace.outcome is not None:
                add(_of_gain(who, trace, live, candidate))
        if len(engaged) == len(settled):
            for (live, candidate), offer in zip(engaged, settled, strict=True):
                of = (offer.learner, offer.content, offer.cohort)
                add(_row(of, trace.at, live, candidate))


_Who = tuple[int, str, str]


def _row(who: _Who, at: float, live: Observation, candidate: Observation) -> Row:
    name, outcome = live.model, live.observed
    learner, content, cohort = who
    figures = (outcome, live.predicted, candidate.predicted, live.baseline)
    return Row(learner, name, content, cohort, at, *figures)


def _of_gain(who: _Who, trace: Trace, live: Observation, candidate: Observation) -> Row:
    """The probability of a right answer after what was done.

    Each arm measures the change against what it thought before, so that only what it thinks of the
    answer itself can be compared: outcome - (observed change - predicted change).
    """
    outcome = trace.outcome or 0.0
    after = [_share(outcome - (one.observed - one.predicted)) for one in (live, candidate)]
    mean = outcome - (live.observed - live.baseline)
    learner, content, cohort = who
    return Row(learner, "gain", content, cohort, trace.at, outcome, after[0], after[1], mean)


def _share(p: float) -> float:
    return min(max(p, 0.0), 1.0)


def _paired(
    live: Sequence[Observation], candidate: Sequence[Observation]
) -> list[tuple[Observation, Observation]]:
    """Observations of the same thing by both arms; nothing where one saw what the other did not."""
    mine = [one for one in live if one.model != "relevance"]
    other = [one for one in candidate if one.model != "relevance"]
    if [one.model for one in mine] != [one.model for one in other]:
        return []
    return list(zip(mine, other, strict=True))


def _chunks(events: Iterable[Archived]) -> Iterator[list[Archived]]:
    source = iter(events)
    while chunk := list(islice(source, CHUNK)):
        yield chunk
