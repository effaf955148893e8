"""What several passes are worth to relevance: the next item among a hundred.

    STEPSTREAM_DATA=... PYTHONPATH=.:tests python -m bench.relevance_passes xuetangx_concepts_ackrec

*Chosen on*: each learner's last visit but one, among items that the learner never met; *lists*: the
last visit, in the file's lists where it has some. What is held out is never learned.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from offline.answers import Answers, read_answers
from offline.choices import Choices, choices_of, drawn, last_rows
from offline.clocks import clock_of
from offline.events import Events
from offline.ranking import ranking
from online_models.merge_rules import DenseGaussian, Mean
from online_models.merging import merged, tempered
from online_models.relevance import RelevanceModel
from online_models.tables import ModelBase, Tables
from processors.learning import learn_next
from processors.relevance import moment_of
from processors.state import LearnerState, apply, fresh
from processors.trace import trace_of
from schemas.codec import hash64

RULES = RelevanceModel.merging.rules
BLEND = next(width for width, rule in RULES.items() if isinstance(rule, DenseGaussian))
FACTORS = next(width for width, rule in RULES.items() if isinstance(rule, Mean))

SETTINGS: dict[str, tuple[int, Mapping[int, float]]] = {
    "one pass": (1, {}),
    "two, blend warm": (2, {BLEND: 1.0}),
    "two, blend at .2": (2, {BLEND: 0.2}),
    "two, factors warm": (2, {FACTORS: 1.0}),
    "two, factors at .2": (2, {FACTORS: 0.2}),
    "two, factors at 0": (2, {FACTORS: 0.0}),
    "two, blend and factors warm": (2, {BLEND: 1.0, FACTORS: 1.0}),
    "four, factors warm": (4, {FACTORS: 1.0}),
    "four, factors at 0": (4, {FACTORS: 0.0}),
    "four, blend and factors warm": (4, {BLEND: 1.0, FACTORS: 1.0}),
    "two, everything at .2": (2, dict.fromkeys(RULES, 0.2)),
    "two, everything at 1 (naive)": (2, dict.fromkeys(RULES, 1.0)),
}


def learned(
    events: Events, choices: Choices, passes: int, keep: Mapping[int, float]
) -> tuple[RelevanceModel, dict[int, tuple[LearnerState, float]]]:
    """The model, and each learner's state and time, after some passes."""
    tables: Tables = {}
    learners: dict[int, tuple[LearnerState, float]] = {}
    for _ in range(passes):
        model = RelevanceModel()
        base = tempered(RelevanceModel.merging, tables, keep)
        model.restore_tables({}, ModelBase(base))
        learners = {}
        for row in np.flatnonzero(~choices.held_out).tolist():
            event = events(row)
            trace, user = trace_of(event), int(events.answers.user[row])
            state, _ = learners.get(user, (fresh(), 0.0))
            learn_next(model, state, event, trace)
            apply(state, trace)
            learners[user] = state, trace.at
        tables = merged(RelevanceModel.merging, base, [model.tables()])
    return model, learners


def judged(events: Events, choices: Choices, setting: str) -> dict[str, float]:
    """Measures of the lists."""
    model, learners = learned(events, choices, *SETTINGS[setting])
    keys = np.array([*map(hash64, events.activities)], np.uint64)
    unknown = np.arange(choices.items.size, dtype=np.uint64).reshape(choices.items.shape)
    lists = np.where(choices.items >= 0, keys[choices.items], unknown)
    scores = np.empty(lists.shape)
    for place, user in enumerate(choices.users.tolist()):
        state, at = learners[user]
        scores[place] = model.scores(moment_of(state, at, "", ""), lists[place].tolist())
    return ranking(scores).to_json()


def without_last(answers: Answers) -> Answers:
    """All but each user's last row."""
    rows = np.ones(len(answers), np.bool_)
    rows[last_rows(answers)] = False
    return Answers(
        answers.users,
        answers.items,
        answers.skill_sets,
        answers.user[rows],
        answers.item[rows],
        answers.skill_set[rows],
        answers.correct[rows],
        answers.ticks[rows],
    )


def main(name: str, data: Path, rows: int | None) -> None:
    """Print a line a setting."""
    path = data / "learners" / f"{name}.csv.gz"
    answers = read_answers(path, rows)
    clock = clock_of(answers, "auto")
    choices = choices_of(answers, path) if rows is None else drawn(answers)
    earlier = without_last(answers)
    for setting in SETTINGS:
        found = {
            "chosen on": judged(Events(earlier, clock), drawn(earlier), setting),
            "lists": judged(Events(answers, clock), choices, setting),
        }
        shown = "  ".join(
            f"{what}: " + " ".join(f"{measure} {one[measure]:.4f}" for measure in _SHOWN)
            for what, one in found.items()
        )
        print(f"{name}  {setting:30}  {shown}", flush=True)


_SHOWN = ("hr@5", "ndcg@10", "mrr")

if __name__ == "__main__":
    asked = sys.argv[1:]
    some = int(asked[asked.index("--rows") + 1]) if "--rows" in asked else None
    main(asked[0], Path(os.environ["STEPSTREAM_DATA"]), some)
