"""ISO 8601 as statements write it: instants to POSIX seconds, durations to seconds."""

import re
from datetime import UTC, datetime
from math import isfinite

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DURATION = re.compile(
    r"P(?:([\d.,]+)Y)?(?:([\d.,]+)M)?(?:([\d.,]+)W)?(?:([\d.,]+)D)?"
    r"(?:T(?:([\d.,]+)H)?(?:([\d.,]+)M)?(?:([\d.,]+)S)?)?",
    re.ASCII,
)
_DAY_SEC = 86_400.0
# A duration is nominal where it counts months or years: 30 and 365 days stand for them.
_UNIT_SEC = (365 * _DAY_SEC, 30 * _DAY_SEC, 7 * _DAY_SEC, _DAY_SEC, 3_600.0, 60.0, 1.0)


def is_instant(timestamp: str) -> bool:
    """Is `timestamp`, which has the form of one, on the calendar and the clock?"""
    try:
        datetime.fromisoformat(timestamp)
    except ValueError:
        return False
    return True


def posix_sec(timestamp: str) -> float:
    """POSIX seconds of an ISO 8601 date and time; without an offset it is taken as UTC.

    Exact to the microsecond; further digits are cut off. Years 1 to 9999, any offset.

    Raises:
        ValueError: where `timestamp` is not on the calendar or the clock.
    """
    moment = datetime.fromisoformat(timestamp)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH).total_seconds()


def duration_sec(duration: str) -> float | None:
    """Seconds of an ISO 8601 duration; None where it is none, or larger than a float."""
    found = _DURATION.fullmatch(duration)
    if found is None:
        return None
    try:
        amounts = [float((text or "0").replace(",", ".")) for text in found.groups()]
    except ValueError:
        return None
    total = sum(amount * unit for amount, unit in zip(amounts, _UNIT_SEC, strict=True))
    return total if isfinite(total) else None
