from dataclasses import fields
from typing import Any

import pytest

from processors.objective import Objective, Weights, objective_from
from schemas.errors import ConfigurationError


def test_nothing_given_is_the_default() -> None:
    assert objective_from({}) == Objective()


def test_what_is_given_is_taken() -> None:
    given = {"name": "canary", "length": 3, "weights": {"gain": 2}, "repeatable": ["quiz"]}
    objective = objective_from(given)
    assert (objective.name, objective.length, objective.repeatable) == ("canary", 3, ("quiz",))
    assert objective.weights == Weights(gain=2)
    assert objective.mastery == Objective().mastery


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"lenght": 3}, "did you mean 'length'?"),
        ({"zzz": 3}, "known are: name"),
        ({"weights": {"gian": 1}}, "weights has no setting 'gian'; did you mean 'gain'?"),
        ({"weights": 3}, "objective.weights must be a mapping"),
        ({"weights": {"gain": -1}}, r"weights.gain must be in \[0, 100\], got -1"),
        ({"exploration": 0.9}, r"objective.exploration must be in \[0, 0.5\], got 0.9"),
        ({"exploration": float("nan")}, "exploration must be in"),
        ({"mastery": "high"}, "objective.mastery must be a number, got 'high'"),
        ({"mastery": True}, "objective.mastery must be a number"),
        ({"length": 2.5}, "objective.length must be a whole number"),
        ({"length": 9, "shortlist": 8}, r"shortlist must be at least length \(9\)"),
        ({"repeatable": "quiz"}, "repeatable must be a list"),
        ({"name": ""}, "objective.name must be a text"),
    ],
)
def test_what_is_wrong_is_said(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        objective_from(given)


@pytest.mark.parametrize("record", [Objective, Weights])
def test_every_number_has_a_range(record: type[Any]) -> None:
    for setting in fields(record):
        if setting.type in (int, float):
            assert setting.metadata["low"] <= setting.default <= setting.metadata["high"]
