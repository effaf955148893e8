from pathlib import Path

import pytest
from harness.answers import made_up, write

from offline.answers import read_answers
from offline.clocks import clock_of
from offline.evaluate import evaluate
from offline.plots import CALIBRATION, COLD_START, draw
from offline.protocols import held_out_rows
from offline.replay import Layout
from schemas.errors import ConfigurationError


def test_two_pictures(tmp_path: Path) -> None:
    answers = read_answers(write(tmp_path / "a.csv", made_up(300)))
    found = evaluate(answers, clock_of(answers), held_out_rows(answers), Layout(), lambda _: None)
    paths = draw(found, tmp_path / "new" / "plots")
    assert [path.name for path in paths] == [CALIBRATION, COLD_START]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="name another folder"):
        draw(found, tmp_path / "file")
