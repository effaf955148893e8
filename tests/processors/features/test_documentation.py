"""Every feature that is found says what it is, and docs/features.md says the same."""

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from re import findall
from types import ModuleType

import pytest
from harness.lives import lived
from traces import T0, trace

import processors.features
from online_models.sheet import DENSE, Group
from processors.features.records import activity, contents, finished, form, history, skill
from processors.state import encode, fresh

TEXT = (Path(processors.features.__file__).parents[2] / "docs" / "features.md").read_text()
ROWS = [line for line in TEXT.splitlines() if line.startswith("| `")]


def modules() -> list[ModuleType]:
    found = iter_modules(processors.features.__path__, "processors.features.")
    return [import_module(module.name) for module in found]


FEATURES = [module for module in modules() if hasattr(module, "NAME")]


def test_features_are_found() -> None:
    assert len(FEATURES) >= 10


@pytest.mark.parametrize("module", FEATURES, ids=lambda module: str(module.NAME))
def test_a_feature_is_a_function_of_its_name_and_in_the_table(module: ModuleType) -> None:
    assert callable(getattr(module, module.NAME))
    assert module.__name__.endswith(f".{module.NAME}")
    assert module.KIND in {"linear", "extreme", "history"}
    (row,) = [
        row for row in ROWS if row.startswith(f"| `{module.NAME}` |") and "| " + module.KIND in row
    ]
    assert row.endswith(f"| {module.UNIT} | {module.KIND} |")


def documented(header: str) -> list[str]:
    """Names in the first column of the tables below `header`."""
    part = TEXT.partition(header)[2].partition("\n## ")[0]
    firsts = [line.split("|")[1] for line in part.splitlines() if line.startswith("| `")]
    return [name for first in firsts for name in findall(r"`(\w+)`", first)]


def test_every_quantity_and_every_entry_of_the_models_is_in_the_tables_once() -> None:
    entries = {group.name.lower() for group in Group} - {"dense", "other"}
    told = documented("## What models read")
    assert sorted(told) == sorted([*DENSE, *entries])
    assert all(f"`{name}` is" in TEXT or f"`{name}` that" in TEXT for name in ("dense", "other"))


def test_the_bounds_in_the_table_are_those_of_the_state() -> None:
    state = lived(
        trace(id=i, at=T0 + i, activity=i + 1, skills=(i + 1, i + 2), content=i + 1, finish=1)
        for i in range(300)
    )
    for name, rows in (
        ("skills with evidence", state.skills),
        ("activities engaged with", state.activities),
        ("sets of skills", state.set_rows),
        ("finished activities", state.finished),
        ("kinds of content", state.contents),
        ("history", state.history),
    ):
        assert f"| {name} | {len(rows)} |" in TEXT


def test_the_bytes_in_the_table_are_those_of_the_state() -> None:
    sizes = {
        "skills with evidence": skill.ROW_TYPE.itemsize,
        "activities engaged with": activity.ROW_TYPE.itemsize,
        "sets of skills": form.SET_TYPE.itemsize,
        "finished activities": finished.SIZE,
        "kinds of content": contents.ROW.size,
        "history": history.SIZE,
    }
    for name, size in sizes.items():
        assert findall(rf"\| {name} \| \d+ \| {size} \|", TEXT), name
    assert f"that of nobody {len(encode(fresh()))}." in TEXT
