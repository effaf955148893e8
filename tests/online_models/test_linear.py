from collections.abc import Iterator
from math import exp, log
from random import Random

import pytest

from online_models.duration import LEAST, MOST, DurationModel, log_minutes
from online_models.engagement import EngagementModel
from online_models.features import LIMIT, harmless
from online_models.prequential import Prequential
from online_models.sheet import Group
from online_models.success import SuccessModel


def answers(seed: int, count: int) -> Iterator[tuple[dict[str, float], int, float]]:
    """(features, item, outcome) of learners whose ability shows in their record so far."""
    rng = Random(seed)
    ability = [rng.gauss(0, 1.5) for _ in range(50)]
    hardness = [rng.gauss(0, 1) for _ in range(30)]
    seen = [[1.0, 1.0] for _ in ability]
    for _ in range(count):
        learner, item = rng.randrange(50), rng.randrange(30)
        outcome = float(rng.random() < 1 / (1 + exp(hardness[item] - ability[learner])))
        failures, successes = seen[learner]
        x = {"bias": 1.0, f"item:{item:x}": 1.0, "odds": log(successes / failures)}
        yield x, item, outcome
        seen[learner][int(outcome)] += 1


@pytest.mark.parametrize("cls", [SuccessModel, EngagementModel])
def test_beats_the_mean_of_each_item(cls: type) -> None:
    model, means, mine, theirs = cls(), {}, Prequential(), Prequential()
    for x, item, outcome in answers(7, 6000):
        right, tried = means.get(item, (1.0, 2.0))
        theirs.update(right / tried, 0.5, outcome)
        means[item] = (right + outcome, tried + 1)
        mine.update(model.predict_one(x), 0.5, outcome)
        model.learn_one(x, outcome)
    assert mine.read().auc > theirs.read().auc + 0.08
    assert mine.read().log_loss < theirs.read().log_loss - 0.05


def test_later_answers_are_predicted_better() -> None:
    model, first, second = SuccessModel(), Prequential(), Prequential()
    for n, (x, _, outcome) in enumerate(answers(3, 6000)):
        (first if n < 3000 else second).update(model.predict_one(x), 0.5, outcome)
        model.learn_one(x, outcome)
    assert second.read().log_loss < first.read().log_loss - 0.01
    assert second.read().ece < 0.03


def test_an_outcome_beyond_its_range_counts_as_the_end_of_it() -> None:
    beyond, end = SuccessModel(), SuccessModel()
    beyond.learn_one({"bias": 1.0}, 7.0)
    end.learn_one({"bias": 1.0}, 1.0)
    assert beyond.state() == end.state()


def test_duration_finds_the_median_of_each_activity_despite_open_windows() -> None:
    rng, model = Random(5), DurationModel()
    medians = {"item:1": 5.0, "item:2": 45.0}
    for n in range(3000):
        item = rng.choice(sorted(medians))
        minutes = 1440.0 if n % 25 == 0 else medians[item] * exp(rng.gauss(0, 0.4))
        model.learn_one({"bias": 1.0, item: 1.0}, log_minutes(minutes * 60))
    for item, median in medians.items():
        assert model.minutes({"bias": 1.0, item: 1.0}) == pytest.approx(median, rel=0.25)


def test_duration_stays_between_a_second_and_a_day() -> None:
    model = DurationModel()
    for _ in range(500):
        model.learn_one({"bias": 1.0}, 1e9)
    assert model.predict_one({"bias": 1e9}) == MOST == log_minutes(1e9)
    assert model.predict_one({"bias": -1e9}) == LEAST == log_minutes(0.0)
    assert model.minutes({"bias": 1e9}) == pytest.approx(24 * 60)


def test_harmless_input_is_passed_on_as_it_is() -> None:
    x = {"a": LIMIT / 2, "b": -3.0}
    assert harmless(x) is x
    spoiled = {"a": 1e300, "b": float("nan"), "c": float("-inf"), "d": 1.0, "e": -1e300}
    assert harmless(spoiled) == {"a": LIMIT, "d": 1.0, "e": -LIMIT}


@pytest.mark.parametrize("cls", [EngagementModel, DurationModel])
@pytest.mark.parametrize("group", list(Group), ids=lambda group: group.name)
def test_entries_of_any_group_can_be_restored(cls: type, group: Group) -> None:
    model, copy = cls(), cls()
    model.learn_one({"bias": 1.0, f"{group.name.lower()}:7": 1.0}, 1.0)
    copy.restore(model.state())
    assert copy.state() == model.state()
