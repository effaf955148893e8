from math import inf, nan

import numpy as np
import pytest

from online_models.contract import Numbers, accumulate
from online_models.duration import TASK
from online_models.engagement import OFFER
from online_models.healing import healed, is_sound
from online_models.items import ItemModel
from online_models.moment import Because, Description, Ground, Moment
from online_models.observation import Observation
from online_models.replica import Replica
from online_models.served import Served
from online_models.sheet import blank
from online_models.tables import EMPTY
from online_models.things import Thing

X = {"bias": 1.0, "i:1": 1.0}
ONE = Thing(1, 0, ())


def taught() -> Replica:
    replica = Replica()
    for n in range(20):
        replica.success.learn_one(X, 1.0)
        replica.items.learn(1, n % 2, 60.0)
        replica.baselines.learn_engagement(1, n % 2)
    return replica


def test_a_model_serves_itself_until_it_is_put_aside() -> None:
    replica = taught()
    served = Served(replica)
    assert served.put_aside == ()
    assert served.success is replica.success
    assert served.engagement is replica.engagement
    assert served.version == replica.version


def without(model: str) -> tuple[Replica, Served]:
    """A replica of which `model` was put aside, and what it serves."""
    replica = taught()
    replica.quality.observe(Observation(model, nan, 0.5, 0.5), 1.0)
    served = Served(replica)
    assert served.put_aside == (model,)
    return replica, served


def test_success_is_served_by_its_baseline() -> None:
    replica, served = without("success")
    sheet = blank(1)
    sheet["activity"] = 1
    (expected,) = served.success.predict(sheet)
    assert expected == replica.baselines.success(1)
    assert 0.4 < expected < 0.6 < replica.success.predict_one(X)


def test_engagement_is_served_by_its_baseline() -> None:
    replica, served = without("engagement")
    found = served.engagement.chance([ONE], np.zeros((1, len(OFFER))))
    assert found == [replica.baselines.engagement(1)]


def test_duration_is_served_by_its_baseline() -> None:
    replica, served = without("duration")
    forecast = served.duration.forecast([ONE], np.zeros((1, len(TASK))))
    assert forecast.mean.tolist() == [replica.baselines.duration(1)]
    assert forecast.level(forecast.quantile(0.25)) == pytest.approx(0.25)


def test_gain_is_served_by_its_baseline() -> None:
    replica, served = without("gain")
    replica.baselines.learn_gain(0.1)
    assert served.gain.expected([0.5], [ONE])[0] == replica.baselines.gain() != 0.0


def test_retention_is_served_by_one_that_has_learned_nothing() -> None:
    replica, served = without("retention")
    assert served.retention is not replica.retention
    assert served.retention.state() == {}


def test_relevance_is_served_by_popularity() -> None:
    replica, served = without("relevance")
    for item, visits in ((1, 3), (2, 5), (3, 1)):
        for _ in range(visits):
            replica.relevance.learn(Moment.of((), 1.6e9, (7,)), item)
    moment = Moment.of((2,), 1.6e9, (7,))
    assert served.relevance.known == 3
    assert served.relevance.propose(moment, 5) == [1, 3], "the learner has met the second"
    chances = served.relevance.chances(moment, (1, 2, 3, 4), lambda _: Description())
    assert chances == pytest.approx([4 / 13, 6 / 13, 2 / 13, 1 / 13])
    found = served.relevance.because(moment, 1)
    assert found == Because(Ground.ALL, 0, pytest.approx(3.0), pytest.approx(9.0))
    assert served.relevance.because(moment, 4) is None


def test_sound_numbers_are_left_alone() -> None:
    assert is_sound({})
    assert is_sound({"a": (1.0, -2.0), "b": ()})
    assert not is_sound({"a": (1.0,), "b": (nan,)})
    assert not is_sound({"a": (inf,), "b": (-inf,)})


def test_large_numbers_are_no_damage() -> None:
    replica = Replica()
    big: Numbers = {"a": (1e308,), "b": (1e308,)}
    assert not is_sound(big)
    assert healed(replica.items, big, EMPTY) == big


class Spoiled(ItemModel):
    """Holds what it must not."""

    def learn(self, item: int, outcome: float | None, seconds: float | None) -> None:
        super().learn(item, outcome, seconds)
        if item == 13:
            self._numbers.put("d", nan, 0.0, 0.0, 0.0)


def test_numbers_that_are_none_never_leave_a_replica() -> None:
    replica = Replica()
    replica.items = replica.models["items"] = Spoiled()
    held: dict[str, Numbers] = {name: {} for name in replica.names}
    for item in (1, 13, 2):
        replica.items.learn(item, 1.0, None)
        for name, numbers in replica.touched().items():
            assert all(value == value for row in numbers.values() for value in row)  # noqa: PLR0124
            accumulate(held[name], numbers)
    assert held["items"] == replica.items.state()
    assert set(held["items"]) == {"*", "1", "2"}


class SpoiledSuccess(Spoiled):
    """Stands where success stands."""

    name = "success"


def test_a_model_that_was_healed_is_put_aside() -> None:
    replica = Replica()
    replica.models["success"] = SpoiledSuccess()
    replica.models["success"].learn(13, 1.0, None)
    changes = replica.touched()
    assert changes["success"]["d"] == ()
    assert replica.quality.put_aside == ("success",)
    assert changes["quality"]["success:standing"]
