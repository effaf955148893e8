from dataclasses import replace

import numpy as np
import pytest
from harness.answers import made_up, write

from offline.answers import Answers, read_answers
from offline.clocks import clock_of
from offline.events import Events
from offline.protocols import bundles_of, held_out, prequential
from offline.replay import Layout
from processors.partitioning import partition_of

BUNDLED = Layout(bundles=True)


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    return read_answers(write(tmp_path_factory.mktemp("data") / "a.csv", made_up(600, learners=8)))


@pytest.fixture(scope="module")
def days(answers: Answers) -> Answers:
    """The same answers, told by the day."""
    return replace(answers, ticks=np.floor(answers.ticks / 86_400.0))


def predicted(answers: Answers, layout: Layout) -> np.ndarray:
    trial, _ = prequential(Events(answers, clock_of(answers)), layout, lambda _: None)
    return trial.predicted


def test_a_bundle_is_several_answers_of_one_learner_at_one_moment() -> None:
    rows = [("a", 1.0), ("b", 1.0), ("a", 1.0), ("a", 2.0), ("b", 1.0), ("a", 1.0)]
    users, ticks = zip(*rows, strict=True)
    answers = Answers(
        ("a", "b"),
        ("i",),
        ((),),
        np.array([*map(("a", "b").index, users)]),
        np.zeros(6, np.int64),
        np.zeros(6, np.int64),
        np.ones(6),
        np.array(ticks),
    )
    assert bundles_of(answers) == {0: [0, 2, 5], 1: [1, 4]}


def test_no_answer_of_a_bundle_helps_to_predict_another(days: Answers) -> None:
    first, rows = next(item for item in bundles_of(days).items() if item[0] > 200)
    flipped = days.correct.copy()
    flipped[first] = 1.0 - flipped[first]
    changed = replace(days, correct=flipped)
    before, after = predicted(days, BUNDLED), predicted(changed, BUNDLED)
    assert np.array_equal(before[rows], after[rows])
    assert before[rows[-1] + 1 :].tolist() != after[rows[-1] + 1 :].tolist()
    one_by_one = predicted(days, Layout()), predicted(changed, Layout())
    assert one_by_one[0][rows[1]] != one_by_one[1][rows[1]]


def test_without_bundles_there_is_no_difference(answers: Answers) -> None:
    assert np.array_equal(predicted(answers, BUNDLED), predicted(answers, Layout()))


def test_what_is_foreseen_is_not_learned(days: Answers) -> None:
    """Both ways learn the same, so the first answer of a later day is predicted alike."""
    last_day = days.ticks == days.ticks[-1]
    first = int(np.flatnonzero(last_day)[0])
    assert predicted(days, BUNDLED)[first] == predicted(days, Layout())[first]


def test_partitions_that_are_never_merged_are_strangers(answers: Answers) -> None:
    apart = predicted(answers, Layout(3, merge_every=0))
    homes = np.array([partition_of(user.encode(), 3) for user in answers.users])[answers.user]
    assert len(set(homes.tolist())) == 3
    for home in range(3):
        rows = homes == home
        alone = _only(answers, rows)
        assert np.array_equal(predicted(alone, Layout()), apart[rows])


def _only(answers: Answers, rows: np.ndarray) -> Answers:
    columns = ("user", "item", "skill_set", "correct", "ticks")
    return replace(answers, **{name: getattr(answers, name)[rows] for name in columns})


def test_a_frozen_pass_counts_nothing(answers: Answers) -> None:
    """Of two held-out users with the same answers neither profits from the other."""
    mine = answers.user == 2
    twins = _only(answers, np.concatenate([np.flatnonzero(~mine), *[np.flatnonzero(mine)] * 2]))
    twin = np.zeros(len(twins), np.bool_)
    twin[-2 * mine.sum() :] = True
    second = twins.user.copy()
    second[-mine.sum() :] = len(answers.users)
    twins = replace(twins, user=second, users=(*answers.users, "twin"))
    trial = held_out(Events(twins, clock_of(answers)), twin, Layout(2), lambda _: None)
    one, other = np.split(trial.predicted, 2)
    assert np.array_equal(one, other)


def test_merged_partitions_predict_otherwise_and_learn_from_each_other(answers: Answers) -> None:
    merged, apart = (predicted(answers, Layout(3, every)) for every in (100, 0))
    assert np.array_equal(merged[:100], apart[:100])
    assert not np.array_equal(merged[100:], apart[100:])
