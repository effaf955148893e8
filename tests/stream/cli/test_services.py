import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result

from schemas.codec import decode_json

Run = Callable[..., Result]
REQUIRED = os.environ.get("STEPSTREAM_REQUIRE_STACK") == "1"


@pytest.fixture
def stack(run: Run) -> Iterator[dict[str, str]]:
    """A stack that `up` started."""
    started = run("up", "--json")
    if started.exit_code == 75 and not REQUIRED:
        pytest.skip(f"no Kafka can be had here: {started.stderr}")
    assert started.exit_code == 0, started.stderr
    yield decode_json(started.stdout)
    run("down")


@pytest.mark.stack
def test_up_is_found_by_every_command_until_down(
    run: Run, stack: dict[str, str], tmp_path: Path
) -> None:
    assert stack["home"] == str(tmp_path / "home")
    again = run("up")
    assert again.exit_code == 0
    assert stack["kafka"] in again.stdout
    status = run("status", "--json")
    assert status.exit_code == 0
    found = decode_json(status.stdout)
    assert found["embedded"] is True
    assert found["kafka"] == {"address": stack["kafka"], "answers": True}
    assert not any(row["created"] for row in decode_json(run("topics", "--json").stdout))
    assert len(decode_json(run("down", "--json").stdout)["stopped"]) == 2
    assert run("status").exit_code == 1


def test_down_without_a_stack_says_so(run: Run) -> None:
    result = run("down")
    assert result.exit_code == 0
    assert "nothing ran" in result.stdout
    assert decode_json(run("down", "--json").stdout) == {"stopped": []}


def test_status_without_a_stack_is_code_1(run: Run) -> None:
    result = run("status")
    assert result.exit_code == 1
    assert "not running" in result.stdout
    assert decode_json(run("status", "--json").stdout)["running"] is False
