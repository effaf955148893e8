"""Commands as they are called: in this process, with an environment of their own."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from click.testing import CliRunner, Result

from stream.cli import cli

Run: TypeAlias = Callable[..., Result]


@pytest.fixture
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting but the folder of the embedded stack, where nothing runs."""
    for name in list(os.environ):
        if name.startswith("STEPSTREAM_") or name in {"KAFKA_BOOTSTRAP_SERVERS", "REDIS_URL"}:
            monkeypatch.delenv(name)
    monkeypatch.setenv("STEPSTREAM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "100")


@pytest.fixture
def run(bare_environment: None) -> Run:
    """Runs a command line: `run("validate", "file", "--json")`."""
    del bare_environment

    def call(*arguments: str | Path, input: bytes | None = None) -> Result:  # noqa: A002
        return CliRunner().invoke(cli, [str(one) for one in arguments], input=input)

    return call
