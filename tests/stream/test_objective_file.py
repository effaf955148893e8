from pathlib import Path

import pytest

from processors.objective import Objective
from schemas.errors import ConfigurationError
from stream.objective_file import objective_of
from stream.settings import Settings


def objective(folder: Path, name: str, text: str) -> Objective:
    path = folder / name
    path.write_text(text)
    return objective_of(Settings(objective=str(path)))


def test_without_a_file_it_is_the_built_in_one() -> None:
    assert objective_of(Settings()) == Objective()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("o.yaml", "name: mine\nlength: 7\nrepeatable: [lab]\nweights:\n  gain: 2\n"),
        ("o.json", '{"name": "mine", "length": 7, "repeatable": ["lab"], "weights": {"gain": 2}}'),
    ],
)
def test_a_file_changes_what_it_names(tmp_path: Path, name: str, text: str) -> None:
    found = objective(tmp_path, name, text)
    assert (found.name, found.length, found.repeatable) == ("mine", 7, ("lab",))
    assert found.weights.gain == 2
    assert found.mastery == Objective().mastery


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("lenght: 7", "did you mean 'length'"),
        ("- a", "o.yaml:1: must map names to values"),
        ("name: [", "o.yaml:1: is not YAML"),
        ("length: 1000", "o.yaml: "),
        ("[a]: 1", "a name must be a word"),
    ],
)
def test_what_is_wrong_is_told_with_the_file(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        objective(tmp_path, "o.yaml", text)
    assert told in str(raised.value)
    assert "o.yaml" in str(raised.value)


def test_a_missing_file_is_named() -> None:
    with pytest.raises(ConfigurationError, match="STEPSTREAM_OBJECTIVE=no-such-file"):
        objective_of(Settings(objective="no-such-file"))


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    assert objective(tmp_path, "o.yaml", "# nothing yet\n") == Objective()
