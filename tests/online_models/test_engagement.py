from random import Random

import numpy as np
import pytest

from online_models.engagement import HORIZON_SEC, OFFER, EngagementModel
from online_models.offers import Key, OpenOffers
from online_models.things import Thing
from online_models.weights import Floats

DAY = 86_400.0
T0 = 1.7e9
ONE, OTHER = Thing(1 << 11, 3 << 11, (4 << 11,)), Thing(2 << 11, 3 << 11, ())


def inputs(**values: float) -> Floats:
    known = {"bias": 1.0, **values}
    return np.array([known.get(name, 0.0) for name in OFFER])


def chance(model: EngagementModel, thing: Thing = ONE, **values: float) -> float:
    return model.chance([thing], inputs(**values)[None, :])[0]


def test_nothing_is_learned_before_the_horizon_has_passed() -> None:
    model = EngagementModel()
    before = chance(model)
    model.offer(1, ONE, inputs(), T0, 0.4)
    model.finish(1, ONE.activity)
    assert model.settle(T0 + HORIZON_SEC) == []
    assert chance(model) == before
    (settled,) = model.settle(T0 + HORIZON_SEC + 1.0)
    assert settled == (ONE.activity, before, 0.4, True)
    assert chance(model) > before


def test_what_is_never_finished_counts_though_nobody_comes_back() -> None:
    model = EngagementModel()
    p = model.offer(1, ONE, inputs(), T0, 0.5)
    model.finish(2, ONE.activity)
    (settled,) = model.settle(T0 + 30 * DAY)
    assert not settled.finished
    assert chance(model) < p


def test_an_open_offer_is_not_made_again() -> None:
    model = EngagementModel()
    model.offer(1, ONE, inputs(), T0, 0.5)
    model.offer(1, ONE, inputs(away=1.0), T0 + DAY, 0.5)
    assert model.is_open(1, ONE.activity)
    assert not model.is_open(2, ONE.activity)
    assert len(model.settle(T0 + 90 * DAY)) == 1
    assert not model.is_open(1, ONE.activity)


def test_offers_settle_the_oldest_first() -> None:
    model = EngagementModel()
    for learner, at in ((1, T0 + 5.0), (2, T0), (3, T0 + 9.0)):
        model.offer(learner, Thing(learner << 11, 0, ()), inputs(), at, 0.5)
    assert [one.activity >> 11 for one in model.settle(T0 + HORIZON_SEC + 7.0)] == [2, 1]


def test_what_is_read_is_what_was_read_when_it_was_offered() -> None:
    """The learner's engagement decides; after a restart, too."""
    model, rng = EngagementModel(), Random(1)
    for n in range(1500):
        engaged = n % 2
        model.offer(n, ONE, inputs(engagement=2.0 * engaged - 1.0), T0 + n, 0.5)
        if rng.random() < (0.8 if engaged else 0.2):
            model.finish(n, ONE.activity)
        if n % 500 == 0:
            copy = EngagementModel()
            copy.restore(model.state())
            model = copy
    model.settle(T0 + 90 * DAY)
    assert chance(model, engagement=1.0) == pytest.approx(0.8, abs=0.07)
    assert chance(model, engagement=-1.0) == pytest.approx(0.2, abs=0.07)


def test_activities_differ() -> None:
    model = EngagementModel()
    for n in range(400):
        model.offer(n, ONE, inputs(), T0 + n, 0.5)
        model.offer(n, OTHER, inputs(), T0 + n, 0.5)
        model.finish(n, ONE.activity)
    model.settle(T0 + 90 * DAY)
    assert chance(model, ONE) > 0.9
    assert chance(model, OTHER) < 0.1


def test_waves_of_finishing_and_of_giving_up_do_not_swing_it() -> None:
    """All are offered the same on the same day; half finish long before the others give up."""
    model, chances = EngagementModel(), []
    for wave in range(8):
        start = T0 + wave * 30 * DAY
        for n in range(300):
            model.offer(n, ONE, inputs(), start + n, 0.5)
        for n in range(0, 300, 2):
            model.finish(n, ONE.activity)
        model.settle(start + 20 * DAY)
        chances.append(chance(model))
    assert chances[1:] == pytest.approx([0.5] * 7, abs=0.05)


def test_more_open_offers_than_may_be_settle_early() -> None:
    model = EngagementModel(max_open=10)
    for n in range(11):
        model.offer(n, ONE, inputs(), T0 + n, 0.5)
    assert [model.is_open(n, ONE.activity) for n in range(11)] == [False] * 6 + [True] * 5


def test_open_offers_are_bounded_by_what_is_open_not_by_what_was() -> None:
    offers = OpenOffers(2, 4)
    for n in range(40):
        offers.put(Key(n, 1), (float(n), 0.0))
        assert [key.learner for key, _ in offers.older_than(n + 0.5)] == [n]
    assert offers.state() == {}
    assert Key.of(Key(7, 2**63).text) == (7, 2**63)
