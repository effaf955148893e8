from random import Random

from river import base, evaluate, metrics

from online_models.river_door import RIVER_VERSION
from online_models.success import SuccessModel


def test_a_model_of_an_expected_value_is_a_river_regressor() -> None:
    assert isinstance(SuccessModel(), base.Regressor)
    assert RIVER_VERSION.startswith("0.26")


def test_river_validates_progressively_and_clones() -> None:
    rng = Random(1)
    rows = [
        ({"bias": 1.0, f"item:{n % 5}": 1.0}, float(rng.random() < n % 5 / 4)) for n in range(2000)
    ]
    model = SuccessModel(max_keys=1000)
    copy = model.clone()
    squared = evaluate.progressive_val_score(iter(rows), model, metrics.MSE())
    assert squared.get() < 0.16  # the mean of all, 1/2, has 1/4
    assert copy.max_keys == 1000
    assert copy.state() == {}
