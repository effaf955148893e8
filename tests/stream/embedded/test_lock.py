"""Making the lock file anew."""

from pathlib import Path

import pytest

from stream.embedded import lock
from stream.embedded.jars import Jar, parse_lock
from stream.embedded.lock import main, parse_resolved

_LISTING = """
The following files have been resolved:
   org.example:one:jar:1.0:compile -- module one
   org.example.deep:two_2.13:jar:2.0-rc1:runtime
   org.example:checks:jar:3.0:test
"""


def test_mavens_listing_is_read_but_for_what_only_tests_need() -> None:
    assert parse_resolved(_LISTING) == [
        ("org.example", "one", "1.0"),
        ("org.example.deep", "two_2.13", "2.0-rc1"),
    ]


def test_without_maven_the_lock_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = Path(lock.__file__).with_name("kafka.lock").read_bytes()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main() == 1
    assert "mvn: not installed" in capsys.readouterr().err
    assert Path(lock.__file__).with_name("kafka.lock").read_bytes() == before


def test_the_new_lock_replaces_the_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jar = Jar("org.example", "one", "1.0", "0" * 64)
    monkeypatch.setattr(lock, "__file__", str(tmp_path / "lock.py"))
    monkeypatch.setattr(lock, "resolve", lambda: [jar])
    assert main() == 0
    assert parse_lock((tmp_path / "kafka.lock").read_text("utf-8")) == (jar,)
