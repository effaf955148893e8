"""What is archived of one message, and the day that it is filed under."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

_DAY_SEC = 86_400


class Row(NamedTuple):
    """One message of one partition."""

    offset: int
    logged_at: float
    """When the log had it, POSIX seconds."""
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()

    @property
    def size(self) -> int:
        """Bytes of key, value and headers."""
        size = len(self.key or b"") + len(self.value or b"")
        for name, value in self.headers:
            size += len(name) + len(value or b"")
        return size


def day_of(posix_sec: float) -> str:
    """The UTC day of a moment, `2026-11-26`."""
    return _day(int(posix_sec // _DAY_SEC))


@lru_cache(maxsize=64)
def _day(number: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=number)).date().isoformat()


def filed_under(current: str, logged_at: float) -> str:
    """The day of the next message of a partition whose last one is filed under `current`.

    A message of the day before stays with `current`: at midnight the clocks of senders disagree
    by moments, and days would alternate. A clock that is wrong by more gets days of its own.
    """
    day = day_of(logged_at)
    if day == current:
        return current
    return current if current and before(current) <= day < current else day


@lru_cache(maxsize=64)
def before(day: str) -> str:
    """The day before `day`."""
    return (datetime.fromisoformat(day) - timedelta(days=1)).date().isoformat()


def days_between(first: str, last: str) -> list[str]:
    """Days after `first` and before `last`."""
    start = datetime.fromisoformat(first)
    count = (datetime.fromisoformat(last) - start).days
    return [(start + timedelta(days=n)).date().isoformat() for n in range(1, count)]
