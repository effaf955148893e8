"""Relevance: lists in which the next item is to be found, in one partition and in twelve."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from offline.answers import Answers, read_answers
from offline.choices import choices_of, drawn, lists_beside
from offline.clocks import clock_of
from offline.evaluate_relevance import ONE, RelevanceEvaluation, evaluate_relevance
from offline.quality.scenario import Figures, Scenario
from offline.quality.sets import FOLDER
from offline.replay import Layout
from offline.simulated_walks import Walkers, walks
from online_models.relevance import RelevanceModel

PARTITIONS = Layout(partitions=12, merge_every=1000)

_BEATS = {"ndcg_above_popular": 0.0}
_PROMISED = {"hr@5": 0.674, "ndcg@10": 0.560, "mrr": 0.481}
"""Of published lists: as good as counting everything offline."""


@dataclass(frozen=True, slots=True)
class ChoiceSet:
    """Answers and the lists that belong to them."""

    name: str
    needs: str
    read: Callable[[], Answers]
    file: Path | None = None
    """Where the lists are beside; None draws them."""


def scenarios(data: Path | None) -> Iterator[Scenario]:
    """Two scenarios a set."""
    for one in choice_sets(data):
        promised = _PROMISED if one.needs else {}
        yield _scenario(one, "lists", ONE, {**_BEATS, **promised})
        yield _scenario(one, "partitions_12", PARTITIONS, _BEATS)


def choice_sets(data: Path | None) -> Iterator[ChoiceSet]:
    """Simulated walkers, and every public file that has lists beside it."""
    yield ChoiceSet("simulated", "", partial(walks, Walkers()))
    for file in sorted((data / FOLDER).glob("*.csv.gz")) if data else ():
        if lists_beside(file) is not None:
            name = file.name.removesuffix(".csv.gz")
            yield ChoiceSet(name, f"{FOLDER}/{file.name}", partial(read_answers, file), file)


def _scenario(one: ChoiceSet, protocol: str, layout: Layout, limits: Figures) -> Scenario:
    measure = partial(_measured, one, layout)
    name = f"relevance/{one.name}/{protocol}"
    return Scenario(name, (RelevanceModel.name,), measure, one.needs, limits)


def _measured(one: ChoiceSet, layout: Layout) -> Figures:
    found = _evaluated(one, layout)
    popular = found.experts["popular"]
    return {
        **found.blend.to_json(),
        "ndcg_above_popular": found.blend.ndcg_at_10 - popular.ndcg_at_10,
        "parameters": float(found.parameters),
    }


@lru_cache(maxsize=2)
def _evaluated(one: ChoiceSet, layout: Layout) -> RelevanceEvaluation:
    answers = one.read()
    choices = drawn(answers) if one.file is None else choices_of(answers, one.file)
    return evaluate_relevance(answers, clock_of(answers), choices, layout)
