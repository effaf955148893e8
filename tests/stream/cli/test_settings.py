from collections.abc import Callable
from dataclasses import fields

import pytest
from click.testing import Result

from schemas.codec import decode_json
from stream.cli.settings import meanings
from stream.settings import Settings, variable

Run = Callable[..., Result]


def test_every_setting_is_listed_with_its_default(run: Run) -> None:
    rows = decode_json(run("settings", "--json").stdout)
    assert [row["variable"] for row in rows] == [variable(f.name) for f in fields(Settings)]
    assert {row["variable"]: row["default"] for row in rows}["STEPSTREAM_PARTITIONS"] == 12
    shown = run("settings").stdout
    assert all(row["variable"] in shown for row in rows)


def test_meanings_are_read_from_the_declarations() -> None:
    assert meanings()["partitions"] == "Partitions of a topic, fixed when it is created."


def test_every_setting_says_what_it_means() -> None:
    assert meanings().keys() == {setting.name for setting in fields(Settings)}


def test_what_is_changed_shows_and_secrets_do_not(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STEPSTREAM_PARTITIONS", "24")
    monkeypatch.setenv("STEPSTREAM_PSEUDONYM_KEY", "c0ffee" * 11)
    monkeypatch.setenv("REDIS_URL", "redis://:hunter2@127.0.0.1:6379/0")
    for result in (run("settings"), run("settings", "--json")):
        assert result.exit_code == 0
        assert "24" in result.stdout
        assert "c0ffee" not in result.stdout
        assert "hunter2" not in result.stdout
        assert result.stdout.count("(set)") == 2
