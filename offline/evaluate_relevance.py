"""How well the next item is found: learn a file once, in order, then rank lists.

Events, learners and moments are those of the stream: what `processors.learning` does for each event
is done here, but for the models that have nothing to say of relevance.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from time import process_time
from typing import Any

import numpy as np

from offline.answers import Answers
from offline.answers import Numbers as Floats
from offline.choices import Choices
from offline.clocks import Clock
from offline.events import Events
from offline.protocols import Watch
from offline.ranking import Ranking, ranking
from offline.replay import Layout
from online_models.contract import Numbers
from online_models.ensemble import Replicas
from online_models.moment import Moment
from online_models.relevance import RelevanceModel
from processors.learning import learn_next
from processors.partitioning import partition_of
from processors.relevance import moment_of
from processors.state import LearnerState, apply, fresh
from processors.trace import trace_of
from schemas.codec import hash64

_CHUNK = 1000

ONE = Layout()
"""One partition."""


@dataclass(frozen=True, slots=True)
class RelevanceEvaluation:
    """What came out."""

    choices: Choices
    events: int
    """Learned ones."""
    blend: Ranking
    experts: dict[str, Ranking]
    """Each expert alone."""
    microseconds_per_event: float
    """Processor time of learning; without reading the file, and without the learner's state."""
    microseconds_per_list: float
    numbers: Numbers
    """What is known in the first partition."""

    @property
    def parameters(self) -> int:
        """How many named numbers the model has."""
        return len(self.numbers)

    def to_json(self) -> dict[str, Any]:
        """What programs read."""
        return {
            "events": self.events,
            "lists": len(self.choices.users),
            "origin": self.choices.origin,
            **self.blend.to_json(),
            "experts": {name: one.to_json() for name, one in self.experts.items()},
            "microseconds_per_event": self.microseconds_per_event,
            "microseconds_per_list": self.microseconds_per_list,
            "parameters": self.parameters,
        }


def evaluate_relevance(
    answers: Answers,
    clock: Clock,
    choices: Choices,
    layout: Layout = ONE,
    watch: Watch = lambda _: None,
) -> RelevanceEvaluation:
    """Learn all rows that are not held out, once, in order; then rank every list.

    A list is ranked as of the user's last event, by the replica of the user's partition. `watch`
    hears of `len(answers)` rows.
    """
    events = Events(answers, clock)
    _compile()
    replicas = Replicas(layout.partitions, layout.merge_every if layout.partitions > 1 else 0)
    learners = [
        _Learner(fresh(), partition_of(learner.encode(), layout.partitions))
        for learner in events.learners
    ]
    rows = np.flatnonzero(~choices.held_out)
    spent = 0.0
    for start in range(0, len(rows), _CHUNK):
        chunk = rows[start : start + _CHUNK].tolist()
        for row in chunk:
            spent += learners[answers.user[row]].follow(replicas, events, row)
        watch(len(chunk))
    watch(len(answers) - len(rows))
    if layout.partitions > 1:
        replicas.merge()
    keys = np.array([*map(hash64, events.activities)], np.uint64)
    asked = [learners[user] for user in choices.users.tolist()]
    blend, experts, per_list = _rank(replicas, asked, _keys_of(keys, choices))
    return RelevanceEvaluation(
        choices,
        len(rows),
        ranking(blend),
        {name: ranking(scores) for name, scores in experts.items()},
        1e6 * spent / len(rows),
        1e6 * per_list,
        {**replicas.base.of(RelevanceModel.name).numbers, **replicas[0].relevance.state()},
    )


def _compile() -> None:
    """What is compiled when it is first used is no cost of an event."""
    model = RelevanceModel()
    for item in range(3):
        model.learn(Moment.of(tuple(range(item)), 0.0), item)
    model.scores(Moment.of((1,), 0.0), (2,))


@dataclass(slots=True)
class _Learner:
    state: LearnerState
    partition: int
    at: float = 0.0

    @property
    def moment(self) -> Moment:
        """The learner just after the last event."""
        return moment_of(self.state, self.at, "", "")

    def follow(self, replicas: Replicas, events: Events, row: int) -> float:
        """Let the learner live through a row, and a replica learn of it; returns its seconds."""
        event = events(row)
        trace = trace_of(event)
        started = process_time()
        learn_next(replicas[self.partition].relevance, self.state, event, trace)
        spent = process_time() - started
        replicas.count()
        apply(self.state, trace)
        self.at = trace.at
        return spent


def _keys_of(keys: Any, choices: Choices) -> Any:
    """Hashes of the items of the lists; of what nobody met, numbers that are no item's."""
    unknown = np.arange(choices.items.size, dtype=np.uint64).reshape(choices.items.shape)
    return np.where(choices.items >= 0, keys[choices.items], unknown)


def _rank(
    replicas: Replicas, learners: Sequence[_Learner], lists: Any
) -> tuple[Floats, dict[str, Floats], float]:
    """Scores (lists, items) of the blend and of each expert, and seconds a list."""
    blend = np.empty(lists.shape)
    opinions: list[dict[str, Floats]] = []
    spent = 0.0
    for place, learner in enumerate(learners):
        model, moment = replicas[learner.partition].relevance, learner.moment
        items = lists[place].tolist()
        started = process_time()
        blend[place] = model.scores(moment, items)
        spent += process_time() - started
        opinions.append(model.opinions(moment, items))
    experts = {name: np.array([each[name] for each in opinions]) for name in opinions[0]}
    return blend, experts, spent / len(lists)
