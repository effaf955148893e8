import numpy as np

from offline.simulated_walks import Walkers, walks


def test_walks_go_along_courses_and_are_the_same_for_the_same_seed() -> None:
    few = Walkers(learners=50, courses=6, items=9, steps=7)
    one, other = walks(few), walks(few)
    assert np.array_equal(one.item, other.item)
    assert len(one) == 350
    assert (np.diff(one.ticks) > 0).all()
    by_user = one.item.reshape(7, 50).T
    steps = (by_user[:, 1:] - by_user[:, :-1])[by_user[:, 1:] // 9 == by_user[:, :-1] // 9]
    assert np.mean(np.isin(steps, (1, 1 - 9))) > 0.6
    skills = np.array([int(one.skill_sets[place][0].split()[1]) for place in one.skill_set])
    assert (skills // 4 == one.item // 9).all()
