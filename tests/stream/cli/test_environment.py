from pathlib import Path

import pytest

from processors.identity import Pseudonyms, learner_key
from schemas.errors import ConfigurationError, Unavailable
from stream.cli import environment
from stream.cli.environment import PATIENCE_SEC, keys_of, services
from stream.embedded.secret import pseudonym_key
from stream.embedded.stack import StackInfo
from stream.settings import Settings

pytestmark = pytest.mark.usefixtures("bare_environment")
KEY = "5e" * 32
SETTINGS = Settings(pseudonym_key=KEY)


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> StackInfo:
    """One that seems to run."""
    info = StackInfo("127.0.0.1:1", "redis://127.0.0.1:2/0", 3, 4, tmp_path / "home")
    monkeypatch.setattr(environment, "status", lambda _: info)
    return info


def test_the_running_stack_is_found_with_its_key(stack: StackInfo) -> None:
    found = services()
    assert (found.kafka, found.redis) == (stack.bootstrap_servers, stack.redis_url)
    assert found.pseudonym_key == pseudonym_key(stack.data_dir).hex()
    assert found.patience_sec == PATIENCE_SEC


def test_what_is_set_goes_before_the_stack(
    stack: StackInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "kafka:9092")
    monkeypatch.setenv("STEPSTREAM_PSEUDONYM_KEY", KEY)
    monkeypatch.setenv("STEPSTREAM_PATIENCE_SEC", "7")
    found = services()
    assert (found.kafka, found.redis) == ("kafka:9092", stack.redis_url)
    assert (found.pseudonym_key, found.patience_sec) == (KEY, 7.0)


def test_the_missing_address_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unavailable, match="KAFKA_BOOTSTRAP_SERVERS and REDIS_URL"):
        services()
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "kafka:9092")
    with pytest.raises(Unavailable, match="or set REDIS_URL"):
        services()


def test_a_learner_is_a_key_or_an_identifier() -> None:
    secret = Pseudonyms(bytes.fromhex(KEY))
    assert keys_of("AB" * 16, SETTINGS) == ("ab" * 16,)
    assert keys_of("1001", SETTINGS) == (learner_key("1001", secret, SETTINGS.home_page),)
    assert keys_of("https://lms.example.org|1001", SETTINGS) == keys_of("1001", SETTINGS)
    assert keys_of("mailto:ada@example.org", SETTINGS) == keys_of("ada@example.org", SETTINGS)


def test_an_identifier_needs_the_secret_and_a_key_does_not() -> None:
    assert keys_of("ab" * 16, Settings()) == ("ab" * 16,)
    with pytest.raises(ConfigurationError, match="STEPSTREAM_PSEUDONYM_KEY"):
        keys_of("1001", Settings())
