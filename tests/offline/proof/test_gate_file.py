from importlib.resources import files
from pathlib import Path

import pytest

from offline.proof.gate import DEFAULT
from offline.proof.gate_file import read_gate
from schemas.errors import ConfigurationError


def test_the_file_that_documents_the_default_is_the_default() -> None:
    assert read_gate(Path(str(files("offline.proof").joinpath("gate.yaml")))) == DEFAULT


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "gate.yaml").write_text("# nothing\n")
    assert read_gate(tmp_path / "gate.yaml") == DEFAULT


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("window: {events: -1}", "gate.yaml: window: events: write a number from 0 up"),
        ("- a list", "must map names to values"),
        ("window: {", "is no YAML"),
        ("a: !!python/object/apply:os.getcwd []", "is no YAML"),
    ],
)
def test_mistakes_are_named_with_the_file(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "gate.yaml").write_text(text)
    with pytest.raises(ConfigurationError, match=said):
        read_gate(tmp_path / "gate.yaml")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_gate(tmp_path / "nothing.yaml")
