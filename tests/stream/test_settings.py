import pytest

from schemas.errors import ConfigurationError
from stream.settings import Settings, settings_from, variable


def test_nothing_set_gives_the_defaults() -> None:
    assert settings_from({"HOME": "/nowhere"}) == Settings()


def test_values_are_read_as_their_type() -> None:
    found = settings_from(
        {
            "KAFKA_BOOTSTRAP_SERVERS": "k:9092",
            "REDIS_URL": "redis://r:6379/0",
            "STEPSTREAM_PARTITIONS": "3",
            "STEPSTREAM_STRICT": "yes",
            "STEPSTREAM_REJECT_CAP": "0.25",
            "STEPSTREAM_PREFIX": "",
        }
    )
    assert (found.kafka, found.redis) == ("k:9092", "redis://r:6379/0")
    assert (found.partitions, found.strict, found.reject_cap) == (3, True, 0.25)
    assert found.store.url == "redis://r:6379/0"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("STEPSTREAM_PARTITIONS", "many", "a whole number"),
        ("STEPSTREAM_REJECT_CAP", "half", "a number"),
        ("STEPSTREAM_STRICT", "perhaps", "neither true nor false"),
        ("STEPSTREAM_PARTITION", "3", "unknown setting STEPSTREAM_PARTITION"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words) as error:
        settings_from({name: value})
    assert name in str(error.value)


def test_each_setting_has_a_variable_of_its_own() -> None:
    names = [variable(name) for name in Settings.__dataclass_fields__]
    assert len(set(names)) == len(names)
