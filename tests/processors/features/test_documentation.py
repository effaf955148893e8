"""Every feature that is found says what it is, and docs/features.md says the same."""

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

import pytest
from traces import DAY, T0, answers, state_of, trace

import processors.features
from processors.features.vector import Inputs

TEXT = (Path(processors.features.__file__).parents[2] / "docs" / "features.md").read_text()
ROWS = [line for line in TEXT.splitlines() if line.startswith("| `")]


def modules() -> list[ModuleType]:
    found = iter_modules(processors.features.__path__, "processors.features.")
    return [import_module(module.name) for module in found]


FEATURES = [module for module in modules() if hasattr(module, "NAME")]


def test_features_are_found() -> None:
    assert len(FEATURES) >= 11


@pytest.mark.parametrize("module", FEATURES, ids=lambda module: str(module.NAME))
def test_a_feature_is_a_function_of_its_name_and_in_the_table(module: ModuleType) -> None:
    assert callable(getattr(module, module.NAME))
    assert module.__name__.endswith(f".{module.NAME}")
    assert module.KIND in {"linear", "extreme", "history"}
    (row,) = [
        row for row in ROWS if row.startswith(f"| `{module.NAME}` |") and "| " + module.KIND in row
    ]
    assert row.endswith(f"| {module.UNIT} | {module.KIND} |")


def test_every_input_of_the_models_is_in_the_tables() -> None:
    state = state_of(answers([1.0, 0.0, 1.0, 1.0], every_sec=DAY, content=31))
    inputs = Inputs(state, T0 + 9 * DAY)
    x = inputs.learner() | inputs.activity(21, (11,), 0.4, 31, 30.0)
    for name in x:
        shown = f"`{name.split(':')[0]}:`" if ":" in name else f"`{name}`"
        assert shown in TEXT, name


def test_the_bounds_in_the_table_are_those_of_the_state() -> None:
    state = state_of(
        trace(id=i, at=T0 + i, activity=i + 1, skills=(i + 1,), content=i + 1, finish=1)
        for i in range(300)
    )
    for name, rows in (
        ("skills with evidence", state.skills),
        ("activities engaged with", state.activities),
        ("finished activities", state.finished),
        ("kinds of content", state.contents),
        ("history", state.history),
    ):
        assert f"| {name} | {len(rows)} |" in TEXT
