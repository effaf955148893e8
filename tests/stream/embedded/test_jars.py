"""The lock file, and the digests it promises."""

import hashlib
import re
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import ConfigurationError, Corrupt
from stream.embedded.errors import WrongDigest
from stream.embedded.jars import Jar, format_lock, locked_jars, parse_lock
from stream.embedded.lock import ROOTS

_CONTENT = b"what a jar holds"
_JAR = Jar("org.example", "thing", "1.2", hashlib.sha256(_CONTENT).hexdigest())

_name = st.from_regex(r"[\w.-]{1,12}", fullmatch=True)
_digest = st.text("0123456789abcdef", min_size=64, max_size=64)
_jar = st.builds(Jar, _name, _name, _name, _digest)


@given(st.lists(_jar, unique_by=lambda jar: jar.file_name), st.text("ab# \n"))
def test_what_is_written_is_read_back(jars: list[Jar], heading: str) -> None:
    assert list(parse_lock(format_lock(jars, heading))) == sorted(jars)


@given(st.text())
def test_a_line_is_an_entry_or_refused(line: str) -> None:
    try:
        jars = parse_lock(line)
    except ConfigurationError:
        return
    assert all(re.fullmatch("[0-9a-f]{64}", jar.sha256) for jar in jars)


def test_comments_and_blank_lines_are_passed_over() -> None:
    assert parse_lock(f"# why\n\n  {_JAR.coordinates} {_JAR.sha256}  \n") == (_JAR,)


@pytest.mark.parametrize(
    "line",
    [
        "org.example:thing:1.2",
        f"org.example:thing {_JAR.sha256}",
        f"org.example:thing:1.2 {_JAR.sha256[:-1]}",
        f"org.example:../thing:1.2 {_JAR.sha256}",
        f"org.example:<a>:1.2 {_JAR.sha256}",
    ],
)
def test_a_bad_entry_is_named_with_the_way_out(line: str) -> None:
    with pytest.raises(ConfigurationError, match="restore the lock file") as refused:
        parse_lock(line)
    assert line in str(refused.value)


def test_two_jars_of_one_name_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="two jars of one name"):
        parse_lock(f"a:thing:1 {_JAR.sha256}\nb:thing:1 {_JAR.sha256}")


def test_the_committed_lock_pins_what_its_roots_name() -> None:
    jars = locked_jars()
    assert set(ROOTS) <= {jar.coordinates for jar in jars}
    assert list(jars) == sorted(jars)


def test_the_committed_lock_names_no_host() -> None:
    text = files("stream.embedded").joinpath("kafka.lock").read_text("utf-8")
    assert "//" not in text


def test_a_repository_keeps_a_jar_under_its_coordinates() -> None:
    assert str(_JAR.repository_path) == "org/example/thing/1.2/thing-1.2.jar"


def test_the_right_content_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / _JAR.file_name
    path.write_bytes(_CONTENT)
    _JAR.verify(path)


def test_a_wrong_digest_names_jar_place_expected_got_and_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / _JAR.file_name
    path.write_bytes(_CONTENT[:-1])
    with pytest.raises(WrongDigest, match="Delete") as refused:
        _JAR.verify(path)
    got = hashlib.sha256(_CONTENT[:-1]).hexdigest()
    facts = (_JAR.coordinates, str(path), _JAR.sha256, got)
    assert all(fact in str(refused.value) for fact in facts)
    assert (refused.value.jar, refused.value.path) == (_JAR.coordinates, path)
    assert (refused.value.expected, refused.value.got) == (_JAR.sha256, got)
    assert isinstance(refused.value, Corrupt)
