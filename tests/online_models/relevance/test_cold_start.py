"""New items and new learners, in simulated catalogues with a planted structure.

A catalogue has topics; an item has skills and words of its topic and some of no topic, and learners
stay with a topic for a while. Everybody's favourites are known from the start, so that popularity
has something to say.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest

from online_models.moment import Description, Moment
from online_models.relevance import RelevanceModel

TOPICS, PER_TOPIC, FILLERS = 12, 25, 40
START = 1.6e9


def hash_of(*parts: object) -> int:
    return random.Random(repr(parts)).getrandbits(64)


@dataclass
class Item:
    topic: int
    key: int
    about: Description


def items(kind: str, new: str = "") -> list[Item]:
    """`kind` says what tells the topic: "skills", "words", or "nothing"."""
    rng = random.Random(f"{kind}{new}")
    made = []
    for topic in range(TOPICS):
        for n in range(PER_TOPIC):
            words = [hash_of("filler", rng.randrange(FILLERS)) for _ in range(4)]
            if kind == "words":
                words += [hash_of("word", topic, rng.randrange(8)) for _ in range(3)]
            skills = (hash_of("skill", topic, rng.randrange(3)),) if kind == "skills" else ()
            about = Description(skills, tuple(dict.fromkeys(words)))
            made.append(Item(topic, hash_of(new, topic, n), about))
    return made


@dataclass
class World:
    """Learners who walk through a catalogue, and a model that watches."""

    catalogue: list[Item]
    rng: random.Random = field(default_factory=lambda: random.Random(5))
    model: RelevanceModel = field(default_factory=RelevanceModel)

    def walk(self, topic: int, steps: int) -> Iterator[Item]:
        """Mostly items of one topic, the first of a topic more often."""
        for _ in range(steps):
            chosen = topic if self.rng.random() < 0.8 else self.rng.randrange(TOPICS)
            place = int(PER_TOPIC * self.rng.random() ** 2)
            yield self.catalogue[chosen * PER_TOPIC + place]

    def watch(self, learners: int, group: Callable[[int], tuple[int, ...]] = lambda _: ()) -> None:
        """`group`: topic -> cohorts of those who like it."""
        for n in range(learners):
            recent: list[int] = []
            topic = self.rng.randrange(TOPICS)
            for step, item in enumerate(self.walk(topic, 8)):
                moment = Moment.of(tuple(recent), START + 60 * n + step, group(topic))
                self.model.learn(moment, item.key, item.about)
                recent = [item.key, *(key for key in recent if key != item.key)]


def hit_rate(ranked: list[np.ndarray], most: int = 5) -> float:
    """Share of lists whose first item is among the `most` highest."""
    return float(np.mean([(scores[1:] >= scores[0]).sum() < most for scores in ranked]))


@pytest.mark.parametrize("kind", ["skills", "words"])
def test_new_items_are_found_by_what_they_are_about(kind: str) -> None:
    world = World(items(kind))
    world.watch(600)
    fresh = items(kind, new="new")
    found = {item.key: item.about for item in fresh}
    by_score, by_popularity = [], []
    for n in range(200):
        topic = n % TOPICS
        moment = Moment.of(tuple(item.key for item in world.walk(topic, 4)), START + 1e6)
        right = world.rng.choice([one for one in fresh if one.topic == topic])
        others = world.rng.sample([one for one in fresh if one.topic != topic], 49)
        keys = [right.key, *(one.key for one in others)]
        by_score.append(world.model.scores(moment, keys, found.__getitem__))
        by_popularity.append(world.model.opinions(moment, keys, found.__getitem__)["popular"])
    assert hit_rate(by_popularity) == 0.0, "popularity says the same of all; chance gives 0.1"
    assert hit_rate(by_score) > 0.4


@pytest.mark.parametrize("kind", ["skills", "words"])
def test_a_new_item_of_the_topic_is_beaten_by_popular_ones_of_others_no_more(kind: str) -> None:
    """Among items that are known and visited, by popularity alone it would never be seen."""
    world = World(items(kind))
    world.watch(600)
    fresh = items(kind, new="new")
    found = {item.key: item.about for item in fresh}
    by_score, by_popularity = [], []
    for n in range(200):
        topic = n % TOPICS
        moment = Moment.of(tuple(item.key for item in world.walk(topic, 4)), START + 1e6)
        right = world.rng.choice([one for one in fresh if one.topic == topic])
        others = world.rng.sample([one for one in world.catalogue if one.topic != topic], 49)
        keys = [right.key, *(one.key for one in others)]
        by_score.append(world.model.scores(moment, keys, found.__getitem__))
        by_popularity.append(world.model.opinions(moment, keys, found.__getitem__)["popular"])
    assert hit_rate(by_popularity, 10) < 0.05
    assert hit_rate(by_score, 10) > 0.6


def test_descriptions_that_tell_nothing_are_not_believed() -> None:
    world = World(items("nothing"))
    world.watch(600)
    weights = world.model.weights("cold")
    assert abs(weights["words"]) < 1.0
    known = World(items("words"))
    known.watch(600)
    assert known.model.weights("cold")["words"] > 3.0


def test_a_new_learner_is_offered_what_the_cohort_does() -> None:
    world = World(items("nothing"))
    world.watch(1500, lambda topic: (hash_of("role", topic),))
    by_score, by_popularity = [], []
    for n in range(240):
        topic = n % TOPICS
        moment = Moment.of((), START + 1e6, (hash_of("role", topic),))
        right = next(world.walk(topic, 1))
        others = world.rng.sample([one for one in world.catalogue if one is not right], 49)
        keys = [right.key, *(one.key for one in others)]
        by_score.append(world.model.scores(moment, keys))
        by_popularity.append(world.model.opinions(moment, keys)["popular"])
    assert hit_rate(by_score) > 1.5 * hit_rate(by_popularity) > 0.2


def test_a_learner_without_a_cohort_is_offered_what_is_popular() -> None:
    world = World(items("nothing"))
    world.watch(800)
    keys = [item.key for item in world.catalogue]
    moment = Moment.of((), START + 1e6, (12345,))
    scores, popular = (
        world.model.scores(moment, keys),
        world.model.opinions(moment, keys)["popular"],
    )
    assert np.array_equal(np.argsort(scores), np.argsort(popular))
    assert world.model.propose(moment, 3) == [keys[n] for n in np.argsort(-popular)[:3]]
