import pytest
from harness.outcome_manners import OUTCOME_MANNERS

from online_models.contract import accumulate
from online_models.moment import Description, Moment
from online_models.replica import Replica


def taught(replica: Replica) -> Replica:
    replica.success.learn_one({"bias": 1.0, "i:1": 1.0}, 1.0)
    replica.relevance.learn(Moment.of((1,), 1.6e9), 2, Description())
    for kind, manner in OUTCOME_MANNERS.items():
        manner["teach"](replica.models[kind.name], manner["fresh"](1))
    replica.items.learn(1, 0.5, 60.0)
    return replica


def test_names_and_attributes_are_the_same_models() -> None:
    replica = Replica()
    assert replica.names == (
        "success",
        "engagement",
        "duration",
        "relevance",
        "retention",
        "gain",
        "items",
        "means",
        "quality",
    )
    assert all(getattr(replica, name) is model for name, model in replica.models.items())


def test_only_models_that_learned_are_touched() -> None:
    replica = Replica()
    assert replica.touched() == {}
    replica.relevance.learn(Moment.of((1,), 1.6e9), 2, Description())
    assert replica.touched().keys() == {"relevance"}
    assert replica.touched() == {}


def test_restored_from_changes_it_is_the_same() -> None:
    replica = taught(Replica())
    held = {name: {} for name in replica.names}
    for name, numbers in replica.touched().items():
        accumulate(held[name], numbers)
    copy = Replica()
    copy.restore(held)
    assert copy.state() == replica.state() == held
    assert copy.touched() == {}


def test_models_that_are_not_handed_in_start_afresh_and_stay_the_same_objects() -> None:
    replica = taught(Replica())
    success = replica.success
    replica.restore({"items": replica.items.state()})
    assert replica.success is success
    assert success.state() == replica.relevance.state() == {}
    assert replica.items.difficulty(1) != 0


@pytest.mark.parametrize(
    ("numbers", "says"),
    [
        ({"oracle": {}}, "no model is called 'oracle'; there are success, "),
        ({"items": {"1": (1.0,)}}, "model 'items': '1' does not fit"),
        (
            {"success": {}, "relevance": {"?": (1.0, 1.0, 1.0)}},
            "model 'relevance'",
        ),
    ],
)
def test_what_does_not_fit_is_refused_whole(numbers: dict, says: str) -> None:
    replica = taught(Replica())
    before = replica.state()
    with pytest.raises(ValueError, match=says):
        replica.restore(numbers)
    assert replica.state() == before


def test_version_names_river_and_changes_with_the_features() -> None:
    assert Replica("a").version == Replica("a").version
    assert Replica("a").version != Replica("b").version
    assert Replica().version.startswith("river-0.26.1-")
