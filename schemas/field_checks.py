"""What the fields of reference data may hold.

Each check gives the field's value, or raises a ValueError whose text completes the sentence
"<field> ...". One list serves the compacted topics and the files that people write.
"""

from collections.abc import Callable, Mapping
from typing import Any

Check = Callable[[Any], Any]
"""Plain JSON value -> value of the field, or ValueError."""

DONE_BY = ("viewed", "completed", "passed")
ORIGINS = ("catalogue", "observed")
MINUTES_PER_WEEK = 7 * 24 * 60.0


def require(holds: bool, why: str) -> None:
    """Raise a ValueError that says `why` unless it `holds`."""
    if not holds:
        raise ValueError(why)


def shown(value: Any) -> str:
    """`value` as an error message quotes it: short, on one line."""
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def text(value: Any) -> str:
    """Any text that UTF-8 can say."""
    require(isinstance(value, str), f"must be text, not {shown(value)}")
    require(value.isascii() or _encodes(value), "must be text without lone surrogates")
    return str(value)


def name(value: Any) -> str:
    """Text that names something."""
    require(text(value) != "", "must not be empty")
    return str(value)


def names(value: Any) -> tuple[str, ...]:
    """A list of names."""
    require(isinstance(value, list | tuple), f"must be a list of texts, not {shown(value)}")
    return tuple(name(one) for one in value)


def flag(value: Any) -> bool:
    """True or false."""
    require(isinstance(value, bool), f"must be true or false, not {shown(value)}")
    return bool(value)


def share(value: Any) -> float:
    """A number in [0, 1]."""
    return between(0, 1)(value)


def seconds(value: Any) -> float:
    """POSIX seconds of the years 1 to 9999."""
    return between(-62_135_596_800, 253_402_300_800)(value)


def not_negative(value: Any) -> float:
    """A number of at least 0."""
    require(number(value) >= 0, f"must be at least 0, not {shown(value)}")
    return float(value)


def positive(value: Any) -> float:
    """A number above 0."""
    require(number(value) > 0, f"must be above 0, not {shown(value)}")
    return float(value)


def weekly_minutes(value: Any) -> float:
    """Minutes that fit into a week, above 0."""
    require(positive(value) <= MINUTES_PER_WEEK, f"must be at most {MINUTES_PER_WEEK:g}")
    return float(value)


def number(value: Any) -> float:
    """A finite number; true and false are none."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    require(is_number, f"must be a number, not {shown(value)}")
    require(abs(value) <= _LARGEST, f"must be a finite number, not {shown(value)}")
    return float(value)


def between(low: float, high: float) -> Callable[[Any], float]:
    """A check for a number in [low, high]."""

    def check(value: Any) -> float:
        require(
            low <= number(value) <= high,
            f"must be a number in [{low}, {high}], not {shown(value)}",
        )
        return float(value)

    return check


def one_of(words: tuple[str, ...]) -> Callable[[Any], str]:
    """A check for one of `words`."""

    def check(value: Any) -> str:
        require(value in words, f"must be one of {', '.join(words)}, not {shown(value)}")
        return str(value)

    return check


def targets(value: Any) -> Mapping[str, float]:
    """Target proficiency by skill."""
    require(isinstance(value, dict), f"must map skills to targets, not {shown(value)}")
    return {name(skill): _target(skill, target) for skill, target in value.items()}


def _target(skill: str, value: Any) -> float:
    try:
        return share(value)
    except ValueError as error:
        raise ValueError(f"target of {shown(skill)} {error}") from None


def _encodes(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


_SHOWN = 60
_LARGEST = 1e300
